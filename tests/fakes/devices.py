"""Paired devices, kept in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from controller.ports import SEEN_TO, KnownDevice, LastOwner, NotStored
from protocol.devices import Device
from protocol.values import Role


class FakeDeviceStore:
    """Implements `ports.DeviceStore`. Ids and token hashes are unique, as in the real one. `refuses` makes adding fail."""

    def __init__(self) -> None:
        self.refuses = False
        self._rows: dict[str, Device] = {}
        self._by_hash: dict[str, KnownDevice] = {}

    async def add(self, device: KnownDevice, token_hash: str, at: float) -> None:
        """Keep a new device. Raises: NotStored when its id or token is there already."""
        if self.refuses:
            raise NotStored("the disk is full")
        if device.device_id in self._rows or token_hash in self._by_hash:
            raise NotStored("the device is known already")
        self._rows[device.device_id] = Device(
            device_id=device.device_id, name=device.name, role=device.role, created_at=at, last_seen=at
        )
        self._by_hash[token_hash] = device

    async def find(self, token_hash: str, at: float) -> KnownDevice | None:
        """The device of a token, which was thereby seen."""
        device = self._by_hash.get(token_hash)
        if device:
            row = self._rows[device.device_id]
            if not 0 <= at - row.last_seen < SEEN_TO:
                self._rows[device.device_id] = row.model_copy(update={"last_seen": at})
        return device

    async def all(self) -> list[Device]:
        """Every device, oldest first."""
        return sorted(self._rows.values(), key=lambda row: (row.created_at, row.device_id))

    async def remove(self, device_id: str) -> bool:
        """Forget a device."""
        self._by_hash = {key: device for key, device in self._by_hash.items() if device.device_id != device_id}
        return self._rows.pop(device_id, None) is not None

    async def rename(self, device_id: str, name: str) -> bool:
        """Call a device something else."""
        return self._change(device_id, {"name": name}, named=True)

    async def set_role(self, device_id: str, role: Role) -> bool:
        """Give a device another role. Raises: LastOwner."""
        if role != "owner" and [row.device_id for row in self._rows.values() if row.role == "owner"] == [device_id]:
            raise LastOwner
        return self._change(device_id, {"role": role})

    def _change(self, device_id: str, changes: dict[str, Any], *, named: bool = False) -> bool:
        row = self._rows.get(device_id)
        if row is None:
            return False
        self._rows[device_id] = row.model_copy(update=changes)
        for key, device in self._by_hash.items():
            if device.device_id == device_id:
                self._by_hash[key] = replace(device, **changes, named=named or device.named)
        return True

    async def owners(self) -> int:
        """How many owners there are."""
        return sum(row.role == "owner" for row in self._rows.values())
