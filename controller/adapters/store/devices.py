"""The paired devices, in SQL."""

from __future__ import annotations

from sqlalchemy import Connection, Executable, delete, func, insert, select, update

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
        new = insert(devices).values(**row, token_hash=token_hash, created_at=at, last_seen=at)
        await self._store.run(lambda connection: connection.execute(new))

    async def find(self, token_hash: str, at: float) -> KnownDevice | None:
        """The device of a token, which was thereby seen. Raises: NotStored."""

        def work(connection: Connection) -> KnownDevice | None:
            row = connection.execute(select(devices).where(devices.c.token_hash == token_hash)).first()
            if row is None:
                return None
            if not 0 <= at - row.last_seen < SEEN_TO:
                connection.execute(update(devices).where(devices.c.device_id == row.device_id).values(last_seen=at))
            return KnownDevice(DeviceId(row.device_id), row.name, row.role, named=row.named)

        return await self._store.run(work, lasting=False)

    async def all(self) -> list[Device]:
        """Every device, oldest first, then by id. Raises: NotStored."""
        columns = [devices.c[name] for name in ("device_id", "name", "role", "created_at", "last_seen")]
        query = select(*columns).order_by(devices.c.created_at, devices.c.device_id)
        rows = await self._store.run(lambda connection: connection.execute(query).mappings().all(), lasting=False)
        return [Device.model_validate(dict(row)) for row in rows]

    async def remove(self, device_id: str) -> bool:
        """Forget a device. Raises: NotStored."""
        return await self._changed(delete(devices).where(devices.c.device_id == device_id))

    async def rename(self, device_id: str, name: str) -> bool:
        """Call a device something else. Raises: NotStored."""
        named = update(devices).where(devices.c.device_id == device_id).values(name=name, named=True)
        return await self._changed(named)

    async def set_role(self, device_id: str, role: Role) -> bool:
        """Give a device another role. Raises: NotStored, LastOwner."""
        owners = select(devices.c.device_id).where(devices.c.role == "owner").with_for_update()
        change = update(devices).where(devices.c.device_id == device_id).values(role=role)

        def work(connection: Connection) -> bool:
            if role != "owner" and connection.execute(owners).scalars().all() == [device_id]:
                raise LastOwner
            return bool(connection.execute(change).rowcount)

        return await self._store.run(work)

    async def owners(self) -> int:
        """How many owners there are. Raises: NotStored."""
        query = select(func.count()).where(devices.c.role == "owner")
        return await self._store.run(lambda connection: int(connection.execute(query).scalar_one()), lasting=False)

    async def _changed(self, statement: Executable) -> bool:
        """Whether there was such a device."""
        return await self._store.run(lambda connection: bool(connection.execute(statement).rowcount))
