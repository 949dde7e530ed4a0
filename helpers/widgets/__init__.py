"""Widgets: each is a `VBox` with a short repr and a picture for pages without a kernel."""

from helpers.widgets.explorer import Explorer

__all__ = ["Explorer"]
