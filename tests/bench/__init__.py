"""Benchmarks: ratios against a peer in the same run, never absolute times."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """Pairs of ours and the peer's figure; `bound` is the most (or the least) that their ratio's median may be.

    `slack` is what ours may be above that, in the same unit: for what has no peer, the ratio's bound is 0 or 1.
    """

    name: str
    unit: str
    ours: list[float]
    peers: list[float]
    bound: float
    at_least: bool = False
    slack: float = 0.0

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return median(a / b for a, b in zip(self.ours, self.peers, strict=True))

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        if self.at_least:
            return self.ratio >= self.bound
        return median(a - self.bound * b for a, b in zip(self.ours, self.peers, strict=True)) <= self.slack

    def line(self) -> str:
        """For people."""
        verdict = "ok " if self.holds else "BAD"
        bound = f"≥ {self.bound}" if self.at_least else f"≤ {self.bound}"
        slack = f" + {self.slack:g} {self.unit}" if self.slack else ""
        return (
            f"{verdict} {self.name:<60} ratio {self.ratio:.3f} ({bound}{slack})   "
            f"ours {median(self.ours):.4g} {self.unit}, peer {median(self.peers):.4g} {self.unit}, {len(self.ours)} pairs"
        )
