"""The folders that were given: lists them, and finds the file behind a reference, inside them and nowhere else.

A path on the wire is relative, with `/` between its parts. With one folder it starts in that folder; with several,
its first part is the folder's name. A `media_id` is the same path's bytes in URL-safe base64: it names files whose
names are not UTF-8, too.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from controller.adapters.library.looks import Looks
from controller.adapters.library.sidecars import Sidecars
from controller.ports import Entry, FolderPage, Sidecar, SourceFile
from protocol.errors import ItemNotFound, NotPlayable
from protocol.results import Folder

FILMS = frozenset(
    [
        ".3gp",
        ".aac",
        ".asf",
        ".avi",
        ".divx",
        ".f4v",
        ".flac",
        ".flv",
        ".m2ts",
        ".m4a",
        ".m4v",
        ".mka",
        ".mkv",
        ".mov",
        ".mp2",
        ".mp3",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".oga",
        ".ogg",
        ".ogm",
        ".ogv",
        ".opus",
        ".ts",
        ".vob",
        ".wav",
        ".weba",
        ".webm",
        ".wma",
        ".wmv",
    ]
)
"""Endings that a folder lists; whether a file is a film is seen when it is opened."""
MOST_FOUND = 100_000
DIGITS = re.compile(r"(\d+)")


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts `Part 2` before `Part 10`, whatever the case."""
    return [
        (0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part.casefold())
        for part in DIGITS.split(name)
    ]


