"""Who may come in: pairing codes become devices, device tokens are recognised, revoked devices are thrown out."""

from __future__ import annotations

from hashlib import sha256

import structlog

from controller.core.pairing import ALPHABET, LENGTH, Code, PairingDesk
from controller.ports import Clock, DeviceStore, KnownDevice, LastOwner, Secrets
from protocol.commands.session import Auth, TokenAuth
from protocol.devices import Device
from protocol.errors import Forbidden, ItemNotFound, PairingFailed
from protocol.values import DeviceId, Role

log = structlog.get_logger(__name__)

THE_BOX = KnownDevice(DeviceId("box"), "the box itself", "owner")
"""The daemon's own user, who proves that by reading a file that only that user can read."""


NO_DEVICE = "There is no such device."


class BadToken(Forbidden):
    """The device token is unknown or was revoked; the connection closes with 4401."""

    sentence = "This device is not paired, or its pairing was revoked."


def hash_of(token: str) -> str:
    """How a token is kept: it has 256 random bits, so one SHA-256 is enough."""
    return sha256(token.encode()).hexdigest()


class Pairing:
    """Decides on `auth`. `box_token` is this run's token of the daemon's own user."""

    def __init__(self, clock: Clock, secrets: Secrets, devices: DeviceStore, box_token: str) -> None:
        self._clock, self._secrets, self._devices = clock, secrets, devices
        self._desk = PairingDesk()
        self._box = hash_of(box_token)
        self._changes = 0

    def issue(self, role: Role) -> Code:
        """A new code for one device."""
        code = self._desk.issue(self._secrets.letters(ALPHABET, LENGTH), role, self._clock.now())
        log.info("pairing code issued", role=role)
        return code

    async def first_code(self) -> Code:
        """The code that is printed at the start: the first device becomes the owner, later ones are members."""
        return self.issue("member" if await self._devices.owners() else "owner")

    async def admit(self, auth: Auth, name: str) -> tuple[KnownDevice, str | None]:
        """The device behind `auth`, and its new token when it was paired just now.

        Raises:
            BadToken: the token is unknown or revoked.
            PairingFailed: the code is wrong, used or expired.
        """
        if isinstance(auth, TokenAuth):
            return await self._recognise(auth.device_token), None
        try:
            role = self._desk.redeem(auth.pairing_code, self._clock.now())
        except PairingFailed:
            log.warning("pairing failed", codes_left=self._desk.living)
            raise
        device = KnownDevice(DeviceId(self._secrets.identity()), name, role)
        token = self._secrets.token()
        await self._devices.add(device, hash_of(token), self._clock.wall())
        log.info("device paired", device=device.device_id, role=role)
        return device, token

    async def devices(self) -> list[Device]:
        """Every paired device."""
        return await self._devices.all()

    async def revoke(self, device_id: str) -> bool:
        """Forget a device; False when there is none of that id."""
        gone = await self._devices.remove(device_id)
        self._changes += 1
        if gone:
            log.info("device revoked", device=device_id)
        return gone

    async def rename(self, device_id: str, name: str) -> None:
        """Call a device something else. Raises: ItemNotFound (no such device), NotStored."""
        found = await self._devices.rename(device_id, name)
        self._changes += 1
        if not found:
            raise ItemNotFound(NO_DEVICE)
        log.info("device renamed", device=device_id)

    async def set_role(self, device_id: str, role: Role) -> None:
        """Give a device another role. Raises: ItemNotFound (no such device), Forbidden (the last owner), NotStored."""
        try:
            found = await self._devices.set_role(device_id, role)
        except LastOwner:
            raise Forbidden(
                "This is the only owner, and a house has one.", hint="Make another device an owner first."
            ) from None
        self._changes += 1
        if not found:
            raise ItemNotFound(NO_DEVICE)
        log.info("device has another role", device=device_id, role=role)

    async def _recognise(self, token: str) -> KnownDevice:
        """The device of a token, as it is now: one that was changed while it was looked up is looked up again."""
        digest = hash_of(token)
        if digest == self._box:
            return THE_BOX
        device, changes = None, None
        while changes != self._changes:
            changes = self._changes
            device = await self._devices.find(digest, self._clock.wall())
        if device is None:
            raise BadToken(hint="Pair it again with a code from `matinee pair`.")
        return device
