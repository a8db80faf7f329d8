"""The commands about people: who is here, on which devices, and what they suggest for the TV."""

from __future__ import annotations

from clients.sdk.library import Caller
from protocol.commands import session, status, suggestions
from protocol.devices import Devices, PairingCode
from protocol.encoder_log import EncoderLog
from protocol.results import ClientStatus, Done, Suggested, Suggestion
from protocol.values import Capabilities, ClientType, Health, ItemRef, Role, StreamState, SuggestionKind


class PeopleCommands:
    """A part of `Matinee`."""

    # ── who is here ───────────────────────────────────────────────────────────────────────────────

    async def get_all_clients_status(
        self: Caller,
        *,
        client_type: ClientType | None = None,
        name: str | None = None,
        state: Health | StreamState | None = None,
    ) -> list[ClientStatus]:
        """Who is here (members and owners); `name` is a part of a name."""
        wanted = status.GetAllClientsStatus(client_type=client_type, name=name, state=state)
        rows: list[ClientStatus] = await self.call(wanted)
        return rows

    async def get_encoder_log(self: Caller, *, client_id: str | None = None, after: int = 0) -> EncoderLog:
        """What the encoders of a client, or of all, did and said since an earlier answer's `next` (owners)."""
        log: EncoderLog = await self.call(status.GetEncoderLog(client_id=client_id, after=after))
        return log

    async def update_capabilities(self: Caller, capabilities: Capabilities) -> Done:
        """Tell what my player can do now; it counts from my next stream on."""
        done: Done = await self.call(session.UpdateCapabilities(capabilities=capabilities))
        return done

    # ── devices ───────────────────────────────────────────────────────────────────────────────────

    async def create_pairing_code(self: Caller, role: Role = "member") -> PairingCode:
        """A code for one more device (owners)."""
        code: PairingCode = await self.call(session.CreatePairingCode(role=role))
        return code

    async def list_devices(self: Caller) -> Devices:
        """The paired devices (owners)."""
        devices: Devices = await self.call(session.ListDevices())
        return devices

    async def rename_device(self: Caller, device_id: str, name: str) -> Done:
        """Call a device something else (owners; others their own, which is `me.device_id`)."""
        done: Done = await self.call(session.RenameDevice(device_id=device_id, name=name))
        return done

    async def set_device_role(self: Caller, device_id: str, role: Role) -> Done:
        """Make a device an owner, a member or a guest, at once (owners)."""
        done: Done = await self.call(session.SetDeviceRole(device_id=device_id, role=role))
        return done

    async def revoke_device(self: Caller, device_id: str) -> Done:
        """Throw a device out (owners)."""
        done: Done = await self.call(session.RevokeDevice(device_id=device_id))
        return done

    # ── suggestions ───────────────────────────────────────────────────────────────────────────────

    async def suggest(self: Caller, kind: SuggestionKind, item: ItemRef | None = None) -> Suggested:
        """Suggest something for the TV to who decides; `play` and `add` name an item. Events tell how it ends."""
        suggested: Suggested = await self.call(suggestions.Suggest(kind=kind, item=item))
        return suggested

    async def answer_suggestion(self: Caller, suggestion_id: str, *, accept: bool) -> Done:
        """Answer one, as who holds the TV or as an owner; an accepted one has been carried out then."""
        done: Done = await self.call(suggestions.AnswerSuggestion(suggestion_id=suggestion_id, accept=accept))
        return done

    async def withdraw_suggestion(self: Caller, suggestion_id: str) -> Done:
        """Take my own back."""
        done: Done = await self.call(suggestions.WithdrawSuggestion(suggestion_id=suggestion_id))
        return done

    async def get_suggestions(self: Caller) -> list[Suggestion]:
        """What is open: my own, and what I may answer."""
        found: list[Suggestion] = await self.call(suggestions.GetSuggestions())
        return found
