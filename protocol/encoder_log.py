"""What encoders did and said, as `get_encoder_log` answers it."""

from __future__ import annotations

from protocol.values import EncoderLineKind, Seconds, Wire


class LoggedStream(Wire):
    """A stream of which something is kept, also after its end. `restarts` counts runs that followed a crash."""

    stream_id: str
    client_id: str
    client_name: str
    title: str
    restarts: int


class LoggedLine(Wire):
    """One line. `number` grows through the life of the daemon, `at` is server clock, `epoch` is the run's."""

    number: int
    at: Seconds
    stream_id: str
    epoch: int
    kind: EncoderLineKind
    text: str
    pid: int | None = None


class EncoderLog(Wire):
    """Lines in order, and the streams of which there are some, the present ones last. Ask again `after` the number
    `next` for what comes later; at once when there is `more`. `clock` is the server clock.
    """

    streams: list[LoggedStream]
    lines: list[LoggedLine]
    next: int
    more: bool
    clock: Seconds
