"""`matinee logs`: what the encoders did and said."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import click

from clients.cli.asking import ask, json_option, state_dir_option
from clients.cli.failing import REFUSED, Failure

EVERY = 1.0
"""Seconds between two looks for new lines."""


@click.command()
@click.argument("client", required=False)
@click.option("--follow", "-f", is_flag=True, help="Go on showing what comes, until Ctrl-C.")
@state_dir_option
@json_option
def logs(client: str | None, follow: bool, state_dir: Path | None, as_json: bool) -> None:
    """Show what the encoders did and said: those of CLIENT, or all.

    CLIENT is the id or the name of a client, present or gone. The last runs of the last streams are kept for as long as
    the daemon lives. With --json every line is an object.
    """

    async def work(matinee: Any) -> None:
        ids = await _ids(matinee, client) if client else None
        printer = _Printer(as_json)
        async for log, line in _lines(matinee, ids, follow=follow):
            printer.show(log, line)
        if not printer.shown and not as_json:
            click.echo("No encoder has run yet.", err=True)

    ask(state_dir, work)


async def _ids(matinee: Any, wanted: str) -> frozenset[str]:
    """The clients of this id or name, present or gone. Raises: Failure (none)."""
    here = [(row.client_id, row.name) for row in await matinee.get_all_clients_status()]
    kept = [(stream.client_id, stream.client_name) for stream in (await matinee.get_encoder_log()).streams]
    known = {*here, *kept}
    found = {id_ for id_, _ in known if id_ == wanted} or {id_ for id_, name in known if _same(name, wanted)}
    if not found:
        hint = "`matinee status` shows who is here."
        raise Failure(f"Nobody is called “{wanted}”.", REFUSED, "item_not_found", hint=hint, code=1010)
    return frozenset(found)


def _same(name: str, wanted: str) -> bool:
    return name.casefold() == wanted.casefold()


async def _lines(matinee: Any, ids: frozenset[str] | None, *, follow: bool) -> AsyncIterator[tuple[Any, Any]]:
    """Every line of these clients, with the answer it came in; those that are kept, then those that come."""
    after, only = 0, next(iter(ids)) if ids and len(ids) == 1 else None
    while True:
        log = await matinee.get_encoder_log(client_id=only, after=after)
        whose = {stream.stream_id: stream.client_id for stream in log.streams}
        for line in log.lines:
            if ids is None or whose[line.stream_id] in ids:
                yield log, line
        after = log.next
        if not log.more:
            if not follow:
                return
            await anyio.sleep(EVERY)


class _Printer:
    """Writes line by line; a heading says whose stream the next ones are of."""

    def __init__(self, as_json: bool) -> None:
        self._as_json, self._stream = as_json, ""
        self.shown = 0

    def show(self, log: Any, line: Any) -> None:
        """One line, with the answer it came in."""
        self.shown += 1
        stream = next(stream for stream in log.streams if stream.stream_id == line.stream_id)
        at = datetime.fromtimestamp(time.time() - (log.clock - line.at)).astimezone()
        if self._as_json:
            whose = {"client_id": stream.client_id, "client_name": stream.client_name, "title": stream.title}
            fields = line.model_dump(exclude_none=True)
            click.echo(json.dumps({**fields, **whose, "time": at.isoformat(timespec="milliseconds")}))
            return
        if line.stream_id != self._stream:
            self._stream = line.stream_id
            click.echo(f"{stream.client_name or stream.client_id} · {stream.title}")
        process = f" (process {line.pid})" if line.kind == "started" and line.pid else ""
        said = "| " if line.kind == "said" else ""
        click.echo(f"  {at:%H:%M:%S}  run {line.epoch}  {said}{line.text}{process}")
