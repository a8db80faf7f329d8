"""The codec: whatever comes in is answered by its typed error, whatever goes out is strict JSON-RPC 2.0."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from protocol import MAX_BATCH, codec
from protocol.codec import (
    MAX_ID_CHARS,
    MAX_ID_NUMBER,
    Faulty,
    Frame,
    Notification,
    Request,
    decode,
    dump,
    encode_error,
    encode_event,
    encode_hello,
    encode_result,
    read_result,
)
from protocol.commands.browse import Browse
from protocol.commands.hls import HlsReport, HlsSeek
from protocol.commands.session import Discover, Ping, Register
from protocol.commands.status import GetAllClientsStatus
from protocol.errors import InvalidParams, InvalidRequest, MatineeError, MethodNotFound, NoStream, ParseError
from protocol.events import Event, HelloEvent, ServerClosing, StreamFailed
from protocol.results import Clock, ErrorBody, Folder
from tests.protocol.frames import REGISTER, fault, frame, only, raw

HELLO = HelloEvent(
    server_id="s",
    name="Den",
    version="1",
    protocol={"min": 1, "max": 1},
    clock=1.5,
    ping_s=10.0,
    grace_s=60.0,
    features=[],
)


def answered(entry: Faulty) -> dict[str, Any]:
    """The error answer as the peer reads it; it is UTF-8 and carries the entry's id."""
    answer = json.loads(encode_error(entry.id, entry.error).encode("utf-8"))
    assert answer["jsonrpc"] == "2.0"
    assert answer["id"] == entry.id
    error: dict[str, Any] = answer["error"]
    return error


def test_a_request_has_its_id_and_its_command() -> None:
    assert only(frame("hls_seek", {"position": 12.5}, id_="a-1")) == Request("a-1", HlsSeek(position=12.5))


def test_a_request_without_an_id_is_a_notification() -> None:
    text = '{"jsonrpc":"2.0","method":"hls_report","params":{"position":1,"playing":true,"buffered_s":0}}'
    assert only(text) == Notification(HlsReport(position=1.0, playing=True, buffered_s=0.0))


def test_params_may_be_left_out() -> None:
    assert only('{"jsonrpc":"2.0","id":0,"method":"ping"}') == Request(0, Ping())


@pytest.mark.parametrize("id_", ["", "a", "é🎬", "x" * MAX_ID_CHARS, 0, -1, MAX_ID_NUMBER, -MAX_ID_NUMBER])
def test_an_id_is_a_string_or_a_whole_number(id_: str | int) -> None:
    assert only(frame("ping", id_=id_)) == Request(id_, Ping())


@pytest.mark.parametrize(
    "id_",
    ["null", "true", "false", "1.0", "1e3", "1e999", "[]", "{}", "[1]", str(MAX_ID_NUMBER + 1), "-" + "9" * 4_000,
     f'"{"x" * (MAX_ID_CHARS + 1)}"', '"\\u0000"', '"a\\nb"', '"\\ud800"', '"\\u2028"'],
)  # fmt: skip
def test_any_other_id_is_an_invalid_request_that_is_answered_without_it(id_: str) -> None:
    found = fault(raw("{}", "ping", id_=id_))
    assert isinstance(found.error, InvalidRequest)
    assert found.structural
    assert answered(found)["code"] == -32600
    assert found.id is None


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "}", "nonsense", "\x00", "{'a':1}", '{"a":1,}', '"unfinished', '"\x00"', '"a\nb"', '"\\x"', "01", "1 2",
     "\ufeff{}", "NaN", "Infinity", "-Infinity", '{"a":NaN}', "[1,Infinity]", raw('{"position":NaN}'), raw('{"position":-Infinity}'),
     "9" * 5_000, raw('{"position":' + "9" * 5_000 + "}"), "[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000,
     raw('{"a":' * 100_000 + "1" + "}" * 100_000), "\ud800"],
    ids=lambda text: repr(text[:30]),
)  # fmt: skip
def test_what_is_not_json_is_a_parse_error(text: str) -> None:
    found = fault(text)
    assert isinstance(found.error, ParseError)
    assert found.structural
    assert answered(found)["code"] == -32700
    assert len(answered(found)["data"]["hint"]) <= 120


@pytest.mark.parametrize(
    "text",
    ['{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', raw('{"position":1,"position":2}'), raw('{"a":{"b":1,"\\u0062":2}}'),
     '{"\\ud800":1,"\\ud800":2}', '[{"method":1,"method":1}]'],
)  # fmt: skip
def test_an_object_with_the_same_key_twice_is_not_json_here(text: str) -> None:
    found = fault(text)
    assert isinstance(found.error, ParseError)
    assert answered(found)["data"]["hint"] == "an object has the same key twice"


