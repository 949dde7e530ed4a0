from tests.browser.conftest import lab  # noqa: F401
