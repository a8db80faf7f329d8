"""A film that is copied from a table is opened without a look into its packets; that changes not one byte of what is made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from controller.adapters.ffmpeg import arguments
from controller.adapters.media.worker import look
from controller.core.delivery import Wish, decide
from controller.ports import EncodeJob
from tests import films
from tests.fakes.segments import FakeDirectory


def made(film: Path, folder: Path) -> dict[str, bytes]:
    """All segments of a film, by their names."""
    facts = look(bytes(film))
    delivery = decide(facts, Wish())
    folder.mkdir()
    job = EncodeJob(film, facts, delivery, 0, 1, FakeDirectory(folder / "stream"), frozenset(delivery.renditions))
    subprocess.run(arguments.encode_arguments(job, folder), check=True, capture_output=True, timeout=60)
    return {path.name: path.read_bytes() for path in folder.glob("*.ts")}


@pytest.mark.parametrize(
    "recipe",
    [
        "b_frames",
        "baseline",
        "open_gop",
        "silent",
        "slow_rate",
        "fast_start",
        "fragmented",
        "sound_only",
        "aac_5_1",
        "cover_art",
    ],
)
def test_what_is_copied_unread_is_what_is_copied_after_a_look(
    recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = films.make(recipe)
    unread = made(film, tmp_path / "unread")
    monkeypatch.setattr(arguments, "UNREAD", ())
    assert len(unread) > 1
    assert unread == made(film, tmp_path / "read")


def test_a_film_whose_index_comes_in_parts_is_looked_into(tmp_path: Path) -> None:
    """What is in the first part does not say where its time begins."""
    film = films.make("fragmented")
    facts = look(bytes(film))
    assert facts.fragmented
    delivery = decide(facts, Wish())
    job = EncodeJob(film, facts, delivery, 0, 1, FakeDirectory(tmp_path / "stream"), frozenset(delivery.renditions))
    assert "-probesize" not in arguments.encode_arguments(job, tmp_path)
