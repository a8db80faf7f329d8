"""Pairing codes: short, for people, and therefore short-lived.

A code lives ten minutes, lets one device in, and five wrong tries take every living code away: nobody can tell
which of them was being guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest

from protocol.errors import PairingFailed
from protocol.values import Role

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0 O, 1 I L and U: nothing that is misread or spells a word."""
LENGTH = 8
LIFETIME = 600.0
TRIES = 5


@dataclass(frozen=True, slots=True)
class Code:
    """A living code; `code` has its dash."""

    code: str
    role: Role
    expires: float


def written(letters: str) -> str:
    """Eight letters as people read them: `7F3K-9QXM`."""
    return f"{letters[:4]}-{letters[4:]}"


def _normal(code: str) -> str:
    return "".join(char for char in code.upper() if char.isascii() and char.isalnum())


@dataclass(slots=True)
class PairingDesk:
    """Who holds a living code may become a device."""

    _codes: list[Code] = field(default_factory=list)
    _wrong: int = 0

    def issue(self, letters: str, role: Role, now: float) -> Code:
        """Put a code out. `letters` are eight random ones of ALPHABET."""
        self._expire(now)
        if not self._codes:
            self._wrong = 0
        code = Code(written(letters), role, now + LIFETIME)
        self._codes.append(code)
        return code

    def redeem(self, attempt: str, now: float) -> Role:
        """Use a code up.

        Raises:
            PairingFailed: it is wrong, used or expired; after five of these no code is left.
        """
        self._expire(now)
        found = None
        for code in self._codes:
            if compare_digest(_normal(code.code), _normal(attempt)):
                found = code
        if found:
            self._codes.remove(found)
            return found.role
        self._wrong += 1
        if self._wrong >= TRIES:
            self._codes.clear()
        raise PairingFailed(hint="`matinee pair` on the box shows a new code.")

    @property
    def living(self) -> int:
        """How many codes are out."""
        return len(self._codes)

    def _expire(self, now: float) -> None:
        self._codes = [code for code in self._codes if now < code.expires]
