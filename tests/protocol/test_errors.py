"""The error tree: a class, a code and a name for each thing that can go wrong, as PROTOCOL §6 lists them."""

from __future__ import annotations

import json

import pytest

from protocol.errors import (
    ERRORS,
    CloseCode,
    EncoderFailed,
    Internal,
    MatineeError,
    NoStream,
    Overloaded,
    ScreenUnavailable,
    from_wire,
)

WIRE = {
    "parse_error": -32700,
    "invalid_request": -32600,
    "method_not_found": -32601,
    "invalid_params": -32602,
    "internal": -32603,
    "not_registered": -32001,
    "forbidden": -32002,
    "rate_limited": -32003,
    "overloaded": -32004,
    "unsupported_protocol": -32005,
    "not_authority": 1001,
    "stale_lease": 1002,
    "takeover_in_progress": 1003,
    "takeover_not_found": 1004,
    "wrong_client_type": 1005,
    "session_in_use": 1006,
    "pairing_failed": 1007,
    "suggestion_not_found": 1008,
    "item_not_found": 1010,
    "not_playable": 1011,
    "empty_queue": 1012,
    "version_conflict": 1013,
    "no_stream": 1014,
    "source_changed": 1015,
    "at_capacity": 1020,
    "disk_full": 1021,
    "quota_exceeded": 1022,
    "encoder_failed": 1030,
    "empty_output": 1031,
    "encoder_stalled": 1032,
    "screen_unavailable": 1040,
    "screen_failed": 1041,
}
"""PROTOCOL §6."""

EVERY = pytest.mark.parametrize("kind", list(ERRORS.values()), ids=list(ERRORS))


@EVERY
def test_every_error_has_the_code_that_the_protocol_gives_its_name(kind: type[MatineeError]) -> None:
    assert WIRE[kind.name] == kind.code


def test_no_two_errors_share_a_code_or_a_name() -> None:
    assert len({kind.code for kind in ERRORS.values()}) == len(ERRORS)
    assert all(name == kind.name for name, kind in ERRORS.items())


@EVERY
def test_every_error_says_one_sentence_to_people(kind: type[MatineeError]) -> None:
    assert kind().message.endswith(".")
    assert str(kind()) == kind.sentence
    assert str(kind("The disk is on fire.")) == "The disk is on fire."


@EVERY
def test_every_error_survives_the_wire(kind: type[MatineeError]) -> None:
    sent = kind("Why.", hint="What next.", retry_after_s=1.5, details={"problems": [1], "more": {"a": "b"}})
    back = from_wire(json.loads(json.dumps(sent.to_wire())))
    assert type(back) is kind
    assert (back.message, back.hint, back.retry_after_s, back.details) == ("Why.", "What next.", 1.5, sent.details)
    assert back.to_wire() == sent.to_wire()


def test_data_holds_only_what_is_known() -> None:
    assert NoStream().to_wire()["data"] == {"name": "no_stream", "retryable": False}
    assert Overloaded(retry_after_s=0.0).to_wire()["data"] == {
        "name": "overloaded",
        "retryable": True,
        "retry_after_s": 0.0,
    }


def test_an_error_that_will_never_pass_says_so_and_survives_the_wire() -> None:
    sent = ScreenUnavailable("There is no screen here.", retryable=False)
    back = from_wire(json.loads(json.dumps(sent.to_wire())))
    assert (sent.to_wire()["data"]["retryable"], back.retryable, ScreenUnavailable().retryable) == (False, False, True)


def test_details_never_cover_the_name_of_an_error() -> None:
    assert EncoderFailed(details={"name": "mine", "retryable": 5}).to_wire()["data"] == {
        "name": "encoder_failed",
        "retryable": True,
    }


@pytest.mark.parametrize(
    "wire", [{}, {"code": -32603, "message": "x"}, {"data": None, "message": "x"}, {"data": {"a": 1}, "message": "x"}]
)
def test_an_error_without_a_name_is_the_root_with_its_message(wire: dict[str, object]) -> None:
    found = from_wire(wire)
    assert type(found) is MatineeError
    assert found.message == (wire.get("message") or MatineeError.sentence)


def test_an_error_of_a_newer_daemon_loses_nothing() -> None:
    wire = {"code": 1099, "message": "New.", "data": {"name": "brand_new", "retryable": True, "hint": "h", "more": 1}}
    assert type(from_wire(wire)) is MatineeError
    assert from_wire(wire).to_wire() == wire


def test_internal_says_nothing_of_what_went_wrong() -> None:
    assert Internal().to_wire() == {
        "code": -32603,
        "message": "Something went wrong inside Matinee.",
        "data": {"name": "internal", "retryable": False},
    }


def test_close_codes_are_those_of_the_protocol() -> None:
    codes = {name: code for name, code in vars(CloseCode).items() if not name.startswith("_")}
    assert codes == {
        "GOODBYE": 1000,
        "GOING_AWAY": 1001,
        "TOO_BIG": 1009,
        "NOT_JSON_RPC": 4400,
        "BAD_TOKEN": 4401,
        "NOT_REGISTERED": 4408,
        "REPLACED": 4409,
        "TOO_SLOW": 4413,
        "TOO_FAST": 4429,
    }
