"""Plots. Each takes what is already computed and `ax=None`, and returns the axes it drew on.

Nothing here trains or samples.
"""

from helpers.figures.diagrams import node_diagram, triangle
from helpers.figures.digits import latent_plane, show_digits, tile
from helpers.figures.graph import autograd_graph, draw_trace
from helpers.figures.map import estimator_map
from helpers.figures.style import (
    BLUE,
    DIGIT_COLORS,
    GREEN,
    GREY,
    INK,
    ORANGE,
    OTHER_COLORS,
    PURPLE,
    RED,
    SKY,
    STYLES,
    png,
    use_style,
)

__all__ = [
    "BLUE",
    "DIGIT_COLORS",
    "GREEN",
    "GREY",
    "INK",
    "ORANGE",
    "OTHER_COLORS",
    "PURPLE",
    "RED",
    "SKY",
    "STYLES",
    "autograd_graph",
    "draw_trace",
    "estimator_map",
    "latent_plane",
    "node_diagram",
    "png",
    "show_digits",
    "tile",
    "triangle",
    "use_style",
]
