"""Benchmarks: ratios against a peer in the same run, never absolute times."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Result:
    """Pairs of ours and the peer's figure; `bound` is the most (or the least) that their ratio's median may be."""

    name: str
    unit: str
    ours: list[float]
    peers: list[float]
    bound: float
    at_least: bool = False

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios."""
        return median(a / b for a, b in zip(self.ours, self.peers, strict=True))

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound

    def line(self) -> str:
        """For people."""
        verdict = "ok " if self.holds else "BAD"
        sign = "≥" if self.at_least else "≤"
        return (
            f"{verdict} {self.name:<44} ratio {self.ratio:.3f} ({sign} {self.bound})   "
            f"ours {median(self.ours):.4g} {self.unit}, peer {median(self.peers):.4g} {self.unit}, {len(self.ours)} pairs"
        )
