"""The same promises, kept by SQLite and by a dictionary."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from controller.adapters.store.database import SqlDevices, open_store
from controller.ports import DeviceStore, KnownDevice
from protocol.values import DeviceId, Role
from tests.fakes.devices import FakeDeviceStore


@pytest.fixture(params=["real", "fake"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DeviceStore]:
    if request.param == "fake":
        yield FakeDeviceStore()
        return
    engine = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'matinee.db'}")
    yield SqlDevices(engine)
    await engine.dispose()


def device(number: int, role: Role = "member") -> KnownDevice:
    return KnownDevice(DeviceId(f"device-{number}"), f"Phone {number} 📱'\"", role)


async def test_an_empty_store_has_nobody(store: DeviceStore) -> None:
    assert await store.all() == []
    assert await store.owners() == 0
    assert await store.find("hash", 1.0) is None
    assert await store.remove("device-1") is False


async def test_a_device_is_found_by_its_tokens_hash(store: DeviceStore) -> None:
    await store.add(device(1), "hash 1", 100.0)
    await store.add(device(2, "guest"), "hash 2", 200.0)
    assert await store.find("hash 2", 300.0) == device(2, "guest")
    assert await store.find("hash 1", 300.0) == device(1)
    assert await store.find("hash 3", 300.0) is None


async def test_being_found_is_being_seen(store: DeviceStore) -> None:
    await store.add(device(1), "hash 1", 100.0)
    await store.add(device(2), "hash 2", 100.0)
    await store.find("hash 1", 250.5)
    assert [(row.device_id, row.created_at, row.last_seen) for row in await store.all()] == [
        ("device-1", 100.0, 250.5),
        ("device-2", 100.0, 100.0),
    ]


async def test_all_are_listed_oldest_first_with_what_they_are(store: DeviceStore) -> None:
    for number in (3, 1, 2):
        await store.add(device(number), f"hash {number}", float(number))
    rows = await store.all()
    assert [row.device_id for row in rows] == ["device-1", "device-2", "device-3"]
    assert (rows[0].name, rows[0].role, rows[0].connected) == (device(1).name, "member", False)


async def test_a_removed_device_is_forgotten_with_its_token(store: DeviceStore) -> None:
    await store.add(device(1), "hash 1", 1.0)
    await store.add(device(2), "hash 2", 2.0)
    assert await store.remove("device-1") is True
    assert await store.remove("device-1") is False
    assert await store.find("hash 1", 3.0) is None
    assert [row.device_id for row in await store.all()] == ["device-2"]


async def test_owners_are_counted(store: DeviceStore) -> None:
    await store.add(device(1, "owner"), "hash 1", 1.0)
    await store.add(device(2), "hash 2", 1.0)
    await store.add(device(3, "owner"), "hash 3", 1.0)
    assert await store.owners() == 2
    await store.remove("device-3")
    assert await store.owners() == 1


@pytest.mark.parametrize(("number", "token_hash"), [(1, "hash 2"), (2, "hash 1")])
async def test_an_id_or_a_token_that_is_there_already_is_refused(
    store: DeviceStore, number: int, token_hash: str
) -> None:
    await store.add(device(1), "hash 1", 1.0)
    with pytest.raises((IntegrityError, ValueError)):
        await store.add(device(number), token_hash, 2.0)
    assert len(await store.all()) == 1
