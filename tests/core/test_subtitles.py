"""Subtitles in the master playlist, and their own playlists."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.delivery import Wish, decide
from controller.core.media import SubtitleFacts
from controller.core.picture import Burn, EncodeVideo, burned
from controller.core.playlist import VIDEO, Caption, caption_list, master
from controller.core.segment_plan import SegmentPlan
from controller.core.subtitles import Window, captions, found_again, media, pieces, window, with_files, without_files
from controller.core.variant import variant_of
from controller.core.wish import Choice
from tests.core.making import modest
from tests.fakes.facts import film, picture, sound

PLAIN = SubtitleFacts(2, "subrip", "eng", default=True)
TRACKS = (
    PLAIN,
    SubtitleFacts(3, "pgssub", "eng"),
    SubtitleFacts(4, "ass", "ger", "Schilder", forced=True),
    SubtitleFacts(5, "mov_text", forced=True),
)
BESIDE = (
    SubtitleFacts(-1, "webvtt", "en", hearing_impaired=True, external=True),
    SubtitleFacts(-1, "subrip", "en", external=True),
)
FILM = with_files(replace(film(picture(), sound()), subtitles=TRACKS), BESIDE)
plans = st.tuples(st.floats(0, 5), st.floats(0.1, 20_000)).map(lambda span: SegmentPlan((span[0], span[0] + span[1])))


def told(chosen: int | None = None) -> list[m3u8.Media]:
    delivery = decide(FILM, Wish(subtitle_track=chosen))
    found = m3u8.loads(master(variant_of(FILM, delivery), delivery.renditions[0], delivery.told, delivery.captions))
    assert found.playlists[0].stream_info.subtitles == "subtitles"
    return [entry for entry in found.media if entry.type == "SUBTITLES"]


def test_what_is_text_is_a_rendition_and_what_is_pictures_is_counted_all_the_same() -> None:
    assert [entry.uri for entry in told()] == [f"subtitles-{track}.m3u8" for track in (0, 2, 3, 4, 5)]
    assert [track.kind for track in FILM.subtitles] == ["text", "picture", "text", "text", "text", "text"]


def test_the_tv_knows_the_film_without_the_files_beside_it() -> None:
    assert without_files(FILM).subtitles == TRACKS


def test_renditions_have_names_of_their_own_and_say_language_and_purpose() -> None:
    about = [(entry.name, entry.language, entry.forced, entry.characteristics is not None) for entry in told()]
    assert about == [
        ("English", "en", "NO", False),
        ("Schilder (forced)", "de", "YES", False),
        ("Subtitles (forced)", None, "YES", False),
        ("English (SDH)", "en", "NO", True),
        ("English (2)", "en", "NO", False),
    ]
    assert {(entry.group_id, entry.autoselect) for entry in told()} == {("subtitles", "YES")}


@pytest.mark.parametrize(("chosen", "default"), [(None, []), (0, [0]), (5, [5])])
def test_the_chosen_one_is_the_default_and_else_there_is_none(chosen: int | None, default: list[int]) -> None:
    assert [entry.uri for entry in told(chosen) if entry.default == "YES"] == [caption_list(track) for track in default]


def test_a_file_beside_the_film_is_drawn_into_the_picture_when_that_is_asked_for_and_by_its_number() -> None:
    shown = decide(FILM, Wish(subtitle_track=5))
    assert shown.mode == "remux"
    assert [caption.track for caption in shown.captions if caption.default] == [5]
    drawn = decide(replace(FILM, fonts=(7,)), Wish(subtitle_track=5, burn=True))
    assert drawn.reasons == ("subtitles_burned_in",)
    assert isinstance(drawn.video, EncodeVideo)
    assert drawn.video.burn == Burn(1, text=True, beside=True, fonts=(7,))


def test_fonts_are_for_text_only() -> None:
    facts = replace(FILM, fonts=(7,), subtitles=(SubtitleFacts(2, "hdmv_pgs_subtitle"), SubtitleFacts(3, "ass")))
    assert burned(facts, Wish(subtitle_track=0)) == Burn(2)
    assert burned(facts, Wish(subtitle_track=1)) is None
    assert burned(facts, Wish(subtitle_track=1, burn=True)) == Burn(3, text=True, fonts=(7,))


def test_a_film_without_text_has_no_group_of_subtitles() -> None:
    facts = film(picture(), sound())
    delivery = decide(facts, Wish())
    assert "SUBTITLES" not in master(variant_of(facts, delivery), VIDEO, delivery.told, delivery.captions)


def test_a_film_with_thousands_of_tracks_has_a_master_playlist_of_bounded_size() -> None:
    facts = replace(FILM, subtitles=(PLAIN,) * 4_000)
    assert len(captions(facts, 3_999)) == 200


@given(title=st.text(max_size=30), language=st.text(min_size=1, max_size=9))
@modest(60)
def test_no_title_can_break_out_of_its_quotes_or_its_line(title: str, language: str) -> None:
    delivery = decide(FILM, Wish())
    named = captions(replace(FILM, subtitles=(SubtitleFacts(2, "srt", language, title or None),)), 0)
    text = master(variant_of(FILM, delivery), VIDEO, [], named)
    text.encode()
    (line,) = [line for line in text.splitlines() if line.startswith("#EXT-X-MEDIA:")]
    assert re.fullmatch(r'#EXT-X-MEDIA:(?:[A-Z-]+=(?:"[^"]*"|[A-Z]+),)*URI="subtitles-0\.m3u8"', line)


@given(plan=plans)
@modest(60)
def test_the_pieces_add_up_to_the_stream_and_none_is_longer_than_promised(plan: SegmentPlan) -> None:
    found = m3u8.loads(media(plan, 3))
    assert found.is_endlist
    assert found.playlist_type == "vod"
    assert [entry.uri for entry in found.segments] == [f"subtitles-3-{index}.vtt" for index in range(pieces(plan))]
    lengths = [entry.duration for entry in found.segments]
    assert sum(lengths) == pytest.approx(plan.duration, abs=0.01)
    assert max(round(length) for length in lengths) <= found.target_duration <= 60
    assert all(length == 60 for length in lengths[:-1])


@given(plan=plans)
@modest(60)
def test_the_windows_cover_the_film_from_where_the_stream_begins(plan: SegmentPlan) -> None:
    windows = [window(plan, index) for index in range(pieces(plan))]
    assert windows[0].start == plan.origin
    assert windows[-1].end == pytest.approx(plan.boundaries[-1])
    assert all(before.end == after.start for before, after in pairwise(windows))


def test_a_stream_at_another_rate_has_the_same_pieces_of_film_in_another_time() -> None:
    plan = SegmentPlan((1.0, 151.0), 1.5)
    text = media(plan, 0, 51.0)
    assert [entry.duration for entry in m3u8.loads(text).segments] == [40.0, 40.0, 20.0]
    assert "TIME-OFFSET=34.000" in text
    assert window(plan, 1) == Window(61.0, 121.0)


def test_a_film_that_is_opened_in_its_middle_has_its_subtitles_begin_there() -> None:
    assert "#EXT-X-START:TIME-OFFSET=51.250,PRECISE=YES\n" in media(SegmentPlan((0.0, 100.0)), 0, 51.25)


def test_playlist_time_begins_with_the_first_picture_whatever_film_time_that_is() -> None:
    assert window(SegmentPlan((1.5, 100.0)), 0) == Window(1.5, 61.5)
    assert window(SegmentPlan((1.5, 100.0)), 1) == Window(61.5, 100.0)


def test_captions_are_told_by_their_track() -> None:
    assert caption_list(12) == "subtitles-12.m3u8"
    assert captions(FILM, 0)[0] == Caption(0, "English", "en", default=True)


FILES = ("Film.de.ass", "Film.srt")
"""What lies beside FILM, whose other tracks are four."""


def test_a_file_is_remembered_by_its_name_and_found_under_another_number() -> None:
    named = found_again(Choice(subtitle_track=5, burn=True), FILM, FILES)
    assert named == Choice(subtitle_track=5, burn=True, beside="Film.srt")
    fewer = replace(FILM, subtitles=FILM.subtitles[:5])
    assert found_again(named, fewer, FILES[1:]) == Choice(subtitle_track=4, burn=True, beside="Film.srt")
    assert found_again(named, FILM, FILES) == named


def test_a_file_that_has_gone_leaves_no_subtitles_not_those_that_have_its_number() -> None:
    named = Choice("720p", subtitle_track=4, burn=True, beside="Film.de.ass")
    fewer = replace(FILM, subtitles=FILM.subtitles[:5])
    assert found_again(named, fewer, FILES[1:]) == Choice("720p", subtitle_track=-1)


@pytest.mark.parametrize("track", [None, -1, 0, 3, 6])
def test_a_track_that_is_no_file_has_no_name(track: int | None) -> None:
    assert found_again(Choice(subtitle_track=track), FILM, FILES) == Choice(subtitle_track=track)
