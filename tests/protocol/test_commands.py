"""The command table: names, families, roles and defaults as PROTOCOL §2 and §3 have them."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from protocol.commands import COMMANDS, Command, authority, browse, hls, queue, screen, session, status, suggestions
from protocol.commands.base import EVERYBODY, HOUSE, OWNERS
from protocol.commands.hls import HlsReport, RequestHlsStream
from protocol.commands.session import CodeAuth, CreatePairingCode, Goodbye, Register, Resume, TokenAuth
from protocol.values import Capabilities, MediaRef, PathRef, SuggestionKind

FAMILIES = (session, hls, queue, authority, screen, suggestions, status, browse)
HLS = {
    "request_hls_stream",
    "stop_hls_stream",
    "get_hls_url",
    "hls_seek",
    "hls_pause",
    "hls_resume",
    "hls_set_rate",
    "hls_set_quality",
    "hls_set_tracks",
    "hls_status",
    "hls_report",
    "continue_here",
    "queue_share",
}
SERVER = {
    "request_takeover",
    "server_play",
    "server_interrupt",
    "server_pause",
    "server_resume",
    "server_stop",
    "server_seek",
    "server_next",
    "server_previous",
    "server_set_volume",
    "server_set_mute",
    "server_set_rate",
    "server_set_tracks",
    "server_set_fullscreen",
    "send_to_screen",
}
ALL = {
    "register",
    "goodbye",
    "ping",
    "subscribe",
    "unsubscribe",
    "rpc.discover",
    "get_server_status",
    "browse",
    "get_item",
    "list_left",
    "set_watched",
    "respond_takeover",
    "cancel_takeover",
    "release_authority",
    "get_authority",
    "server_status",
    "queue_get",
    "queue_add",
    "queue_remove",
    "queue_move",
    "queue_clear",
    "queue_jump",
    "queue_next",
    "queue_previous",
    "queue_set_mode",
    "queue_undo",
    "queue_copy",
    "rename_device",
    "update_capabilities",
    "suggest",
    "answer_suggestion",
    "withdraw_suggestion",
    "get_suggestions",
}
HOUSE_ONLY, OWNERS_ONLY = (
    {"get_all_clients_status"},
    {"create_pairing_code", "list_devices", "revoke_device", "set_device_role", "get_encoder_log"},
)
EVERY = pytest.mark.parametrize("command", list(COMMANDS.values()), ids=list(COMMANDS))


def test_the_table_holds_every_command_of_every_family_once() -> None:
    names = Counter(command.method for family in FAMILIES for command in family.COMMANDS)
    assert set(names) == set(COMMANDS) == HLS | SERVER | ALL | HOUSE_ONLY | OWNERS_ONLY
    assert set(names.values()) == {1}


@EVERY
def test_every_command_is_a_closed_strict_frozen_model_that_says_what_it_does(command: type[Command]) -> None:
    assert command.model_config["extra"] == "forbid"
    assert command.model_config["strict"] is True
    assert command.model_config["frozen"] is True
    assert command.__doc__ != Command.__doc__


@EVERY
def test_every_command_answers_a_model_a_list_of_them_or_plain_json(command: type[Command]) -> None:
    kinds = [command.result, *getattr(command.result, "__args__", ())]
    assert command.result is dict or any(isinstance(kind, type) and issubclass(kind, BaseModel) for kind in kinds)


@EVERY
def test_every_command_is_for_those_whom_the_protocol_names(command: type[Command]) -> None:
    family = "hls" if command.method in HLS else "server" if command.method in SERVER else "all"
    assert command.family == family
    expected = OWNERS if command.method in OWNERS_ONLY else HOUSE if command.method in HOUSE_ONLY else EVERYBODY
    assert command.roles == expected
    assert command.before_register is (command.method == "register")


def test_a_stream_is_requested_from_the_start_at_automatic_quality_unless_said_otherwise() -> None:
    assert RequestHlsStream().model_dump() == {
        "item": None,
        "position": 0.0,
        "quality": "auto",
        "audio_track": None,
        "subtitle_track": None,
        "burn_in": False,
        "delivery": "hls",
    }


def test_an_item_is_named_by_path_or_by_id_and_never_by_both() -> None:
    assert RequestHlsStream.model_validate({"item": {"path": "a/b.mkv"}}).item == PathRef(path="a/b.mkv")
    assert RequestHlsStream.model_validate({"item": {"media_id": "QQ-_"}}).item == MediaRef(media_id="QQ-_")
    with pytest.raises(ValidationError):
        RequestHlsStream.model_validate({"item": {"path": "a", "media_id": "b"}})


@pytest.mark.parametrize("position", [-1e308, -1.0, 0, 5, 1e308])
def test_a_position_out_of_range_is_for_the_stream_to_clamp_not_for_the_wire_to_refuse(position: float) -> None:
    assert hls.HlsSeek(position=position).position == position


def test_a_report_needs_position_state_and_buffer_and_knows_five_more() -> None:
    report = HlsReport.model_validate(
        {"position": 1, "playing": False, "buffered_s": 2.5, "stalled": True, "dropped_frames": 3, "stream_id": "s"}
    )
    assert report.model_dump() == {
        "position": 1.0,
        "playing": False,
        "buffered_s": 2.5,
        "stalled": True,
        "dropped_frames": 3,
        "bandwidth_kbps": None,
        "failed": None,
        "stream_id": "s",
    }
    with pytest.raises(ValidationError, match="buffered_s"):
        HlsReport.model_validate({"position": 1, "playing": False})


def test_a_registration_proves_itself_by_token_or_by_code() -> None:
    base = {"protocol": 1, "client_types": ["hls_streaming", "server_playback"], "name": "Phone"}
    assert Register.model_validate({**base, "auth": {"device_token": "t"}}).auth == TokenAuth(device_token="t")
    assert Register.model_validate({**base, "auth": {"pairing_code": "c"}}).auth == CodeAuth(pairing_code="c")


def test_a_registration_may_bring_capabilities_and_a_session_to_resume() -> None:
    found = Register.model_validate(
        {
            "protocol": 1,
            "client_types": ["hls_streaming"],
            "name": "Phone",
            "device": "Fairphone",
            "auth": {"device_token": "t"},
            "capabilities": {"video": ['video/mp4; codecs="avc1.640028"'], "max_height": 1080, "mse": True},
            "resume": {"client_id": "c", "resume_token": "r", "last_seq": 5},
        }
    )
    assert found.capabilities == Capabilities(video=['video/mp4; codecs="avc1.640028"'], max_height=1080, mse=True)
    assert found.resume == Resume(client_id="c", resume_token="r", last_seq=5)


def test_a_command_cannot_be_changed_once_it_is_read() -> None:
    command = Goodbye(reason="bye")
    with pytest.raises(ValidationError, match="frozen"):
        command.reason = "no"  # type: ignore[misc]


def test_a_pairing_code_makes_members_unless_said_otherwise() -> None:
    assert CreatePairingCode().role == "member"


@pytest.mark.parametrize("kind", get_args(SuggestionKind))
def test_a_film_is_named_with_what_needs_one_and_with_nothing_else(kind: str) -> None:
    item = {"item": {"path": "a.mkv"}}
    good, bad = (item, {}) if kind in suggestions.WITH_ITEM else ({}, item)
    assert suggestions.Suggest.model_validate({"kind": kind, **good}).kind == kind
    with pytest.raises(ValidationError, match="name an item"):
        suggestions.Suggest.model_validate({"kind": kind, **bad})
