"""Frames as a client would send them."""

from __future__ import annotations

import json
from typing import Any

from protocol.codec import Faulty, Incoming, decode

REGISTER: dict[str, Any] = {
    "protocol": 1,
    "client_types": ["hls_streaming"],
    "name": "Phone",
    "auth": {"pairing_code": "7F3K-9QXM"},
}


def frame(method: str, params: Any = None, id_: Any = 1) -> str:
    """One request."""
    return json.dumps({"jsonrpc": "2.0", "id": id_, "method": method, "params": {} if params is None else params})


def raw(params: str, method: str = "hls_seek", id_: str = "1") -> str:
    """One request whose params are JSON text, however odd."""
    return f'{{"jsonrpc":"2.0","id":{id_},"method":"{method}","params":{params}}}'


def only(text: str) -> Incoming:
    """The single entry of a frame that is no batch."""
    found = decode(text)
    assert not found.batch
    (entry,) = found.entries
    return entry


def fault(text: str) -> Faulty:
    """The single entry, which must be faulty."""
    entry = only(text)
    assert isinstance(entry, Faulty)
    return entry
