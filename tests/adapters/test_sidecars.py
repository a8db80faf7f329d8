"""Subtitle files beside films on a real disk: what is taken for one, and that a folder is listed no more than needed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from controller.adapters.library import FolderLibrary
from controller.adapters.library import sidecars as module


async def names(library: FolderLibrary, film: str = "Film.mkv") -> list[str]:
    return [sidecar.source.path.name for sidecar in await library.sidecars(film, None)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "library"
    inside.mkdir()
    (inside / "Film.mkv").write_bytes(b"x")
    return inside


async def test_only_regular_files_of_some_size_inside_the_library_are_taken(folder: Path) -> None:
    outside = folder.parent / "secret.srt"
    outside.write_text("secret")
    (folder / "Film.out.srt").symlink_to(outside)
    (folder / "Film.lost.srt").symlink_to(folder / "none.srt")
    (folder / "Film.loop.srt").symlink_to(folder / "Film.loop.srt")
    (folder / "Film.empty.srt").touch()
    (folder / "Film.folder.srt").mkdir()
    (folder / ".Film.hidden.srt").write_text("x")
    os.mkfifo(folder / "Film.pipe.srt")
    with (folder / "Film.huge.srt").open("wb") as file:
        file.truncate(module.LARGEST + 1)
    with (folder / "Film.large.srt").open("wb") as file:
        file.truncate(module.LARGEST)
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "x.txt").write_text("x")
    (folder / "Film.link.srt").symlink_to(folder / "elsewhere" / "x.txt")
    library = FolderLibrary([folder])
    found = await library.sidecars("Film.mkv", None)
    assert [sidecar.source.title for sidecar in found] == ["Film.large", "Film.link"]
    assert [sidecar.source.path.name for sidecar in found] == ["Film.large.srt", "x.txt"]


async def test_a_film_has_only_so_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    for number in range(5):
        (folder / f"Film.{number}.srt").write_text("x")
    assert await names(FolderLibrary([folder])) == ["Film.0.srt", "Film.1.srt"]


async def test_hard_names_are_found(folder: Path) -> None:
    for name in ("caf\udce9.mkv", "caf\udce9.en.srt", "new\nline %d.mkv", "new\nline %d.en.srt"):
        (folder / name).write_bytes(b"x")
    library = FolderLibrary([folder])
    for film in ("caf\udce9.mkv", "new\nline %d.mkv"):
        (found,) = await library.sidecars(film, None)
        assert found.facts.language == "en"
        found.source.title.encode()


async def test_files_lie_beside_a_film_in_several_folders_too(folder: Path, tmp_path: Path) -> None:
    (folder / "Film.en.srt").write_text("x")
    other = tmp_path / "other"
    other.mkdir()
    library = FolderLibrary([folder, other])
    assert await names(library, "library/Film.mkv") == ["Film.en.srt"]


async def test_a_folder_that_stays_the_same_is_listed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "Film.en.srt").write_text("x")
    library, listed, real = FolderLibrary([folder]), list[Path](), module.Sidecars._list

    def counted(self: module.Sidecars, path: Path) -> module.Beside:
        listed.append(path)
        return real(self, path)

    monkeypatch.setattr(module.Sidecars, "_list", counted)
    os.utime(folder, (1_000, 1_000))
    for _ in range(3):
        assert await names(library) == ["Film.en.srt"]
    assert len(listed) == 1
    (folder / "Film.de.srt").write_text("x")
    assert await names(library) == ["Film.de.srt", "Film.en.srt"], "what has just changed is not believed to stay"
    assert len(listed) == 2
    (folder / "Film.en.srt").unlink()
    assert await names(library) == ["Film.de.srt"]


async def test_only_so_many_folders_are_remembered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FOLDERS", 1)
    library = FolderLibrary([folder])
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "Film.mkv").write_bytes(b"x")
        (folder / name / "Film.en.srt").write_bytes(b"x")
        os.utime(folder / name, (1_000, 1_000))
        assert await names(library, f"{name}/Film.mkv") == ["Film.en.srt"]
    assert list(library._beside._known) == [folder / "b"]


async def test_a_film_that_is_used_as_a_folder_has_none(folder: Path) -> None:
    assert await names(FolderLibrary([folder]), "Film.mkv/Film.mkv") == []
