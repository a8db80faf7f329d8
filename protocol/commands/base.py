"""What a command is: its parameters as a model, and beside them its name, its answer and who may give it."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from protocol.values import Role, Wire

Family = Literal["all", "hls", "server"]

EVERYBODY: frozenset[Role] = frozenset({"owner", "member", "guest"})
HOUSE: frozenset[Role] = frozenset({"owner", "member"})
OWNERS: frozenset[Role] = frozenset({"owner"})


class Command(Wire):
    """Parameters by name. `family` is the client type it needs; `roles` who may give it."""

    method: ClassVar[str]
    result: ClassVar[Any]
    family: ClassVar[Family] = "all"
    roles: ClassVar[frozenset[Role]] = EVERYBODY
    before_register: ClassVar[bool] = False
