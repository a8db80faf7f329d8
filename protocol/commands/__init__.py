"""Every command by its method name; one module per family."""

from protocol.commands import browse, hls, session, status
from protocol.commands.base import Command

COMMANDS: dict[str, type[Command]] = {
    command.method: command for family in (session, hls, status, browse) for command in family.COMMANDS
}

__all__ = ["COMMANDS", "Command"]
