"""VLC on a display: an X server without a screen, whose picture is looked at in numbers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import anyio
import pytest

from controller.adapters.vlc.player import VlcPlayers
from controller.core.screen_calls import Close, Hold, SetFullscreen, SetText
from tests.fakes.beside import Beside
from tests.screen_stage import Stage

pytestmark = pytest.mark.alone

WIDTH, HEIGHT = 640, 360
FILM_WIDTH, FILM_HEIGHT = 320, 180
"""No window manager moves the window: it is in the corner, and as large as the film."""
STRIP = 45
"""Lines at the bottom of the picture, where the text is."""
WHITE = 250
WITHIN = 5.0


@dataclass(frozen=True, slots=True)
class Picture:
    """What is on the display, one byte per pixel, dark to bright."""

    pixels: bytes

    def white(self) -> int:
        """How many pixels in the bottom strip of the film are as white as text; the test films have none there."""
        return sum(
            pixel > WHITE
            for line in range(FILM_HEIGHT - STRIP, FILM_HEIGHT)
            for pixel in self.pixels[line * WIDTH : line * WIDTH + FILM_WIDTH]
        )

    def dark(self) -> bool:
        """Whether there is no film."""
        return max(self.pixels) < 16


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An X server of our own; it chooses a free number."""
    screen = ["-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp", "-nocursor"]
    words = ["Xvfb", "-displayfd", "1", *screen]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        name = f":{server.stdout.readline().strip()}"
        monkeypatch.setenv("DISPLAY", name)
        yield name
        server.terminate()


@pytest.fixture
async def stage(display: str, beside: Beside) -> Stage:
    one = Stage(VlcPlayers(True, ("--aout=dummy",)))
    beside.live(one.run())
    await one.wait(lambda: one.reports)
    return one


async def look(display: str) -> Picture:
    grab = ["-f", "x11grab", "-draw_mouse", "0", "-video_size", f"{WIDTH}x{HEIGHT}", "-i", display, "-frames:v", "1"]
    words = ["ffmpeg", "-nostdin", "-v", "error", *grab, "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    return Picture((await anyio.run_process(words)).stdout)


async def wait_white(display: str, least: int, most: int) -> int:
    """Look until there is so much white at the bottom."""
    white = -1
    with anyio.move_on_after(WITHIN):
        while not least <= (white := (await look(display)).white()) <= most:
            await anyio.lowlevel.checkpoint()
    assert least <= white <= most
    return white


async def test_a_line_is_over_the_picture_while_it_plays_and_in_a_pause(stage: Stage, display: str) -> None:
    await stage.show(1, "b_frames", 1.0)
    await wait_white(display, 0, 0)
    await stage.call(SetText("In 5"))
    short = await wait_white(display, 5, 10_000)
    await stage.call(SetText("Änna takes over in 4"))
    await wait_white(display, short + 1, 10_000)
    await stage.call(Hold(True), SetText(""))
    await wait_white(display, 0, 0)
    await stage.call(SetText("MMMMM"))
    many = await wait_white(display, 5, 10_000)
    await stage.call(SetText("M"))
    await wait_white(display, 1, many - 1)
    await stage.call(SetText(""))
    await wait_white(display, 0, 0)


async def test_a_line_outlasts_its_film_and_may_be_there_before_one(stage: Stage, display: str) -> None:
    await stage.call(SetText("Next: 100 %d"))
    for epoch, name in enumerate(("hevc_ac3", "b_frames"), 1):
        await stage.show(epoch, name, 2.0)
        await wait_white(display, 5, 10_000)
    await stage.call(SetText(""))
    await wait_white(display, 0, 0)


@pytest.mark.parametrize("name", ["hevc_ac3", "vp9_opus", "transport", "b_frames"])
async def test_a_film_that_begins_in_a_pause_is_seen(stage: Stage, display: str, name: str) -> None:
    assert (await look(display)).dark()
    await stage.show(1, name, 5.0, paused=True)
    assert not (await look(display)).dark()
    await stage.call(SetText("In a pause"))
    await wait_white(display, 5, 10_000)


async def test_a_closed_film_leaves_the_display_dark(stage: Stage, display: str) -> None:
    await stage.call(SetFullscreen(True))
    assert (await stage.show(1, "b_frames")).fullscreen
    assert not (await look(display)).dark()
    await stage.call(Close())
    with anyio.fail_after(WITHIN):
        while not (await look(display)).dark():
            await anyio.lowlevel.checkpoint()
