"""A film that was being watched when the daemon was killed goes on at its second, for whoever comes back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.fakes.facts import copied_film
from tests.services.house import BOX_TOKEN, House, Remote
from tests.services.restarting import Restart

HOUR = 3600.0


async def back(house: House, remote: Remote) -> Remote:
    """The same program, with its token."""
    one = house.connect()
    await one.register("Ann", {"device_token": BOX_TOKEN}, resume=remote.resume())
    return one


@pytest.fixture
async def ann(house: House) -> Remote:
    """She watches from 30 s on."""
    remote = await house.owner("Ann")
    await remote.watch(position=30.0)
    return remote


async def test_a_film_goes_on_where_the_daemon_was_last_known_to_live(
    house: House, ann: Remote, restart: Restart
) -> None:
    await ann.call("hls_set_rate", rate=2.0)
    await house.clock.advance(10.7)
    was = ann.stream.machine.timeline.now(house.clock.now())
    second = await restart()
    await second.clock.advance(5)
    one = await back(second, ann)
    stream = one.registered["snapshot"]["stream"]
    assert stream["stream_id"] != ann.stream.spec.stream_id
    assert stream["url"] == one.stream.url
    assert stream["item"] == {"path": "copied.mp4"}
    line = stream["timeline"]
    assert (line["playing"], line["rate"], line["at"]) == (True, 2.0, pytest.approx(second.clock.now(), abs=0.01))
    assert 0 <= was - line["position"] <= 2.0, "at most the second since it last told that it lives"
    assert one.peer.words() == ["answer 1"], (
        "the snapshot tells of it; an event before it would be of an unknown stream"
    )
    await one.call("hls_pause")
    assert one.peer.words()[1:] == ["stream_changed", "answer 2"]


async def test_a_pause_a_quality_and_a_sound_track_are_as_before(house: House, restart: Restart) -> None:
    ann = await house.owner("Ann")
    await ann.watch("encoded.mkv", position=12.0, quality="360p", audio_track=0)
    await ann.call("hls_pause")
    await ann.call("hls_seek", position=17.5)
    await house.clock.advance(20)
    one = await back(await restart(), ann)
    stream, line = one.stream, one.stream.machine.timeline
    assert (stream.choice.quality, stream.delivery.audio_track, line.playing, line.position) == ("360p", 0, False, 17.5)


@pytest.mark.parametrize(("gone", "chosen"), [("Film.de.ass", -1), ("Film.aa.ass", 1)])
async def test_a_file_of_subtitles_that_has_gone_costs_the_subtitles_and_not_the_film(
    house: House, restart: Restart, gone: str, chosen: int
) -> None:
    def shelve(one: House, names: Iterable[str] = ()) -> None:
        one.add("Film.mkv", copied_film())
        for name in names:
            one.library.add(name)

    names = {"Film.aa.ass", "Film.de.ass"}
    shelve(house, names)
    ann = await house.owner("Ann")
    await ann.watch("Film.mkv", position=12.0, subtitle_track=2, burn_in=True)
    with capture_logs() as logs:
        one = await back(await restart(lambda second: shelve(second, names - {gone})), ann)
    choice = one.stream.choice
    assert (choice.subtitle_track, choice.burn) == (chosen, chosen >= 0)
    assert one.stream.machine.timeline.position == pytest.approx(12.0, abs=1.1)
    said = [log["file"] for log in logs if log["event"] == "subtitles of before are gone"]
    assert said == (["Film.de.ass"] if chosen < 0 else [])


async def test_nothing_is_opened_for_who_does_not_come_back_and_a_place_waits_without_moving(
    house: House, ann: Remote, restart: Restart
) -> None:
    eve = await house.owner("Eve")
    await eve.watch(position=50.0)
    await house.clock.advance(5)
    second = await restart()
    await back(second, eve)
    await second.clock.advance(30)
    assert (len(second.streams), len(second.encoder.runs)) == (1, 1)
    third = await restart()
    await third.clock.advance(30)
    one = await back(third, ann)
    assert one.stream.machine.timeline.position == pytest.approx(35.0, abs=1.1)
    await third.clock.advance(62)
    assert not any(name.endswith(eve.me.client_id) for name in third.kept.texts)


@pytest.mark.parametrize("setback", [HOUR, -HOUR, -2 * HOUR])
async def test_a_wall_clock_that_jumps_moves_no_film(
    house: House, ann: Remote, restart: Restart, setback: float
) -> None:
    await house.clock.advance(5)
    house.clock.setback = setback
    await house.clock.advance(5)

    def jumped(one: House) -> None:
        one.clock.setback = -setback

    one = await back(await restart(jumped), ann)
    assert one.stream.machine.timeline.position == pytest.approx(40.0, abs=1.1)


async def test_a_film_that_ended_is_at_its_end(house: House, restart: Restart) -> None:
    ann = await house.owner("Ann")
    await ann.watch(position=115.0)
    await house.clock.advance(100)
    one = await back(await restart(), ann)
    assert one.registered["snapshot"]["stream"]["state"] == "finished"


async def test_a_stream_that_was_stopped_is_not_opened_again(house: House, ann: Remote, restart: Restart) -> None:
    await house.clock.advance(1)
    await ann.call("stop_hls_stream")
    await house.clock.advance(1)
    one = await back(await restart(), ann)
    assert one.registered["snapshot"]["stream"]["state"] == "idle"
    assert len(one.house.streams) == 0


async def test_a_film_that_is_gone_meanwhile_leaves_the_stream_idle_and_is_said_in_the_log(
    house: House, ann: Remote, restart: Restart
) -> None:
    await house.clock.advance(1)
    with capture_logs() as logs:
        second = await restart(lambda one: one.library.files.clear())
        one = await back(second, ann)
    assert one.registered["snapshot"]["stream"]["state"] == "idle"
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["film of before is gone"]
    await second.clock.advance(1)
    assert f"stream:{ann.me.client_id}" not in second.kept.texts


def slow(one: House) -> None:
    """Its films take three seconds to be looked into."""
    one.probe.takes = 3.0


async def test_who_comes_back_waits_a_second_for_a_slow_film_and_hears_of_it_later(
    house: House, ann: Remote, restart: Restart
) -> None:
    await house.clock.advance(1)
    second = await restart(slow)
    began = second.clock.now()
    one = await back(second, ann)
    assert second.clock.now() - began == pytest.approx(1.0, abs=0.01)
    assert one.registered["snapshot"]["stream"]["state"] == "idle"
    again = await back(second, ann)
    assert second.clock.now() - began == pytest.approx(2.0, abs=0.01), "a second connection opens no second stream"
    await second.clock.advance(1.1)
    assert [event["state"] for event in again.peer.events("stream_changed")][:1] == ["starting"]
    assert len(second.streams) == 1


@pytest.mark.parametrize("wish", ["request_hls_stream", "stop_hls_stream"])
async def test_what_somebody_wants_meanwhile_counts_and_not_what_was(
    house: House, ann: Remote, restart: Restart, wish: str
) -> None:
    await house.clock.advance(1)
    second = await restart(slow)
    one = await back(second, ann)
    params: dict[str, Any] = {"item": {"path": "encoded.mkv"}} if wish == "request_hls_stream" else {}
    await one.call(wish, **params)
    await second.clock.advance(10)
    stream = second.streams.of(one.me.client_id)
    assert (str(stream.spec.source.path.name) if stream else None) == ("encoded.mkv" if params else None)


async def test_while_a_film_plays_a_word_is_written_each_second_and_none_while_it_stands(
    house: House, ann: Remote
) -> None:
    await house.clock.advance(1)
    saves, written = house.kept.saves, house.kept.written
    await house.clock.advance(10)
    assert house.kept.saves - saves == pytest.approx(10, abs=1)
    assert house.kept.written - written < 10 * 60
    await ann.call("hls_pause")
    await house.clock.advance(1)
    saves = house.kept.saves
    await house.clock.advance(60)
    assert house.kept.saves == saves


async def test_a_daemon_that_ends_in_order_keeps_the_places_though_it_closes_the_streams(
    house: House, ann: Remote, restart: Restart
) -> None:
    await house.clock.advance(5.5)
    await house.keeper.close()
    await house.streams.close(ann.me.client_id)
    await house.clock.advance(2)
    one = await back(await restart(), ann)
    assert one.stream.machine.timeline.position == pytest.approx(35.5, abs=1.1)


async def test_an_end_is_not_held_up_by_a_store_that_refuses(house: House, ann: Remote) -> None:
    house.kept.refuses = True
    await ann.call("hls_pause")
    began = house.clock.now()
    with capture_logs() as logs:
        await house.keeper.close()
    assert house.clock.now() - began == pytest.approx(2.0, abs=0.01)
    assert "state not saved at the end" in [entry["event"] for entry in logs]


async def test_an_illegible_place_leaves_its_stream_idle(house: House, ann: Remote, restart: Restart) -> None:
    await house.clock.advance(1)

    def spoil(one: House) -> None:
        name = f"stream:{ann.me.client_id}"
        one.kept.texts[name] = json.dumps({**json.loads(one.kept.texts[name]), "rate": "fast"})

    second = await restart(spoil)
    one = await back(second, ann)
    assert (one.registered["resumed"], one.registered["snapshot"]["stream"]["state"]) == (True, "idle")
