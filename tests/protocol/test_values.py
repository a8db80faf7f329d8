"""The small values: strict, closed, finite, bounded and clean."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from controller.core.wish import HEIGHTS
from protocol.values import (
    Capabilities,
    DeliveryReason,
    ItemRef,
    Label,
    LibraryPath,
    MediaId,
    MediaRef,
    PathRef,
    Quality,
    Timeline,
    clean,
)
from tests.core.delivery_table import TABLE
from tests.core.test_delivery_devices import TABLE as BY_DEVICE


@pytest.mark.parametrize("text", ["", "a", "Amélie (2001).mkv", "a\nb", "🎬", "\uffff", "\x7f"])
def test_any_honest_text_is_clean(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "problem"), [("\x00", "NUL"), ("a\x00b", "NUL"), ("\ud800", "surrogates"), ("a\udfffb", "surrogates")]
)
def test_nul_and_lone_surrogates_are_not(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        clean(text)


@given(text=st.text("a\x00é\ud7ff\ud800\udbff\udc00\udfff\ue000\U0001f3ac", max_size=6))
@settings(max_examples=60)
def test_what_is_clean_can_be_a_file_name_and_can_be_sent(text: str) -> None:
    try:
        clean(text)
    except ValueError:
        assert "\x00" in text or text.encode("utf-8", "replace") != text.encode("utf-8", "surrogatepass")
    else:
        assert "\x00" not in text.encode("utf-8").decode("utf-8")


@pytest.mark.parametrize(
    ("kind", "shortest", "longest"), [(Label, 1, 200), (LibraryPath, 0, 4_096), (MediaId, 1, 8_192)]
)
def test_texts_are_bounded(kind: Any, shortest: int, longest: int) -> None:
    reader: TypeAdapter[str] = TypeAdapter(kind)
    assert reader.validate_python("x" * longest) == "x" * longest
    assert reader.validate_python("x" * shortest) == "x" * shortest
    for length in {max(shortest - 1, 0), longest + 1} - {shortest}:
        with pytest.raises(ValidationError):
            reader.validate_python("x" * length)


@pytest.mark.parametrize("text", ["a b", "a/b", "a.b", "ä", "a\n", "", "a=", "a\x00"])
def test_a_media_id_has_letters_that_need_no_quoting_anywhere(text: str) -> None:
    with pytest.raises(ValidationError):
        MediaRef(media_id=text)


def test_an_item_reference_is_a_path_or_an_id() -> None:
    reader: TypeAdapter[ItemRef] = TypeAdapter(ItemRef)
    assert reader.validate_json('{"path":"a"}') == PathRef(path="a")
    assert reader.validate_json('{"media_id":"a"}') == MediaRef(media_id="a")


@pytest.mark.parametrize(
    "changes",
    [{"position": "1"}, {"position": True}, {"position": float("nan")}, {"at": float("inf")}, {"rate": float("-inf")},
     {"playing": 1}, {"playing": "true"}, {"extra": 1}, {"position": None}],
    ids=repr,
)  # fmt: skip
def test_a_timeline_takes_finite_numbers_and_a_boolean_and_nothing_else(changes: dict[str, Any]) -> None:
    good = {"position": 1.5, "at": 2, "rate": 1.0, "playing": True}
    assert Timeline.model_validate(good).at == 2.0
    with pytest.raises(ValidationError):
        Timeline.model_validate({**good, **changes})


def test_capabilities_that_are_absent_say_nothing() -> None:
    assert set(Capabilities().model_dump().values()) == {None}


@pytest.mark.parametrize(
    "changes",
    [
        {"max_height": 0},
        {"max_height": 16_385},
        {"max_bitrate_kbps": 0},
        {"video": [""]},
        {"audio": "mp4a"},
        {"mse": 1},
    ],
)
def test_capabilities_out_of_bounds_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Capabilities.model_validate(changes)


def test_every_quality_with_a_height_is_one_that_can_be_asked_for() -> None:
    assert set(HEIGHTS) <= set(get_args(Quality))
    assert all(quality == f"{height}p" for quality, height in HEIGHTS.items())


def test_every_reason_for_a_delivery_is_shown_by_a_row_of_the_delivery_table() -> None:
    shown = {reason for row in TABLE for reason in row.reasons}
    assert shown | {reason for row in BY_DEVICE for reason in row.reasons} == set(get_args(DeliveryReason))
