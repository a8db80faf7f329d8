"""The page in Safari's engine (WebKitGTK), through plain WebDriver over HTTP.

Debian's build plays HLS by itself only when a variable asks for it. Its MediaSource is not
tried here: it plays through hls.js, but now and then the whole browser hangs.
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import Daemon, free_port
from tests.waiting import eventually_now

pytestmark = pytest.mark.alone

BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
WITHOUT_MEDIA_SOURCE = """
for (const name of ["MediaSource", "ManagedMediaSource", "WebKitMediaSource"]) delete window[name];
document.documentElement.innerHTML = "<head></head><body></body>";
const script = document.createElement("script");
[script.type, script.src] = ["module", "main.js"];
document.head.append(script);
"""
"""No script may run before the page's own, so the page is put together in a document without these objects."""
NUMBERS = """
const video = document.querySelector("video");
return [video.currentTime, video.getVideoPlaybackQuality().totalVideoFrames, document.body.dataset.player,
        video.src.slice(0, 4), document.querySelector(".cover").dataset.kind];
"""
MARK = """
[...document.querySelectorAll(".row")].find((row) => row.innerText.includes(arguments[0])).classList.add("wanted");
"""
DRAG = """
const range = document.querySelector(".range");
range.value = arguments[0];
for (const name of ["input", "change"]) range.dispatchEvent(new Event(name));
"""


class WebKit:
    """One window."""

    def __init__(self, port: int) -> None:
        self._driver = f"http://127.0.0.1:{port}"
        self._session = ""

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A WebDriver command within the session."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._driver + self._session + path, data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["value"]

    def is_there(self) -> bool:
        """Whether the driver answers."""
        try:
            return bool(self.ask("GET", "/status"))
        except (urllib.error.URLError, ConnectionError):
            return False

    def open(self) -> None:
        """Open the window."""
        options = {"binary": BROWSER, "args": ["--automation"]}
        wish = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self._session = "/session/" + self.ask("POST", "/session", wish)["sessionId"]

    def go(self, url: str) -> None:
        """Load an address."""
        self.ask("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """What a script returns."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def click(self, css: str) -> None:
        """Click as a person does."""
        found = self.ask("POST", "/element", {"using": "css selector", "value": css})
        self.ask("POST", f"/element/{next(iter(found.values()))}/click", {})

    def until(self, condition: str) -> None:
        """Wait until a JavaScript expression holds; `video` is the player."""
        script = f"const video = document.querySelector('video'); return Boolean({condition});"
        eventually_now(lambda: self.run(script), within=30, what=condition)


@pytest.fixture
def webkit(tmp_path: Path) -> Iterator[WebKit]:
    """A window of WebKitGTK on a screen of its own."""
    screen, port = f":{free_port()}", free_port()
    env = {
        **os.environ, "DISPLAY": screen, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path),
        "WEBKIT_GST_ENABLE_HLS_SUPPORT": "1",
    }  # fmt: skip
    with ExitStack() as stack, (tmp_path / "webkit.log").open("ab") as sink:
        for command in (["Xvfb", screen, "-nolisten", "tcp"], ["WebKitWebDriver", f"--port={port}"]):
            child = subprocess.Popen(command, env=env, stdout=sink, stderr=sink)
            stack.callback(child.wait, 10)
            stack.callback(child.terminate)
        window = WebKit(port)
        eventually_now(window.is_there, within=10)
        eventually_now(Path(f"/tmp/.X11-unix/X{screen[1:]}").exists, within=10)
        window.open()
        stack.callback(window.ask, "DELETE", "")
        yield window


def test_safaris_engine_plays_seeks_and_stops_by_itself(webkit: WebKit, running: Daemon) -> None:
    webkit.go(f"{running.url}/openrpc.json#pair={running.pair('owner')}")
    webkit.run(WITHOUT_MEDIA_SOURCE)
    webkit.until("document.querySelector('.row')")
    webkit.run(MARK, "minute")
    webkit.click(".wanted button")
    webkit.until("video.currentTime > 1 && !video.paused")
    for place in (40, 5):
        webkit.run(DRAG, place)
        webkit.until(f"video.currentTime > {place + 0.5} && video.currentTime < {place + 12} && !video.seeking")
        _, frames, player, source, cover = webkit.run(NUMBERS)
        assert (player, source, cover) == ("ready", "http", "none")
        assert frames > 0
    webkit.click(".button-play")
    webkit.until("video.paused")
    webkit.click(".button-stop")
    webkit.until("document.body.dataset.player === 'idle'")
    eventually_now(lambda: not running.encoders(), within=2)
