"""Where people and programs reach the daemon."""

from __future__ import annotations

from controller.server.access import addresses


def local(host: str, port: int) -> str:
    """Where a program on this box reaches the daemon that listens on `host`."""
    loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://{_bracketed(loopback)}:{port}"


def reachable(host: str) -> str:
    """The address that a phone in the room would use."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return _bracketed(host)
    outside = [a for a in addresses() if "." in a and not a.startswith(("127.", "169.254."))]
    return min(outside, key=lambda a: (not a.startswith(("192.168.", "10.", "172.")), a), default="127.0.0.1")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
