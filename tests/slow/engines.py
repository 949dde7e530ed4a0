"""Firefox and WebKitGTK, each with one page, and what the tests do to it.

Firefox is asked by WebDriver BiDi, without geckodriver; WebKitGTK by its own WebDriver, on a virtual screen.
"""

import contextlib
import json
import os
import shutil
import time
import urllib.error
import urllib.request
from itertools import count
from pathlib import Path

import psutil
import pytest
from websocket import create_connection

from tests.slow.jupyterlab import free_port

KEYS = {
    "Tab": "\ue004",
    "Enter": "\ue007",
    "Space": " ",
    "End": "\ue010",
    "Home": "\ue011",
    "ArrowLeft": "\ue012",
    "ArrowUp": "\ue013",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
}  # as WebDriver names them
# JavaScript: the control of a name, or whose name begins so
CONTROL = """name => {
    const all = [...document.querySelectorAll('button, input, [role=application]')];
    const nameOf = node =>
        node.labels?.[0]?.textContent ?? node.getAttribute('aria-label') ?? node.textContent;
    return all.find(node => nameOf(node) === name) ?? all.find(node => nameOf(node).startsWith(name));
}"""


class Engine:
    """A browser with one page.

    A subclass has the `command` that starts it in a folder of its own, and says how it is asked to `connect`,
    to `open` a file, for the `value` of a JavaScript expression, to `perform` the actions of one input
    source, and for a `screenshot`.
    """

    def __init__(self, folder: Path):
        self.port, self.numbers = free_port(), count()
        log = (folder / "log").open("w")
        self.process = psutil.Popen(
            self.command(folder), env=os.environ | {"TMPDIR": str(folder)}, stdout=log, stderr=log
        )

    def end(self):
        """Ends the browser and all that it started."""
        family = [self.process, *self.process.children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.terminate()
        for member in psutil.wait_procs(family, timeout=15)[1]:
            member.kill()

    def evaluate(self, function, given=None):
        """What a JavaScript function makes of a value."""
        return json.loads(
            self.value(f"(async () => JSON.stringify((await ({function})({json.dumps(given)})) ?? null))()")
        )

    def focus(self, name):
        """Gives a control the keys."""
        self.evaluate(f"name => ({CONTROL})(name).focus()", name)

    def press(self, *keys):
        """Presses and lets go of keys, one after the other."""
        self.perform(
            {
                "type": "key",
                "id": "keys",
                "actions": [
                    {"type": kind, "value": KEYS.get(key, key)}
                    for key in keys
                    for kind in ("keyDown", "keyUp")
                ],
            }
        )

    def drag(self, name, *places):
        """Presses the mouse at a place of a control, moves it along others, and lets go; with one, it clicks.

        A place is (to the right, down), from 0 to 1.
        """
        x, y, width, height = self.evaluate(
            f"""name => {{
            const {{x, y, width, height}} = ({CONTROL})(name).getBoundingClientRect();
            return [x, y, width, height]; }}""",
            name,
        )
        start, *rest = (
            {"type": "pointerMove", "x": round(x + across * width), "y": round(y + down * height)}
            for across, down in places
        )
        self.perform(
            {
                "type": "pointer",
                "id": "mouse",
                "parameters": {"pointerType": "mouse"},
                "actions": [
                    start,
                    {"type": "pointerDown", "button": 0},
                    *rest,
                    {"type": "pointerUp", "button": 0},
                ],
            }
        )


class Firefox(Engine):
    def command(self, folder):
        return [
            program("firefox-esr", "firefox-esr"),
            "--headless",
            "--no-remote",
            f"--profile={folder}",
            f"--remote-debugging-port={self.port}",
        ]

    def connect(self):
        self.socket = once_it_answers(
            lambda: create_connection(f"ws://127.0.0.1:{self.port}/session", timeout=60, suppress_origin=True)
        )
        self.ask("session.new", capabilities={})
        # a tab of its own: in the first one the address bar has the focus, and no key clicks a button
        self.page = {"context": self.ask("browsingContext.create", type="tab")["context"]}
        self.ask("browsingContext.setViewport", **self.page, viewport={"width": 900, "height": 920})

    def ask(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != number:
            pass  # an event
        assert answer["type"] == "success", answer
        return answer["result"]

    def open(self, path):
        self.ask("browsingContext.navigate", **self.page, url=path.as_uri(), wait="complete")

    def value(self, expression):
        done = self.ask("script.evaluate", expression=expression, target=self.page, awaitPromise=True)
        assert done["type"] == "success", done
        return done["result"]["value"]

    def perform(self, source):
        self.ask("input.performActions", **self.page, actions=[source])

    def screenshot(self):
        return self.ask("browsingContext.captureScreenshot", **self.page)["data"]


class WebKit(Engine):
    def command(self, folder):
        return [
            program("xvfb-run", "xvfb xauth"),
            "-a",
            "-s",
            "-screen 0 1000x1100x24",
            program("WebKitWebDriver", "webkit2gtk-driver"),
            f"--port={self.port}",
        ]

    def connect(self):
        self.address = f"http://127.0.0.1:{self.port}"
        once_it_answers(lambda: self.ask("status"))
        self.address += "/session/" + self.ask("session", capabilities={})["sessionId"]
        self.ask("window/rect", width=900, height=960)

    def ask(self, path, **body):
        sent = json.dumps(body).encode() if body else None
        try:
            with urllib.request.urlopen(f"{self.address}/{path}", sent, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            pytest.fail(f"{path}: {refused.read().decode()}")

    def open(self, path):
        self.ask("url", url=path.as_uri())

    def value(self, expression):
        return self.ask("execute/sync", script=f"return {expression}", args=[])

    def perform(self, source):
        self.ask("actions", actions=[source])

    def screenshot(self):
        return self.ask("screenshot")


def program(name, packages):
    return shutil.which(name) or pytest.fail(f"no {name}: apt-get install {packages}", pytrace=False)


def once_it_answers(ask):
    deadline = time.monotonic() + 60
    while True:
        try:
            return ask()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
