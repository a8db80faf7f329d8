"""What the tests of remembered films have in common: what is remembered of whom, in the store and on the wire."""

from __future__ import annotations

from typing import Any

from controller.core.watching import Seat
from protocol.values import PathRef
from tests.services.house import Remote
from tests.services.sofa import FILM


def seat_of(remote: Remote, path: str = FILM) -> Seat:
    return remote.house.watching.seat(remote.me.device.device_id, PathRef(path=path))


def left(remote: Remote, path: str = FILM) -> float | None:
    """Where the store says that somebody left a film."""
    memory = remote.house.watched.rows.get(seat_of(remote, path))
    return None if memory is None else memory.left_at


async def item(remote: Remote, path: str = FILM) -> dict[str, Any]:
    found: dict[str, Any] = await remote.call("get_item", item={"path": path})
    return {name: found[name] for name in ("left_at", "watched") if name in found}


async def titles(remote: Remote, **more: Any) -> list[str]:
    return [entry["title"] for entry in (await remote.call("list_left", **more))["items"]]
