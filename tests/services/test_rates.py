"""A player that cannot play slower or faster gets a stream that is made at the rate, at the same second of film."""

from __future__ import annotations

import re
from typing import Any

import pytest

from controller.services.playlists import playlist_of
from tests.fakes.facts import encoded_film
from tests.services.house import BOX_TOKEN, House, Remote
from tests.services.restarting import Restart

CANNOT = {"playback_rate": False}


@pytest.fixture
async def viewer(house: House) -> Remote:
    """Watches from 10 s on, with a player that has one rate only."""
    remote = await house.owner(capabilities=CANNOT)
    await remote.watch(position=10.0)
    return remote


async def status(remote: Remote) -> dict[str, Any]:
    told: dict[str, Any] = await remote.call("hls_status")
    return told


async def test_another_stream_takes_over_at_the_same_second_and_is_told_before_the_answer(
    house: House, viewer: Remote
) -> None:
    before = await status(viewer)
    await house.clock.advance(5)
    line = await viewer.call("hls_set_rate", rate=2.0)
    assert (line["position"], line["rate"], line["playing"]) == (pytest.approx(15.0, abs=0.1), 2.0, True)
    words = viewer.peer.words()
    assert words.index("stream_changed") < len(words) - 1
    after = viewer.peer.events("stream_changed")[-1]
    assert after["url"] != before["url"]
    assert (after["encoded_rate"], after["duration"]) == (2.0, 120.0)
    assert after["delivery"] == {"mode": "transcode", "reasons": ["rate_asked"]}
    assert "encoded_rate" not in before
    await house.clock.advance(5)
    assert viewer.stream.machine.timeline.now(house.clock.now()) == pytest.approx(25.0, abs=0.1)


async def test_the_playlist_is_of_the_film_as_it_is_played(viewer: Remote) -> None:
    await viewer.call("hls_set_rate", rate=1.5)
    text = playlist_of(viewer.stream, "video.m3u8") or ""
    lengths = [float(length) for length in re.findall(r"#EXTINF:([\d.]+)", text)]
    assert sum(lengths) == pytest.approx(80.0)
    assert "TIME-OFFSET=6.667," in text
    assert "#EXT-X-TARGETDURATION:2\n" in text
    await viewer.call("hls_seek", position=60.0)
    assert "TIME-OFFSET=40.000," in (playlist_of(viewer.stream, "video.m3u8") or "")


async def test_the_players_word_is_in_seconds_of_film(house: House, viewer: Remote) -> None:
    await viewer.call("hls_set_rate", rate=4.0)
    await house.clock.advance(2)
    line = await viewer.call("hls_report", position=30.0, playing=True, buffered_s=4.0)
    assert (line["position"], line["rate"]) == (30.0, 4.0)


async def test_what_is_paused_stays_paused_and_keeps_its_quality_and_sound(viewer: Remote) -> None:
    await viewer.watch(position=20.0, quality="480p", audio_track=0)
    await viewer.call("hls_pause")
    line = await viewer.call("hls_set_rate", rate=0.5)
    assert (line["position"], line["playing"], line["rate"]) == (pytest.approx(20.0, abs=0.01), False, 0.5)
    after = await status(viewer)
    assert (after["quality"], after["tracks"]["audio"][0]["selected"]) == ("480p", True)
    assert set(after["delivery"]["reasons"]) == {"rate_asked", "quality_asked"}


async def test_the_same_rate_again_changes_nothing_and_1_is_the_film_as_it_is(viewer: Remote) -> None:
    await viewer.call("hls_set_rate", rate=2.0)
    one = await status(viewer)
    await viewer.call("hls_set_rate", rate=2.0)
    assert (await status(viewer))["stream_id"] == one["stream_id"]
    await viewer.call("hls_set_rate", rate=1.0)
    plain = await status(viewer)
    assert (plain["delivery"]["mode"], "encoded_rate" in plain) == ("remux", False)
    assert plain["timeline"]["rate"] == 1.0


async def test_a_player_that_turns_out_to_be_able_to_goes_on_with_the_film_as_it_is(viewer: Remote) -> None:
    await viewer.call("hls_set_rate", rate=2.0)
    await viewer.call("update_capabilities", capabilities={})
    line = await viewer.call("hls_set_rate", rate=3.0)
    assert line["rate"] == 3.0
    assert "encoded_rate" not in await status(viewer)


async def test_another_quality_keeps_the_rate_and_the_stream(viewer: Remote) -> None:
    await viewer.watch("encoded.mkv", position=20.0)
    await viewer.call("hls_set_rate", rate=2.0)
    one = await status(viewer)
    other = await viewer.call("hls_set_quality", quality="360p")
    assert (other["url"], other["encoded_rate"], other["quality"]) == (one["url"], 2.0, "360p")
    await viewer.call("update_capabilities", capabilities={})
    plain = await viewer.call("hls_set_quality", quality="480p")
    assert (plain["url"] == one["url"], "encoded_rate" in plain, plain["timeline"]["rate"]) == (False, False, 2.0)


async def test_a_film_that_was_given_as_it_is_is_made_at_the_rate(house: House) -> None:
    remote = await house.owner(capabilities={**CANNOT, "containers": ["video/mp4"]})
    one = await remote.watch(position=10.0, delivery="auto")
    assert one["delivery"]["mode"] == "direct"
    await remote.call("hls_set_rate", rate=2.0)
    other = await status(remote)
    assert (other["delivery"], other["encoded_rate"]) == ({"mode": "transcode", "reasons": ["rate_asked"]}, 2.0)
    await remote.call("hls_set_rate", rate=1.0)
    assert (await status(remote))["delivery"]["mode"] == "direct"


async def test_the_next_film_is_made_at_the_rate_too(house: House, viewer: Remote) -> None:
    house.add("next.mkv", encoded_film(30.0))
    await viewer.call("queue_add", target="mine", items=[{"path": "next.mkv"}], at="end")
    await viewer.call("hls_set_rate", rate=2.0)
    await viewer.call("hls_seek", position=110.0)
    await house.clock.advance(8)
    after = await status(viewer)
    assert (after["title"], after["encoded_rate"], after["timeline"]["rate"]) == ("next", 2.0, 2.0)
    await viewer.call("queue_previous", target="mine")
    await house.clock.advance(1)
    again = await status(viewer)
    assert (again["title"], again["encoded_rate"], again["timeline"]["rate"]) == ("copied", 2.0, 2.0)


async def test_after_a_restart_it_is_made_at_the_rate_again(house: House, viewer: Remote, restart: Restart) -> None:
    await viewer.call("hls_set_rate", rate=2.0)
    await house.clock.advance(5)
    second = await restart()
    one = second.connect()
    await one.register("owner", {"device_token": BOX_TOKEN}, capabilities=CANNOT, resume=viewer.resume())
    stream = one.registered["snapshot"]["stream"]
    assert (stream["encoded_rate"], stream["timeline"]["rate"]) == (2.0, 2.0)


async def test_what_the_screen_plays_faster_goes_on_faster_here(house: House, viewer: Remote) -> None:
    lease = (await viewer.call("request_takeover"))["lease"]
    await viewer.call("server_play", lease=lease, item={"path": "encoded.mkv"}, position=30.0)
    await viewer.call("server_set_rate", lease=lease, rate=1.5)
    await house.clock.advance(2)
    here = await viewer.call("continue_here")
    assert (here["title"], here["encoded_rate"], here["timeline"]["rate"]) == ("encoded", 1.5, 1.5)
