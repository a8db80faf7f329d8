"""A library in memory: a list of files, each with its size."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from controller.core.sidecars import codec_of, facts_of, folded, owner_of
from controller.ports import Entry, FolderPage, Sidecar, SourceFile
from protocol.errors import ItemNotFound
from protocol.results import Folder

ROOT = Path("/films")


@dataclass(slots=True)
class FakeFile:
    """One film; `version` grows when its content changes."""

    size: int
    version: int = 1


@dataclass(slots=True)
class FakeLibrary:
    """Implements `ports.Library` on `files`, by their library paths. `resolved` counts how often it was asked."""

    files: dict[str, FakeFile] = field(default_factory=dict)
    resolved: int = 0

    def add(self, path: str, size: int = 1_000_000) -> SourceFile:
        """Put a film in; answers what `resolve` will."""
        self.files[path] = FakeFile(size)
        return self._source(path)

    def media_id(self, path: str | None, media_id: str | None) -> str:
        """The one id of a reference. Raises: ItemNotFound."""
        return _media_id(_spelled(path, media_id))

    async def resolve(self, path: str | None, media_id: str | None) -> SourceFile:
        """The file. Raises: ItemNotFound."""
        self.resolved += 1
        return self._source(_spelled(path, media_id))

    async def changed(self, sources: Sequence[SourceFile]) -> list[SourceFile]:
        """Those of which the file has another version, or is shorter."""
        found = [(each, self.files.get(str(each.path.relative_to(ROOT)))) for each in sources]
        return [each for each, file in found if file and (file.version != each.modified_ns or file.size < each.size)]

    async def sidecars(self, path: str | None, media_id: str | None) -> tuple[Sidecar, ...]:
        """The files beside it that are named after it. Raises: ItemNotFound."""
        spelled = _spelled(path, media_id)
        folder, _, name = spelled.rpartition("/")
        inside = [PurePosixPath(other) for other in self.files if other.rpartition("/")[0] == folder]
        if not inside:
            raise ItemNotFound
        films = {folded(other.stem) for other in inside if not codec_of(other.name)}
        stem = PurePosixPath(name).stem
        return tuple(
            Sidecar(self._source(str(other)), facts_of(other.name, stem))
            for other in sorted(inside, key=lambda other: _natural(other.stem))
            if codec_of(other.name) and owner_of(other.name, films) == folded(stem)
        )

    async def entry(self, path: str | None, media_id: str | None) -> Entry:
        """Its row. Raises: ItemNotFound."""
        spelled = _spelled(path, media_id)
        self._source(spelled)
        return self._entry(spelled)

    async def films(self, path: str | None, media_id: str | None) -> list[Entry]:
        """The film, or those of a folder. Raises: ItemNotFound."""
        spelled = _spelled(path, media_id)
        inside = sorted((name for name in self._films() if _is_below(name, spelled)), key=_natural)
        if not inside:
            source = self._source(spelled)
            return [replace(self._entry(spelled), source=source)]
        return [self._entry(name) for name in inside]

    async def page(self, path: str, query: str | None, offset: int, limit: int) -> FolderPage:
        """A listing. Raises: ItemNotFound."""
        at = "/".join(part for part in path.split("/") if part)
        inside = {name: name[len(at) + 1 :] if at else name for name in self._films() if _is_below(name, at)}
        if at and not inside:
            raise ItemNotFound("There is no such folder.")
        if query:
            folders: list[str] = []
            films = [name for name in inside if query.casefold() in PurePosixPath(name).name.casefold()]
        else:
            folders = sorted({rest.split("/")[0] for rest in inside.values() if "/" in rest}, key=_natural)
            films = [name for name, rest in inside.items() if "/" not in rest]
        rows: list[Folder | Entry] = [Folder(path=f"{at}/{name}" if at else name, name=name) for name in folders]
        rows += [self._entry(name) for name in sorted(films, key=_natural)]
        chosen = rows[offset : offset + limit]
        return FolderPage(
            path=at,
            folders=[row for row in chosen if isinstance(row, Folder)],
            entries=[row for row in chosen if isinstance(row, Entry)],
            total=len(rows),
        )

    def _films(self) -> list[str]:
        """What the folder lists."""
        return [name for name in self.files if not codec_of(name)]

    def _source(self, path: str) -> SourceFile:
        file = self.files.get(path)
        if file is None:
            raise ItemNotFound
        return SourceFile(ROOT / path, file.size, file.version, PurePosixPath(path).stem)

    def _entry(self, path: str) -> Entry:
        return Entry(_media_id(path), path, PurePosixPath(path).stem, self.files[path].size)


def _media_id(path: str) -> str:
    return base64.urlsafe_b64encode(path.encode()).rstrip(b"=").decode()


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part.casefold()) for part in parts]


def _spelled(path: str | None, media_id: str | None) -> str:
    text = media_id or ""
    try:
        written = path if path is not None else base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        raise ItemNotFound from None
    return "/".join(part for part in written.split("/") if part)
