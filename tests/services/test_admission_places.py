"""Places in the line are kept, whatever those who have them do meanwhile, and hold up nobody else."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from controller.core.playlist import VIDEO, SegmentId
from tests.services import test_admission
from tests.services.house import House
from tests.services.test_admission import take, viewers, waits

two = test_admission.two


async def test_who_gives_up_a_request_and_asks_again_keeps_the_place(two: House) -> None:
    remotes = await viewers(two, *["member"] * 4)
    for _ in range(2):
        async with anyio.create_task_group() as asking:
            asking.start_soon(remotes[2].stream.wait_segment, SegmentId(VIDEO, 0))
            await two.clock.advance(1.0)
            asking.cancel_scope.cancel()
        await two.clock.advance(1.0)
        assert [(await waits(remote) or {}).get("position") for remote in remotes] == [None, None, 1, 2]
    await remotes[0].call("stop_hls_stream")
    await two.clock.advance(1.0)
    assert await waits(remotes[2]) is None


async def test_the_place_is_kept_when_the_encoder_of_somebody_else_comes_by_and_leaves(two: House) -> None:
    first, _ = await viewers(two, "member", "member")
    near, last = await two.guest("member"), await two.guest("member")
    await near.watch("0.mkv", position=150.0)
    await last.watch("3.mkv")
    await two.clock.advance(1.0)
    await first.call("hls_seek", position=150.0)
    await two.clock.advance(1.5)
    assert await waits(near) is None
    await first.call("hls_seek", position=0.0)
    await two.clock.advance(1.5)
    assert [(await waits(remote) or {})["position"] for remote in (near, last)] == [1, 2]


async def test_what_is_offered_follows_what_was_chosen(two: House) -> None:
    await viewers(two, "member", "member")
    third = await two.guest("member")
    await third.watch("2.mkv", quality="360p")
    await third.call("hls_set_quality", quality="1080p")
    await two.clock.advance(2.0)
    found = two.admission._records[third.stream].ways
    assert [way.offer.quality for way in found or ()] == ["480p", "360p", "audio-only"]


async def test_nobody_waits_for_somebody_in_line_who_takes_another_film(
    two: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    remotes = await viewers(two, *["member"] * 5)
    slow, whole = remotes[2].stream._directory, anyio.Event()
    remove = type(slow).remove

    async def removed(directory: Any) -> None:
        if directory is slow:
            await whole.wait()
        await remove(directory)

    monkeypatch.setattr(type(slow), "remove", removed)
    async with anyio.create_task_group() as taking:
        taking.start_soon(remotes[2].watch, "6.mkv")
        await two.clock.settle()
        await remotes[0].call("stop_hls_stream")
        await remotes[1].call("stop_hls_stream")
        await two.clock.advance(1.0)
        seen = [await waits(remote) for remote in remotes[3:]]
        whole.set()
    assert seen[0] is None
    assert (seen[1] or {})["position"] == 1, "the other place is kept for who is on the way"
    await two.clock.advance(1.0)
    assert await waits(remotes[2]) is None
    assert (await waits(remotes[4]) or {})["position"] == 1


async def test_the_sound_alone_is_offered_last_whatever_else_there_is_and_begins(two: House) -> None:
    remotes = await viewers(two, *["member"] * 3)
    await remotes[0].call("hls_seek", position=100.0)
    await two.clock.advance(2.0)
    late = await two.owner()
    await late.watch("0.mkv")
    await two.clock.advance(2.0)
    assert [(one["kind"], one["quality"]) for one in (await waits(remotes[2]) or {})["offers"]] == [
        ("quality", "audio-only")
    ]
    offers = (await waits(late) or {})["offers"]
    assert [(one["kind"], one["quality"]) for one in offers] == [("join", "auto"), ("quality", "audio-only")]
    status = await take(late, "0.mkv", offers[-1])
    assert (status["state"], status["quality"]) == ("starting", "audio-only")
    await two.clock.settle()
    assert two.streams.encoders == 3
