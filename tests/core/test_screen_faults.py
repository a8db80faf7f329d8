"""A player slips, keeps silent and dies; the screen believes it only when it must, and brings the film back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.scene import Scene
from controller.core.screen import HEALTHY, OVERDUE, FirstFrame, NotShown, Over, Screen
from controller.core.screen_calls import Close, Open, Report, Seek
from controller.core.screen_losses import ALLOWED
from tests.core.showing import NOW, begin, calls, film, on, reopen, scene, started, tell, title, word

# ── the player's word ─────────────────────────────────────────────────────────────────────────────────


def test_what_is_told_of_a_film_of_before_counts_for_nothing() -> None:
    screen = on()
    old = screen.epoch
    screen.put_on(scene("other", 50.0), NOW, trial=True)
    before = screen.scene
    assert screen.on_report(Report(old, "playing", shown=True, time=11.0), NOW) is None
    assert screen.on_report(Report(old, "ended", shown=True), NOW) is None
    assert (screen.scene, screen.shown) == (before, False)
    assert screen.tick(NOW) is None


def test_a_time_before_the_first_frame_counts_for_nothing() -> None:
    screen = started()
    screen.put_on(scene(position=10.0), NOW, trial=False)
    for quarter in range(4):
        assert screen.on_report(word(screen, "opening", time=70.0 + quarter / 4), NOW + quarter / 4) is None
    assert screen.position(NOW + 1.0) == 10.0


def test_one_slip_of_the_player_moves_nobody() -> None:
    screen = on()
    tell(screen, 11.0, NOW + 1.0)
    tell(screen, 71.25, NOW + 1.25)
    tell(screen, 11.5, NOW + 1.5)
    tell(screen, 41.75, NOW + 1.75)
    assert screen.position(NOW + 1.75) == 11.75


def test_two_words_that_agree_correct_the_position() -> None:
    screen = on()
    tell(screen, 8.0, NOW + 1.0)
    assert screen.position(NOW + 1.0) == 11.0
    tell(screen, 8.25, NOW + 1.25)
    assert screen.position(NOW + 2.25) == 9.25


def test_two_slips_that_do_not_agree_move_nobody() -> None:
    screen = on()
    tell(screen, 71.0, NOW + 1.0)
    tell(screen, 41.25, NOW + 1.25)
    assert screen.position(NOW + 1.25) == 11.25


@pytest.mark.parametrize("time", [-5.0, 105.0])
def test_times_outside_the_film_are_never_believed(time: float) -> None:
    screen = on()
    for quarter in range(4):
        tell(screen, time + quarter / 4, NOW + 1.0 + quarter / 4)
    assert screen.position(NOW + 1.0) == 11.0


def test_half_a_second_is_no_difference() -> None:
    screen = on()
    for quarter in range(8):
        tell(screen, 10.5 + quarter / 4, NOW + quarter / 4)
    assert screen.position(NOW + 2.0) == 12.0


def test_in_a_pause_no_time_is_compared() -> None:
    screen = on()
    screen.hold(True, NOW)
    tell(screen, 12.0, NOW + 1.0)
    tell(screen, 12.25, NOW + 1.25)
    assert screen.position(NOW + 2.0) == 10.0


def test_the_same_time_told_twice_is_one_word() -> None:
    screen = on()
    tell(screen, 8.0, NOW + 1.0)
    tell(screen, 8.0, NOW + 1.125)
    screen.on_report(word(screen, shown=True), NOW + 1.25)
    assert screen.position(NOW + 1.25) == 11.25


# ── the end ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_film_that_ends_is_over_and_the_parked_one_is_left_to_the_owner() -> None:
    parked = scene("parked").showing
    screen = on(replace(scene(), parked=parked, volume=30))
    ended = screen.showing
    happened = screen.on_report(word(screen, "ended", shown=True), NOW + 90.0)
    assert isinstance(happened, Over)
    assert happened.ended == ended
    assert (screen.state, screen.scene) == ("idle", Scene(parked=parked, volume=30))
    assert calls(screen, NOW + 90.0) == []


def test_a_film_so_short_that_its_end_is_told_with_its_first_frame_was_shown() -> None:
    screen = started()
    screen.put_on(scene(position=0.0, duration=0.25), NOW, trial=True)
    assert screen.on_report(word(screen, "ended", shown=True), NOW) == FirstFrame(screen.epoch)
    assert isinstance(screen.tick(NOW), Over)


def test_an_end_that_is_not_told_is_noticed_two_seconds_later_and_the_film_closed() -> None:
    screen = on(scene(position=98.0))
    tell(screen, 99.75, NOW + 1.75)
    assert screen.tick(NOW + 2.0 + OVERDUE - 0.01) is None
    assert isinstance(screen.tick(NOW + 2.0 + OVERDUE), Over)
    assert calls(screen, NOW + 4.0) == [Close()]


def test_a_film_that_is_longer_than_it_said_plays_to_its_end() -> None:
    screen = on(scene(position=98.0))
    for quarter in range(80):
        tell(screen, 98.0 + quarter / 4, NOW + quarter / 4)
        assert screen.tick(NOW + quarter / 4) is None
    assert screen.position(NOW + 20.0) == 100.0
    assert isinstance(screen.tick(NOW + 19.75 + OVERDUE), Over)


def test_a_film_that_is_paused_before_its_end_is_not_over() -> None:
    screen = on(scene(position=98.0))
    screen.hold(True, NOW + 1.0)
    assert screen.tick(NOW + 3_600.0) is None


# ── players that die ──────────────────────────────────────────────────────────────────────────────────


def test_after_a_loss_the_film_goes_on_where_it_was() -> None:
    screen = on(scene(rate=1.5, audio=1))
    tell(screen, 19.0, NOW + 6.0)
    assert screen.player_lost(NOW + 6.25) is None
    assert (screen.state, screen.position(NOW + 60.0)) == ("loading", 19.375)
    again = reopen(screen, NOW + 7.0)
    assert again == Open(screen.epoch, film().path, 19.375, False)
    begin(screen, NOW + 8.0, time=19.5)
    assert screen.position(NOW + 10.0) == 22.5


def tell_until(screen: Screen, rate: float, seconds: float) -> float:
    """The player shows the film and tells of it as VLC does, in steps; answers where it is then."""
    told = 10.0
    for tick in range(round(seconds / 0.04) + 1):
        real = 10.0 + 0.04 * tick * rate
        if real - told >= max(0.5, 0.36 * rate):
            told = real
            tell(screen, told, NOW + 0.04 * tick)
    return 10.0 + seconds * rate


@pytest.mark.parametrize("rate", [0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0])
@pytest.mark.parametrize("moment", [4.0 + 0.08 * tick for tick in range(13)])
def test_a_film_whose_player_hung_goes_on_within_a_second_of_the_picture_that_stood(rate: float, moment: float) -> None:
    screen = on(scene(rate=rate))
    stood = tell_until(screen, rate, moment)
    assert screen.player_lost(NOW + moment + 3.2) is None
    assert abs(screen.position(NOW + 60.0) - stood) <= 1.0


@pytest.mark.parametrize("rate", [0.25, 1.0, 4.0])
@pytest.mark.parametrize("moment", [4.0 + 0.08 * tick for tick in range(13)])
def test_a_film_whose_player_was_killed_goes_on_at_the_picture_that_was_there(rate: float, moment: float) -> None:
    screen = on(scene(rate=rate))
    there = tell_until(screen, rate, moment)
    assert screen.player_lost(NOW + moment) is None
    assert screen.position(NOW + 60.0) == pytest.approx(there, abs=0.01)


def test_what_the_player_told_counts_more_than_where_it_should_have_been() -> None:
    screen = on()
    tell(screen, 11.25, NOW + 1.0)
    screen.player_lost(NOW + 1.25)
    assert screen.position(NOW + 60.0) == 11.5


def test_what_it_told_before_a_seek_does_not_count() -> None:
    screen = on()
    tell(screen, 11.25, NOW + 1.0)
    screen.seek(70.0, NOW + 1.0)
    screen.player_lost(NOW + 1.25)
    assert screen.position(NOW + 60.0) == 70.25


def test_a_film_sought_after_the_players_last_sign_is_where_it_was_sought() -> None:
    screen = on()
    tell(screen, 11.0, NOW + 1.0)
    screen.seek(70.0, NOW + 3.0)
    screen.player_lost(NOW + 4.0)
    assert screen.position(NOW + 60.0) == 70.0
    assert reopen(screen, NOW + 60.0).position == 70.0
    begin(screen, NOW + 61.0, time=70.25)
    assert screen.position(NOW + 61.0) == 70.25
    assert not [call for call in calls(screen, NOW + 61.0) if isinstance(call, Seek)]


def test_a_paused_film_is_paused_again_after_a_loss() -> None:
    screen = on()
    screen.hold(True, NOW + 5.0)
    screen.player_lost(NOW + 60.0)
    assert reopen(screen, NOW + 61.0) == Open(screen.epoch, film().path, 15.0, True)


def test_a_film_in_its_last_second_is_opened_where_it_can_be_shown() -> None:
    screen = on(scene(position=98.0))
    tell(screen, 99.5, NOW + 1.5)
    screen.player_lost(NOW + 1.75)
    assert screen.position(NOW + 2.0) == 99.75
    assert reopen(screen, NOW + 2.0).position == 99.0


def test_the_words_of_a_lost_player_are_forgotten() -> None:
    screen = on()
    screen.on_report(word(screen, shown=True, volume=30, audio=0), NOW)
    screen.player_lost(NOW)
    assert calls(screen, NOW) == []
    screen.player_started(NOW)
    assert len(calls(screen, NOW)) == 1


def test_a_trial_fails_with_a_player_that_had_begun_to_open_its_film() -> None:
    screen = on()
    epoch = screen.put_on(scene("other"), NOW + 5.0, trial=True)
    screen.on_report(word(screen, "opening"), NOW + 5.5)
    happened = screen.player_lost(NOW + 6.0)
    assert isinstance(happened, NotShown)
    assert (happened.epoch, screen.error) == (epoch, None)
    assert reopen(screen, NOW + 7.0) == Open(screen.epoch, film().path, 15.0, False)


def test_a_trial_goes_on_with_the_next_player_when_the_lost_one_never_came_to_it() -> None:
    screen = on()
    epoch = screen.put_on(scene("other", 30.0), NOW + 5.0, trial=True)
    calls(screen, NOW + 5.0)
    screen.on_report(Report(epoch - 1, "playing", shown=True, time=15.0), NOW + 5.0)
    assert screen.player_lost(NOW + 8.0) is None
    assert (screen.on_trial, screen.epoch) == (True, epoch)
    assert reopen(screen, NOW + 8.5) == Open(epoch, "/films/other", 30.0, False)
    begin(screen, NOW + 9.0)
    assert (screen.on_trial, title(screen), screen.position(NOW + 10.0)) == (False, "other", 31.0)


def lose(screen: Screen, times: int, now: float = NOW, *, shown: bool = True) -> None:
    """Lose so many players; after each the film is opened by the next, and perhaps shown."""
    for _ in range(times):
        assert screen.player_lost(now) is None
        reopen(screen, now)
        if shown:
            begin(screen, now)


@pytest.mark.parametrize("shown", [False, True])
def test_a_film_that_loses_six_players_at_one_place_is_given_up_and_remembered(shown: bool) -> None:
    screen = on(scene(rate=1.5, audio=1))
    lose(screen, ALLOWED, NOW + 0.25, shown=shown)
    happened = screen.player_lost(NOW + 0.5)
    assert isinstance(happened, NotShown)
    assert (screen.state, screen.showing, screen.error) == ("failed", None, happened.error)
    assert screen.lost is not None
    assert (screen.lost.film, screen.lost.line.rate, screen.lost.audio) == (film(), 1.5, 1)
    assert not screen.lost.line.playing
    assert screen.lost.line.position == pytest.approx(10.75 if shown else 10.375)


def test_a_film_that_gets_further_may_lose_any_number_of_players() -> None:
    screen, now = on(), NOW
    for _ in range(4 * ALLOWED):
        now += 1.125
        tell(screen, screen.position(now), now)
        lose(screen, 1, now)
        assert screen.next_start() == 0.0
    assert screen.position(now) == pytest.approx(10.0 + 1.125 * 4 * ALLOWED)


def test_a_film_that_comes_back_earlier_each_time_gets_nowhere() -> None:
    screen = on(scene(position=50.0))
    for number in range(ALLOWED):
        assert screen.player_lost(NOW) is None
        reopen(screen, NOW)
        begin(screen, NOW, time=48.5 - 1.5 * number)
    assert isinstance(screen.player_lost(NOW), NotShown)


def test_a_film_that_was_sought_elsewhere_begins_to_count_anew() -> None:
    screen = on()
    lose(screen, ALLOWED)
    screen.seek(10.5, NOW)
    assert screen.next_start() == 2.0
    screen.seek(5.0, NOW)
    lose(screen, ALLOWED)
    assert isinstance(screen.player_lost(NOW), NotShown)


@pytest.mark.parametrize("paused", [False, True])
def test_a_film_that_was_shown_for_a_while_has_not_killed_its_player(paused: bool) -> None:
    screen = on(scene(paused=paused, rate=0.25))
    for number in range(1, 4 * ALLOWED):
        lose(screen, 1, NOW + HEALTHY * number)
        assert screen.next_start() == 0.0
    assert screen.state == ("paused" if paused else "playing")


def test_a_film_that_kills_players_while_it_loads_is_given_up_however_long_that_takes() -> None:
    screen = started()
    screen.put_on(scene(), NOW, trial=False)
    lose(screen, ALLOWED, NOW + HEALTHY, shown=False)
    assert isinstance(screen.player_lost(NOW + HEALTHY), NotShown)


def test_another_film_is_not_blamed_for_the_losses_of_the_one_before() -> None:
    screen = on()
    lose(screen, ALLOWED)
    screen.put_on(scene("other"), NOW, trial=False)
    calls(screen, NOW)
    begin(screen, NOW)
    assert screen.player_lost(NOW + 0.5) is None
    assert (title(screen), screen.next_start()) == ("other", 0.0)


def test_players_that_never_started_are_no_fault_of_the_film() -> None:
    screen = Screen()
    screen.put_on(scene(), NOW, trial=False)
    for _ in range(2 * ALLOWED):
        assert screen.player_lost(NOW) is None
    assert (screen.state, title(screen)) == ("loading", film().title)
    assert reopen(screen, NOW) == Open(screen.epoch, film().path, 10.0, False)


def test_a_trial_waits_for_a_player_that_starts() -> None:
    screen = on()
    screen.player_lost(NOW)
    epoch = screen.put_on(scene("other"), NOW, trial=True)
    assert screen.player_lost(NOW) is None
    assert reopen(screen, NOW + 1.0).epoch == epoch


def test_players_that_die_idle_are_started_again_ever_more_slowly() -> None:
    screen, waits = Screen(), []
    for _ in range(6):
        waits.append(screen.next_start())
        screen.player_started(NOW)
        assert screen.player_lost(NOW + 1.0) is None
    assert waits == [0.0, 0.0, 0.5, 1.0, 2.0, 2.0]
    screen.player_started(NOW)
    screen.player_lost(NOW + HEALTHY)
    assert screen.next_start() == 0.0
