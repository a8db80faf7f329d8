"""Players that end before they are ready: whoever kills them is not their fault, and nobody tries again for ever."""

from __future__ import annotations

from controller.core.screen_losses import BACK_OFF, HOPELESS, TRY_AGAIN_AFTER, Starts

NOW = 1_000.0


def after(*killed: bool) -> Starts:
    """So many starts that came to nothing."""
    starts = Starts()
    for each in killed:
        starts.ended(NOW, killed=each)
    return starts


def test_a_first_player_is_started_at_once() -> None:
    assert Starts().pause(NOW) == 0.0


def test_players_that_end_by_themselves_are_hopeless_after_three_and_tried_again_after_half_a_minute() -> None:
    assert not after(*[False] * (HOPELESS - 1)).hopeless
    starts = after(*[False] * HOPELESS)
    assert starts.hopeless
    assert (starts.pause(NOW), starts.pause(NOW + 10.0)) == (TRY_AGAIN_AFTER, TRY_AGAIN_AFTER - 10.0)
    assert starts.pause(NOW + TRY_AGAIN_AFTER) == BACK_OFF[HOPELESS - 1]


def test_one_more_that_fails_costs_another_half_minute() -> None:
    starts = after(*[False] * HOPELESS)
    starts.ended(NOW + 31.0, killed=False)
    assert (starts.failed, starts.pause(NOW + 31.0)) == (HOPELESS + 1, TRY_AGAIN_AFTER)


def test_players_that_somebody_kills_are_never_hopeless_but_started_ever_more_slowly() -> None:
    assert [after(*[True] * count).pause(NOW) for count in range(7)] == [0.0, 0.0, 0.5, 1.0, 2.0, 2.0, 2.0]
    assert not after(*[True] * 20).hopeless


def test_one_that_is_ready_begins_a_new_count() -> None:
    starts = after(*[False] * HOPELESS)
    starts.ready()
    assert (starts.hopeless, starts.count, starts.failed) == (False, 0, 0)
