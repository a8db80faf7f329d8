from __future__ import annotations

import pytest

from tests.services.house import House, Remote


@pytest.fixture
async def viewer(house: House) -> Remote:
    return await house.owner()


async def test_a_remuxed_stream_says_what_it_is(viewer: Remote) -> None:
    status = await viewer.watch(position=30.0)
    assert (status["state"], status["title"], status["duration"]) == ("starting", "copied", 120.0)
    assert status["delivery"] == {"mode": "remux", "reasons": ["container_copied"]}
    assert status["tracks"] == {
        "audio": [
            {
                "id": 0,
                "codec": "aac",
                "channels": 2,
                "language": "eng",
                "title": "English",
                "default": True,
                "selected": True,
            }
        ],
        "subtitles": [
            {
                "id": 0,
                "codec": "srt",
                "default": False,
                "selected": False,
                "kind": "text",
                "forced": False,
                "hearing_impaired": False,
                "external": False,
            }
        ],
    }
    assert status["encoder"] == {"speed": 0.0, "ahead_s": 0.0, "restarts": 0}
    assert status["timeline"]["position"] == 30.0


async def test_an_encoded_stream_says_why(viewer: Remote) -> None:
    status = await viewer.watch("encoded.mkv", quality="360p")
    assert status["quality"] == "360p"
    assert status["delivery"]["mode"] == "transcode"
    assert set(status["delivery"]["reasons"]) == {
        "quality_asked",
        "video_codec_not_supported",
        "audio_codec_not_supported",
    }


async def test_a_stream_needs_an_item_while_there_is_no_queue(viewer: Remote) -> None:
    answer = await viewer.ask("request_hls_stream")
    assert answer["error"]["data"] == {
        "name": "empty_queue",
        "retryable": False,
        "hint": "Name an item: browse lists them.",
    }


async def test_what_is_not_there_or_cannot_be_played_is_refused(viewer: Remote) -> None:
    assert await viewer.refused("request_hls_stream", item={"path": "none.mp4"}) == "item_not_found"
    assert await viewer.refused("request_hls_stream", item={"media_id": "!"}) == "invalid_params"
    assert await viewer.refused("request_hls_stream", item={"media_id": "AAAA"}) == "item_not_found"
    assert await viewer.refused("request_hls_stream", item={"path": "broken.mp4"}) == "not_playable"


async def test_a_full_disk_is_an_answer_and_no_stream(house: House, viewer: Remote) -> None:
    house.store.room = 0
    answer = await viewer.ask("request_hls_stream", item={"path": "copied.mp4"})
    assert answer["error"]["message"] == "No room for a stream: No space left on device."
    assert await viewer.call("hls_status") == {"state": "idle", "epoch": 0}


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("get_hls_url", {}),
        ("hls_seek", {"position": 1.0}),
        ("hls_pause", {}),
        ("hls_resume", {}),
        ("hls_report", {"position": 1.0, "playing": True, "buffered_s": 0.0}),
    ],
)
async def test_without_a_stream_there_is_nothing_to_command(
    viewer: Remote, method: str, params: dict[str, float]
) -> None:
    assert await viewer.refused(method, **params) == "no_stream"


async def test_the_address_is_told_again_with_the_epoch(viewer: Remote) -> None:
    status = await viewer.watch()
    found = await viewer.call("get_hls_url")
    assert found == {"url": status["url"], "stream_id": status["stream_id"], "epoch": viewer.stream.machine.epoch}


@pytest.mark.parametrize(
    ("wish", "position", "clamped"), [(60.0, 60.0, False), (-1.0, 0.0, True), (1e308, 120.0, True)]
)
async def test_a_seek_answers_where_it_led(viewer: Remote, wish: float, position: float, clamped: bool) -> None:
    status = await viewer.watch()
    moved = await viewer.call("hls_seek", position=wish)
    assert (moved["position"], moved["clamped"], moved["url"]) == (position, clamped, status["url"])
    assert moved["epoch"] > status["epoch"]


async def test_pausing_stops_the_timeline_and_resuming_lets_it_go_on(house: House, viewer: Remote) -> None:
    await viewer.watch()
    await house.clock.advance(10)
    line = await viewer.call("hls_pause")
    assert (line["position"], line["playing"]) == (pytest.approx(10, abs=0.01), False)
    await house.clock.advance(10)
    assert (await viewer.call("hls_status"))["state"] == "starting"
    line = await viewer.call("hls_resume")
    assert (line["position"], line["playing"]) == (pytest.approx(10, abs=0.01), True)


async def test_a_paused_stream_that_has_its_picture_is_paused(house: House, viewer: Remote) -> None:
    await viewer.watch()
    house.encoder.last.make(0)
    await viewer.call("hls_pause")
    assert (await viewer.call("hls_status"))["state"] == "paused"


async def test_a_report_corrects_the_timeline(viewer: Remote) -> None:
    await viewer.watch()
    line = await viewer.call("hls_report", position=33.0, playing=False, buffered_s=4.0, stalled=True, dropped_frames=3)
    assert (line["position"], line["playing"]) == (33.0, False)
    same = await viewer.call("hls_report", position=33.2, playing=False, buffered_s=4.0)
    assert same["position"] == 33.0


async def test_the_status_of_a_failed_stream_has_its_error(house: House, viewer: Remote) -> None:
    house.encoder.script = "ends empty"
    await viewer.watch()
    status = await viewer.call("hls_status")
    assert status["state"] == "failed"
    assert status["error"]["data"]["name"] == "empty_output"


async def test_a_stream_goes_at_the_rate_that_is_asked(house: House, viewer: Remote) -> None:
    await viewer.watch(position=10.0)
    await house.clock.advance(5)
    line = await viewer.call("hls_set_rate", rate=2.0)
    assert (line["position"], line["rate"], line["playing"]) == (pytest.approx(15.0, abs=0.01), 2.0, True)
    await house.clock.advance(5)
    assert viewer.stream.machine.timeline.now(house.clock.now()) == pytest.approx(25.0, abs=0.01)
    assert viewer.peer.events("stream_changed")[-1]["timeline"]["rate"] == 2.0
    for rate in (0.2, 4.1, "2", True):
        assert await viewer.refused("hls_set_rate", rate=rate) == "invalid_params"
    await viewer.call("stop_hls_stream")
    assert await viewer.refused("hls_set_rate", rate=1.0) == "no_stream"
