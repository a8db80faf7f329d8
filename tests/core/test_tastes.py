"""What is remembered of a device: languages, and what its player failed with."""

from __future__ import annotations

from dataclasses import replace

from controller.core.media import MediaFacts, SubtitleFacts
from controller.core.tastes import MOST_KINDS, Taste, kind_of
from controller.core.wish import Choice
from tests.fakes.facts import film, hevc, picture, sound


def spoken(*languages: str | None, read: tuple[str, ...] = ()) -> MediaFacts:
    subtitles = tuple(SubtitleFacts(9 + n, "subrip", language) for n, language in enumerate(read))
    tracks = [sound(index=1 + n, language=language) for n, language in enumerate(languages)]
    return replace(film(picture(), *tracks), subtitles=subtitles)


def test_a_film_is_heard_and_read_in_the_languages_that_were_chosen_last() -> None:
    taste = Taste().chose(spoken("eng", "deu", read=("eng", "fra")), audio=1, subtitle=1)
    assert (taste.heard, taste.read) == ("deu", "fra")
    another = spoken("ger", "eng", read=("eng", "fr", "fre"))
    assert taste.tracks(another, Choice()) == Choice(audio_track=0, subtitle_track=1)


def test_what_is_asked_for_counts_and_a_language_that_is_not_there_leaves_the_films_own() -> None:
    taste = Taste("deu", "fra")
    assert taste.tracks(spoken("eng", "deu"), Choice(audio_track=0)) == Choice(audio_track=0)
    assert taste.tracks(spoken("eng", None), Choice()) == Choice()
    assert Taste().tracks(spoken("eng", "deu"), Choice()) == Choice()


def test_subtitles_that_were_switched_off_stay_off() -> None:
    taste = Taste("deu", "fra").chose(spoken("eng", read=("fra",)), audio=None, subtitle=-1)
    assert (taste.heard, taste.read) == ("deu", "")
    assert taste.tracks(spoken("eng", read=("fra",)), Choice()).subtitle_track is None


def test_a_track_of_no_language_changes_no_language() -> None:
    taste = Taste("deu", "fra")
    assert taste.chose(spoken(None, read=("",)), audio=0, subtitle=None) == taste


def test_whole_subtitles_are_read_rather_than_forced_ones_or_those_for_the_hearing_impaired() -> None:
    forced = SubtitleFacts(2, "subrip", "deu", forced=True)
    impaired = SubtitleFacts(3, "subrip", "deu", hearing_impaired=True)
    whole = SubtitleFacts(4, "subrip", "ger")
    for tracks, best in (((forced, impaired, whole), 2), ((forced, impaired), 1), ((forced,), 0), ((whole, forced), 0)):
        assert Taste(read="de").tracks(replace(spoken("eng"), subtitles=tracks), Choice()).subtitle_track == best


def test_who_chose_subtitles_for_the_hearing_impaired_gets_them_again_until_others_are_chosen() -> None:
    tracks = (SubtitleFacts(2, "subrip", "deu"), SubtitleFacts(3, "subrip", "deu", hearing_impaired=True))
    facts = replace(spoken("eng"), subtitles=tracks)
    taste = Taste().chose(facts, audio=None, subtitle=1)
    assert taste.tracks(facts, Choice()).subtitle_track == 1
    assert taste.chose(facts, audio=0, subtitle=-1).hearing_impaired
    assert taste.chose(facts, audio=None, subtitle=0).tracks(facts, Choice()).subtitle_track == 0


def test_picture_subtitles_are_not_drawn_in_without_being_asked_for() -> None:
    facts = replace(spoken("eng"), subtitles=(SubtitleFacts(2, "hdmv_pgs_subtitle", "deu"),))
    assert Taste(read="deu").tracks(facts, Choice()).subtitle_track is None


def test_a_way_that_failed_is_not_taken_again_for_films_of_the_same_kind() -> None:
    taste = Taste().failed(film(picture(), sound()), "direct").failed(film(picture(), sound()), "remux")
    assert taste.refusals(film(picture(level=30), sound(channels=6))) == {"direct", "remux"}
    assert taste.refusals(film(hevc(), sound())) == frozenset()
    assert kind_of(film(None, sound(), sound(index=2, codec="ac3"))) == "matroska/-/aac+ac3"
    assert kind_of(film(picture())) == "matroska/h264 High/-"


def test_only_the_latest_kinds_are_remembered() -> None:
    taste = Taste()
    for number in range(MOST_KINDS + 20):
        taste = taste.failed(film(picture(profile=f"odd {number}"), sound()), "direct")
    assert len(taste.refused) == MOST_KINDS
    assert taste.refusals(film(picture(profile="odd 119"), sound()))
    assert not taste.refusals(film(picture(profile="odd 0"), sound()))