def shown(name: str) -> str:
    """A name for people: bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def media_id_of(path: str) -> str:
    """The id of a library path, as the operating system spells it."""
    return base64.urlsafe_b64encode(os.fsencode(path)).rstrip(b"=").decode()


def path_of(media_id: str) -> str:
    """The library path of an id. Raises: ItemNotFound."""
    try:
        return os.fsdecode(base64.urlsafe_b64decode(media_id + "=" * (-len(media_id) % 4)))
    except (binascii.Error, ValueError):
        raise ItemNotFound from None


@dataclass(frozen=True, slots=True)
class _Film:
    """A directory entry that may be a film: its library path as the operating system spells it."""

    path: str
    size: int


class FolderLibrary:
    """Implements `ports.Library`. Folders must exist when it is built."""

    def __init__(self, folders: list[Path]) -> None:
        self._beside, self._looks = Sidecars(FILMS), Looks()
        roots = [folder.resolve(strict=True) for folder in folders]
        if len(roots) == 1:
            self._roots = {"": roots[0]}
        else:
            self._roots = {}
            for root in roots:
                label = shown(root.name) or "root"
                name, number = label, 2
                while name in self._roots:
                    name, number = f"{label} ({number})", number + 1
                self._roots[name] = root

    def media_id(self, path: str | None, media_id: str | None) -> str:
        """The one id of a reference; looks at no file. Raises: ItemNotFound."""
        return media_id_of(_spelled(path, media_id))

    async def resolve(self, path: str | None, media_id: str | None) -> SourceFile:
        """The regular file behind a reference. Raises: ItemNotFound, NotPlayable."""
        return await anyio.to_thread.run_sync(self._open, _spelled(path, media_id), abandon_on_cancel=True)

    async def changed(self, sources: Sequence[SourceFile]) -> list[SourceFile]:
        """Those that are another file now, shorter than they were, or have other bytes."""
        return await anyio.to_thread.run_sync(
            lambda: [each for each in sources if self._looks.has_changed(each)], abandon_on_cancel=True
        )

    async def sidecars(self, path: str | None, media_id: str | None) -> tuple[Sidecar, ...]:
        """The subtitle files beside a film, in natural order. Raises: ItemNotFound."""
        return await anyio.to_thread.run_sync(self._sidecars, _spelled(path, media_id), abandon_on_cancel=True)

    async def entry(self, path: str | None, media_id: str | None) -> Entry:
        """How the folder lists it. Raises: ItemNotFound, NotPlayable."""
        spelled = _spelled(path, media_id)
        source = await anyio.to_thread.run_sync(self._resolve, spelled)
        return _entry(_Film(spelled, source.size))

    async def films(self, path: str | None, media_id: str | None) -> list[Entry]:
        """The film, or all films of a folder and of those in it, in natural order. Raises: ItemNotFound, NotPlayable."""
        return await anyio.to_thread.run_sync(self._films, _spelled(path, media_id))

    async def page(self, path: str, query: str | None, offset: int, limit: int) -> FolderPage:
        """Folders first, then films, in natural order. Raises: ItemNotFound."""
        return await anyio.to_thread.run_sync(self._page, path, query, offset, limit)

    def count(self) -> int:
        """How many films there are, at most 100,000."""
        return sum(len(self._walk(root, name, None)) for name, root in self._roots.items())

    def _open(self, path: str) -> SourceFile:
        source = self._resolve(path)
        self._looks.remember(source)
        return source

    def _locate(self, path: str) -> tuple[Path, Path]:
        """The root and the real path of a library path. Raises: ItemNotFound."""
        parts = [part for part in path.split("/") if part]
        if any(part in (".", "..") or "\0" in part for part in parts):
            raise ItemNotFound
        root = self._roots.get("")
        if root is None:
            root = self._roots.get(parts[0]) if parts else None
            parts = parts[1:]
        if root is None:
            raise ItemNotFound
        try:
            real = root.joinpath(*parts).resolve(strict=True)
        except (OSError, RuntimeError):
            raise ItemNotFound from None
        if not real.is_relative_to(root):
            raise ItemNotFound
        return root, real

    def _resolve(self, path: str) -> SourceFile:
        _, real = self._locate(path)
        return self._source(path, real)

    def _source(self, path: str, real: Path) -> SourceFile:
        """The regular file that lies at a real path. Raises: ItemNotFound, NotPlayable."""
        try:
            status = real.stat()
        except OSError:
            raise ItemNotFound from None
        if not stat.S_ISREG(status.st_mode):
            raise NotPlayable("This is not a regular file.")
        if not os.access(real, os.R_OK):
            raise NotPlayable("This file may not be read.", hint="Check its permissions.")
        title = shown(os.path.splitext(path.rsplit("/", 1)[-1])[0])
        return SourceFile(real, status.st_size, max(status.st_mtime_ns, status.st_ctime_ns), title, status.st_ino)

    def _sidecars(self, path: str) -> tuple[Sidecar, ...]:
        folder, _, name = path.rpartition("/")
        root, real = self._locate(folder)
        try:
            found = self._beside.of(root, real, name)
        except OSError:
            return ()
        return tuple(sorted(found, key=lambda sidecar: (natural(sidecar.source.title), sidecar.source.path)))

    def _films(self, path: str) -> list[Entry]:
        _, real = self._locate(path)
        if not real.is_dir():
            source = self._source(path, real)
            return [_entry(_Film(path, source.size), source)]
        found = sorted(self._walk(real, path, None), key=lambda film: natural(film.path))
        return [_entry(film) for film in found]

    def _page(self, path: str, query: str | None, offset: int, limit: int) -> FolderPage:
        parts = "/".join(part for part in path.split("/") if part)
        if query:
            films, folders = self._search(parts, query.casefold()), []
        elif not parts and "" not in self._roots:
            films, folders = [], [Folder(path=name, name=name) for name in self._roots]
        else:
            _, real = self._locate(parts)
            if not real.is_dir():
                raise ItemNotFound("There is no such folder.")
            try:
                folders, films = self._list(real, parts)
            except OSError as error:
                raise ItemNotFound(f"This folder cannot be read: {error.strerror}.") from None
        folders.sort(key=lambda folder: natural(folder.name))
        films.sort(key=lambda film: natural(film.path))
        rows: list[Folder | _Film] = [*folders, *films]
        chosen = rows[offset : offset + limit]
        return FolderPage(
            path=parts,
            folders=[row for row in chosen if isinstance(row, Folder)],
            entries=[_entry(row) for row in chosen if isinstance(row, _Film)],
            total=len(rows),
        )

    def _list(self, real: Path, path: str) -> tuple[list[Folder], list[_Film]]:
        folders, films = [], []
        with os.scandir(real) as entries:
            for entry in entries:
                below = f"{path}/{entry.name}" if path else entry.name
                if entry.name.startswith("."):
                    continue
                if _is_folder(entry) and _is_utf8(entry.name):
                    folders.append(Folder(path=below, name=entry.name))
                elif film := _film(entry, below):
                    films.append(film)
        return folders, films

    def _search(self, path: str, query: str) -> list[_Film]:
        if not path:
            return [film for name, root in self._roots.items() for film in self._walk(root, name, query)]
        _, real = self._locate(path)
        return self._walk(real, path, query)

    def _walk(self, real: Path, path: str, query: str | None) -> list[_Film]:
        """Films below a folder, links to folders not followed."""
        found: list[_Film] = []
        todo = [(real, path)]
        while todo and len(found) < MOST_FOUND:
            folder, at = todo.pop()
            try:
                entries = list(os.scandir(folder))
            except OSError:
                continue
            for entry in entries:
                below = f"{at}/{entry.name}" if at else entry.name
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    todo.append((Path(entry.path), below))
                elif (query is None or query in shown(entry.name).casefold()) and (film := _film(entry, below)):
                    found.append(film)
        return found


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder or a link to one; a link that goes round in circles is neither."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _film(entry: os.DirEntry[str], path: str) -> _Film | None:
    """A listed film, or None: wrong ending, no regular file, or gone meanwhile."""
    if os.path.splitext(entry.name)[1].lower() not in FILMS:
        return None
    try:
        status = entry.stat()
    except OSError:
        return None
    return _Film(path, status.st_size) if stat.S_ISREG(status.st_mode) else None


def _entry(film: _Film, source: SourceFile | None = None) -> Entry:
    name = film.path.rsplit("/", 1)[-1]
    return Entry(
        media_id=media_id_of(film.path),
        path=film.path if _is_utf8(film.path) else None,
        title=shown(os.path.splitext(name)[0]),
        size=film.size,
        source=source,
    )


def _is_utf8(name: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in name)


def _spelled(path: str | None, media_id: str | None) -> str:
    """The library path of a reference, the same for all the ways to write it. Raises: ItemNotFound."""
    written = path if path is not None else path_of(media_id or "")
    return "/".join(part for part in written.split("/") if part)
