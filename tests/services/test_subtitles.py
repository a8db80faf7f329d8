"""Subtitles of streams: those in the film and those beside it, on the wire and as segments."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from controller.core.media import SubtitleFacts
from controller.core.webvtt import Cue
from controller.services.playlists import playlist_of
from controller.services.stream_spec import SegmentLate
from controller.services.subtitles import Subtitles
from protocol.errors import NoStream, NotPlayable, Overloaded
from tests.fakes.facts import copied_film
from tests.fakes.library import ROOT
from tests.fakes.subtitles import FakeSubtitles
from tests.services.house import House, Remote

CUES = (Cue(1.0, 2.0, "one"), Cue(59.0, 61.0, "two"), Cue(119.0, 130.0, "three"))
HEADER = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n"
TWO = "\n00:00:59.000 --> 00:01:01.000\ntwo\n"


@pytest.fixture
async def viewer(house: House) -> Remote:
    """Watches a film of two minutes with pictures and text in it, and two files beside it."""
    tracks = (SubtitleFacts(2, "pgssub", "eng"), SubtitleFacts(3, "srt", "ger", forced=True))
    house.add("Film.mkv", replace(copied_film(), subtitles=tracks))
    house.library.add("Film.fr.srt")
    house.library.add("film.EN.sdh.vtt")
    house.library.add("Filmed.en.srt")
    remote = await house.owner()
    await remote.watch("Film.mkv")
    return remote


@pytest.fixture
def reader() -> FakeSubtitles:
    return FakeSubtitles({ROOT / "Film.mkv": CUES, ROOT / "Film.fr.srt": [Cue(1.0, 2.0, "un")]})


async def test_tracks_in_the_film_are_counted_first_and_then_the_files_beside_it(viewer: Remote) -> None:
    status = await viewer.call("hls_status")
    item = await viewer.call("get_item", item={"path": "Film.mkv"})
    about = [
        (
            track["id"],
            track["kind"],
            track.get("language"),
            track["forced"],
            track["hearing_impaired"],
            track["external"],
        )
        for track in status["tracks"]["subtitles"]
    ]
    assert about == [
        (0, "picture", "eng", False, False, False),
        (1, "text", "ger", True, False, False),
        (2, "text", "en", False, True, True),
        (3, "text", "fr", False, False, True),
    ]
    selected = [track.pop("selected") for track in status["tracks"]["subtitles"]]
    assert selected == [False] * 4
    assert item["tracks"]["subtitles"] == status["tracks"]["subtitles"], "whoever asks"


async def test_text_has_playlists_and_pictures_have_none(viewer: Remote) -> None:
    stream = viewer.stream
    assert [playlist_of(stream, f"subtitles-{track}.m3u8") is not None for track in range(5)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    master = playlist_of(stream, "master.m3u8") or ""
    assert master.count("TYPE=SUBTITLES") == 3
    assert 'URI="subtitles-0.m3u8"' not in master


async def test_the_chosen_track_is_the_default_of_the_master_playlist(viewer: Remote) -> None:
    def default() -> list[str]:
        lines = (playlist_of(viewer.stream, "master.m3u8") or "").splitlines()
        return [line.rpartition("URI=")[2] for line in lines if "TYPE=SUBTITLES" in line and "DEFAULT=YES" in line]

    assert default() == []
    before = viewer.stream
    await viewer.call("hls_set_tracks", subtitle_track=3)
    assert default() == ['"subtitles-3.m3u8"']
    assert viewer.stream is before, "nothing is made anew for it"
    status = await viewer.call("hls_set_tracks", subtitle_track=-1)
    assert default() == []
    assert not any(track["selected"] for track in status["tracks"]["subtitles"])
    assert await viewer.refused("hls_set_tracks", subtitle_track=4) == "not_playable"


async def test_a_file_that_has_gone_leaves_the_film_without_subtitles_when_it_is_opened_again(
    house: House, viewer: Remote
) -> None:
    status = await viewer.call("hls_set_tracks", subtitle_track=2, burn_in=True)
    assert status["delivery"]["reasons"] == ["subtitles_burned_in"]
    del house.library.files["film.EN.sdh.vtt"]
    with capture_logs() as logs:
        await house.changing.fall_back(viewer.me)
        again = await house.changing.step_down(viewer.me)
    assert (again.choice.subtitle_track, again.choice.burn, again.wish.subtitle_track) == (-1, False, None)
    assert [(log["title"], log["file"]) for log in logs if log["event"] == "subtitles of before are gone"] == [
        ("Film", "film.EN.sdh.vtt")
    ]


async def test_a_file_is_followed_to_another_number_and_another_choice_is_not_it(house: House, viewer: Remote) -> None:
    await viewer.call("hls_set_tracks", subtitle_track=3)
    del house.library.files["film.EN.sdh.vtt"]
    assert (await house.changing.step_down(viewer.me)).choice.subtitle_track == 2
    await viewer.call("hls_set_tracks", subtitle_track=1)
    assert viewer.stream.choice.beside is None
    assert (await house.changing.step_down(viewer.me)).choice.subtitle_track == 1


async def test_a_segment_has_what_is_seen_within_it_at_film_time(viewer: Remote, reader: FakeSubtitles) -> None:
    subtitles, stream = Subtitles(reader), viewer.stream
    assert await subtitles.segment(stream, 1, 0) == HEADER + "\n00:00:01.000 --> 00:00:02.000\none\n" + TWO
    assert await subtitles.segment(stream, 1, 1) == HEADER + TWO + "\n00:01:59.000 --> 00:02:10.000\nthree\n"
    assert await subtitles.segment(stream, 3, 0) == HEADER + "\n00:00:01.000 --> 00:00:02.000\nun\n"
    assert await subtitles.segment(stream, 3, 1) == HEADER


async def test_who_wants_none_has_none_whatever_was_read_last(viewer: Remote) -> None:
    await viewer.call("hls_set_tracks", subtitle_track=3)
    again = await viewer.call("request_hls_stream", item={"path": "Film.mkv"})
    assert [track["selected"] for track in again["tracks"]["subtitles"]] == [False, False, False, True]
    assert 'DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,LANGUAGE="fr"' in (playlist_of(viewer.stream, "master.m3u8") or "")
    none = await viewer.call("request_hls_stream", item={"path": "Film.mkv"}, subtitle_track=-1)
    assert not any(track["selected"] for track in none["tracks"]["subtitles"])
    assert "DEFAULT=YES" not in (playlist_of(viewer.stream, "master.m3u8") or "").partition("TYPE=SUBTITLES")[2]


@pytest.mark.parametrize(("track", "index"), [(0, 0), (4, 0), (-1, 0), (1, 2), (1, -1), (1, 9_999_999)])
async def test_what_there_is_not_is_no_segment(viewer: Remote, reader: FakeSubtitles, track: int, index: int) -> None:
    with pytest.raises(NoStream):
        await Subtitles(reader).segment(viewer.stream, track, index)
    assert reader.reads == 0


async def test_what_cannot_be_read_or_not_in_time_is_told(house: House, viewer: Remote, reader: FakeSubtitles) -> None:
    subtitles, stream = Subtitles(reader), viewer.stream
    with pytest.raises(NotPlayable):
        await subtitles.segment(stream, 2, 0)
    reader.lost = True
    with pytest.raises(Overloaded):
        await subtitles.segment(stream, 1, 0)
    reader.lost, reader.takes = False, 30.0
    began = house.clock.now()
    with pytest.raises(SegmentLate):
        await subtitles.segment(stream, 1, 0)
    assert house.clock.now() - began == pytest.approx(20.0)
