"""The line of those for whom a film has to be made: who begins, who waits, what they are told and offered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from controller.core.admission import KEPT, LONGEST_LINE
from controller.core.playlist import VIDEO, SegmentId
from controller.services.admission import PAUSED
from tests.fakes.encoder import FakeRun
from tests.fakes.facts import copied_film, encoded_film
from tests.services.house import House, Remote

FILMS = 8


async def open_house(folder: Path, encoders: int | None) -> AsyncIterator[House]:
    one = House(folder, encoders=encoders)
    one.beside.live(one.run())
    await one.clock.settle()
    for number in range(FILMS):
        one.add(f"{number}.mkv", encoded_film(200.0))
    yield one
    await one.beside.end()


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose owner lets two films be made at once."""
    async for one in open_house(tmp_path, 2):
        yield one


@pytest.fixture
async def measured(tmp_path: Path) -> AsyncIterator[House]:
    """A house of two cores, a quarter of one for the screen, that finds out by itself."""
    async for one in open_house(tmp_path, None):
        yield one


async def viewers(house: House, *roles: str) -> list[Remote]:
    """Each asks for a film of their own, one after the other."""
    remotes = [await house.guest(role) if role != "owner" else await house.owner() for role in roles]  # type: ignore[arg-type]
    for number, remote in enumerate(remotes):
        await remote.watch(f"{number}.mkv")
    return remotes


async def waits(remote: Remote) -> dict[str, Any] | None:
    """What a client is told of its place in the line; None when it is in none."""
    status = await remote.call("hls_status")
    assert (status["state"] == "waiting") is ("waiting" in status)
    waiting: dict[str, Any] | None = status.get("waiting")
    return waiting


async def places(remotes: list[Remote]) -> list[int | None]:
    return [found["position"] if (found := await waits(remote)) else None for remote in remotes]


def events(remote: Remote, method: str = "stream_changed") -> list[dict[str, Any]]:
    return [message["params"] for message in remote.peer.take() if message.get("method") == method]


async def test_of_six_who_ask_two_begin_and_the_others_stand_in_line(two: House) -> None:
    remotes = await viewers(two, *["member"] * 6)
    assert await places(remotes) == [None, None, 1, 2, 3, 4]
    assert two.streams.encoders == 2
    warned = [events(remote, "server_warning") for remote in remotes]
    assert [[one["name"] for one in each] for each in warned[:2]] == [["overload"], ["overload"]]
    status = await remotes[3].call("hls_status")
    assert (status["timeline"]["playing"], status["timeline"]["position"]) == (False, 0.0)
    box = await remotes[0].call("get_server_status")
    assert [(row["name"], row["position"]) for row in box["waiting"]] == [("member", place) for place in (1, 2, 3, 4)]
    assert [row["title"] for row in box["waiting"]] == ["2", "3", "4", "5"]
    assert not [row for row in box["waiting"] if "eta_s" in row], "nobody knows yet"
    await work(remotes[0], 0.25)
    assert all(row["eta_s"] > 0 for row in (await remotes[0].call("get_server_status"))["waiting"])


async def test_a_place_that_becomes_free_is_taken_at_once_and_everybody_is_told(two: House) -> None:
    remotes = await viewers(two, *["member"] * 4)
    for remote in remotes:
        remote.peer.take()
    await remotes[0].call("stop_hls_stream")
    assert await places(remotes[1:]) == [None, None, 1]
    assert [event["state"] for event in events(remotes[2])][-1] == "starting"
    assert {event["waiting"]["position"] for event in events(remotes[3])} == {1}
    await two.clock.settle()
    assert two.streams.encoders == 2
    assert remotes[2].stream.machine.timeline.playing


async def test_a_film_that_is_made_to_its_end_frees_its_place_though_it_is_watched_on(two: House) -> None:
    two.encoder.script, two.encoder.speed = "makes all", 10.0
    two.add("short.mkv", encoded_film(40.0))
    first = await two.owner()
    await first.watch("short.mkv")
    second, third = await viewers(two, "member", "member")
    assert await places([first, second, third]) == [None, None, 1]
    await two.clock.advance(8.0)
    assert await places([first, second, third]) == [None, None, None]
    assert (await first.call("hls_status"))["state"] == "playing"


