"""A real Chromium for the tests that look at pages."""

import contextlib
import importlib
import os
import shutil

import pytest

BROWSER = os.environ.get("VAE_COURSE_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
NEEDED = bool(os.environ.get("VAE_COURSE_NEEDS_BROWSER"))  # set by .ci/run: there nothing may skip
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]


def needs(found, reason):
    """Skips the test unless `found`; where VAE_COURSE_NEEDS_BROWSER is set it fails."""
    if not found:
        pytest.fail(reason, pytrace=False) if NEEDED else pytest.skip(reason)


def needed_module(name):
    """A module that the browser tests need, in the same way."""
    return importlib.import_module(name) if NEEDED else pytest.importorskip(name)


@contextlib.contextmanager
def chromium():
    needs(BROWSER, "no browser: apt-get install chromium")
    with needed_module("playwright.sync_api").sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()


def page_errors(page, counts=lambda message: message.type == "error"):
    """What goes wrong on a page, filled as it comes: its errors, and the console messages that count."""
    found = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if counts(message) else None)
    return found
