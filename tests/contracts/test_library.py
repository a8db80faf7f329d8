"""The same promises, kept by folders on the disk and by a dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.adapters.library import FolderLibrary
from controller.ports import Library
from protocol.errors import ItemNotFound
from protocol.results import Folder
from tests.fakes.library import FakeLibrary

FILMS = {
    "Part 10.mkv": 10,
    "Part 2.mkv": 2,
    "part 1.mp4": 1,
    "Ümläut 📽.mp4": 5,
    "Series/Season 2/Episode 1.mkv": 21,
    "Series/Season 10/Episode 1.mkv": 101,
    "Series/Pilot.mkv": 7,
    "-y.mp4": 3,
}


@pytest.fixture(params=["real", "fake"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Library:
    if request.param == "fake":
        fake = FakeLibrary()
        for name, size in FILMS.items():
            fake.add(name, size)
        return fake
    for name, size in FILMS.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    return FolderLibrary([tmp_path])


async def test_a_folder_lists_its_folders_and_then_its_films_in_natural_order(library: Library) -> None:
    page = await library.page("", None, 0, 100)
    assert page.folders == [Folder(path="Series", name="Series")]
    assert [entry.path for entry in page.entries] == [
        "-y.mp4",
        "part 1.mp4",
        "Part 2.mkv",
        "Part 10.mkv",
        "Ümläut 📽.mp4",
    ]
    assert (page.path, page.total) == ("", 6)


async def test_a_folder_stands_for_all_films_in_it_in_natural_order_and_a_film_for_itself(library: Library) -> None:
    inside = ["Series/Pilot.mkv", "Series/Season 2/Episode 1.mkv", "Series/Season 10/Episode 1.mkv"]
    assert [entry.path for entry in await library.films("/Series/", None)] == inside
    (film,) = await library.films("Part 2.mkv", None)
    assert (film.path, film.source) == ("Part 2.mkv", await library.resolve("Part 2.mkv", None))
    by_id = (await library.entry("Part 10.mkv", None)).media_id
    assert [entry.path for entry in await library.films(None, by_id)] == ["Part 10.mkv"]
    for missing in ("Series/Season 3", "none.mkv", "../etc"):
        with pytest.raises(ItemNotFound):
            await library.films(missing, None)


async def test_a_folder_below_is_listed_by_its_path_however_it_is_written(library: Library) -> None:
    for path in ("Series", "/Series/", "Series//"):
        page = await library.page(path, None, 0, 100)
        assert page.path == "Series"
        assert [folder.path for folder in page.folders] == ["Series/Season 2", "Series/Season 10"]
        assert [entry.title for entry in page.entries] == ["Pilot"]


@pytest.mark.parametrize(
    ("offset", "limit", "expected"),
    [(0, 2, ["Series", "-y"]), (1, 2, ["-y", "part 1"]), (5, 5, ["Ümläut 📽"]), (6, 5, []), (0, 0, [])],
)
async def test_a_part_of_a_listing_counts_folders_too(
    library: Library, offset: int, limit: int, expected: list[str]
) -> None:
    page = await library.page("", None, offset, limit)
    assert [folder.name for folder in page.folders] + [entry.title for entry in page.entries] == expected
    assert page.total == 6


@pytest.mark.parametrize(
    ("path", "query", "found"),
    [
        ("", "EPISODE", ["Series/Season 2/Episode 1.mkv", "Series/Season 10/Episode 1.mkv"]),
        ("Series", "pilot", ["Series/Pilot.mkv"]),
        ("Series/Season 2", "1", ["Series/Season 2/Episode 1.mkv"]),
        ("", "ÜMLÄUT", ["Ümläut 📽.mp4"]),
        ("", "Series", []),
        ("", "nothing", []),
    ],
)
async def test_a_query_finds_films_below_a_folder_by_their_names(
    library: Library, path: str, query: str, found: list[str]
) -> None:
    page = await library.page(path, query, 0, 100)
    assert [entry.path for entry in page.entries] == found
    assert page.folders == []


async def test_a_film_is_resolved_by_its_path_and_by_its_id_alike(library: Library) -> None:
    for name, size in FILMS.items():
        entry = await library.entry(name, None)
        source = await library.resolve(name, None)
        assert source == await library.resolve(None, entry.media_id)
        assert entry == await library.entry(None, entry.media_id)
        assert (entry.path, entry.size, entry.title) == (name, size, source.title)
        assert (source.size, source.path.name) == (size, name.rsplit("/", 1)[-1])


async def test_a_film_has_one_id_however_it_is_referred_to(library: Library) -> None:
    for name in FILMS:
        media_id = (await library.entry(name, None)).media_id
        assert library.media_id(name, None) == library.media_id(None, media_id) == media_id
        crooked = "/" + name.replace("/", "//")
        assert library.media_id(crooked, None) == media_id
        assert await library.entry(crooked, None) == await library.entry(name, None)
        assert await library.resolve(crooked, None) == await library.resolve(name, None)
    with pytest.raises(ItemNotFound):
        library.media_id(None, "A")


async def test_an_id_is_text_that_needs_no_escaping(library: Library) -> None:
    for name in FILMS:
        media_id = (await library.entry(name, None)).media_id
        assert media_id.replace("-", "").replace("_", "").isalnum()
        assert media_id.isascii()


@pytest.mark.parametrize(
    "path",
    ["", "none.mkv", "../etc/passwd", "Series/../Part 2.mkv", "Series/./Pilot.mkv", "Part 2.mkv\0", "/etc/passwd"],
)
async def test_what_is_not_in_the_library_is_not_found(library: Library, path: str) -> None:
    if path:
        with pytest.raises(ItemNotFound):
            await library.resolve(path, None)
        with pytest.raises(ItemNotFound):
            await library.entry(path, None)
    with pytest.raises(ItemNotFound):
        await library.page(path or "nowhere", None, 0, 10)


@pytest.mark.parametrize("media_id", ["AAAA", "A", "____", "Li4vLi4vZXRjL3Bhc3N3ZA", "-"])
async def test_an_invented_id_is_not_found(library: Library, media_id: str) -> None:
    with pytest.raises(ItemNotFound):
        await library.resolve(None, media_id)


BESIDE = {
    "Part 2.srt": 1,
    "PART 2.en.forced.vtt": 1,
    "Part 2.10.srt": 1,
    "Part 2.9.srt": 1,
    "Part 2.de.ASS": 1,
    "Part 10.srt": 1,
    "Series/Pilot.fr.srt": 1,
}


@pytest.fixture
def subtitled(library: Library, tmp_path: Path) -> Library:
    for name, size in BESIDE.items():
        if isinstance(library, FakeLibrary):
            library.add(name, size)
        else:
            (tmp_path / name).write_bytes(b"x" * size)
    return library


async def test_the_subtitle_files_beside_a_film_are_found_in_natural_order(subtitled: Library) -> None:
    found = await subtitled.sidecars("Part 2.mkv", None)
    assert [sidecar.source.path.name for sidecar in found] == [
        "Part 2.srt",
        "Part 2.9.srt",
        "Part 2.10.srt",
        "Part 2.de.ASS",
        "PART 2.en.forced.vtt",
    ]
    assert [(sidecar.facts.language, sidecar.facts.forced) for sidecar in found[3:]] == [("de", False), ("en", True)]
    assert {sidecar.source.size for sidecar in found} == {1}
    by_id = (await subtitled.entry("Series/Pilot.mkv", None)).media_id
    assert [sidecar.facts.language for sidecar in await subtitled.sidecars(None, by_id)] == ["fr"]


async def test_a_film_without_subtitle_files_has_none_and_no_folder_is_not_found(subtitled: Library) -> None:
    assert await subtitled.sidecars("part 1.mp4", None) == ()
    assert await subtitled.sidecars("Series/Season 2/Episode 1.mkv", None) == ()
    with pytest.raises(ItemNotFound):
        await subtitled.sidecars("nowhere/Part 2.mkv", None)
    with pytest.raises(ItemNotFound):
        await subtitled.sidecars("../Part 2.mkv", None)


async def test_subtitle_files_are_no_films(subtitled: Library) -> None:
    page = await subtitled.page("Series", None, 0, 100)
    assert [entry.path for entry in page.entries] == ["Series/Pilot.mkv"]
