"""`make bench`: how quick we are as a ratio against a peer in the same run, median of pairs. The machine may be noisy."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import anyio

from tests.bench import Result, crowd, facts, first_segment, ping, screen, serving, streams

WHAT = {
    part.__name__.rpartition(".")[2]: part.measure
    for part in (first_segment, facts, ping, serving, streams, screen, crowd)
}


async def main(chosen: Sequence[str]) -> int:
    """Run everything, or what is chosen by name; the exit status says whether every bound holds."""
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen or WHAT:
            results += await WHAT[name](Path(folder))
    for result in results:
        print(result.line())
    return 0 if all(result.holds for result in results) else 1


sys.exit(anyio.run(main, sys.argv[1:]))