@pytest.mark.parametrize(
    "text", ["null", "true", "0", "1.5", "1e999", '"ping"', '"\\ud800"', "{}", '{"jsonrpc":"2.0"}']
)
def test_json_that_is_no_request_is_an_invalid_request(text: str) -> None:
    found = fault(text)
    assert isinstance(found.error, InvalidRequest)
    assert found.structural
    assert answered(found)["code"] == -32600


@pytest.mark.parametrize(
    "changes",
    [{"jsonrpc": "1.0"}, {"jsonrpc": 2.0}, {"jsonrpc": ["2.0"]}, {"jsonrpc": None}, {"method": None}, {"method": 5},
     {"method": ["ping"]}, {"extra": 1}, {"\ud800": 1}, {"result": {}}, {"error": {}}],
)  # fmt: skip
def test_a_request_of_another_shape_is_invalid_and_answered_by_its_id(changes: dict[str, Any]) -> None:
    found = fault(json.dumps({"jsonrpc": "2.0", "id": 7, "method": "ping", **changes}))
    assert isinstance(found.error, InvalidRequest)
    assert found.structural
    assert answered(found)["code"] == -32600
    assert found.id == 7


@pytest.mark.parametrize(
    "method", ["", "nope", "PING", "ping ", "rpc.", "__class__", "ping\x00", "\ud800", "é", "x" * 10_000]
)
def test_an_unknown_method_is_not_found_and_not_repeated(method: str) -> None:
    found = fault(frame(method))
    assert isinstance(found.error, MethodNotFound)
    assert not found.structural
    assert answered(found)["code"] == -32601
    assert answered(found)["message"] == "There is no such method."


@pytest.mark.parametrize("params", ["[]", "[1]", "null", "1", '"position"', "true", '[{"position":1}]'])
def test_params_that_are_no_object_are_invalid_params(params: str) -> None:
    found = fault(raw(params))
    assert isinstance(found.error, InvalidParams)
    assert answered(found)["message"] == "Parameters go by name, in an object."


