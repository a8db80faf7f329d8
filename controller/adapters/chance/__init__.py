"""The machine's randomness."""

from __future__ import annotations

import secrets


class SystemSecrets:
    """Implements `ports.Secrets` with the operating system's generator."""

    def token(self) -> str:
        """256 random bits."""
        return secrets.token_urlsafe(32)

    def identity(self) -> str:
        """96 random bits behind a letter."""
        return "m" + secrets.token_urlsafe(12)

    def letters(self, alphabet: str, count: int) -> str:
        """Independent letters."""
        return "".join(secrets.choice(alphabet) for _ in range(count))
