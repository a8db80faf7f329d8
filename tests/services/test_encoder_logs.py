"""What encoders did and said, as an owner reads it."""

from __future__ import annotations

from typing import Any

from controller.core.stream_phase import Completed, Crashed
from tests.services.house import House, Remote


async def logged(owner: Remote, **wish: Any) -> list[tuple[str, str]]:
    found = await owner.call("get_encoder_log", **wish)
    return [(line["kind"], line["text"]) for line in found["lines"]]


async def test_a_run_is_told_from_its_start_to_its_end(house: House) -> None:
    owner, viewer = await house.owner(), await house.guest(client_types=["hls_streaming"])
    await viewer.watch("encoded.mkv")
    run = house.encoder.last
    run.make(0)
    run.say(b"file:" + bytes(run.job.source) + b": Error while \x1b[1mdecoding\n")
    run.say(f"cannot write {run.job.directory.root}/run-1/video-1.ts\nand then".encode())
    run.end(Crashed("FFmpeg gave up with exit code 1."))
    await house.clock.settle()
    found = await owner.call("get_encoder_log", client_id=viewer.me.client_id)
    (stream,) = found["streams"]
    assert (stream["client_name"], stream["title"], stream["restarts"]) == ("guest", "encoded", 0)
    assert [(line["kind"], line["text"], line["epoch"], line.get("pid")) for line in found["lines"]] == [
        ("started", "started at 0.0 s of the film: audio-0, video · in haste", 1, 4000),
        ("said", "file:encoded.mkv: Error while \\x1b[1mdecoding", 1, 4000),
        ("said", "cannot write run-1/video-1.ts", 1, 4000),
        ("said", "and then", 1, 4000),
        ("ended", "FFmpeg gave up with exit code 1. · made 2 segments, up to 1.0 s", 1, 4000),
    ]
    assert viewer.stream.spec.token not in str(found)
    assert str(run.job.source.parent) not in str(found)


async def test_a_restart_is_counted_and_a_reader_goes_on_where_they_were(house: House) -> None:
    owner, viewer = await house.owner(), await house.guest(client_types=["hls_streaming"])
    await viewer.watch()
    house.encoder.last.end(Crashed("it broke"))
    await house.clock.settle()
    before = await owner.call("get_encoder_log")
    await house.clock.advance(1)
    assert await logged(owner, after=before["next"]) == [
        ("started", "started at 0.0 s of the film: audio-0, video · restart 1")
    ]
    house.encoder.last.make(0)
    await viewer.call("stop_hls_stream")
    after = await owner.call("get_encoder_log", after=before["next"] + 1)
    assert [line["text"] for line in after["lines"]] == [
        "stopped, because it was not wanted any more · made 2 segments, up to 2.0 s"
    ]
    assert after["streams"][0]["restarts"] == 1, "it is kept after the stream's end"
    assert (await owner.call("get_encoder_log", after=after["next"]))["lines"] == []
    assert after["more"] is False
    assert house.logs.outcomes == {"crashed": 1, "stopped": 1}


async def test_an_encoder_that_goes_on_in_another_process_or_cannot_start_is_told_as_such(house: House) -> None:
    owner, viewer = await house.owner(), await house.guest(client_types=["hls_streaming"])
    await viewer.watch()
    run = house.encoder.last
    run.listener.on_started(run)
    for index in range(len(run.job.delivery.plan)):
        run.make(index)
    run.end(Completed())
    await house.clock.settle()
    house.encoder.script = "cannot start"
    other = await house.guest("member", client_types=["hls_streaming"])
    await other.watch("encoded.mkv")
    words = [text.split(" · ")[0] for _, text in await logged(owner)]
    assert words[1] == "goes on in another process: audio-0, video"
    assert words[2:4] == ["came to its end", "could not go on: No such file or directory"]


async def test_only_owners_read_the_log(house: House) -> None:
    member, guest = await house.guest("member"), await house.guest()
    assert [await one.refused("get_encoder_log") for one in (member, guest)] == ["forbidden", "forbidden"]


async def test_a_run_that_got_nowhere_is_told_as_such(house: House) -> None:
    owner = await house.owner()
    await owner.watch("encoded.mkv")
    house.encoder.last.stuck = True
    await house.clock.advance(12.0)
    said = [text for kind, text in await logged(owner) if kind == "ended"]
    assert said == ["got nowhere · made nothing"]
    assert house.logs.outcomes == {"stalled": 1}


async def test_who_watches_a_film_that_is_damaged_is_told_once_and_nobody_else(house: House) -> None:
    owner, viewer = await house.owner(), await house.guest(client_types=["hls_streaming"])
    await viewer.watch("encoded.mkv")
    run = house.encoder.last
    run.say(b"[hevc @ 0x5] Could not find ref with POC 8\n")
    assert viewer.peer.events("server_warning") == [], "that is how a film sounds that is begun in its middle"
    run.say(b"[h264 @ 0x5] error while decoding MB 3 4, bytestream -5\n")
    run.say(b"[h264 @ 0x5] concealing 120 DC, 120 AC, 120 MV errors in P frame\n")
    (warning,) = viewer.peer.events("server_warning")
    assert warning["name"] == "film_damaged"
    assert (
        warning["detail"]
        == "\N{LEFT DOUBLE QUOTATION MARK}encoded\N{RIGHT DOUBLE QUOTATION MARK} is damaged in places. What is good of it is played."
    )
    assert owner.peer.events("server_warning") == []
