"""The same promises, kept by SQLite, by PostgreSQL and by a dictionary."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import pytest
from sqlalchemy import URL

from controller.adapters.store.devices import SqlDevices
from controller.ports import DeviceStore, KnownDevice, LastOwner, NotStored
from protocol.values import DeviceId, Role
from tests.fakes.devices import FakeDeviceStore
from tests.stores import opened


@pytest.fixture
async def store(place: URL | None) -> AsyncIterator[DeviceStore]:
    if place is None:
        yield FakeDeviceStore()
        return
    async with opened(place) as store:
        yield SqlDevices(store)


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
    for number in (2, 1):
        await store.add(device(number), f"hash {number}", 100.0)
    await store.find("hash 1", 250.5)
    await store.find("hash 1", 299.0)  # known to the minute
    assert [(row.device_id, row.created_at, row.last_seen) for row in await store.all()] == [
        ("device-1", 100.0, 250.5),
        ("device-2", 100.0, 100.0),
    ]


async def test_all_are_listed_oldest_first_with_what_they_are(store: DeviceStore) -> None:
    for number in (3, 1, 2):
        await store.add(device(number), f"hash {number}", float(number))
    await store.add(device(0), "hash 0", 2.0)  # as old as another
    rows = await store.all()
    assert [row.device_id for row in rows] == ["device-1", "device-0", "device-2", "device-3"]
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
    with pytest.raises(NotStored) as caught:
        await store.add(device(number), token_hash, 2.0)
    assert token_hash not in str(caught.value)
    assert len(await store.all()) == 1


async def test_many_at_once_are_all_stored_and_seen(store: DeviceStore) -> None:
    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(store.add, device(number), f"hash {number}", float(number))
    assert [row.device_id for row in await store.all()] == [f"device-{number}" for number in range(30)]
    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(store.find, f"hash {number}", 1000.0)
            group.start_soon(store.owners)
    assert {row.last_seen for row in await store.all()} == {1000.0}


async def test_a_renamed_device_is_found_and_listed_by_its_new_name(store: DeviceStore) -> None:
    await store.add(device(1), "hash 1", 1.0)
    await store.add(device(2), "hash 2", 2.0)
    assert await store.rename("device-1", "Ann's télé 📺") is True
    assert await store.rename("nobody", "x") is False
    assert await store.find("hash 1", 3.0) == KnownDevice(DeviceId("device-1"), "Ann's télé 📺", "member", named=True)
    assert [row.name for row in await store.all()] == ["Ann's télé 📺", device(2).name]


async def test_a_device_has_its_new_role_from_now_on(store: DeviceStore) -> None:
    await store.add(device(1, "owner"), "hash 1", 1.0)
    await store.add(device(2, "guest"), "hash 2", 2.0)
    assert await store.set_role("device-2", "owner") is True
    assert await store.set_role("device-1", "guest") is True
    assert await store.set_role("nobody", "guest") is False
    assert [row.role for row in await store.all()] == ["guest", "owner"]
    found = await store.find("hash 1", 3.0)
    assert found is not None
    assert found.role == "guest"


async def test_the_last_owner_stays_one(store: DeviceStore) -> None:
    await store.add(device(1, "owner"), "hash 1", 1.0)
    await store.add(device(2), "hash 2", 2.0)
    with pytest.raises(LastOwner):
        await store.set_role("device-1", "member")
    assert await store.set_role("device-1", "owner") is True
    assert await store.owners() == 1


async def test_of_owners_who_are_made_less_at_the_same_time_one_remains(store: DeviceStore) -> None:
    for number in range(6):
        await store.add(device(number, "owner"), f"hash {number}", float(number))
    refused = []

    async def make_less(number: int) -> None:
        try:
            await store.set_role(f"device-{number}", "guest")
        except LastOwner:
            refused.append(number)

    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(make_less, number)
    assert len(refused) == 1
    assert await store.owners() == 1
