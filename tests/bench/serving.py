"""Segments that are ready, served to eight connections at once, against nginx that serves the very same files by sendfile:
one process each, and the same client for both, whose kernel throws away what comes, so that it is the server that is measured.
"""

from __future__ import annotations

import selectors
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from time import perf_counter

import aiohttp
import anyio.to_thread

from clients.sdk import PathRef, connect
from tests.bench import Result
from tests.daemon import daemon, free_port

CONNECTIONS, SECONDS, PAIRS = 8, 1.5, 9
FILM = 40
"""Seconds, in segments of four."""
KBPS = 4_900
"""With the sound's place in the multiplex left empty, 2.5 MB for a segment."""
PIECE = 1 << 20
"""Bytes that the client takes at once."""
NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; types {{ video/mp2t ts; }}
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


async def measure(folder: Path) -> list[Result]:
    """Pairs of one and a half seconds each."""
    films, ours, peers = folder / "serving-films", [], []
    films.mkdir()
    _film(films / "steady.mp4")
    with daemon(films, folder / "serving-home", "--log-level", "warning") as one:
        async with (
            connect(one.url, name="bench", device_token=one.control.token) as matinee,
            aiohttp.ClientSession() as http,
        ):
            stream = await matinee.request_hls_stream(PathRef(path="steady.mp4"))
            assert stream.url
            paths = [stream.url.replace("master.m3u8", f"video-{number}.ts") for number in range(FILM // 4)]
            for path in paths:
                async with http.get(one.url + path) as answer:
                    await answer.read()
            (root,) = one.cache_dir.glob(f"run-*/*/{stream.stream_id}")
            with _nginx(folder, root) as port:
                names = [f"/{Path(path).name}" for path in paths]
                for pair in range(PAIRS + 1):
                    mine = await anyio.to_thread.run_sync(_per_second, one.port, paths)
                    theirs = await anyio.to_thread.run_sync(_per_second, port, names)
                    if pair:
                        ours.append(mine)
                        peers.append(theirs)
    return [Result("ready segments over eight connections, against nginx", "/s", ours, peers, 0.8, at_least=True)]


def _film(path: Path) -> None:
    """A film whose segments are all alike."""
    picture = f"testsrc2=size=640x360:rate=25:duration={FILM},noise=alls=60:allf=t"
    even = ["-b:v", f"{KBPS}k", "-maxrate", f"{KBPS}k", "-bufsize", f"{KBPS}k", "-x264-params", "nal-hrd=cbr"]
    how = ["-c:v", "libx264", "-preset", "ultrafast", "-minrate", f"{KBPS}k", *even, "-g", "100", "-pix_fmt", "yuv420p"]
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", picture, *how, str(path)]
    subprocess.run(command, check=True, timeout=120)


@contextmanager
def _nginx(folder: Path, root: Path) -> Iterator[int]:
    """An nginx of our own on loopback; answers its port."""
    home, port = folder / "nginx", free_port()
    home.mkdir()
    (home / "nginx.conf").write_text(NGINX.format(folder=home, port=port, root=root))
    command = ["nginx", "-c", str(home / "nginx.conf"), "-p", str(home), "-e", str(home / "error.log")]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            _wait_open(port)
            yield port
        finally:
            process.terminate()


def _wait_open(port: int, within: float = 10.0) -> None:
    until = perf_counter() + within
    while perf_counter() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            continue
        return
    raise AssertionError("nginx did not start")


def _per_second(port: int, paths: list[str]) -> float:
    """Whole segments in a second, over all connections, each of which asks for the next as soon as it has one."""
    coming, count, scrap = cycle(paths), 0, bytearray(PIECE)
    began = perf_counter()
    with selectors.DefaultSelector() as selector:
        lines = [_Line(port) for _ in range(CONNECTIONS)]
        for line in lines:
            line.ask(next(coming))
            selector.register(line.socket, selectors.EVENT_READ, line)
        while perf_counter() < began + SECONDS:
            for key, _ in selector.select(1.0):
                if key.data.take(scrap):
                    count += 1
                    key.data.ask(next(coming))
        took = perf_counter() - began
        for line in lines:
            line.socket.close()
    return count / took


class _Line:
    """A connection that is asked for one segment after the other."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self._left: int | None = None
        self._head = b""

    def ask(self, path: str) -> None:
        self._left, self._head = None, b""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.socket.getpeername()[1]}\r\n\r\n".encode())

    def take(self, scrap: bytearray) -> bool:
        """Take what is there; answers whether the segment is whole."""
        got = self.socket.recv_into(scrap, PIECE, 0 if self._left is None else socket.MSG_TRUNC)
        assert got, "the connection ended"
        if self._left is None:
            self._head += scrap[:got]
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return False
            assert b" 200 " in head.split(b"\r\n")[0]
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            self._left, got = int(length.split(b":")[1]), len(body)
        self._left -= got
        return self._left == 0
