"""What an encode costs: measured on runs, and what follows for others."""

from __future__ import annotations

from fractions import Fraction

import pytest

from controller.core.capacity import FULL_HD, REMEMBERED, TAKES_ITS_TIME, Costs, RunCost, films_at_once, work
from controller.core.media import VideoFacts
from controller.core.picture import EncodeVideo


def picture(width: int, height: int) -> EncodeVideo:
    return EncodeVideo(0, width, height, Fraction(25), 40, 4_000)


def film(width: int, height: int) -> VideoFacts:
    return VideoFacts(0, "hevc", "Main", 120, width, height, "yuv420p", (25, 1), False, 0.0, 60.0)


def test_work_counts_what_is_encoded_and_a_part_of_what_is_decoded() -> None:
    assert work(film(1920, 1080), picture(1280, 720)) == pytest.approx((0.25 * 1920 * 1080 + 1280 * 720) * 25 / 1e6)


def reached(run: RunCost, film: float, cpu: float, now: float = 0.0, working: int = 1) -> float | None:
    return run.reached(film, cpu, cores=2, working=working, now=now)


def test_a_run_is_measured_from_its_first_segment_on() -> None:
    run = RunCost()
    assert reached(run, 4.0, 9.0) is None, "its start does not count"
    assert reached(run, 4.5, 9.4) is None, "too little to be measured by"
    assert run.speed == 0.0
    assert reached(run, 8.0, 11.0, now=2.0) == pytest.approx(0.5)
    assert run.speed == pytest.approx(2.0)
    assert reached(run, 16.0, 12.0, now=3.0) == pytest.approx(0.25), "over all that was made since"
    assert run.speed == pytest.approx(4.0)


def test_what_lies_before_a_pause_does_not_count() -> None:
    run = RunCost()
    assert reached(run, 4.0, 1.0) is None
    run.restart()
    assert reached(run, 8.0, 90.0) is None
    assert reached(run, 12.0, 94.0) == pytest.approx(1.0)


def test_of_hardware_its_time_counts_shared_by_those_that_work() -> None:
    run = RunCost(hardware=True)
    assert reached(run, 0.0, 0.0, now=10.0) is None
    assert reached(run, 8.0, 0.1, now=12.0, working=2) == pytest.approx(2 * 2.0 / 2 / 8.0)
    assert RunCost().reached(0.0, 0.0, cores=2, working=1, now=0.0) is None


def test_nothing_is_known_before_anything_has_run() -> None:
    assert Costs().of("film", 10.0, hasty=False) is None


def test_while_nothing_is_known_a_test_tells_what_to_expect_and_no_longer() -> None:
    costs = Costs()
    assert costs.expected("film", 10.0, hasty=False) is None
    costs.assumed = 0.02
    assert costs.expected("film", 10.0, hasty=False) == pytest.approx(0.2)
    assert costs.expected("film", 10.0, hasty=True) == pytest.approx(0.2 / TAKES_ITS_TIME)
    assert costs.of("film", 10.0, hasty=False) is None, "who may begin does not follow from a test"
    costs.learn("film", 10.0, 0.5, quick=False, hasty=False)
    assert costs.expected("film", 10.0, hasty=False) == pytest.approx(0.5)
    assert costs.expected("other", 20.0, hasty=False) == pytest.approx(1.0)


@pytest.mark.parametrize(("part", "cores", "films"), [(0.5, 2, 4), (0.9, 2, 2), (1.1, 2, 1), (3.0, 2, 1), (0.9, 1, 1)])
def test_of_ordinary_films_so_many_are_encoded_at_once(part: float, cores: int, films: int) -> None:
    assert films_at_once(part / FULL_HD, cores) == films


def test_what_is_learned_of_a_film_counts_for_it_and_for_others_by_their_work() -> None:
    costs = Costs()
    costs.learn("film", 10.0, 0.5, quick=False, hasty=False)
    assert costs.of("film", 10.0, hasty=False) == pytest.approx(0.5)
    assert costs.of("other", 20.0, hasty=False) == pytest.approx(1.0)
    assert costs.of("other", 20.0, hasty=True) == pytest.approx(1.0 / TAKES_ITS_TIME)
    costs.learn("other", 20.0, 3.0, quick=False, hasty=False)
    assert costs.of("film", 10.0, hasty=False) == pytest.approx(0.5)
    assert 0.5 < (costs.of("third", 10.0, hasty=False) or 0.0) < 1.5, "in general it is learned bit by bit"


def test_a_run_in_haste_counts_more_until_one_that_takes_its_time_was_measured() -> None:
    costs = Costs()
    costs.learn("film", 10.0, 0.2, quick=True, hasty=False)
    assert costs.of("film", 10.0, hasty=False) == pytest.approx(0.2 * TAKES_ITS_TIME)
    costs.learn("film", 10.0, 0.7, quick=False, hasty=False)
    costs.learn("film", 10.0, 0.2, quick=True, hasty=False)
    assert costs.of("film", 10.0, hasty=False) == pytest.approx(0.7)


def test_what_is_always_made_in_haste_costs_what_it_costs() -> None:
    costs = Costs()
    costs.learn("film", 10.0, 0.2, quick=True, hasty=True)
    assert costs.of("film", 10.0, hasty=True) == pytest.approx(0.2)
    assert costs.of("other", 10.0, hasty=False) == pytest.approx(0.2 * TAKES_ITS_TIME)


def test_the_oldest_films_are_forgotten() -> None:
    costs = Costs()
    costs.learn(-1, 10.0, 5.0, quick=False, hasty=False)
    for number in range(REMEMBERED):
        costs.learn(number, 10.0, 0.1, quick=False, hasty=False)
    assert costs.of(-1, 10.0, hasty=False) == pytest.approx(0.1, rel=0.01)
    assert costs.of(REMEMBERED - 1, 10.0, hasty=False) == pytest.approx(0.1)
