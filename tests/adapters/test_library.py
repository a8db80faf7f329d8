"""The library on a real disk: names that are hard, links, and nothing outside the folders."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from controller.adapters.library import FolderLibrary, media_id_of, natural, shown
from protocol.errors import ItemNotFound, NotPlayable

HARD_NAMES = [
    "new\nline.mp4", "tab\t.mp4", "📽 film.mp4", "-rf.mp4", "%d.mp4", "concat:x.mp4", "Film: 1.mp4", "'\"`$(id).mp4",
    "x" * 251 + ".mp4", " leading and trailing .mp4", "UPPER.MP4",
]  # fmt: skip


def film(path: Path, size: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


async def titles(library: FolderLibrary, path: str = "", query: str | None = None) -> list[str]:
    return [entry.title for entry in (await library.page(path, query, 0, 1_000)).entries]


async def test_hard_names_are_listed_and_found(tmp_path: Path) -> None:
    for name in HARD_NAMES:
        film(tmp_path / name)
    library = FolderLibrary([tmp_path])
    page = await library.page("", None, 0, 100)
    assert {entry.path for entry in page.entries} == set(HARD_NAMES)
    for entry in page.entries:
        source = await library.resolve(entry.path, None)
        assert source.path == tmp_path / str(entry.path)
        assert await library.resolve(None, entry.media_id) == source


async def test_a_name_that_is_not_utf8_is_found_by_its_id(tmp_path: Path) -> None:
    name = b"caf\xe9.mp4"
    (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    library = FolderLibrary([tmp_path])
    (entry,) = (await library.page("", None, 0, 10)).entries
    assert (entry.path, entry.title) == (None, "caf\ufffd")
    source = await library.resolve(None, entry.media_id)
    assert os.fsencode(source.path).endswith(b"/" + name)
    assert source.title == "caf\ufffd"
    assert await titles(library, query="caf") == ["caf\ufffd"]


async def test_twins_in_two_normal_forms_are_two_films(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "Amélie.mp4") for form in ("NFC", "NFD"))
    film(tmp_path / composed, 1)
    film(tmp_path / decomposed, 2)
    library = FolderLibrary([tmp_path])
    assert (await library.resolve(composed, None)).size == 1
    assert (await library.resolve(decomposed, None)).size == 2
    assert (await library.page("", None, 0, 10)).total == 2


async def test_hidden_files_and_what_is_no_film_are_not_listed(tmp_path: Path) -> None:
    for name in (".hidden.mp4", ".folder/film.mp4", "notes.txt", "no ending", "film.mp4.part", "film.mp4"):
        film(tmp_path / name)
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "folder.mp4").mkdir()
    library = FolderLibrary([tmp_path])
    page = await library.page("", None, 0, 100)
    assert [entry.title for entry in page.entries] == ["film"]
    assert [folder.name for folder in page.folders] == ["folder.mp4"]
    assert await titles(library, query="film") == ["film"]
    assert library.count() == 1


async def test_a_link_inside_the_library_is_followed_and_one_out_of_it_is_not(tmp_path: Path) -> None:
    outside = film(tmp_path / "library-two" / "secret.mp4", 7)
    root = tmp_path / "library"
    film(root / "real.mp4", 5)
    (root / "inside.mp4").symlink_to("real.mp4")
    (root / "outside.mp4").symlink_to(outside)
    (root / "folder").symlink_to(outside.parent)
    (root / "loop.mp4").symlink_to("loop.mp4")
    (root / "dangling.mp4").symlink_to("nothing")
    library = FolderLibrary([root])
    assert (await library.resolve("inside.mp4", None)).path == root / "real.mp4"
    for path in ("outside.mp4", "folder/secret.mp4", "loop.mp4", "dangling.mp4", "../library-two/secret.mp4"):
        with pytest.raises(ItemNotFound):
            await library.resolve(path, None)
        with pytest.raises(ItemNotFound):
            await library.resolve(None, media_id_of(path))
    with pytest.raises(ItemNotFound):
        await library.page("folder", None, 0, 10)
    assert await titles(library, query="secret") == []


async def test_a_link_that_leads_in_circles_hides_no_other_film(tmp_path: Path) -> None:
    film(tmp_path / "film.mp4")
    (tmp_path / "loop.mp4").symlink_to("loop.mp4")
    (tmp_path / "circle").symlink_to("circle")
    assert await titles(FolderLibrary([tmp_path])) == ["film"]


async def test_what_is_no_regular_file_cannot_be_played(tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    library = FolderLibrary([tmp_path])
    for path in ("folder.mp4", "pipe.mp4"):
        with pytest.raises(NotPlayable, match="regular"):
            await library.resolve(path, None)


async def test_a_film_is_no_folder(tmp_path: Path) -> None:
    film(tmp_path / "film.mp4")
    with pytest.raises(ItemNotFound, match="no such folder"):
        await FolderLibrary([tmp_path]).page("film.mp4", None, 0, 10)


async def test_a_path_below_a_film_is_not_found(tmp_path: Path) -> None:
    film(tmp_path / "film.mp4")
    with pytest.raises(ItemNotFound):
        await FolderLibrary([tmp_path]).resolve("film.mp4/other.mp4", None)


async def test_several_folders_are_listed_by_their_names(tmp_path: Path) -> None:
    film(tmp_path / "one" / "films" / "a.mp4")
    film(tmp_path / "two" / "films" / "b.mp4")
    film(tmp_path / "Series" / "deep" / "c.mp4")
    library = FolderLibrary([tmp_path / "one" / "films", tmp_path / "two" / "films", tmp_path / "Series"])
    page = await library.page("", None, 0, 10)
    assert [folder.path for folder in page.folders] == ["films", "films (2)", "Series"]
    assert (page.entries, page.total) == ([], 3)
    assert [entry.path for entry in (await library.page("films (2)", None, 0, 10)).entries] == ["films (2)/b.mp4"]
    assert (await library.resolve("Series/deep/c.mp4", None)).path == tmp_path / "Series" / "deep" / "c.mp4"
    assert sorted(await titles(library, query="mp4")) == ["a", "b", "c"]
    assert library.count() == 3
    for path in ("a.mp4", "nowhere/a.mp4", "films/b.mp4"):
        with pytest.raises(ItemNotFound):
            await library.resolve(path, None)


async def test_a_root_whose_name_is_not_utf8_is_listed_with_what_can_be_shown(tmp_path: Path) -> None:
    strange = tmp_path / os.fsdecode(b"caf\xe9")
    film(strange / "a.mp4")
    film(tmp_path / "plain" / "b.mp4")
    library = FolderLibrary([strange, tmp_path / "plain"])
    page = await library.page("", None, 0, 10)
    assert [folder.name for folder in page.folders] == ["caf\ufffd", "plain"]
    assert await titles(library, "caf\ufffd") == ["a"]


async def test_a_folder_that_cannot_be_named_is_searched_all_the_same(tmp_path: Path) -> None:
    film(tmp_path / os.fsdecode(b"\xff") / "inner.mp4")
    library = FolderLibrary([tmp_path])
    assert (await library.page("", None, 0, 10)).total == 0
    (entry,) = (await library.page("", "inner", 0, 10)).entries
    assert (await library.resolve(None, entry.media_id)).title == "inner"


def test_a_folder_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FolderLibrary([tmp_path / "none"])


def test_names_sort_as_people_count() -> None:
    names = ["Part 10", "part 2", "Part 1", "10", "9", "Part 02b", "Äpfel", "apple"]
    assert sorted(names, key=natural) == ["9", "10", "apple", "Part 1", "part 2", "Part 02b", "Part 10", "Äpfel"]


def test_what_is_shown_can_always_be_encoded() -> None:
    assert shown(os.fsdecode(b"a\xffb")) == "a\ufffdb"
