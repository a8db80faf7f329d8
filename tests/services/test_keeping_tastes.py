"""What is remembered of devices, over a restart."""

from __future__ import annotations

from controller.core.tastes import Taste
from controller.services.keeping.tastes import TasteBook
from controller.services.tastes import Tastes


def test_what_is_remembered_of_a_device_outlives_a_restart() -> None:
    tastes, again = Tastes(), Tastes()
    book = TasteBook(tastes)
    taste = Taste("deu", "fra", {"mov/h264 High/aac": frozenset({"direct", "remux"})}, hearing_impaired=True)
    tastes.known["d1"] = taste
    rows = {key: row for key, row in book.changes().items() if row is not None}
    book.saved()
    assert book.changes() == {}
    TasteBook(again).take_up(rows)
    assert again.of("d1") == taste
