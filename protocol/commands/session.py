"""Commands about the session itself and about who may come in."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from protocol.commands.base import OWNERS, Command
from protocol.devices import Devices, PairingCode
from protocol.results import Clock, Done, Registered, Subscribed
from protocol.values import Capabilities, ClientType, Label, Role, Secret, Topic, Wire, clean


class TokenAuth(Wire):
    device_token: Secret


class CodeAuth(Wire):
    pairing_code: Secret


class Resume(Wire):
    """The session to go on with, and the last event that was seen of it."""

    client_id: Label
    resume_token: Secret
    last_seq: Annotated[int, Field(ge=0)]


class Register(Command):
    """The first command of every connection, within 5 s of `hello`."""

    method, result, before_register = "register", Registered, True

    protocol: int
    client_types: list[ClientType] = Field(min_length=1, max_length=2)
    name: Label
    auth: TokenAuth | CodeAuth
    device: Label | None = None
    capabilities: Capabilities | None = None
    resume: Resume | None = None


class Goodbye(Command):
    """Ends the client at once: stream, encoder, directory; then the connection closes with 1000."""

    method, result = "goodbye", Done

    reason: Annotated[str, StringConstraints(max_length=200), AfterValidator(clean)] = ""


class Ping(Command):
    """Answers the server clock."""

    method, result = "ping", Clock


class Subscribe(Command):
    """Hears these topics from now on, too. Raises: forbidden (who is here is not for guests)."""

    method, result = "subscribe", Subscribed

    topics: list[Topic] = Field(max_length=16)


class Unsubscribe(Command):
    """Hears these topics no more."""

    method, result = "unsubscribe", Subscribed

    topics: list[Topic] = Field(max_length=16)


class Discover(Command):
    """Answers the OpenRPC document of this daemon."""

    method, result = "rpc.discover", dict


class CreatePairingCode(Command):
    """Makes a code that lets one more device in, with this role."""

    method, result, roles = "create_pairing_code", PairingCode, OWNERS

    role: Role = "member"


class ListDevices(Command):
    """Lists the paired devices."""

    method, result, roles = "list_devices", Devices, OWNERS


class RevokeDevice(Command):
    """Takes a device's token away; its connections close at once with 4401."""

    method, result, roles = "revoke_device", Done, OWNERS

    device_id: Label


class RenameDevice(Command):
    """Calls a device something else; owners may do that with every device, others with their own.

    Raises: forbidden, item_not_found (no such device).
    """

    method, result = "rename_device", Done

    device_id: Label
    name: Label


class SetDeviceRole(Command):
    """Gives a device another role; its clients have it at once, and who holds the screen keeps it.

    Raises: forbidden (the last owner stays one), item_not_found (no such device).
    """

    method, result, roles = "set_device_role", Done, OWNERS

    device_id: Label
    role: Role


class UpdateCapabilities(Command):
    """Tells what my player can do now, in place of what I said before; it counts from my next stream on."""

    method, result = "update_capabilities", Done

    capabilities: Capabilities


Auth = TokenAuth | CodeAuth
COMMANDS: tuple[type[Command], ...] = (
    Register,
    Goodbye,
    Ping,
    Subscribe,
    Unsubscribe,
    Discover,
    CreatePairingCode,
    ListDevices,
    RevokeDevice,
    RenameDevice,
    SetDeviceRole,
    UpdateCapabilities,
)
