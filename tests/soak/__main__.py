"""`make soak`: ten minutes, or as many as are given; `seed=7` has the people do something else."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import anyio

from tests.soak.soak import soak

MINUTES = 10.0


async def main(words: Sequence[str]) -> int:
    """Watch, and tell what was seen; the exit status says whether all was well."""
    seeds = [int(word.removeprefix("seed=")) for word in words if word.startswith("seed=")]
    minutes = [float(word) for word in words if not word.startswith("seed=")]
    found = await soak(60 * (minutes or [MINUTES])[0], (seeds or [1])[0])
    faults = found.faults()
    for line in [*found.lines(), *(f"BAD {fault}" for fault in faults)]:
        print(line)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(anyio.run(main, sys.argv[1:]))
