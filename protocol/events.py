"""All that the daemon says unasked: JSON-RPC notifications whose params carry `seq`, one higher per client session.

An event that coalesces may be replaced by a newer one of the same kind while it waits for a slow connection.
"""

from __future__ import annotations

from typing import ClassVar

from protocol.box import ServerVitals
from protocol.queue_state import QueueState
from protocol.results import (
    ClientStatus,
    ErrorBody,
    Hello,
    Person,
    ScreenStatus,
    StreamStatus,
    Suggestion,
    TakeoverRequest,
)
from protocol.values import QueueTarget, Seconds, SuggestionOutcome, TakeoverOutcome, Topic, Wire


class Event(Wire):
    """The base. `topic` None reaches every client; `coalesces` says that only the newest matters."""

    method: ClassVar[str]
    topic: ClassVar[Topic | None] = None
    coalesces: ClassVar[bool] = False

    @property
    def outbox_kind(self) -> str | None:
        """What a newer event must be to take the place of this one; None for one that nothing replaces."""
        return self.method if self.coalesces else None


class HelloEvent(Hello, Event):
    """Sent once, at once, before `register`; the only event without `seq`."""

    method = "hello"


class StreamChanged(StreamStatus, Event):
    """My stream, whole, after a change."""

    method, topic, coalesces = "stream_changed", "stream", True


class StreamFailed(Event):
    """My stream ended with an error; seek or request again to try once more. Without a `stream_id` it is what was to follow
    that cannot be played, and the stream goes on.
    """

    method, topic = "stream_failed", "stream"

    stream_id: str
    error: ErrorBody


class TakeoverRequested(TakeoverRequest, Event):
    """Somebody asks for the screen; its holder answers with `respond_takeover`."""

    method, topic = "takeover_requested", "authority"


class TakeoverResolved(Event):
    """A request for the screen is decided. The asker whom it was granted finds the lease here."""

    method, topic = "takeover_resolved", "authority"

    request_id: str
    outcome: TakeoverOutcome
    reason: str
    lease: int | None = None


class AuthorityChanged(Event):
    """Another client commands the screen, or nobody does; `since` is server clock. The new holder finds the lease here."""

    method, topic = "authority_changed", "authority"

    since: Seconds
    reason: str
    holder: Person | None = None
    lease: int | None = None


class SuggestionMade(Suggestion, Event):
    """Somebody would like the screen to do something; its holder or an owner answers with `answer_suggestion`.

    Told to these, and to who made it.
    """

    method, topic = "suggestion_made", "authority"


class SuggestionAnswered(Event):
    """A suggestion is over; an accepted one has been carried out. `by` is who decided, if anybody did."""

    method, topic = "suggestion_answered", "authority"

    suggestion_id: str
    outcome: SuggestionOutcome
    reason: str
    by: Person | None = None


class ScreenChanged(ScreenStatus, Event):
    """The screen, whole, after a change."""

    method, topic, coalesces = "screen_changed", "screen", True


class QueueChanged(QueueState, Event):
    """A queue after a change: mine, or the server's."""

    method, topic, coalesces = "queue_changed", "queue", True

    target: QueueTarget

    @property
    def outbox_kind(self) -> str:
        """Mine and the server's are two."""
        return f"{self.method} {self.target}"


class ClientJoined(ClientStatus, Event):
    method, topic = "client_joined", "clients"


class ClientChanged(ClientStatus, Event):
    """Connected, lingering, another state of its stream, another role or name of its device, or who holds the screen."""

    method, topic = "client_changed", "clients"


class ClientLeft(Event):
    method, topic = "client_left", "clients"

    client_id: str
    reason: str


class ServerChanged(ServerVitals, Event):
    """How the box does, every few seconds for as long as somebody listens."""

    method, topic, coalesces = "server_changed", "server", True


class ServerWarning(Event):
    """Something that will hurt everybody soon, or that one has to know of their film: `name` for programs, `detail` for
    people.
    """

    method = "server_warning"

    name: str
    detail: str


class ServerClosing(Event):
    """The daemon goes away; connections close with 1001 after this."""

    method = "server_closing"

    reason: str
    back_in_s: Seconds | None = None


EVENTS: tuple[type[Event], ...] = (
    HelloEvent,
    StreamChanged,
    StreamFailed,
    QueueChanged,
    TakeoverRequested,
    TakeoverResolved,
    AuthorityChanged,
    SuggestionMade,
    SuggestionAnswered,
    ScreenChanged,
    ClientJoined,
    ClientChanged,
    ClientLeft,
    ServerChanged,
    ServerWarning,
    ServerClosing,
)
