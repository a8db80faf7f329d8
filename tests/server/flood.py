"""A client that sends 10,000 pings a second until it is closed, and tells what it was answered."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections import Counter
from contextlib import suppress
from time import monotonic

from tests.server.raw import masked
from tests.server.sluggish import Sluggish

RATE, AT_ONCE = 10_000, 50


class Flood(Sluggish):
    """`sent` counts the pings."""

    sent, closed = 0, 0

    def run(self) -> Counter[str]:
        """Until it is closed."""
        answers, pouring = Counter[str](), threading.Thread(target=self._pour)
        pouring.start()
        while not self.closed:
            opcode, payload = self.frame()
            if opcode == 8:
                self.closed = int.from_bytes(payload[:2], "big")
            elif opcode == 1:
                answers["rate_limited" if b"rate_limited" in payload else "done"] += 1
        self.socket.close()
        pouring.join()
        return answers

    def _pour(self) -> None:
        pings = masked(0x81, b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{}}') * AT_ONCE
        began, never = monotonic(), threading.Event()
        with suppress(OSError):
            while not self.closed:
                self.send(pings)
                self.sent += AT_ONCE
                never.wait(max(0.0, began + self.sent / RATE - monotonic()))


def main() -> None:
    """The port and the token come on stdin."""
    port, token = sys.stdin.read().split()
    flood = Flood(socket.create_connection(("127.0.0.1", int(port)), timeout=10), {"device_token": token})
    began = monotonic()
    answers = flood.run()
    print(json.dumps({**answers, "sent": flood.sent, "closed": flood.closed, "seconds": monotonic() - began}))


if __name__ == "__main__":
    main()