@pytest.mark.parametrize(
    ("params", "place"),
    [("{}", "position"), ('{"position":"1"}', "position"), ('{"position":true}', "position"), ('{"position":null}', "position"),
     ('{"position":[1]}', "position"), ('{"position":{}}', "position"), ('{"position":1e999}', "position"),
     ('{"position":-1e999}', "position"), ('{"position":' + "9" * 400 + "}", "position"), ('{"position":' + "9" * 4_000 + "}", "position"),
     ('{"position":' + "[" * 900 + "]" * 900 + "}", "position"), ('{"position":1,"extra":2}', "extra"), ('{"Position":1,"position":1}', "Position"),
     ('{"position":1,"":2}', ""), ('{"position":1,"a\\u0000":2}', "a\x00")],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_params_of_the_wrong_kind_are_named_with_their_place(params: str, place: str) -> None:
    found = fault(raw(params))
    assert isinstance(found.error, InvalidParams)
    assert not found.structural
    assert found.id == 1
    assert place in [problem["at"] for problem in answered(found)["data"]["problems"]]


@pytest.mark.parametrize(
    ("method", "params"),
    [("browse", {"path": "a\x00b"}), ("browse", {"path": "\ud800"}), ("browse", {"path": "a\udfffb"}), ("browse", {"query": "\udc80"}),
     ("browse", {"query": "x" * 201}), ("browse", {"path": "x" * 4_097}), ("browse", {"page": 0}), ("browse", {"page": 1.0}),
     ("browse", {"page": True}), ("browse", {"page": 10**4_000}), ("browse", {"\ud800": 1}), ("browse", {"a\ud800": {"\udfff": []}}),
     ("get_item", {"item": {}}), ("get_item", {"item": {"path": ""}}), ("get_item", {"item": {"path": "a", "media_id": "b"}}),
     ("get_item", {"item": {"media_id": "a b"}}), ("get_item", {"item": {"media_id": "ab\n"}}), ("get_item", {"item": {"media_id": "\ud800"}}),
     ("get_item", {"item": "a"}), ("request_hls_stream", {"quality": "4k"}), ("request_hls_stream", {"quality": "\ud800"}),
     ("request_hls_stream", {"audio_track": -1}), ("request_hls_stream", {"audio_track": 10_000}), ("request_hls_stream", {"subtitle_track": -2}),
     ("request_hls_stream", {"delivery": "direct"}), ("hls_report", {"position": -0.1, "playing": True, "buffered_s": 0}),
     ("hls_report", {"position": 0, "playing": 1, "buffered_s": 0}), ("hls_report", {"position": 0, "playing": True, "buffered_s": -1}),
     ("subscribe", {"topics": ["weather"]}), ("subscribe", {"topics": ["stream"] * 17}), ("subscribe", {"topics": "stream"}),
     ("goodbye", {"reason": "\x00"}), ("goodbye", {"reason": "x" * 201}), ("create_pairing_code", {"role": "king"}),
     ("revoke_device", {"device_id": ""}), ("get_all_clients_status", {"state": "asleep"}), ("ping", {"a": 1}),
     ("register", {**REGISTER, "protocol": "1"}), ("register", {**REGISTER, "protocol": 1.0}), ("register", {**REGISTER, "client_types": []}),
     ("register", {**REGISTER, "client_types": ["hls_streaming"] * 3}), ("register", {**REGISTER, "name": ""}),
     ("register", {**REGISTER, "name": "a\ud800"}), ("register", {**REGISTER, "auth": {}}), ("register", {**REGISTER, "auth": None}),
     ("register", {**REGISTER, "auth": {"device_token": "a", "pairing_code": "b"}}), ("register", {**REGISTER, "capabilities": {"max_height": 0}}),
     ("register", {**REGISTER, "capabilities": {"video": ["\x00"]}}), ("register", {**REGISTER, "capabilities": {"video": ["a"] * 201}}),
     ("register", {**REGISTER, "resume": {"client_id": "a", "resume_token": "b", "last_seq": -1}}),
     ("register", {**REGISTER, "resume": {"client_id": "a", "resume_token": "b", "last_seq": "0"}})],
    ids=lambda value: repr(value)[:60],
)  # fmt: skip
def test_every_value_out_of_bounds_is_invalid_params(method: str, params: dict[str, Any]) -> None:
    found = fault(frame(method, params))
    assert isinstance(found.error, InvalidParams)
    problems = answered(found)["data"]["problems"]
    assert 1 <= len(problems) <= 8
    assert all(set(problem) == {"at", "problem"} and problem["problem"] for problem in problems)


def test_a_long_list_of_problems_is_cut() -> None:
    found = fault(frame("ping", {f"extra_{number}_{'x' * 300}": 1 for number in range(50)}))
    problems = answered(found)["data"]["problems"]
    assert len(problems) == 8
    assert all(len(problem["at"]) <= 120 for problem in problems)


def test_nesting_that_only_the_models_find_too_deep_is_said_so() -> None:
    assert codec._problems(RecursionError()) == [{"at": "", "problem": "nested too deeply"}]


def test_a_faulty_notification_is_no_answer_to_anybody() -> None:
    found = fault('{"jsonrpc":"2.0","method":"hls_seek","params":{}}')
    assert (found.id, found.structural) == (None, False)
    assert isinstance(found.error, InvalidParams)


@pytest.mark.parametrize(
    ("method", "params"),
    [("register", {**REGISTER, "auth": {"device_token": ["SECRET"]}}), ("register", {**REGISTER, "auth": {"pairing_code": "SECRET\x00"}}),
     ("register", {**REGISTER, "auth": {"device_token": "SECRET" * 100}}), ("register", {**REGISTER, "auth": "SECRET"}),
     ("register", {**REGISTER, "auth": {"token": "SECRET"}}), ("register", {**REGISTER, "auth": {"device_token": "SECRET\ud800"}}),
     ("register", {**REGISTER, "resume": {"client_id": "a", "resume_token": {"x": "SECRET"}, "last_seq": 0}}),
     ("register", {**REGISTER, "client_types": ["SECRET"]}), ("register", {"auth": {"device_token": "SECRET"}}),
     ("hls_seek", {"position": "SECRET"}), ("request_hls_stream", {"quality": "SECRET"}), ("SECRET", {})],
    ids=lambda value: repr(value)[:60],
)  # fmt: skip
def test_a_secret_in_bad_params_does_not_come_back(method: str, params: dict[str, Any]) -> None:
    found = fault(frame(method, params))
    assert "SECRET" not in encode_error(found.id, found.error)


AWKWARD = st.text('aZ0 "\\\x00\n\x7fé\u2028\ud800\udfff\U0001f3ac', max_size=8)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), AWKWARD)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(AWKWARD, inner, max_size=3)),
    max_leaves=6,
)
METHODS = st.sampled_from(["register", "hls_seek", "hls_report", "browse", "get_item", "subscribe", "ping", "nope"])
KEYS = st.sampled_from(["position", "playing", "path", "item", "topics", "auth", "name", "client_types", "\ud800"])


@given(
    value=st.one_of(
        ANYTHING,
        st.fixed_dictionaries(
            {"jsonrpc": st.just("2.0"), "method": METHODS},
            optional={"id": SCALARS, "params": st.one_of(ANYTHING, st.dictionaries(KEYS, ANYTHING, max_size=4))},
        ),
    )
)
@settings(max_examples=50)
def test_no_json_at_all_raises_and_every_answer_is_utf_8(value: Any) -> None:
    for entry in decode(json.dumps(value)).entries:
        if isinstance(entry, Faulty):
            assert answered(entry)["code"] in (-32700, -32600, -32601, -32602)