async def test_those_who_leave_the_line_are_forgotten(two: House) -> None:
    remotes = await viewers(two, *["member"] * 5)
    await remotes[2].call("stop_hls_stream")
    assert await places(remotes[3:]) == [1, 2]
    await remotes[3].call("goodbye")
    await two.clock.settle()
    assert await places(remotes[4:]) == [1]
    assert len((await remotes[0].call("get_server_status"))["waiting"]) == 1


async def test_who_has_lost_the_connection_is_passed_over_and_finds_the_place_again(two: House) -> None:
    remotes = await viewers(two, *["member"] * 4)
    remotes[2].hang_up()
    await two.clock.advance(1.5)
    assert await places(remotes[3:]) == [1]
    await remotes[0].call("stop_hls_stream")
    assert await places(remotes[3:]) == [None]
    again = two.connect()
    await again.register("member", {"device_token": remotes[2].registered["device_token"]}, resume=remotes[2].resume())
    await two.clock.advance(1.5)
    assert (await waits(again) or {})["position"] == 1


async def test_who_asks_again_in_line_keeps_the_place(two: House) -> None:
    remotes = await viewers(two, *["member"] * 5)
    await two.clock.advance(5.0)
    for remote in remotes:
        remote.peer.take()
    await remotes[2].watch("6.mkv")
    assert await places(remotes) == [None, None, 1, 2, 3]
    assert events(remotes[3]) == [], "nobody else notices"
    await remotes[2].watch("copied.mp4")
    assert await places(remotes) == [None, None, None, 1, 2]


async def test_who_plays_a_film_goes_on_with_it_however_it_is_to_be_made(two: House) -> None:
    one = await two.owner()
    await one.watch("copied.mp4")
    run = two.encoder.last
    run.make(0)
    await one.stream.wait_segment(SegmentId(VIDEO, 0))
    await viewers(two, "member", "member")
    await one.watch("copied.mp4", quality="360p")
    assert await waits(one) is None
    await one.watch("3.mkv")
    assert await waits(one) is None, "it encodes now"
    await one.call("stop_hls_stream")
    await one.watch("copied.mp4", quality="360p")
    assert (await waits(one) or {})["position"] == 1


async def test_offers_are_for_the_place_where_the_viewer_is_now(two: House) -> None:
    await viewers(two, "member", "member")
    mine = await two.owner()
    await mine.watch("copied.mp4", quality="360p", position=10.0)
    await mine.call("hls_seek", position=40.0)
    await two.clock.advance(1.5)
    assert (await offer(mine, "quality"))["position"] == 40.0


async def test_what_is_changed_in_line_plays_when_its_turn_comes(two: House) -> None:
    remotes = await viewers(two, *["member"] * 3)
    await remotes[2].call("hls_set_quality", quality="360p")
    await remotes[2].call("hls_set_tracks", subtitle_track=0)
    assert await places(remotes) == [None, None, 1]
    await remotes[0].call("stop_hls_stream")
    assert remotes[2].stream.machine.timeline.playing


async def test_a_place_that_was_kept_is_used_up_by_the_turn_that_it_led_to(two: House) -> None:
    remotes = await viewers(two, *["member"] * 3)
    await remotes[2].watch("6.mkv")
    await remotes[0].call("stop_hls_stream")
    assert await waits(remotes[2]) is None
    await two.clock.advance(40.0)
    assert two.streams.encoders == 0, "nobody fetches anything"
    for number, remote in enumerate(remotes[:2]):
        await remote.watch(f"{number}.mkv")
    late = await two.guest("member")
    await late.watch("5.mkv")
    await remotes[2].call("hls_seek", position=50.0)
    await two.clock.advance(1.0)
    assert (await places([late, remotes[2]])) == [1, 2], "it counts from now on"


async def test_the_line_is_by_role_and_then_by_time(two: House) -> None:
    remotes = await viewers(two, "guest", "guest", "guest", "member", "guest", "owner", "member")
    assert await places(remotes) == [None, None, 4, 2, 5, 1, 3]


