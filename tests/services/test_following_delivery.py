"""What comes from the queue is delivered as its person asked for last: as it is, made smaller, in their languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.facts import copied_film
from tests.services.house import House, Remote
from tests.services.marathon import LENGTH, coming, jump, leave, marathon, on


@pytest.fixture
async def viewer(house: House) -> AsyncIterator[Remote]:
    remote = await marathon(house)
    yield remote
    await leave(remote)


async def ask(viewer: Remote, **more: Any) -> dict[str, Any]:
    """Begin the queue's first film."""
    status: dict[str, Any] = await viewer.call("request_hls_stream", **more)
    return status


async def jump_to(house: House, viewer: Remote, name: str) -> tuple[str, str]:
    """Jump to a film; answers which one is on, and how."""
    await jump(viewer, name)
    await house.clock.advance(0.3)
    return on(viewer), viewer.stream.delivery.mode


async def test_what_follows_at_the_end_is_given_as_it_is_when_the_film_before_was_asked_for_so(
    house: House, viewer: Remote
) -> None:
    status = await ask(viewer, delivery="auto")
    assert status["delivery"]["mode"] == "direct"
    await house.clock.advance(LENGTH - 10)
    assert coming(viewer) == "b"
    ready = house.streams.prepared(viewer.me.client_id)
    assert ready is not None
    assert ready.url.startswith("/media/")
    await house.clock.advance(10.1)
    assert (on(viewer), viewer.stream.url, viewer.stream.machine.state(house.clock.now())) == (
        "b",
        ready.url,
        "playing",
    )
    assert house.encoder.runs == []


async def test_a_jump_keeps_to_what_was_asked_last_even_when_the_stream_was_stopped_meanwhile(
    house: House, viewer: Remote
) -> None:
    await ask(viewer, delivery="auto")
    assert await jump_to(house, viewer, "c") == ("c", "direct")
    await viewer.call("stop_hls_stream")
    assert await jump_to(house, viewer, "d") == ("d", "direct")
    await viewer.call("queue_next", target="mine")
    await house.clock.advance(0.3)
    assert (on(viewer), viewer.stream.delivery.mode) == ("e", "direct")
    await ask(viewer, delivery="hls")
    assert await jump_to(house, viewer, "a") == ("a", "remux")


@pytest.mark.parametrize(("told", "mode"), [({"containers": ["video/mp4"]}, "direct"), ({"mse": True}, "remux")])
async def test_a_queue_that_begins_before_anything_was_asked_for_gives_files_to_who_told_that_it_opens_them(
    house: House, viewer: Remote, told: dict[str, Any], mode: str
) -> None:
    await viewer.call("update_capabilities", capabilities=told)
    assert await jump_to(house, viewer, "b") == ("b", mode)


async def test_what_does_not_fit_is_made_and_what_fits_after_it_is_given_as_it_is_again(
    house: House, viewer: Remote
) -> None:
    house.add("b.mp4", replace(copied_film(LENGTH), container="mpegts"))
    house.probe._known.clear()
    await ask(viewer, delivery="auto")
    assert await jump_to(house, viewer, "b") == ("b", "remux")
    assert await jump_to(house, viewer, "c") == ("c", "direct")


async def test_a_quality_that_was_chosen_is_kept_for_the_queue(house: House, viewer: Remote) -> None:
    await ask(viewer, delivery="auto")
    await viewer.call("hls_set_quality", quality="480p")
    assert await jump_to(house, viewer, "b") == ("b", "transcode")
    await viewer.call("stop_hls_stream")
    assert await jump_to(house, viewer, "c") == ("c", "transcode")
    await viewer.call("hls_set_quality", quality="auto")
    assert await jump_to(house, viewer, "d") == ("d", "direct")


async def test_the_language_of_a_track_that_was_asked_for_is_kept_for_the_queue(house: House, viewer: Remote) -> None:
    like = copied_film(LENGTH)
    german = replace(like.audio[0], index=3, language="deu", default=False)
    house.add("a.mp4", replace(like, audio=(like.audio[0], german)))
    house.add("b.mp4", replace(like, audio=(german, replace(like.audio[0]))))
    house.probe._known.clear()
    await ask(viewer, audio_track=1)
    await jump_to(house, viewer, "b")
    assert viewer.stream.delivery.audio_track == 0
    await jump_to(house, viewer, "a")
    assert viewer.stream.delivery.audio_track == 1
