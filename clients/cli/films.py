"""`matinee films`, and finding the one film that somebody means."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from clients.cli.asking import ask, json_option, state_dir_option
from clients.cli.failing import REFUSED, USAGE, Failure
from clients.cli.words import many

TOO_FAST = 1.5
"""Seconds to wait when the daemon says that we ask too fast."""
MOST_FOLDERS = 5_000
"""Folders that are walked at most."""
MOST_NAMED = 8
"""Films that are named when several are meant."""
LONGEST_PATH = 4096
DIGITS = re.compile(r"(\d+)")


@click.command()
@click.argument("query", required=False)
@state_dir_option
@json_option
def films(query: str | None, state_dir: Path | None, as_json: bool) -> None:
    """List the films of the library, or those that QUERY fits.

    QUERY is a part of a path or title, whatever the case. Each line is what `matinee play` and `matinee queue` take.
    """
    found = ask(state_dir, lambda matinee: search(matinee, query or "", quiet=as_json))
    if as_json:
        click.echo(json.dumps([item.model_dump(exclude_none=True) for item in found]))
        return
    for item in found:
        click.echo(_name(item))
    if not found:
        none = f"No film's path holds “{_short(query)}”. `matinee films` lists all." if query else "No film is there."
        click.echo(none, err=True)


async def find(matinee: Any, wanted: str) -> Any:
    """A reference to the film of this path, or else to the only one whose path or title holds these words.

    Raises: Failure (none, or several).
    """
    from clients.sdk import MediaRef, PathRef

    if await _is_path(matinee, wanted):
        return PathRef(path=wanted)
    found = await search(matinee, wanted, quiet=True)
    found = [item for item in found if item.path == wanted] or found
    if not found:
        raise _none(wanted)
    if len(found) > 1:
        raise _several(wanted, found)
    return PathRef(path=found[0].path) if found[0].path else MediaRef(media_id=found[0].media_id)


async def _is_path(matinee: Any, wanted: str) -> bool:
    """Whether this is a film's path to the letter."""
    from clients.sdk import PathRef
    from protocol.errors import ItemNotFound, NotPlayable

    if not wanted or len(wanted) > LONGEST_PATH:
        return False
    try:
        await matinee.get_item(PathRef(path=wanted))
    except (ItemNotFound, NotPlayable, ValueError):  # a folder is not playable, and a film below it may be meant
        return False
    return True


def _none(wanted: str) -> Failure:
    hint = "`matinee films` lists what there is."
    return Failure(
        f"No film's path or title holds “{_short(wanted)}”.", REFUSED, "item_not_found", hint=hint, code=1010
    )


def _several(wanted: str, found: list[Any]) -> Failure:
    """Wrong usage, and not a refusal: the daemon was not asked to play anything, and more words would do."""
    names = [_name(item) for item in found[:MOST_NAMED]]
    more = [f"and {len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    sentence = f"“{_short(wanted)}” may be {many(len(found), 'film')}: {', '.join([*names, *more])}."
    return Failure(sentence, USAGE, "usage", hint="Say more of the path.")


async def search(matinee: Any, words: str, *, quiet: bool) -> list[Any]:
    """Every film whose path or title holds these words, in natural order; `quiet` shows no progress."""
    walk = _Walk(matinee, quiet=quiet or not sys.stderr.isatty())
    await walk.everything()
    wanted = words.casefold()
    found = [item for item in walk.items if wanted in (item.path or "").casefold() or wanted in item.title.casefold()]
    return sorted(found, key=lambda item: _natural(item.path or item.title))


class _Walk:
    """Goes through all folders, page by page. A folder that shows what one above it shows is that one, by a link."""

    def __init__(self, matinee: Any, *, quiet: bool) -> None:
        self._matinee, self._quiet = matinee, quiet
        self.items: list[Any] = []

    async def everything(self) -> None:
        """Fill `items`."""
        from protocol.errors import ItemNotFound

        todo: list[tuple[str, frozenset[Any]]] = [("", frozenset())]
        walked = 0
        while todo and walked < MOST_FOLDERS:
            path, above = todo.pop()
            try:
                folders, items = await self._folder(path)
            except ItemNotFound:  # it went away, or may not be read
                continue
            face = (tuple(folder.name for folder in folders), tuple((item.title, item.size) for item in items))
            walked += 1
            if items and face in above:
                continue
            self.items += items
            self._progress()
            todo += [(folder.path, above | {face}) for folder in folders]
        self._progress(over=True)
        if todo:
            click.echo(f"Only {MOST_FOLDERS} folders were looked into.", err=True)

    async def _folder(self, path: str) -> tuple[list[Any], list[Any]]:
        """All folders and films of one folder."""
        folders, items, page, pages = [], [], 1, 1
        while page <= pages:
            listing = await self._page(path, page)
            folders += listing.folders
            items += listing.items
            page, pages = page + 1, listing.pages
        return folders, items

    async def _page(self, path: str, page: int) -> Any:
        import anyio

        from protocol.errors import RateLimited

        while True:
            try:
                return await self._matinee.browse(path, page=page)
            except RateLimited as error:
                await anyio.sleep(max(TOO_FAST, error.retry_after_s or 0.0))

    def _progress(self, *, over: bool = False) -> None:
        if not self._quiet:
            text = "" if over else f"Looking … {many(len(self.items), 'film')}"
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)


def _name(item: Any) -> str:
    """What `matinee play` takes."""
    return str(item.path or item.title)


def _short(words: str | None) -> str:
    return (words or "") if len(words or "") <= 80 else f"{(words or '')[:79]}…"


def _natural(path: str) -> list[list[tuple[int, int, str]]]:
    """`Part 2` before `Part 10`, whatever the case, folder by folder."""
    return [
        [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in DIGITS.split(name)]
        for name in path.split("/")
    ]
