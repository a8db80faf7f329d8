"""HTTP and WebSocket as bytes: what a client library would tidy up reaches the daemon as it is."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

HANDSHAKE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: matinee.v1\r\n"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `headers` have lower-case names, without `date`, so that answers can be compared."""

    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """A connection that is kept open."""

    def __init__(self, port: int, timeout: float = 10.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def answer(self, *, head: bool = False) -> Answer:
        """The next answer. Raises: AssertionError when the connection ends before it."""
        before, _, self._rest = self._until(b"\r\n\r\n").partition(b"\r\n\r\n")
        first, *lines = before.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        headers.pop("date", None)
        length = 0 if head else int(headers.get("content-length", "0"))
        while len(self._rest) < length:
            self._more()
        body, self._rest = self._rest[:length], self._rest[length:]
        return Answer(int(first.split()[1]), headers, body)

    def frame(self) -> tuple[int, bytes]:
        """The next WebSocket frame from the server: its opcode and its payload."""
        self._need(2)
        size, start = self._rest[1] & 0x7F, 2
        if size > 125:
            start += {126: 2, 127: 8}[size]
            self._need(start)
            size = int.from_bytes(self._rest[2:start], "big")
        self._need(start + size)
        opcode, payload = self._rest[0] & 0x0F, self._rest[start : start + size]
        self._rest = self._rest[start + size :]
        return opcode, payload

    def close_code(self) -> int:
        """The code of the close frame, whatever comes before it."""
        while True:
            opcode, payload = self.frame()
            if opcode == 8:
                return int.from_bytes(payload[:2], "big")

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            self._more()
        return self._rest

    def _need(self, size: int) -> None:
        while len(self._rest) < size:
            self._more()

    def _more(self) -> None:
        data = self.socket.recv(65_536)
        assert data, f"the connection ended after {self._rest[:200]!r}"
        self._rest += data


def request(port: int, target: str, *headers: str, method: str = "GET", host: str | None = None) -> bytes:
    """The bytes of a request; the target is sent as it stands."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def ask(port: int, target: str, *headers: str, method: str = "GET", host: str | None = None) -> Answer:
    """One request on a connection of its own."""
    with Line(port) as line:
        line.send(request(port, target, *headers, method=method, host=host))
        return line.answer(head=method == "HEAD")


def upgraded(port: int) -> Line:
    """A connection that speaks WebSocket now; the greeting has been read."""
    line = Line(port)
    line.send(f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{HANDSHAKE}\r\n".encode())
    assert line.answer().status == 101
    assert line.frame()[0] == 1
    return line


def masked(first: int, payload: bytes, *, length: int | None = None) -> bytes:
    """A client's frame, masked with zeros; `length` is what it claims when that is not the truth."""
    size = len(payload) if length is None else length
    if size < 126:
        head = bytes([first, 0x80 | size])
    elif size < 65_536:
        head = bytes([first, 0x80 | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([first, 0x80 | 127]) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
