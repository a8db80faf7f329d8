"""Why a store cannot be used, in words that hold no secret."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError

LONGEST_CAUSE = 400


class StoreUnusable(Exception):
    """One sentence, its cause, and what to do next."""


def cause_of(error: BaseException) -> str:
    """What a database says of an error, on one line and without the values that were to be stored.

    Only of a connection that failed is everything told: other causes go on with the row, a token's hash among it.
    """
    said = error.orig if isinstance(error, DBAPIError) and error.orig else error
    lines = str(said).strip().rstrip(".").splitlines() or [
        "no answer in time" if isinstance(said, TimeoutError) else type(said).__name__
    ]
    told = lines if isinstance(error, OperationalError) else lines[:1]
    return " ".join(" ".join(told).split())[:LONGEST_CAUSE]
