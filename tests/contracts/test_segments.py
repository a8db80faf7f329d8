"""The same promises, kept by the cache on the disk and by the tests' own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.adapters.segments import open_cache
from controller.core.playlist import VIDEO, SegmentId, sound_of
from controller.ports import SegmentStore, StreamDirectory
from tests.fakes.segments import FakeSegmentStore

SOUND = sound_of(0)

FIRST, SECOND = SegmentId(VIDEO, 0), SegmentId(SOUND, 12)


@pytest.fixture(params=["real", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SegmentStore]:
    if request.param == "fake":
        yield FakeSegmentStore(tmp_path)
        return
    cache = open_cache(tmp_path, "0123456789abcdef")
    yield cache
    cache.close()


@pytest.fixture
def directory(store: SegmentStore) -> StreamDirectory:
    return store.create("client", "stream")


def written(directory: StreamDirectory, epoch: int, content: bytes = b"segment") -> Path:
    made = directory.run_directory(epoch) / "video-1.ts"
    made.write_bytes(content)
    return made


def test_a_new_directory_is_there_and_empty(directory: StreamDirectory) -> None:
    assert list(directory.root.iterdir()) == []


def test_a_stream_gets_a_directory_once(store: SegmentStore, directory: StreamDirectory) -> None:
    with pytest.raises(OSError, match="exists"):
        store.create("client", "stream")
    assert store.create("client", "another").root != directory.root


def test_a_run_writes_below_the_directory_and_may_begin_again(directory: StreamDirectory) -> None:
    run = directory.run_directory(3)
    assert run.is_dir()
    assert run.is_relative_to(directory.root)
    assert directory.run_directory(3) == run
    assert directory.run_directory(4) != run


def test_a_published_segment_lies_where_it_is_served_from(directory: StreamDirectory) -> None:
    made = written(directory, 1)
    assert directory.publish(made, FIRST) == len(b"segment")
    assert directory.path(FIRST).read_bytes() == b"segment"
    assert not made.exists()
    assert not directory.path(SECOND).exists()


def test_every_segment_has_a_place_of_its_own(directory: StreamDirectory) -> None:
    places = {directory.path(SegmentId(kind, index)) for kind in (VIDEO, SOUND) for index in range(100)}
    assert len(places) == 200
    assert {place.parent for place in places} == {directory.root}


def test_what_was_not_made_cannot_be_published(directory: StreamDirectory) -> None:
    with pytest.raises(FileNotFoundError):
        directory.publish(directory.run_directory(1) / "video-1.ts", FIRST)


def test_what_was_withdrawn_is_gone_and_may_be_published_again(directory: StreamDirectory) -> None:
    directory.publish(written(directory, 1), FIRST)
    directory.withdraw(FIRST)
    directory.withdraw(FIRST)
    assert not directory.path(FIRST).exists()
    directory.publish(written(directory, 2, b"anew"), FIRST)
    assert directory.path(FIRST).read_bytes() == b"anew"


def test_dropping_a_run_leaves_what_was_published(directory: StreamDirectory) -> None:
    directory.publish(written(directory, 1), FIRST)
    left = written(directory, 1)
    directory.drop_run(1)
    directory.drop_run(1)
    assert not left.parent.exists()
    assert directory.path(FIRST).exists()


async def test_a_removed_directory_leaves_nothing_and_harms_no_neighbour(store: SegmentStore) -> None:
    one, two = store.create("client", "one"), store.create("client", "two")
    one.publish(written(one, 1), FIRST)
    two.publish(written(two, 1), FIRST)
    await one.remove()
    await one.remove()
    assert not one.root.exists()
    assert two.path(FIRST).exists()
    await two.remove()
    assert not two.root.parent.exists()


def test_a_run_directory_comes_back_after_somebody_removed_everything(directory: StreamDirectory) -> None:
    directory.root.rmdir()
    directory.publish(written(directory, 2), FIRST)
    assert directory.path(FIRST).exists()


def test_the_published_bytes_of_a_stream_and_of_all_streams_are_counted(store: SegmentStore) -> None:
    one, other = store.create("client", "one"), store.create("client", "other")
    one.publish(written(one, 1, b"x" * 1_000), FIRST)
    other.publish(written(other, 1, b"x" * 500), SECOND)
    written(other, 2, b"not published yet")
    assert (one.used_bytes, other.used_bytes, store.used_bytes()) == (1_000, 500, 1_500)
    one.publish(written(one, 2, b"x" * 10), FIRST)
    assert one.used_bytes == 10
    assert 0 < store.disk().free <= store.disk().size


async def test_what_is_withdrawn_or_removed_counts_no_more(store: SegmentStore) -> None:
    one, other = store.create("client", "one"), store.create("client", "other")
    for directory in (one, other):
        directory.publish(written(directory, 1), FIRST)
    one.withdraw(FIRST)
    one.withdraw(SECOND)
    assert (one.used_bytes, store.used_bytes()) == (0, len(b"segment"))
    await other.remove()
    assert (other.used_bytes, store.used_bytes()) == (0, 0)


async def test_what_two_streams_have_counts_for_both_and_once_in_all_until_neither_has_it(store: SegmentStore) -> None:
    one, other = store.create("client", "one"), store.create("client", "other")
    size = one.publish(written(one, 1), FIRST)
    assert other.adopt(one.path(FIRST), FIRST) == size
    assert (one.used_bytes, other.used_bytes, store.used_bytes()) == (size, size, size)
    await one.remove()
    assert (one.used_bytes, other.used_bytes, store.used_bytes()) == (0, size, size)
    assert other.adopt(one.path(FIRST), SECOND) is None
    other.withdraw(FIRST)
    assert (other.used_bytes, store.used_bytes()) == (0, 0)


def test_what_somebody_else_has_removed_counts_no_more_once_it_is_made_anew(directory: StreamDirectory) -> None:
    directory.publish(written(directory, 1), FIRST)
    shutil.rmtree(directory.root)
    directory.run_directory(2)
    assert directory.used_bytes == 0
