"""Playlists hold to RFC 8216, as an independent reader sees them."""

from __future__ import annotations

import re
from typing import Any

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.playlist import (
    MASTER,
    VIDEO,
    Rendition,
    SegmentId,
    Sound,
    Variant,
    master,
    media,
    playlist_name,
    sound_of,
)
from controller.core.segment_plan import SegmentPlan, at_keyframes
from tests.core.making import BOTH, SOUND, modest, plan

FULL = Variant(
    codecs="avc1.640028,mp4a.40.2",
    bandwidth=8_000_000,
    average_bandwidth=7_000_000,
    resolution=(1920, 1080),
    frame_rate=24000 / 1001,
)
COMMENTARY = Sound(SOUND, "Commentary", "en", 6, default=True)
AWKWARD = "aé\"'\\,=#\n\r\t\x00\x0b\x85\u2028\u2029\ud800\U0001f3ac "
plans = st.lists(st.integers(1, 40_000_000), min_size=1, max_size=20).map(
    lambda gaps: SegmentPlan(tuple(sum(gaps[:i]) / 1_000_000 for i in range(len(gaps) + 1)))
)


def read(text: str) -> Any:
    """Parse; and what every playlist has to begin and end with (§4.1, §4.3.1.1)."""
    assert text.startswith("#EXTM3U\n")
    assert text.endswith("\n")
    assert "\r" not in text
    assert "" not in text.split("\n")[:-1]
    return m3u8.loads(text)


def test_files_are_named_after_their_rendition() -> None:
    assert (MASTER, playlist_name(VIDEO), playlist_name(SOUND)) == ("master.m3u8", "video.m3u8", "audio-0.m3u8")
    assert SegmentId(SOUND, 12).name == "audio-0-12.ts"


def test_a_master_playlist_names_one_variant_with_all_that_a_player_wants_to_know() -> None:
    found = read(master(FULL, VIDEO, [COMMENTARY]))
    assert found.is_variant
    assert found.version == 6
    assert found.is_independent_segments
    (variant,) = found.playlists
    assert variant.uri == "video.m3u8"
    about = variant.stream_info
    assert (about.bandwidth, about.average_bandwidth, about.codecs) == (8_000_000, 7_000_000, "avc1.640028,mp4a.40.2")
    assert about.resolution == (1920, 1080)
    assert about.frame_rate == pytest.approx(23.976)
    assert about.audio == "audio"


def test_the_sound_beside_a_picture_is_a_rendition_of_its_group() -> None:
    found = read(master(FULL, VIDEO, [COMMENTARY]))
    (sound,) = found.media
    assert (sound.type, sound.group_id, sound.name, sound.uri) == ("AUDIO", "audio", "Commentary", "audio-0.m3u8")
    assert (sound.default, sound.autoselect, sound.language, sound.channels) == ("YES", "YES", "en", "6")
    assert found.playlists[0].stream_info.audio == sound.group_id


@pytest.mark.parametrize("only", BOTH)
def test_a_single_rendition_is_the_variant_itself(only: Rendition) -> None:
    found = read(master(Variant("mp4a.40.2", 200_000, 160_000), only, [COMMENTARY] if only != VIDEO else []))
    assert [entry.uri for entry in found.playlists] == [f"{only}.m3u8"]
    assert found.media == []
    assert found.playlists[0].stream_info.audio is None
    assert found.playlists[0].stream_info.resolution is None
    assert found.playlists[0].stream_info.frame_rate is None


def test_a_sound_track_of_unknown_language_and_channels_claims_neither() -> None:
    (sound,) = read(master(FULL, VIDEO, [Sound(SOUND, "Audio")])).media
    assert sound.language is None
    assert sound.channels is None


@given(title=st.text(AWKWARD, max_size=30), language=st.text(AWKWARD, min_size=1, max_size=9))
@modest(40)
def test_no_title_can_break_out_of_its_quotes_or_its_line(title: str, language: str) -> None:
    text = master(FULL, VIDEO, [Sound(SOUND, title, language)])
    text.encode()
    assert len(text.splitlines()) == 6
    line = next(line for line in text.splitlines() if line.startswith("#EXT-X-MEDIA:"))
    attributes = re.fullmatch(r'#EXT-X-MEDIA:(?:[A-Z-]+=(?:"[^"]*"|[A-Z]+),)*URI="audio-0\.m3u8"', line)
    assert attributes
    assert line.count("TYPE=AUDIO,") >= 1


