"""Every command by its method name; one module per family."""

from protocol.commands import authority, browse, hls, queue, screen, session, status, suggestions
from protocol.commands.base import Command

COMMANDS: dict[str, type[Command]] = {
    command.method: command
    for family in (session, hls, queue, authority, screen, suggestions, status, browse)
    for command in family.COMMANDS
}

__all__ = ["COMMANDS", "Command"]
