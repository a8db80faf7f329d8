"""A seek at another rate: it is made at the film's own, and the rate comes back where it has landed."""

from __future__ import annotations

from controller.core.screen import Screen
from controller.core.screen_calls import Hold, Report, Seek, SetRate
from controller.core.screen_landing import LANDS_WITHIN, NEAR, Landing
from tests.core.showing import NOW, STEP, Vlc, calls, film, on, scene, started, word


def at(time: float | None, state: str = "playing") -> Report:
    return Report(1, state, shown=True, time=time)  # type: ignore[arg-type]


def sought() -> Screen:
    """A film at twice its rate is sent to 50 s; the player has not landed yet."""
    screen = on(scene(rate=2.0))
    screen.on_report(word(screen, shown=True, time=10.0, rate=2.0), NOW)
    screen.seek(50.0, NOW)
    assert calls(screen, NOW)[:2] == [SetRate(1.0), Seek(50.0)]
    screen.on_report(word(screen, shown=True, time=50.0, rate=1.0), NOW)
    return screen


def test_a_seek_has_landed_when_the_time_goes_on_from_there() -> None:
    landing = Landing(50.0, NOW)
    assert not landing.over(at(12.0), NOW)
    assert not landing.over(at(50.0), NOW)
    assert not landing.over(at(50.0 + NEAR + 1.0), NOW)
    assert landing.over(at(50.25), NOW + 0.5)
    assert landing.seen


def test_a_time_that_nobody_tells_has_not_landed() -> None:
    assert not Landing(50.0, NOW).over(at(None), NOW + 60.0)


def test_a_landing_that_is_not_told_is_over_after_a_while_and_says_nothing_of_the_place() -> None:
    landing = Landing(50.0, NOW)
    assert not landing.over(at(12.0), NOW + LANDS_WITHIN - 0.1)
    assert landing.over(at(12.0), NOW + LANDS_WITHIN)
    assert not landing.seen


def test_a_pause_keeps_a_seek_in_the_air() -> None:
    landing = Landing(50.0, NOW)
    for time in (12.0, 50.0, 49.96):
        assert not landing.over(at(time, "paused"), NOW + 60.0)
    assert not landing.over(at(49.96), NOW + 60.1)
    assert landing.over(at(50.2), NOW + 60.4)


def test_the_rate_comes_back_when_the_seek_has_landed_and_the_place_is_where_that_was() -> None:
    screen = sought()
    assert calls(screen, NOW + 0.25) == []
    screen.on_report(word(screen, shown=True, time=50.4, rate=1.0), NOW + 0.4)
    assert calls(screen, NOW + 0.4) == [SetRate(2.0)]
    assert screen.position(NOW + 0.4) == 50.4
    assert screen.position(NOW + 1.4) == 52.4


def test_a_rate_that_is_wished_right_after_a_seek_waits_until_it_has_landed() -> None:
    screen = on()
    screen.on_report(word(screen, shown=True, time=10.0, rate=1.0), NOW)
    screen.seek(50.0, NOW)
    calls(screen, NOW)
    screen.set_rate(4.0, NOW)
    screen.on_report(word(screen, shown=True, time=50.0, rate=1.0), NOW)
    assert calls(screen, NOW) == []
    screen.on_report(word(screen, shown=True, time=50.25, rate=1.0), NOW + 0.5)
    assert calls(screen, NOW + 0.5) == [SetRate(4.0)]


def test_a_landing_that_is_not_told_gives_the_rate_back_and_moves_nobody() -> None:
    screen = sought()
    screen.tick(NOW + LANDS_WITHIN)
    assert calls(screen, NOW + LANDS_WITHIN) == [SetRate(2.0)]
    assert screen.position(NOW + LANDS_WITHIN) == 54.0


def test_another_film_owes_nothing_to_the_seek_of_the_one_before() -> None:
    screen = sought()
    screen.put_on(scene("other.mkv", rate=2.0), NOW + 0.1, trial=False)
    calls(screen, NOW + 0.1)
    screen.on_report(word(screen, shown=True, time=10.0, rate=1.0), NOW + 0.5)
    assert SetRate(2.0) in calls(screen, NOW + 0.5)


def test_a_player_that_misses_at_another_rate_is_where_it_should_be_all_the_same() -> None:
    for rate in (0.5, 2.0, 4.0):
        screen, player, now = started(), Vlc(), NOW
        screen.put_on(scene(rate=rate), now, trial=False)

        def live(seconds: float, screen: Screen = screen, player: Vlc = player) -> None:
            nonlocal now
            for _ in range(round(seconds / STEP)):
                now += STEP
                player.step()
                screen.on_report(player.report(), now)
                screen.tick(now)
                while call := screen.next_call(now):
                    player.do(call)

        live(4.0)
        screen.seek(50.0, now)
        live(0.75)
        assert abs(player.position - 50.0 - 0.75 * rate) < 0.6 * abs(rate - 1.0) + 0.3
        assert abs(player.position - screen.position(now)) <= STEP * rate
        assert player.rate == rate
        assert player.path == film().path
        screen.hold(True, now)
        live(0.5)
        assert player.said[-1] == Hold(True)