async def test_estimates_are_within_a_factor_of_two(two: House) -> None:
    """Films of 200 s, watched at the speed of life: 60 s before the end all is made."""
    two.encoder.script, two.encoder.speed, two.encoder.cost = "makes all", 8.0, 0.1
    remotes = await viewers(two, *["member"] * 3)
    await two.clock.advance(2.0)
    eta, waited = (await waits(remotes[2]) or {})["eta_s"], 0.0
    while await waits(remotes[2]):
        for remote in remotes[:2]:
            await remote.call("hls_report", position=waited, playing=True, buffered_s=20.0)
        await two.clock.advance(1.0)
        waited += 1.0
        assert waited < 300.0
    assert waited / 2 <= eta <= waited * 2


async def test_before_anything_has_run_an_estimate_follows_from_what_a_test_has_cost(two: House) -> None:
    remotes = await viewers(two, *["member"] * 3)
    assert "eta_s" not in (await waits(remotes[2]) or {})
    two.services.admission.assume(0.01)
    eta = (await waits(remotes[2]) or {})["eta_s"]
    assert eta == pytest.approx(200.0 - 60.0, rel=0.4), (
        "film that is made as fast as it is watched, but for the last minute"
    )
    assert [event["waiting"]["eta_s"] for event in events(remotes[2])][-1:] == [eta]


async def work(remote: Remote, cores: float, segments: int = 3, first: int = 0) -> None:
    """A client's encoder makes some segments, and the film so far has such a cost."""
    run, plan = remote.stream.process, remote.stream.machine.plan
    assert isinstance(run, FakeRun)
    for index in range(first, first + segments):
        run.worked = cores * plan.boundaries[index + 1]
        run.make(index)
    await remote.house.clock.settle()


async def test_what_is_measured_lets_more_begin(measured: House) -> None:
    remotes = await viewers(measured, *["member"] * 4)
    assert await places(remotes) == [None, None, 1, 2], "nothing is known: one for each core"
    await work(remotes[0], 0.25)
    assert await places(remotes) == [None, None, None, 1], "as it is in haste now; 0.5 when it takes its time"


async def test_a_film_that_is_too_much_for_the_box_begins_alone(measured: House) -> None:
    first, second = await viewers(measured, "member", "member")
    await work(first, 50.0)
    await work(second, 90.0)
    assert measured.streams.encoders == 2, "nobody who plays is thrown out"
    third = await measured.owner()
    await third.watch("2.mkv")
    assert (await waits(third) or {})["position"] == 1
    await first.call("stop_hls_stream")
    assert await waits(third)
    await second.call("stop_hls_stream")
    assert await waits(third) is None


async def offer(remote: Remote, kind: str) -> dict[str, Any]:
    waiting = await waits(remote)
    assert waiting
    return next(one for one in waiting["offers"] if one["kind"] == kind)


async def take(remote: Remote, path: str, taken: dict[str, Any]) -> dict[str, Any]:
    ways = {key: taken[key] for key in ("quality", "delivery", "position")}
    status: dict[str, Any] = await remote.call("request_hls_stream", item={"path": path}, **ways)
    return status


async def test_a_smaller_picture_is_offered_when_there_is_room_for_one_and_begins(measured: House) -> None:
    first, second, third = await viewers(measured, "member", "member", "member")
    await work(first, 0.5)
    await second.call("stop_hls_stream")
    assert await places([first, third]) == [None, 1], "a core each, of 1.75"
    offered = [one["quality"] for one in (await waits(third) or {})["offers"]]
    assert offered == ["480p", "360p", "audio-only"]
    status = await take(third, "2.mkv", await offer(third, "quality"))
    assert (status["state"], status["quality"]) == ("starting", "480p")
    await measured.clock.settle()
    assert measured.streams.encoders == 2


@pytest.mark.parametrize("case", ["at once", "later", "when somebody else has begun"])
async def test_an_offer_is_kept_for_a_moment_though_the_box_turns_out_to_be_full(measured: House, case: str) -> None:
    first, second, third, other = await viewers(measured, *["member"] * 4)
    await work(first, 0.5)
    await second.call("stop_hls_stream")
    mine, theirs = await offer(third, "quality"), await offer(other, "quality")
    await work(first, 2.0, first=3)
    await measured.clock.advance(1.0)
    assert [one["quality"] for one in (await waits(third) or {})["offers"]] == ["audio-only"], "there is no room"
    if case == "when somebody else has begun":
        assert (await take(other, "3.mkv", theirs))["state"] == "starting"
    await measured.clock.advance(KEPT if case == "later" else 1.0)
    status = await take(third, "2.mkv", mine)
    assert status["state"] == ("starting" if case == "at once" else "waiting")


