"""Finding films from the terminal: all of them, in natural order, and the one that somebody means."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.cli import films
from clients.cli.failing import Failure
from clients.sdk import MediaRef, PathRef
from protocol.errors import ItemNotFound, RateLimited
from protocol.results import Folder, Item, Listing
from tests.daemon import MATINEE, Daemon, daemon


class Library:
    """Folders as a daemon tells of them, two rows a page; `loop` in any folder leads back to the top."""

    def __init__(self, tree: dict[str, list[str]]) -> None:
        self.tree, self.asked, self.too_fast = tree, 0, 0

    async def browse(self, path: str = "", *, page: int = 1) -> Listing:
        self.asked += 1
        if self.too_fast:
            self.too_fast -= 1
            raise RateLimited
        here = path.rsplit("loop", 1)[-1].strip("/")
        if here not in self.tree:
            raise ItemNotFound
        rows = [self._row(path, name) for name in self.tree[here]]
        shown = rows[2 * page - 2 : 2 * page]
        return Listing(
            path=path,
            folders=[row for row in shown if isinstance(row, Folder)],
            items=[row for row in shown if isinstance(row, Item)],
            page=page,
            pages=max(1, -(-len(rows) // 2)),
            total=len(rows),
        )

    async def get_item(self, item: PathRef) -> Item:
        folder, _, name = item.path.rpartition("/")
        if name not in self.tree.get(folder, []):
            raise ItemNotFound
        return Item(media_id="x", title=name, size=1)

    def _row(self, path: str, name: str) -> Folder | Item:
        below = f"{path}/{name}" if path else name
        if "." not in name:
            return Folder(path=below, name=name)
        odd = name.startswith("odd")
        return Item(
            media_id="odd" if odd else name, path=None if odd else below, title=name.split(".", maxsplit=1)[0], size=1
        )


TREE = {
    "": ["Series", "loop", "gone", "Film 10.mkv", "film 2.mkv", "odd.mp4"],
    "Series": ["Part", "1.mkv", "loop"],
    "Series/Part": ["Äpfel.mkv"],
}


async def named(query: str) -> list[str]:
    return [item.path or item.title for item in await films.search(Library(TREE), query, quiet=True)]


async def test_folders_are_walked_and_pages_followed_once_each_in_natural_order() -> None:
    assert await named("") == ["film 2.mkv", "Film 10.mkv", "odd", "Series/1.mkv", "Series/Part/Äpfel.mkv"]
    assert await named("FILM") == ["film 2.mkv", "Film 10.mkv"]
    assert await named("series") == ["Series/1.mkv", "Series/Part/Äpfel.mkv"]
    assert await named("äpf") == ["Series/Part/Äpfel.mkv"]
    assert await named("none") == []


async def test_who_asks_too_fast_waits_and_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "TOO_FAST", 0.0)
    library = Library({"": ["a.mkv"]})
    library.too_fast = 2
    assert [item.path for item in await films.search(library, "", quiet=True)] == ["a.mkv"]
    assert library.asked == 3


async def test_more_folders_than_are_walked_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(films, "MOST_FOLDERS", 1)
    assert len(await films.search(Library(TREE), "", quiet=True)) == 3
    assert capsys.readouterr().err == "Only 1 folders were looked into.\n"


async def test_a_path_to_the_letter_is_taken_at_once_and_a_part_when_it_fits_one() -> None:
    library = Library(TREE)
    assert await films.find(library, "Series/1.mkv") == PathRef(path="Series/1.mkv")
    assert library.asked == 0
    assert await films.find(library, "ÄPFEL") == PathRef(path="Series/Part/Äpfel.mkv")
    assert await films.find(library, "odd") == MediaRef(media_id="odd")


async def test_several_films_are_named_and_none_leads_to_the_list() -> None:
    with pytest.raises(Failure) as several:
        await films.find(Library(TREE), "mkv")
    assert several.value.exit_code == 2
    assert several.value.message.endswith("4 films: film 2.mkv, Film 10.mkv, Series/1.mkv, Series/Part/Äpfel.mkv.")
    for words in ("nothing", "\udcff", "x" * 5000):
        with pytest.raises(Failure) as none:
            await films.find(Library(TREE), words)
        assert (none.value.exit_code, none.value.name) == (5, "item_not_found")
        assert len(none.value.message) < 200
    with pytest.raises(Failure, match="and 2 more"):
        await films.find(Library({"": [f"f{number}.mkv" for number in range(10)]}), "f")


@pytest.fixture(scope="module")
def shelf(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a screen and films in folders."""
    folder = tmp_path_factory.mktemp("shelf")
    for name in ("Part 10.mp4", "Part 2.mp4", "Deep/Down/Äpfel.mp4"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(library / "minute.mp4", folder / name)
    (folder / "Deep" / "round").symlink_to("..")
    with daemon(folder, tmp_path_factory.mktemp("home"), "--screen", "headless") as one:
        yield one


def matinee(shelf: Daemon, *words: str) -> subprocess.CompletedProcess[str]:
    command = [MATINEE, words[0], "--state-dir", str(shelf.state_dir), *words[1:]]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ))


def said(shelf: Daemon, *words: str) -> Any:
    done = matinee(shelf, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_films_lists_what_play_and_queue_take(shelf: Daemon) -> None:
    assert matinee(shelf, "films").stdout == "Deep/Down/Äpfel.mp4\nPart 2.mp4\nPart 10.mp4\n"
    assert [film["path"] for film in said(shelf, "films", "PART")] == ["Part 2.mp4", "Part 10.mp4"]
    assert said(shelf, "play", "äpfel")["item"] == {"path": "Deep/Down/Äpfel.mp4"}
    assert [item["title"] for item in said(shelf, "queue", "part 2")["items"]] == ["Äpfel", "Part 2"]
    none = matinee(shelf, "films", "none")
    assert (none.returncode, none.stdout) == (0, "")
    assert none.stderr == "No film's path holds “none”. `matinee films` lists all.\n"
    several = matinee(shelf, "play", "part")
    assert (several.returncode, several.stdout) == (2, "")
    assert several.stderr == "“part” may be 2 films: Part 2.mp4, Part 10.mp4. Say more of the path.\n"
    missing = matinee(shelf, "play", "nothing")
    assert missing.returncode == 5
    assert missing.stderr == "No film's path or title holds “nothing”. `matinee films` lists what there is.\n"
