"""The screen knows what should be on it, and brings back what was there when a film cannot be shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.scene import Scene
from controller.core.screen import PATIENCE, FirstFrame, NotShown, Screen
from controller.core.screen_calls import Close, Hold, Open, Report, Seek, SetText
from tests.core.showing import NOW, begin, calls, film, on, scene, started, tell, title, word

# ── what is ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_screen_is_idle_and_says_nothing() -> None:
    screen = started()
    assert (screen.state, screen.position(NOW), screen.showing, screen.on_trial) == ("idle", 0.0, None, False)
    assert screen.on_report(Report(0, "none"), NOW) is None
    assert screen.tick(NOW + 60.0) is None
    assert calls(screen, NOW) == []


def test_without_a_player_nothing_is_said_and_nobody_is_impatient() -> None:
    screen = Screen(scene())
    assert calls(screen, NOW) == []
    assert screen.tick(NOW + 3_600.0) is None
    assert screen.state == "loading"


def test_the_state_follows_the_film() -> None:
    screen = started()
    screen.put_on(scene(), NOW, trial=False)
    states = [screen.state]
    begin(screen, NOW)
    states.append(screen.state)
    screen.hold(True, NOW)
    states.append(screen.state)
    screen.stop(NOW)
    assert [*states, screen.state] == ["loading", "playing", "paused", "idle"]


def test_time_runs_from_the_first_frame_on() -> None:
    screen = started()
    screen.put_on(scene(position=10.0), NOW, trial=False)
    assert screen.position(NOW + 5.0) == 10.0
    begin(screen, NOW + 5.0)
    assert screen.position(NOW + 8.0) == 13.0


def test_the_first_frame_says_where_the_film_really_begins() -> None:
    screen = started()
    screen.put_on(scene(position=10.0), NOW, trial=False)
    begin(screen, NOW, time=9.25)
    assert screen.position(NOW) == 9.25


def test_a_film_that_begins_paused_is_brought_back_to_where_it_is_to_stand() -> None:
    screen = started()
    screen.put_on(scene(position=10.0, paused=True), NOW, trial=False)
    assert isinstance(calls(screen, NOW)[0], Open)
    assert screen.on_report(word(screen, "paused", shown=True, time=10.3), NOW) == FirstFrame(screen.epoch)
    assert screen.position(NOW) == 10.0
    assert Seek(10.0) in calls(screen, NOW)
    assert Seek(10.0) not in calls(screen, NOW + 5.0)


def test_a_first_frame_far_away_is_not_believed() -> None:
    screen = started()
    screen.put_on(scene(position=50.0), NOW, trial=False)
    begin(screen, NOW, time=0.0)
    assert screen.position(NOW) == 50.0


def test_a_film_that_begins_in_a_pause_stands_still() -> None:
    screen = on(scene(paused=True))
    assert (screen.state, screen.position(NOW + 60.0)) == ("paused", 10.0)


# ── what is wished ────────────────────────────────────────────────────────────────────────────────────


def test_a_pause_holds_the_film_where_it_is_until_it_goes_on() -> None:
    screen = on()
    screen.hold(True, NOW + 5.0)
    screen.hold(True, NOW + 6.0)
    assert calls(screen, NOW + 6.0)[0] == Hold(True)
    screen.hold(False, NOW + 60.0)
    assert screen.position(NOW + 61.0) == 16.0


def test_a_pause_while_the_film_loads_is_there_from_its_first_frame() -> None:
    screen = started()
    screen.put_on(scene(), NOW, trial=False)
    calls(screen, NOW)
    screen.hold(True, NOW + 1.0)
    begin(screen, NOW + 2.0)
    assert calls(screen, NOW + 2.0)[0] == Hold(True)
    assert screen.position(NOW + 60.0) == 10.0


def test_going_on_while_the_film_loads_does_not_set_it_in_motion() -> None:
    screen = started()
    screen.put_on(scene(paused=True), NOW, trial=False)
    screen.hold(False, NOW)
    assert screen.position(NOW + 4.0) == 10.0
    begin(screen, NOW + 4.0)
    assert screen.position(NOW + 5.0) == 11.0


@pytest.mark.parametrize(("wished", "there"), [(-1.0, 0.0), (0.0, 0.0), (42.0, 42.0), (99.5, 99.0), (1e308, 99.0)])
def test_a_seek_goes_where_something_can_be_shown(wished: float, there: float) -> None:
    screen = on()
    screen.seek(wished, NOW + 1.0)
    assert screen.position(NOW + 1.0) == there


def test_a_seek_while_the_film_loads_is_told_once_and_not_undone_by_its_first_frame() -> None:
    screen = started()
    screen.put_on(scene(position=10.0), NOW, trial=False)
    calls(screen, NOW)
    screen.seek(11.5, NOW + 1.0)
    begin(screen, NOW + 4.0, time=10.0)
    assert screen.position(NOW + 4.0) == 11.5
    screen.on_report(word(screen, shown=True, time=10.25), NOW + 4.25)
    said = calls(screen, NOW + 4.25)
    assert [call for call in said if isinstance(call, Seek)] == [Seek(11.75)]


def test_a_seek_before_the_film_was_opened_is_where_it_opens() -> None:
    screen = started()
    screen.put_on(scene(position=10.0), NOW, trial=False)
    screen.seek(50.0, NOW)
    assert calls(screen, NOW) == [Open(screen.epoch, film().path, 50.0, False)]
    begin(screen, NOW + 1.0, time=50.25)
    assert screen.position(NOW + 1.0) == 50.25
    assert not [call for call in calls(screen, NOW + 1.0) if isinstance(call, Seek)]


def test_after_a_seek_old_times_are_not_believed_for_a_moment() -> None:
    screen = on()
    screen.on_report(word(screen, shown=True, time=10.0), NOW)
    screen.seek(50.0, NOW + 1.0)
    tell(screen, 11.0, NOW + 1.0)
    tell(screen, 11.25, NOW + 1.25)
    assert calls(screen, NOW + 1.25)[0] == Seek(50.25)
    for quarter in range(1, 8):
        tell(screen, 11.25 + quarter / 4, NOW + 1.25 + quarter / 4)
    assert screen.position(NOW + 3.0) == 52.0


def test_another_rate_counts_from_now_on_also_in_a_pause() -> None:
    screen = on()
    screen.set_rate(2.0, NOW + 5.0)
    assert screen.position(NOW + 7.0) == 19.0
    screen.hold(True, NOW + 7.0)
    screen.set_rate(0.5, NOW + 60.0)
    assert screen.position(NOW + 90.0) == 19.0
    screen.hold(False, NOW + 90.0)
    assert screen.position(NOW + 92.0) == 20.0


def test_tracks_are_chosen_one_by_one() -> None:
    screen = on()
    screen.set_tracks(1, None)
    screen.set_tracks(None, -1)
    assert screen.showing
    assert (screen.showing.audio, screen.showing.subtitle) == (1, -1)


def test_commands_to_an_empty_screen_change_nothing_but_what_outlasts_films() -> None:
    screen = started()
    screen.hold(True, NOW)
    screen.seek(5.0, NOW)
    screen.set_rate(2.0, NOW)
    screen.set_tracks(1, 1)
    screen.adjust(volume=30, muted=True, fullscreen=False)
    screen.adjust()
    assert screen.scene == Scene(volume=30, muted=True, fullscreen=False)


def test_a_stop_closes_the_film_and_forgets_the_parked_one() -> None:
    screen = on(replace(scene(), parked=scene("parked").showing, volume=30))
    screen.stop(NOW)
    assert screen.scene == Scene(volume=30)
    screen.on_report(Report(1, "playing", shown=True), NOW)
    assert calls(screen, NOW) == [Close()]


def test_a_line_over_the_picture_is_said_to_whoever_shows_one() -> None:
    screen = on()
    screen.on_report(word(screen, shown=True), NOW)
    calls(screen, NOW)
    screen.text = "Bob asks"
    assert calls(screen, NOW) == [SetText("Bob asks")]


# ── trials ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_failed_trial_brings_back_everything_as_it_was_when_it_began() -> None:
    parked = scene("parked").showing
    screen = on(replace(scene(rate=1.5, audio=1, subtitle=-1), parked=parked, volume=30, muted=True))
    trial = screen.put_on(scene("other", 0.0), NOW + 4.0, trial=True)
    assert (screen.on_trial, title(screen)) == (True, "other")
    screen.take_back(NOW + 9.0)
    assert (screen.on_trial, screen.state, screen.error) == (False, "loading", None)
    assert screen.epoch > trial
    back = screen.showing
    assert back
    assert (back.film, back.paused, back.audio, back.subtitle) == (film(), False, 1, -1)
    assert (back.line.rate, screen.position(NOW + 20.0)) == (1.5, 16.0)
    assert screen.scene == replace(screen.scene, parked=parked, volume=30, muted=True)
    assert calls(screen, NOW + 9.0) == [Open(screen.epoch, film().path, 16.0, False)]
    begin(screen, NOW + 10.0, time=16.125)
    assert screen.position(NOW + 12.0) == 19.125


def test_a_paused_film_comes_back_paused() -> None:
    screen = on(scene(paused=True))
    screen.put_on(scene("other"), NOW + 4.0, trial=True)
    screen.take_back(NOW + 5.0)
    assert calls(screen, NOW + 5.0) == [Open(screen.epoch, film().path, 10.0, True)]
    begin(screen, NOW + 6.0)
    assert (screen.state, screen.position(NOW + 60.0)) == ("paused", 10.0)


def test_a_film_in_its_last_second_comes_back_where_it_can_be_shown() -> None:
    screen = on(scene(position=98.0))
    screen.put_on(scene("other"), NOW + 1.5, trial=True)
    screen.take_back(NOW + 3.0)
    assert screen.position(NOW + 3.0) == 99.5
    assert calls(screen, NOW + 3.0) == [Open(screen.epoch, film().path, 99.0, False)]


def test_a_trial_on_an_empty_screen_leaves_it_empty_when_it_fails() -> None:
    screen = started()
    screen.put_on(scene(), NOW, trial=True)
    screen.take_back(NOW)
    assert (screen.scene, screen.state, screen.error) == (Scene(), "idle", None)


def test_a_trial_is_over_with_its_first_frame() -> None:
    screen = on()
    screen.put_on(scene("other"), NOW, trial=True)
    begin(screen, NOW + 1.0)
    assert not screen.on_trial
    screen.take_back(NOW + 2.0)
    assert (title(screen), screen.error) == ("other", None)


def test_until_then_the_scene_of_before_is_what_is_settled() -> None:
    screen = on()
    assert screen.settled is screen.scene
    screen.put_on(scene("other"), NOW + 5.0, trial=True)
    assert screen.settled.showing
    assert (screen.settled.showing.film, screen.settled.showing.line.now(NOW + 9.0)) == (film(), 15.0)
    begin(screen, NOW + 6.0)
    assert screen.settled is screen.scene


def test_a_trial_in_place_of_a_trial_brings_back_what_was_really_shown() -> None:
    screen = on()
    screen.put_on(scene("second"), NOW + 2.0, trial=True)
    screen.put_on(scene("third"), NOW + 4.0, trial=True)
    screen.take_back(NOW + 6.0)
    assert (title(screen), screen.position(NOW + 6.0)) == (film().title, 12.0)


def test_a_film_that_is_put_on_for_good_ends_a_trial() -> None:
    screen = on()
    screen.put_on(scene("second"), NOW, trial=True)
    screen.put_on(scene("third"), NOW, trial=False)
    screen.take_back(NOW)
    assert title(screen) == "third"


def test_a_stop_ends_a_trial() -> None:
    screen = on()
    screen.put_on(scene("second"), NOW, trial=True)
    screen.stop(NOW)
    screen.take_back(NOW)
    assert (screen.showing, screen.state) == (None, "idle")


def test_volume_chosen_during_a_trial_stays_when_it_fails() -> None:
    screen = on()
    screen.put_on(scene("second"), NOW, trial=True)
    screen.adjust(volume=30)
    screen.take_back(NOW)
    assert screen.scene.volume == 30


def test_a_seek_in_a_trial_does_not_move_the_film_that_comes_back() -> None:
    screen = on()
    screen.put_on(scene("second"), NOW, trial=True)
    calls(screen, NOW)
    screen.seek(70.0, NOW)
    screen.on_report(word(screen), NOW)
    assert Seek(70.0) in calls(screen, NOW)
    screen.take_back(NOW)
    assert calls(screen, NOW) == [Open(screen.epoch, film().path, 10.0, False)]
    begin(screen, NOW + 0.5, time=10.125)
    assert screen.position(NOW + 0.5) == 10.125


def test_a_film_that_ends_without_a_picture_was_not_shown() -> None:
    screen = on()
    epoch = screen.put_on(scene("other"), NOW, trial=True)
    happened = screen.on_report(word(screen, "ended"), NOW + 1.0)
    assert isinstance(happened, NotShown)
    assert (happened.epoch, happened.error.message) == (epoch, "VLC could not play this.")
    assert (title(screen), screen.error) == (film().title, None)


def test_a_film_that_could_not_be_shown_and_replaced_nothing_leaves_the_screen_failed() -> None:
    screen = started()
    screen.put_on(replace(scene(), parked=scene("parked").showing, volume=30), NOW, trial=False)
    assert isinstance(screen.on_report(word(screen, "ended"), NOW), NotShown)
    assert (screen.state, screen.showing, screen.scene.volume) == ("failed", None, 30)
    assert screen.scene.parked
    assert screen.lost == scene().showing
    screen.put_on(scene(), NOW, trial=False)
    assert (screen.state, screen.error, screen.lost) == ("loading", None, None)


def test_a_film_that_was_lost_is_still_lost_after_a_trial_that_fails_and_gone_after_one_that_does_not() -> None:
    screen = started()
    screen.put_on(scene(), NOW, trial=False)
    screen.on_report(word(screen, "ended"), NOW)
    lost, error = screen.lost, screen.error
    screen.put_on(scene("other"), NOW, trial=True)
    assert (screen.state, screen.lost, screen.error) == ("loading", None, None)
    screen.take_back(NOW + 1.0)
    assert (screen.state, screen.lost, screen.error) == ("failed", lost, error)
    screen.put_on(scene("other"), NOW, trial=True)
    begin(screen, NOW + 2.0)
    assert (screen.state, screen.lost, screen.error) == ("playing", None, None)


def test_a_stop_forgets_a_film_that_was_lost() -> None:
    screen = started()
    screen.put_on(scene(), NOW, trial=False)
    screen.on_report(word(screen, "ended"), NOW)
    screen.stop(NOW)
    assert (screen.state, screen.lost, screen.error) == ("idle", None, None)


def test_a_film_has_ten_seconds_for_its_first_frame() -> None:
    screen = started()
    screen.put_on(scene(), NOW, trial=False)
    assert screen.tick(NOW + PATIENCE - 0.1) is None
    assert isinstance(screen.tick(NOW + PATIENCE), NotShown)
    assert screen.state == "failed"


def test_these_count_from_when_there_was_a_player() -> None:
    screen = Screen()
    screen.put_on(scene(), NOW, trial=False)
    screen.player_started(NOW + 30.0)
    assert screen.tick(NOW + 30.0 + PATIENCE - 0.1) is None
    assert isinstance(screen.tick(NOW + 30.0 + PATIENCE), NotShown)