def test_quotes_and_line_breaks_in_a_title_become_spaces() -> None:
    (sound,) = read(master(FULL, VIDEO, [Sound(SOUND, 'A "B"\nC\ud800,D=E')])).media
    assert sound.name == "A  B  C ,D=E"


def test_every_sound_of_a_film_is_told_and_one_of_them_is_the_default() -> None:
    sounds = [
        Sound(sound_of(track), name, "en", 2, default=track == 1) for track, name in enumerate(["A", "B", "A", "A (2)"])
    ]
    found = read(master(FULL, VIDEO, sounds)).media
    assert [entry.uri for entry in found] == [f"audio-{track}.m3u8" for track in range(4)]
    assert [entry.default for entry in found] == ["NO", "YES", "NO", "NO"]
    assert [entry.name for entry in found] == ["A", "B", "A (2)", "A (2) (2)"], (
        "names differ within a group (§4.3.4.1.1)"
    )


def test_sounds_without_a_picture_are_a_group_when_there_are_several() -> None:
    found = read(master(Variant("mp4a.40.2", 2, 1), SOUND, [COMMENTARY, Sound(sound_of(1), "Music")]))
    assert [entry.uri for entry in found.playlists] == ["audio-0.m3u8"]
    assert [entry.uri for entry in found.media] == ["audio-0.m3u8", "audio-1.m3u8"]


@given(cuts=plans, rendition=st.sampled_from(BOTH))
@modest(25)
def test_a_media_playlist_lists_every_segment_in_order_and_says_that_this_is_all(
    cuts: SegmentPlan, rendition: Rendition
) -> None:
    found = read(media(cuts, rendition))
    assert (found.version, found.media_sequence, found.playlist_type) == (6, 0, "vod")
    assert found.is_endlist
    assert found.is_independent_segments
    assert not found.is_variant
    assert [entry.uri for entry in found.segments] == [f"{rendition}-{i}.ts" for i in range(len(cuts))]


@given(cuts=plans)
@modest(25)
def test_no_segment_is_longer_than_the_target_duration_when_rounded(cuts: SegmentPlan) -> None:
    found = read(media(cuts, VIDEO))
    longest = max(entry.duration for entry in found.segments)
    assert found.target_duration >= 1
    assert int(longest + 0.5) <= found.target_duration <= longest + 1


@given(cuts=plans)
@modest(25)
def test_segment_durations_add_up_to_the_film(cuts: SegmentPlan) -> None:
    found = read(media(cuts, VIDEO))
    assert sum(entry.duration for entry in found.segments) == pytest.approx(cuts.duration, abs=len(cuts) * 1e-6)
    assert all(entry.duration > 0 for entry in found.segments)


def test_a_target_duration_is_whole_and_not_rounded_up_for_a_rest_of_a_millisecond() -> None:
    assert read(media(SegmentPlan((0.0, 4.0005)), VIDEO)).target_duration == 4
    assert read(media(SegmentPlan((0.0, 4.01)), VIDEO)).target_duration == 5
    assert read(media(SegmentPlan((0.0, 0.2)), VIDEO)).target_duration == 1


def test_a_film_that_is_opened_in_its_middle_starts_there_precisely() -> None:
    text = media(plan(), SOUND, 51.25)
    assert "#EXT-X-START:TIME-OFFSET=51.250,PRECISE=YES\n" in text
    assert read(text).start.time_offset == 51.25
    assert read(text).start.precise == "YES"


def test_a_film_that_is_opened_at_its_start_says_nothing_of_it() -> None:
    assert "EXT-X-START" not in media(plan(), SOUND)


def test_playlist_time_begins_at_the_first_cut_whatever_film_time_that_is() -> None:
    found = read(media(at_keyframes((1.5, 6.5, 11.5), 16.5), VIDEO))
    assert [entry.duration for entry in found.segments] == [5.0, 5.0, 5.0]
