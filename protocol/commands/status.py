"""Commands that ask who is here and how the box does."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from protocol.box import ServerStatus
from protocol.commands.base import HOUSE, OWNERS, Command
from protocol.encoder_log import EncoderLog
from protocol.results import ClientStatus
from protocol.values import ClientType, Health, Label, StreamState


class GetAllClientsStatus(Command):
    """Lists every client; each filter that is given must hold.

    `name` is a part of the client's name, in whatever case; `state` is a health or a stream state.
    """

    method, result, roles = "get_all_clients_status", list[ClientStatus], HOUSE

    client_type: ClientType | None = None
    name: Label | None = None
    state: Health | StreamState | None = None


class GetServerStatus(Command):
    """Tells load, limits, encoders, disk, uptime and versions."""

    method, result = "get_server_status", ServerStatus


class GetEncoderLog(Command):
    """Tells what the encoders of one client, or of all, did and said: the last runs, also of streams that are over.

    `after` is the `next` of an earlier answer: what is newer than that.
    """

    method, result, roles = "get_encoder_log", EncoderLog, OWNERS

    client_id: Label | None = None
    after: Annotated[int, Field(ge=0)] = 0


COMMANDS: tuple[type[Command], ...] = (GetAllClientsStatus, GetServerStatus, GetEncoderLog)
