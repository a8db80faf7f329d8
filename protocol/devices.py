"""What is told of the devices that may come in."""

from __future__ import annotations

from protocol.values import Role, Seconds, Wire


class PairingCode(Wire):
    """A code for one device; `url` opens the page with the code filled in (it stands behind `#`, which no log sees)."""

    code: str
    url: str
    expires_in: Seconds
    role: Role


class Device(Wire):
    """A paired device; times are Unix seconds."""

    device_id: str
    name: str
    role: Role
    created_at: float
    last_seen: float
    connected: bool = False


class Devices(Wire):
    devices: list[Device]
