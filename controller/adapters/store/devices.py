"""The paired devices, in SQL."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select, update

from controller.adapters.store.database import Store
from controller.adapters.store.tables import devices
from controller.ports import SEEN_TO, KnownDevice, LastOwner
from protocol.devices import Device
from protocol.values import DeviceId, Role


class SqlDevices:
    """Implements `ports.DeviceStore`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, device: KnownDevice, token_hash: str, at: float) -> None:
        """Keep a new device. Raises: NotStored."""
        row = {"device_id": device.device_id, "name": device.name, "role": device.role}
        async with self._store.transaction() as connection:
            await connection.execute(insert(devices).values(**row, token_hash=token_hash, created_at=at, last_seen=at))

    async def find(self, token_hash: str, at: float) -> KnownDevice | None:
        """The device of a token, which was thereby seen. Raises: NotStored."""
        async with self._store.transaction(lasting=False) as connection:
            found = await connection.execute(select(devices).where(devices.c.token_hash == token_hash))
            row = found.mappings().first()
            if row is None:
                return None
            if not 0 <= at - row["last_seen"] < SEEN_TO:
                await connection.execute(
                    update(devices).where(devices.c.device_id == row["device_id"]).values(last_seen=at)
                )
        return KnownDevice(DeviceId(row["device_id"]), row["name"], row["role"])

    async def all(self) -> list[Device]:
        """Every device, oldest first, then by id. Raises: NotStored."""
        columns = [devices.c[name] for name in ("device_id", "name", "role", "created_at", "last_seen")]
        async with self._store.transaction(lasting=False) as connection:
            found = await connection.execute(select(*columns).order_by(devices.c.created_at, devices.c.device_id))
            return [Device.model_validate(dict(row)) for row in found.mappings()]

    async def remove(self, device_id: str) -> bool:
        """Forget a device. Raises: NotStored."""
        async with self._store.transaction() as connection:
            result = await connection.execute(delete(devices).where(devices.c.device_id == device_id))
            return bool(result.rowcount)

    async def rename(self, device_id: str, name: str) -> bool:
        """Call a device something else. Raises: NotStored."""
        async with self._store.transaction() as connection:
            result = await connection.execute(update(devices).where(devices.c.device_id == device_id).values(name=name))
            return bool(result.rowcount)

    async def set_role(self, device_id: str, role: Role) -> bool:
        """Give a device another role. Raises: NotStored, LastOwner."""
        owners = select(devices.c.device_id).where(devices.c.role == "owner").with_for_update()
        async with self._store.transaction() as connection:
            if role != "owner" and (await connection.execute(owners)).scalars().all() == [device_id]:
                raise LastOwner
            result = await connection.execute(update(devices).where(devices.c.device_id == device_id).values(role=role))
            return bool(result.rowcount)

    async def owners(self) -> int:
        """How many owners there are. Raises: NotStored."""
        async with self._store.transaction(lasting=False) as connection:
            found = await connection.execute(select(func.count()).where(devices.c.role == "owner"))
            return int(found.scalar_one())
