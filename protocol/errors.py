"""One error tree: a class per thing that can go wrong, each with one code and one name on the wire.

Codes below -32000 are JSON-RPC 2.0 §5.1; the others are Matinee's. The message is one sentence for people;
`data` is for programs: `{"name", "retryable", "retry_after_s"?, "hint"?, …}`.
"""

from __future__ import annotations

from typing import Any, ClassVar


class MatineeError(Exception):
    """The root. Raise a subclass; the dispatcher turns it into an answer.

    Args:
        message: one sentence for people; the class has a general one.
        hint: what to do next, for people.
        retry_after_s: seconds after which the same request may succeed.
        retryable: whether it ever may; None leaves it to the class.
        details: more fields for `data`, JSON values only.
    """

    code: int = -32603
    name: str = "internal"
    retryable: bool = False
    sentence: ClassVar[str] = "Something went wrong inside Matinee."

    def __init__(
        self,
        message: str | None = None,
        *,
        hint: str | None = None,
        retry_after_s: float | None = None,
        retryable: bool | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        self.message = message or self.sentence
        self.hint = hint
        self.retry_after_s = retry_after_s
        self.details = details or {}
        if retryable is not None:
            self.retryable = retryable
        super().__init__(self.message)

    def to_wire(self) -> dict[str, Any]:
        """The JSON-RPC error object."""
        data: dict[str, Any] = {**self.details, "name": self.name, "retryable": self.retryable}
        if self.retry_after_s is not None:
            data["retry_after_s"] = self.retry_after_s
        if self.hint is not None:
            data["hint"] = self.hint
        return {"code": self.code, "message": self.message, "data": data}


class ParseError(MatineeError):
    code, name = -32700, "parse_error"
    sentence = "The frame is not JSON."


class InvalidRequest(MatineeError):
    code, name = -32600, "invalid_request"
    sentence = "The frame is not a JSON-RPC 2.0 request."


class MethodNotFound(MatineeError):
    code, name = -32601, "method_not_found"
    sentence = "There is no such method."


class InvalidParams(MatineeError):
    code, name = -32602, "invalid_params"
    sentence = "The parameters are not as the method wants them."


class Internal(MatineeError):
    code, name = -32603, "internal"


class NotRegistered(MatineeError):
    code, name = -32001, "not_registered"
    sentence = "Register first."


class Forbidden(MatineeError):
    code, name = -32002, "forbidden"
    sentence = "This is not allowed to you."


class RateLimited(MatineeError):
    code, name, retryable = -32003, "rate_limited", True
    sentence = "Too many requests; slow down."


class Overloaded(MatineeError):
    code, name, retryable = -32004, "overloaded", True
    sentence = "Matinee has too much to do just now."


class UnsupportedProtocol(MatineeError):
    code, name = -32005, "unsupported_protocol"
    sentence = "This protocol version is not spoken here."


class NotAuthority(MatineeError):
    code, name = 1001, "not_authority"
    sentence = "You do not hold the screen; ask for it first."


class StaleLease(MatineeError):
    code, name = 1002, "stale_lease"
    sentence = "That lease of the screen is over."


class TakeoverInProgress(MatineeError):
    code, name, retryable = 1003, "takeover_in_progress", True
    sentence = "Somebody is taking the screen over just now."


class TakeoverNotFound(MatineeError):
    code, name = 1004, "takeover_not_found"
    sentence = "There is no such request for the screen, or it is over."


class WrongClientType(MatineeError):
    code, name = 1005, "wrong_client_type"
    sentence = "This client did not register for commands of that kind."


class SessionInUse(MatineeError):
    code, name = 1006, "session_in_use"
    sentence = "That session is not yours to resume."


class PairingFailed(MatineeError):
    code, name = 1007, "pairing_failed"
    sentence = "The pairing code is wrong, used or expired."


class SuggestionNotFound(MatineeError):
    code, name = 1008, "suggestion_not_found"
    sentence = "There is no such suggestion, or it is decided already."


class ItemNotFound(MatineeError):
    code, name = 1010, "item_not_found"
    sentence = "There is no such item in the library."


class NotPlayable(MatineeError):
    code, name = 1011, "not_playable"
    sentence = "This file cannot be played."


class EmptyQueue(MatineeError):
    code, name = 1012, "empty_queue"
    sentence = "No item was named and the queue is empty."


class VersionConflict(MatineeError):
    code, name, retryable = 1013, "version_conflict", True
    sentence = "The queue has changed meanwhile."


class NoStream(MatineeError):
    code, name = 1014, "no_stream"
    sentence = "You have no stream; request one first."


class SourceChanged(MatineeError):
    code, name = 1015, "source_changed"
    sentence = "The film has changed while it was played; ask for it again."


class AtCapacity(MatineeError):
    code, name, retryable = 1020, "at_capacity", True
    sentence = "So many people wait for films to be made for them that no more can; come again later."


class DiskFull(MatineeError):
    code, name, retryable = 1021, "disk_full", True
    sentence = "The disk has no room for the stream; it goes on when there is some."


class QuotaExceeded(MatineeError):
    code, name, retryable = 1022, "quota_exceeded", True
    sentence = "This film takes more room on the disk than each client may have here."


class EncoderFailed(MatineeError):
    code, name, retryable = 1030, "encoder_failed", True
    sentence = "FFmpeg failed on this film."


class EmptyOutput(MatineeError):
    code, name = 1031, "empty_output"
    sentence = "FFmpeg made nothing of this part of the film."


class EncoderStalled(MatineeError):
    code, name, retryable = 1032, "encoder_stalled", True
    sentence = "FFmpeg stopped making progress."


class ScreenUnavailable(MatineeError):
    code, name, retryable = 1040, "screen_unavailable", True
    sentence = "There is no screen to play on."


class ScreenFailed(MatineeError):
    code, name, retryable = 1041, "screen_failed", True
    sentence = "The screen could not show that; it goes on with what it had."


def _leaves(root: type[MatineeError]) -> list[type[MatineeError]]:
    return [leaf for child in root.__subclasses__() for leaf in [child, *_leaves(child)]]


ERRORS: dict[str, type[MatineeError]] = {error.name: error for error in _leaves(MatineeError)}
"""Every error by its name on the wire."""


def from_wire(error: dict[str, Any]) -> MatineeError:
    """The exception for a JSON-RPC error object; one of an unknown name is a `MatineeError` that keeps all it came with."""
    data = dict(error.get("data") or {})
    name, retryable = str(data.pop("name", "")), data.pop("retryable", None)
    found = ERRORS.get(name, MatineeError)(
        str(error.get("message", "")),
        hint=data.pop("hint", None),
        retry_after_s=data.pop("retry_after_s", None),
        retryable=None if retryable is None else bool(retryable),
        details=data,
    )
    if name and name not in ERRORS:
        found.code, found.name = int(error.get("code", found.code)), name
    return found


class CloseCode:
    """WebSocket close codes (PROTOCOL §6)."""

    GOODBYE = 1000
    GOING_AWAY = 1001
    TOO_BIG = 1009
    NOT_JSON_RPC = 4400
    BAD_TOKEN = 4401
    NOT_REGISTERED = 4408
    REPLACED = 4409
    TOO_SLOW = 4413
    TOO_FAST = 4429
