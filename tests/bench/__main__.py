"""`make bench`: how quick we are as a ratio against a peer in the same run, median of pairs. The machine may be noisy."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import anyio

from tests.bench import crowd, facts, first_segment, ping, screen


async def main() -> int:
    """Run everything; the exit status says whether every bound holds."""
    with tempfile.TemporaryDirectory() as folder:
        results = [
            *await first_segment.measure(Path(folder)),
            await facts.measure(Path(folder)),
            await ping.measure(Path(folder)),
            *await screen.measure(Path(folder)),
            *await crowd.measure(Path(folder)),
        ]
    for result in results:
        print(result.line())
    return 0 if all(result.holds for result in results) else 1


sys.exit(anyio.run(main))
