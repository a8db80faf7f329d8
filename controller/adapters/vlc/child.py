"""VLC's process: `python -m controller.adapters.vlc.child --headless` or `--display`, with libVLC's own options after it.

It does what it is told on stdin and says on stdout how it is (see wire). It ends when stdin does, and on TERM. One
thread makes all libVLC calls, because libVLC cannot be called from its own callbacks; another one only reads.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from typing import TextIO

from controller.adapters.vlc.television import Television, Unable
from controller.adapters.vlc.wire import answer, news, read_order
from controller.core.screen_calls import Report

LOOK_EVERY = 0.04
"""Seconds between looks at a player that does something."""

Orders = queue.Queue[bytes | None]
"""Lines from stdin; None is its end. Unbounded, because who writes them waits for the answer to each."""


def main() -> None:
    """Serve until stdin ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    out = _own_stdout()
    try:
        television = Television(display=sys.argv[1] == "--display", extra=sys.argv[2:])
    except Unable as unable:
        sys.exit(str(unable))
    orders = Orders()
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    try:
        _serve(television, orders, out)
    finally:
        television.close()


def _own_stdout() -> TextIO:
    """The real stdout for our words; whatever a library prints goes to stderr."""
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    return out


def _read(orders: Orders) -> None:
    """A reader of its own: Python could not end while a thread waits in `sys.stdin`."""
    with open(0, "rb", closefd=False) as lines:
        for line in lines:
            orders.put(line)
    orders.put(None)


def _serve(television: Television, orders: Orders, out: TextIO) -> None:
    told: Report | None = None
    while True:
        television.tick()
        report = television.report()
        if report != told:
            told = report
            _say(out, news(report))
        try:
            line = orders.get(timeout=LOOK_EVERY if television.busy else None)
        except queue.Empty:
            continue
        if line is None:
            return
        _obey(television, line, out)


def _obey(television: Television, line: bytes, out: TextIO) -> None:
    number, call = read_order(line)
    error = None
    try:
        if call is not None:
            television.do(call)
    except Unable as unable:
        error = str(unable)
    _say(out, answer(number, error))


def _say(out: TextIO, line: str) -> None:
    print(line, file=out, flush=True)


if __name__ == "__main__":
    main()