@pytest.mark.parametrize("count", [0, MAX_BATCH + 1, 10_000])
def test_a_batch_of_no_or_too_many_requests_is_one_invalid_request(count: int) -> None:
    found = fault("[" + ",".join([frame("ping")] * count) + "]")
    assert isinstance(found.error, InvalidRequest)
    assert found.structural
    assert answered(found)["message"] == f"A batch has 1 to 32 requests, this one has {count}."


@pytest.mark.parametrize("count", [1, MAX_BATCH])
def test_a_batch_is_read_in_order(count: int) -> None:
    found = decode("[" + ",".join(frame("ping", id_=number) for number in range(count)) + "]")
    assert found == Frame(tuple(Request(number, Ping()) for number in range(count)), batch=True)


def test_a_faulty_entry_of_a_batch_spoils_no_other() -> None:
    found = decode(
        f"[{frame('ping', id_=1)},5,[],{frame('nope', id_=2)},{frame('hls_seek', id_=3)},{frame('ping', id_=4)}]"
    )
    kinds = [type(entry.error) if isinstance(entry, Faulty) else type(entry) for entry in found.entries]
    assert kinds == [Request, InvalidRequest, InvalidRequest, MethodNotFound, InvalidParams, Request]
    assert [entry.id for entry in found.entries if not isinstance(entry, Notification)] == [1, None, None, 2, 3, 4]


def test_the_largest_number_is_a_number() -> None:
    assert only(frame("hls_seek", {"position": sys.float_info.max})) == Request(1, HlsSeek(position=sys.float_info.max))


def test_a_registration_is_read_whole() -> None:
    entry = only(frame("register", REGISTER))
    assert isinstance(entry, Request)
    assert isinstance(entry.command, Register)
    assert entry.command.model_dump(exclude_none=True) == REGISTER


def test_a_result_is_a_compact_response() -> None:
    assert encode_result('a"b', Clock(clock=1.5)) == '{"jsonrpc":"2.0","id":"a\\"b","result":{"clock":1.5}}'
    assert encode_result(7, {"a": [1, "é"]}) == '{"jsonrpc":"2.0","id":7,"result":{"a":[1,"é"]}}'


def test_a_list_of_models_is_an_array() -> None:
    assert dump([Folder(path="a", name="b"), Clock(clock=1.0)]) == '[{"path":"a","name":"b"},{"clock":1.0}]'
    assert dump([]) == "[]"


def test_what_is_absent_is_not_written() -> None:
    assert dump(ServerClosing(reason="update")) == '{"reason":"update"}'


def test_nothing_that_is_not_finite_is_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump({"load": float("nan")})


def test_an_error_is_answered_with_code_message_and_data() -> None:
    assert json.loads(encode_error(3, NoStream(hint="é"))) == {
        "jsonrpc": "2.0",
        "id": 3,
        "error": {
            "code": 1014,
            "message": "You have no stream; request one first.",
            "data": {"name": "no_stream", "retryable": False, "hint": "é"},
        },
    }
    assert '"id":null' in encode_error(None, MatineeError())


def test_an_event_takes_its_number_between_its_halves() -> None:
    error = ErrorBody(code=1030, message="m", data={"name": "encoder_failed"})
    before, after = encode_event(StreamFailed(stream_id="s", error=error))
    assert json.loads(f"{before}17{after}") == {
        "jsonrpc": "2.0",
        "method": "stream_failed",
        "params": {"seq": 17, "stream_id": "s", "error": error.model_dump()},
    }


def test_an_event_without_fields_has_only_its_number() -> None:
    class Tick(Event):
        method = "tick"

    before, after = encode_event(Tick())
    assert json.loads(f"{before}1{after}") == {"jsonrpc": "2.0", "method": "tick", "params": {"seq": 1}}


def test_the_greeting_has_no_number() -> None:
    found = json.loads(encode_hello(HELLO))
    assert (found["jsonrpc"], found["method"]) == ("2.0", "hello")
    assert found["params"] == HELLO.model_dump()


def test_a_client_reads_an_answer_back_as_its_model() -> None:
    assert read_result(Ping, json.loads(dump(Clock(clock=2.5)))) == Clock(clock=2.5)
    assert read_result(GetAllClientsStatus, []) == []
    assert read_result(Discover, {"openrpc": "1.3.2"}) == {"openrpc": "1.3.2"}


@pytest.mark.parametrize("value", [None, {}, {"clock": "1"}, {"clock": 1, "more": 2}, []])
def test_a_client_refuses_another_answer(value: Any) -> None:
    with pytest.raises(ValidationError):
        read_result(Ping, value)


def test_browse_without_anything_is_the_first_page_of_the_library() -> None:
    assert only(frame("browse")) == Request(1, Browse(path="", query=None, page=1))