async def test_what_need_not_be_made_is_offered_to_who_has_asked_for_a_smaller_picture(two: House) -> None:
    two.add("copied.mp4", copied_film())
    await viewers(two, "member", "member")
    mine = await two.owner()
    await mine.watch("copied.mp4", quality="360p")
    kinds = [(one["kind"], one["quality"]) for one in (await waits(mine) or {})["offers"]]
    assert ("quality", "auto") in kinds
    status = await take(
        mine, "copied.mp4", next(one for one in (await waits(mine) or {})["offers"] if one["quality"] == "auto")
    )
    assert (status["state"], status["delivery"]["mode"]) == ("starting", "remux")


async def test_what_is_made_for_somebody_else_is_offered_at_their_place_and_begins(two: House) -> None:
    first, _second = await viewers(two, "member", "member")
    await first.call("hls_seek", position=100.0)
    await two.clock.advance(2.0)
    late = await two.owner()
    await late.watch("0.mkv")
    assert await waits(late)
    joined = await offer(late, "join")
    assert joined["position"] == pytest.approx(100.0, abs=3.0)
    status = await take(late, "0.mkv", joined)
    assert status["state"] == "starting"
    run = first.stream.process
    assert run is not None
    index = first.stream.machine.wanted.start  # type: ignore[union-attr]
    run.make(index)  # type: ignore[attr-defined]
    await two.clock.settle()
    assert (await late.stream.wait_segment(SegmentId(VIDEO, index))).exists()
    assert two.streams.encoders == 2


async def test_who_has_paused_for_a_minute_takes_nobodys_place_and_keeps_what_there_is(two: House) -> None:
    remotes = await viewers(two, *["member"] * 3)
    await remotes[0].call("hls_pause")
    for _ in range(int(PAUSED) // 10):
        await two.clock.advance(9.9)
        await remotes[0].call("hls_report", position=0.0, playing=False, buffered_s=4.0)
        await remotes[1].call("hls_report", position=0.0, playing=True, buffered_s=4.0)
    assert await places(remotes) == [None, None, 1]
    await two.clock.advance(2.5)
    assert await places(remotes) == [None, None, None]
    assert two.streams.encoders == 3


async def test_who_watches_goes_on_with_another_film_or_quality_without_waiting(two: House) -> None:
    remotes = await viewers(two, *["member"] * 3)
    await remotes[0].watch("5.mkv")
    await remotes[1].call("hls_set_quality", quality="360p")
    assert await places(remotes) == [None, None, 1]


async def test_the_next_film_of_a_queue_needs_no_place_of_its_own(two: House) -> None:
    first, _second, third = await viewers(two, "member", "member", "member")
    stream = await two.streams.prepare(first.me, first.stream.spec.item, choice=first.stream.choice)
    assert stream.machine.admitted
    await two.clock.settle()
    assert (await waits(third) or {})["position"] == 1


async def test_too_long_a_line_is_told_and_what_was_there_goes_on(two: House) -> None:
    await viewers(two, "member", "member")
    remotes = []
    for number in range(LONGEST_LINE):
        two.add(f"crowd-{number}.mkv", encoded_film())
        remotes.append(await two.owner())
        await remotes[-1].watch(f"crowd-{number}.mkv")
    late = await two.owner()
    await late.watch("copied.mp4")
    answer = await late.ask("request_hls_stream", item={"path": "7.mkv"})
    error = answer["error"]
    assert (error["code"], error["data"]["name"], error["data"]["waiting"]) == (1020, "at_capacity", LONGEST_LINE)
    assert error["data"]["retryable"]
    assert (await late.call("hls_status"))["title"] == "copied"
    await remotes[0].call("stop_hls_stream")
    await late.watch("7.mkv")
    assert (await waits(late) or {})["position"] == LONGEST_LINE


async def test_what_the_screen_takes_is_kept_for_it(measured: House) -> None:
    """The fake player takes 0.4 cores of the two."""
    await measured.clock.advance(1.5)
    first, second = await viewers(measured, "member", "member")
    await work(first, 0.425)
    assert await places([first, second]) == [None, None]
    await second.call("stop_hls_stream")
    await second.watch("2.mkv")
    assert await places([first, second]) == [None, 1], "0.85 cores each"
