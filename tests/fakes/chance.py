"""Randomness that is the same in every run."""

from __future__ import annotations

import base64
from hashlib import sha256


class FakeSecrets:
    """Implements `ports.Secrets`: the n-th secret is a hash of n."""

    def __init__(self, seed: str = "matinee") -> None:
        self._seed, self._given = seed, 0

    def token(self) -> str:
        """Another 43 characters each time."""
        return base64.urlsafe_b64encode(self._next()).rstrip(b"=").decode()

    def identity(self) -> str:
        """Another 17 characters each time."""
        return "m" + base64.urlsafe_b64encode(self._next()[:12]).decode()

    def letters(self, alphabet: str, count: int) -> str:
        """Other letters each time."""
        stream = b"".join(self._next() for _ in range(count // 32 + 1))
        return "".join(alphabet[byte % len(alphabet)] for byte in stream[:count])

    def _next(self) -> bytes:
        self._given += 1
        return sha256(f"{self._seed} {self._given}".encode()).digest()
