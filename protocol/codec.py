"""Frame ⇄ model: JSON-RPC 2.0 with parameters by name, read strictly, written compactly.

`decode` never raises: whatever is wrong with a frame comes back as a `Faulty` entry with its error, in its place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from protocol import MAX_BATCH
from protocol.commands import COMMANDS, Command
from protocol.errors import InvalidParams, InvalidRequest, MatineeError, MethodNotFound, ParseError
from protocol.events import Event
from protocol.values import Wire

RequestId = str | int
MAX_ID_CHARS = 128
MAX_ID_NUMBER = 2**53


@dataclass(frozen=True, slots=True)
class Request:
    """A command that wants an answer."""

    id: RequestId
    command: Command


@dataclass(frozen=True, slots=True)
class Notification:
    """A command that wants none."""

    command: Command


@dataclass(frozen=True, slots=True)
class Faulty:
    """What could not be read; `id` None when not even that was legible. `structural` means: not JSON-RPC at all."""

    id: RequestId | None
    error: MatineeError
    structural: bool = False


Incoming = Request | Notification | Faulty


@dataclass(frozen=True, slots=True)
class Frame:
    """What one text frame held; a batch is answered by an array (JSON-RPC 2.0 §6)."""

    entries: tuple[Incoming, ...]
    batch: bool = False


def decode(text: str) -> Frame:
    """Read one text frame."""
    try:
        value = _load(text)
    except (ValueError, RecursionError) as error:
        return Frame((Faulty(None, ParseError(hint=_short(error)), structural=True),))
    if not isinstance(value, list):
        return Frame((_entry(value),))
    if not value or len(value) > MAX_BATCH:
        problem = InvalidRequest(f"A batch has 1 to {MAX_BATCH} requests, this one has {len(value)}.")
        return Frame((Faulty(None, problem, structural=True),))
    return Frame(tuple(_entry(entry) for entry in value), batch=True)


def encode_result(id_: RequestId, result: Any) -> str:
    """The response to a request; `result` is a model, a list of models or plain JSON."""
    return f'{{"jsonrpc":"2.0","id":{json.dumps(id_)},"result":{dump(result)}}}'


def encode_error(id_: RequestId | None, error: MatineeError) -> str:
    """The error response to a request, or to something whose id could not be read (JSON-RPC 2.0 §5: id null)."""
    return f'{{"jsonrpc":"2.0","id":{json.dumps(id_)},"error":{dump(error.to_wire())}}}'


def encode_event(event: Event) -> tuple[str, str]:
    """An event's frame in two halves; the session puts its `seq` between them."""
    body = dump(event)
    rest = body[1:] if body == "{}" else "," + body[1:]
    return f'{{"jsonrpc":"2.0","method":"{event.method}","params":{{"seq":', rest + "}"


def encode_hello(event: Event) -> str:
    """The greeting, which has no `seq`: it belongs to the connection, not to the session."""
    return f'{{"jsonrpc":"2.0","method":"{event.method}","params":{dump(event)}}}'


def dump(value: Any) -> str:
    """Compact JSON of a model, a list of models or plain data; absent is never written as null."""
    if isinstance(value, Wire):
        return value.written()
    if isinstance(value, list):
        return "[" + ",".join(dump(entry) for entry in value) + "]"
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def read_result(command: type[Command], value: Any) -> Any:
    """The answer to a command as its model (for clients).

    Raises:
        ValidationError: the daemon answered something else.
    """
    return TypeAdapter(command.result).validate_json(json.dumps(value))


def _load(text: str) -> Any:
    return _DECODER.decode(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has the same key twice")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def _entry(value: Any) -> Incoming:
    if not isinstance(value, dict):
        return Faulty(None, InvalidRequest(), structural=True)
    id_ = value.get("id")
    wants_answer = "id" in value
    if wants_answer and not _legible(id_):
        return Faulty(None, InvalidRequest("A request id is a string or a whole number."), structural=True)
    method = value.get("method")
    if value.get("jsonrpc") != "2.0" or not isinstance(method, str) or not value.keys() <= _KEYS:
        return Faulty(id_, InvalidRequest(), structural=True)
    try:
        command = _command(method, value.get("params", {}))
    except MatineeError as error:
        return Faulty(id_, error) if wants_answer else Faulty(None, error)
    return Request(_as_id(id_), command) if wants_answer else Notification(command)


_KEYS = {"jsonrpc", "id", "method", "params"}


def _as_id(value: Any) -> RequestId:
    assert isinstance(value, str | int)
    return value


def _legible(id_: Any) -> bool:
    if isinstance(id_, str):
        return len(id_) <= MAX_ID_CHARS and id_.isprintable()
    return isinstance(id_, int) and not isinstance(id_, bool) and abs(id_) <= MAX_ID_NUMBER


def _command(method: str, params: Any) -> Command:
    kind = COMMANDS.get(method)
    if kind is None:
        raise MethodNotFound(hint="rpc.discover lists the methods.")
    if not isinstance(params, dict):
        raise InvalidParams("Parameters go by name, in an object.")
    try:
        return kind.model_validate(params)
    except (ValidationError, RecursionError) as error:
        raise InvalidParams(details={"problems": _problems(error)}) from None


def _problems(error: ValidationError | RecursionError) -> list[dict[str, str]]:
    """Where and what, without the values that were sent (a token may be among them)."""
    if isinstance(error, RecursionError):
        return [{"at": "", "problem": "nested too deeply"}]
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [{"at": _place(entry["loc"]), "problem": _plain(entry["msg"])} for entry in found[:8]]


def _place(loc: tuple[int | str, ...]) -> str:
    return _plain(".".join(str(part) for part in loc)[:120])


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _short(error: Exception) -> str:
    return _plain(str(error).split(":")[0][:120]) or "nested too deeply"
