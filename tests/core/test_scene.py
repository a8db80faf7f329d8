"""A scene is a value: a film is shown from where it can be shown, and can be made to stand still."""

from __future__ import annotations

import pytest

from controller.core.scene import LAST, Scene, show
from tests.core.showing import NOW, film, scene


@pytest.mark.parametrize(("wished", "start"), [(-5.0, 0.0), (0.0, 0.0), (42.5, 42.5), (99.0, 99.0), (1e308, 99.0)])
def test_a_film_starts_where_it_was_wished_but_never_in_its_last_second(wished: float, start: float) -> None:
    assert show(film(duration=100.0), wished, NOW).line.position == start


def test_a_film_shorter_than_a_second_starts_at_its_beginning() -> None:
    assert show(film(duration=LAST / 2), 0.25, NOW).line.position == 0.0


@pytest.mark.parametrize("paused", [False, True])
def test_a_film_that_is_to_be_shown_stands_still_whatever_is_wished_of_it(paused: bool) -> None:
    showing = show(film(), 10.0, NOW, paused=paused, rate=2.0, audio=1, subtitle=-1)
    assert showing.line.now(NOW + 60.0) == 10.0
    assert (showing.paused, showing.line.rate, showing.audio, showing.subtitle) == (paused, 2.0, 1, -1)


def test_a_frozen_scene_keeps_all_but_its_motion() -> None:
    showing = show(film(), 10.0, NOW, rate=2.0)
    moving = Scene(
        type(showing)(showing.film, showing.line.resumed(NOW), audio=1), parked=showing, volume=30, muted=True
    )
    frozen = moving.frozen(NOW + 4.0)
    assert frozen.showing is not None
    assert frozen.showing.line.now(NOW + 60.0) == 18.0
    assert (frozen.showing.paused, frozen.showing.line.rate, frozen.showing.audio) == (False, 2.0, 1)
    assert (frozen.parked, frozen.volume, frozen.muted) == (showing, 30, True)


def test_an_empty_scene_freezes_to_itself() -> None:
    assert Scene(volume=30).frozen(NOW) == Scene(volume=30)
    assert scene().frozen(NOW) == scene()
