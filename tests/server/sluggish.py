"""A client that reads only when it is told to."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

from tests.daemon import Daemon
from tests.server.raw import HANDSHAKE, Line, masked


class Sluggish(Line):
    """A registered client with a small window, that reads when it is told to."""

    def __init__(self, dialled: socket.socket, auth: dict[str, str]) -> None:
        self.socket = dialled
        self._rest, self.seqs = b"", list[int]()
        host, port = self.socket.getpeername()
        self.send(f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\n{HANDSHAKE}\r\n".encode())
        assert self.answer().status == 101
        params = {"protocol": 1, "client_types": ["hls_streaming"], "name": "sluggish", "auth": auth}
        given = self.call("register", **params)
        self.client_id: str = given["client_id"]
        self.resume_token: str = given["resume_token"]

    @property
    def seq(self) -> int:
        """The number of the last event."""
        return self.seqs[-1] if self.seqs else 0

    def ask(self, method: str, **params: Any) -> None:
        """A request; its answer is not read."""
        self.send(
            masked(0x81, json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}).encode())
        )

    def call(self, method: str, **params: Any) -> Any:
        """A request's result; of what comes before it only the numbers are kept, without pings."""
        self.ask(method, **params)
        while True:
            opcode, payload = self.frame()
            frame = json.loads(payload) if opcode == 1 else {}
            if frame.get("id") == method:
                return frame["result"]
            if "seq" in frame.get("params", {}):
                self.seqs.append(frame["params"]["seq"])

    def reset(self) -> None:
        """Vanish, as when a router goes down."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def narrow(running: Daemon, auth: dict[str, str] | None = None) -> Sluggish:
    """One that takes little at a time."""
    dialled = socket.socket()
    dialled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    dialled.settimeout(10)
    dialled.connect(("127.0.0.1", running.port))
    return Sluggish(dialled, auth or {"device_token": running.control.token})
