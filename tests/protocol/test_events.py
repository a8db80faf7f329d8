"""Events: what the daemon says unasked, on which topic, and what may be replaced by something newer."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from pydantic import ValidationError

from protocol.box import ServerVitals
from protocol.codec import dump
from protocol.events import (
    EVENTS,
    ClientLeft,
    Event,
    QueueChanged,
    ScreenChanged,
    ServerChanged,
    ServerClosing,
    ServerWarning,
    StreamChanged,
)
from protocol.queue_state import QueueState
from protocol.results import Hello, ScreenStatus, StreamStatus
from protocol.values import OWN_TOPICS, Topic

EVERY = pytest.mark.parametrize("event", EVENTS, ids=[event.method for event in EVENTS])
TOPICS = {
    "hello": None,
    "stream_changed": "stream",
    "stream_failed": "stream",
    "queue_changed": "queue",
    "takeover_requested": "authority",
    "takeover_resolved": "authority",
    "authority_changed": "authority",
    "suggestion_made": "authority",
    "suggestion_answered": "authority",
    "screen_changed": "screen",
    "client_joined": "clients",
    "client_changed": "clients",
    "client_left": "clients",
    "server_changed": "server",
    "server_warning": None,
    "server_closing": None,
}


def test_every_event_is_on_the_topic_that_the_protocol_names() -> None:
    assert {event.method: event.topic for event in EVENTS} == TOPICS


def test_event_names_are_unique() -> None:
    assert len({event.method for event in EVENTS}) == len(EVENTS)


@EVERY
def test_no_event_has_a_field_that_its_number_would_cover(event: type[Event]) -> None:
    assert "seq" not in event.model_fields


@EVERY
def test_every_topic_is_one_that_can_be_subscribed_to(event: type[Event]) -> None:
    assert event.topic is None or event.topic in get_args(Topic)


def test_only_whole_states_may_be_replaced_by_newer_ones() -> None:
    states = {StreamChanged: StreamStatus, ScreenChanged: ScreenStatus, QueueChanged: QueueState}
    whole = {**states, ServerChanged: ServerVitals}
    assert {event for event in EVENTS if event.coalesces} == set(whole)
    assert all(issubclass(event, state) for event, state in whole.items())


def test_one_s_own_topics_are_on_from_the_start_and_the_others_are_not() -> None:
    assert {"stream", "queue", "authority", "screen"} == OWN_TOPICS
    assert set(get_args(Topic)) - OWN_TOPICS == {"clients", "server"}


def test_the_greeting_is_a_hello_and_an_event() -> None:
    assert issubclass(EVENTS[0], Hello)
    assert issubclass(EVENTS[0], Event)


def test_a_state_is_written_as_status_answers_write_it() -> None:
    changed = StreamChanged(state="idle", epoch=3, url="/hls/a/b/master.m3u8")
    assert dump(changed) == dump(StreamStatus(state="idle", epoch=3, url="/hls/a/b/master.m3u8"))
    assert json.loads(dump(changed)) == {"state": "idle", "epoch": 3, "url": "/hls/a/b/master.m3u8"}


def test_an_event_takes_no_unknown_field_and_no_infinity() -> None:
    with pytest.raises(ValidationError, match="extra"):
        ClientLeft.model_validate({"client_id": "c", "reason": "r", "more": 1})
    with pytest.raises(ValidationError, match="finite"):
        ServerClosing(reason="r", back_in_s=float("inf"))
    assert ServerWarning(name="disk_low", detail="d").name == "disk_low"
