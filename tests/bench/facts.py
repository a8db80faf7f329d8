"""A film of two hours that was looked at before the daemon started, against its first look: nobody waits for that again."""

from __future__ import annotations

import subprocess
from pathlib import Path
from time import perf_counter

import anyio

from controller.adapters.media.probe import FilmProbe
from controller.adapters.store.address import store_url
from controller.adapters.store.database import Store, open_store
from controller.adapters.store.facts import SqlFacts
from controller.core.media import MediaFacts
from controller.ports import SourceFile
from tests.bench import Result
from tests.films import make

PAIRS = 9
TIMES = 119
"""How often a film of a minute is repeated."""
ALLOWED = 0.005


async def measure(folder: Path) -> list[Result]:
    """Each pair is a film that nobody has seen, and the same after a restart of the probe."""
    ours, peers = [], []
    film = _two_hours(folder)
    store = await open_store(store_url("", folder))
    for pair in range(PAIRS):
        source = SourceFile(film, film.stat().st_size, pair, "film")
        peers.append(await _look(store, source, keep=True))
        ours.append(await _look(store, source, keep=False))
    await store.close()
    return [Result("understanding a film that is remembered", "s", ours, peers, 0.0, slack=ALLOWED)]


async def _look(store: Store, source: SourceFile, *, keep: bool) -> float:
    """Seconds until a probe that knows nothing has understood a film; its worker is there already."""
    probe, kept = FilmProbe(SqlFacts(store)), SqlFacts(store)
    async with anyio.create_task_group() as group:
        group.start_soon(probe.run)
        await probe.check(source, 0.0)
        began = perf_counter()
        facts = await probe.facts(source)
        took = perf_counter() - began
        assert isinstance(facts, MediaFacts)
        if keep:
            await _until_kept(kept, source)
        group.cancel_scope.cancel()
    return took


async def _until_kept(store: SqlFacts, source: SourceFile) -> None:
    from controller.adapters.media.findings import examiner

    while await store.find(source, examiner(), 0.0) is None:
        await anyio.lowlevel.checkpoint()


def _two_hours(folder: Path) -> Path:
    film = folder / "two-hours.mp4"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-stream_loop", str(TIMES), "-i", str(make("minute")), "-c", "copy"]
    subprocess.run([*command, str(film)], check=True, timeout=120)
    return film
