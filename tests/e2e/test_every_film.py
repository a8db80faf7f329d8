"""Every kind of film that lies about in folders, delivered as players of three kinds want it, before the judge."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from clients.sdk import PathRef, connect
from protocol.values import Capabilities
from tests import films
from tests.core.devices import TOLD
from tests.daemon import Daemon, daemon
from tests.e2e.judging import ORDERS, verdict
from tests.films_odd import ODD


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("shelf")
    for name in ODD:
        film = films.make(name)
        shutil.copyfile(film, folder / f"{name}{film.suffix}")
    with daemon(folder, tmp_path_factory.mktemp("home")) as one:
        yield one


def test_there_are_more_than_thirty_of_them() -> None:
    assert len(ODD) >= 30


async def judged(shelf: Daemon, film: Path, name: str, order: str, told: Capabilities | None) -> str:
    """What the judge finds when everything of a stream is fetched in an order."""
    async with connect(shelf.url, name=name, device_token=shelf.control.token, capabilities=told) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path=f"{name}{film.suffix}"))
        assert stream.url
        flags = ("--order", order, "--all-variants", "--duration", str(stream.duration))
        return "\n".join((await verdict(shelf, matinee.url_of(stream.url), *flags))["findings"])


@pytest.mark.parametrize("name", ODD)
async def test_the_judge_finds_nothing_in_any_film_in_any_order(shelf: Daemon, name: str) -> None:
    """Four viewers at once: an ordinary browser in three orders, and one that plays HEVC and AC-3 in the fourth."""
    film, found = films.make(name), dict[str, str]()

    async def view(order: str) -> None:
        told = TOLD["safari"] if order == "random" else None
        found[order] = await judged(shelf, film, name, order, told)

    async with anyio.create_task_group() as group:
        for order in ORDERS:
            group.start_soon(view, order)
    assert found == dict.fromkeys(ORDERS, "")


@pytest.mark.parametrize("name", ODD)
async def test_a_film_is_as_long_as_its_container_says(shelf: Daemon, name: str) -> None:
    film = films.make(name)
    async with connect(shelf.url, name="clock", device_token=shelf.control.token) as matinee:
        item = await matinee.get_item(PathRef(path=f"{name}{film.suffix}"))
    assert item.playable
    assert item.duration == pytest.approx(8.0, abs=0.35)
