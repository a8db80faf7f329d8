"""One client's stream: its encoder, its waiting requests and its end."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import structlog
from anyio.abc import TaskGroup

from controller.core import playlist
from controller.core.delivery import Delivery
from controller.core.direct import file_name
from controller.core.ladder import ladder_of
from controller.core.playlist import VIDEO, SegmentId, sound_of
from controller.core.stream import Stream
from controller.core.stream_phase import Crashed, Failed, NoRoom, Outcome, Running, Stalled
from controller.core.variant import variant_of
from controller.core.wish import Choice, Wish
from controller.ports import (
    Clock,
    Encoder,
    EncoderRun,
    StreamDirectory,
)
from controller.services.sharing import Shelf
from controller.services.stream_files import StreamFiles
from controller.services.stream_spec import SegmentLate, StreamSpec, Thumbnails, Turn
from controller.services.waiters import Waiters
from protocol.errors import MatineeError, NoStream
from protocol.results import Waiting

log = structlog.get_logger(__name__)

WAIT_FOR_SEGMENT = 20.0
"""Seconds that a request for a segment is held before it is told to come again."""
OPENS_WITHIN = 8.0
"""Seconds after which a folder that does not let its film be opened is as good as an encoder that gets nowhere."""


@dataclass(slots=True)
class _Live:
    """The run that is alive, whatever is wanted."""

    epoch: int
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    done: anyio.Event = field(default_factory=anyio.Event)
    run: EncoderRun | None = None
    verdict: Outcome | None = None


class HLSClientStream:
    """A client's stream: tells the machine what happens and keeps the wanted encoder alive.

    Every method but `run`, `wait_segment` and `close` acts at once. `on_change` is called after every change,
    in the same step; `on_failed` before that when it has failed, and may have it go on in another way. Its encoders wait for
    their `turn`; those of pictures until it is `admitted`, unless that is None.
    """

    def __init__(
        self,
        spec: StreamSpec,
        choice: Choice,
        wish: Wish,
        delivery: Delivery,
        directory: StreamDirectory,
        encoder: Encoder,
        clock: Clock,
        on_change: Callable[[HLSClientStream], None],
        on_failed: Callable[[HLSClientStream], None],
        turn: Turn,
        shelf: Shelf,
        admitted: bool | None = None,
    ) -> None:
        self.spec, self._on_failed, self._turn = spec, on_failed, turn
        self.choice, self.wish, self.delivery = choice, wish, delivery
        self._directory, self._encoder, self._clock, self._on_change = directory, encoder, clock, on_change
        about, now = (delivery.plan, delivery.renditions, spec.position), clock.now()
        self.machine = Stream(*about, now, delivery.encodes, delivery.quick, asleep=True)
        self._files = StreamFiles(spec, self.machine, directory, shelf, clock, self._after)
        self.ladder = ladder_of(spec.facts, wish, now)
        self.thumbnails: Thumbnails | None = None
        self.waiting: Waiting | None = None
        self.yields: Callable[[HLSClientStream], bool] = lambda _stream: False
        self._live: _Live | None = None
        self._wake = anyio.Event()
        self._waiters = Waiters()
        self._closed = False
        self._finished = anyio.Event()
        self._files.settle(delivery)
        self.machine.rationed, self.machine.admitted = admitted is not None, admitted is True
        self.machine.wake(clock.now())

    @property
    def url(self) -> str:
        """The path of the master playlist, or of the film itself where that will do."""
        if self.is_direct:
            return f"/media/{self.spec.path}/{file_name(self.spec.facts)}"
        return f"/hls/{self.spec.path}/{playlist.MASTER}"

    @property
    def is_direct(self) -> bool:
        """Whether the player is given the film itself."""
        return self.delivery.mode == "direct"

    @property
    def variant(self) -> playlist.Variant:
        """What its master playlist says of it."""
        return variant_of(self.spec.facts, self.delivery)

    @property
    def is_working(self) -> bool:
        """Whether an encoder is wanted that is not held."""
        wanted = self.machine.wanted
        return wanted is not None and not wanted.held

    @property
    def used_bytes(self) -> int:
        """How much of it lies on the disk."""
        return self._directory.used_bytes

    def show_thumbnails(self, thumbnails: Thumbnails) -> None:
        """There are small pictures of the film now, and they stay."""
        self.thumbnails = thumbnails
        self._after()

    def use(self) -> None:
        """Somebody reads the film itself."""
        self.machine.used = self._clock.now()

    @property
    def process(self) -> EncoderRun | None:
        """The living encoder."""
        return self._live.run if self._live else None

    # ── what the client does ──────────────────────────────────────────────────────────────────────

    def seek(self, position: float) -> tuple[float, bool]:
        """Move; answers the position and whether it was clamped. The encoder follows by itself."""
        moved = self.machine.seek(position, self._clock.now())
        self._files.look_around()
        self._after()
        return moved

    def pause(self) -> None:
        """Stop the timeline."""
        self.machine.pause(self._clock.now())
        self._after()

    def resume(self) -> None:
        """Let the timeline go on."""
        self.machine.resume(self._clock.now())
        self._after()

    def set_rate(self, rate: float) -> None:
        """Let the timeline go faster or slower."""
        self.machine.set_rate(rate, self._clock.now())
        self._after()

    def report(self, position: float, playing: bool) -> None:
        """Take the player's word."""
        if self.machine.report(position, playing, self._clock.now()) or self._files.take_near() or not playing:
            self._after()
        else:
            self._wake.set()

    def redeliver(self, choice: Choice, wish: Wish, delivery: Delivery, *, again: bool) -> None:
        """Go on in another way, at the same place: by the same plan, with the same renditions. With `again`, what was
        made and nobody has fetched is made again, and what lies ahead of the player even if it was fetched.
        """
        before, chosen = self.delivery, self.choice
        self.choice, self.wish, self.delivery = choice, wish, delivery
        now = self._clock.now()
        if choice.quality != chosen.quality:
            self.ladder = ladder_of(self.spec.facts, wish, now)
        if delivery.audio_track is not None and delivery.audio_track != before.audio_track:
            self.machine.choose(sound_of(delivery.audio_track), now)
        self.machine.asleep = True  # until it is known who makes just that
        if delivery.video != before.video:
            self.machine.hurries, self.machine.quick = delivery.encodes, delivery.quick
            again_from = ([VIDEO], self.machine.spared(now)) if again else ((), None)
            self._files.withdraw(self.machine.renew(now, *again_from))
        self._files.settle(delivery)
        self.machine.wake(now)
        self._after()

    # ── what is served ────────────────────────────────────────────────────────────────────────────

    async def wait_segment(self, segment: SegmentId) -> Path:
        """Where a segment lies, once it is whole.

        Raises:
            NoStream: there is no such segment, or the stream ended meanwhile.
            SegmentLate: it took more than 20 s.
            EncoderFailed, EncoderStalled, EmptyOutput, SourceChanged: it cannot be made.
        """
        if self._closed or not self.machine.exists(segment):
            raise NoStream
        if not self._files.has(segment) and not self._files.take(segment):
            self._raise_failure()
        if self.machine.ask(segment, self._clock.now()):
            self._files.take_near()
            self._wake.set()
            return self._files.path(segment)
        self._after()
        try:
            await self._waiters.wait(segment, WAIT_FOR_SEGMENT)
        finally:
            self.machine.withdraw(segment, self._clock.now())
            self._wake.set()
        if self._closed:
            raise NoStream
        if self.machine.has(segment):
            return self._files.path(segment)
        self._raise_failure()
        raise SegmentLate(retry_after_s=1.0)

    # ── its life ──────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Keep the wanted encoder alive until `close`; then nothing of the stream is left.

        That is so, too, when it raises, which it does only for a fault of ours.
        """
        try:
            async with anyio.create_task_group() as group:
                while not self._closed:
                    self._wake = anyio.Event()
                    await self._make_it_so(group)
                if self._live:
                    await self._stop(self._live)
        finally:
            self._end()
            self._files.close()
            with anyio.CancelScope(shield=True):
                await self._directory.remove()
            self._finished.set()

    async def close(self) -> None:
        """End the stream; its encoder and files are gone when this returns."""
        self._end()
        await self._finished.wait()

    async def wait_end(self) -> None:
        """Until nothing is left of the stream."""
        await self._finished.wait()

    def _end(self) -> None:
        """Nothing more is made, served or waited for."""
        self._closed = True
        self._files.end()
        self._wake.set()
        self._waiters.release()

    async def _make_it_so(self, group: TaskGroup) -> None:
        """Close the gap between the wanted and the living encoder, or wait until there may be one."""
        wanted, live = self.machine.wanted, self._live
        if live and (wanted is None or wanted.epoch != live.epoch):
            await self._stop(live)
            return
        if wanted and not live:
            self._live = _Live(wanted.epoch)
            group.start_soon(self._encode, self._live, wanted)
        elif wanted and live and live.run:
            live.run.hold(wanted.held)
        deadline = self.machine.next_deadline()
        with anyio.move_on_after(None if deadline is None else max(0.0, deadline - self._clock.now())):
            await self._wake.wait()
            return
        if isinstance(self.machine.phase, NoRoom) and (self.machine.has_enough or not self._directory.has_room()):
            self.machine.wait_for_room(self._clock.now())
        else:
            self.machine.tick(self._clock.now())
        self._after()

    async def _stop(self, live: _Live) -> None:
        live.scope.cancel()
        await live.done.wait()

    async def _encode(self, live: _Live, wanted: Running) -> None:
        outcome: Outcome | None = None
        with live.scope:
            outcome = await self._attempt(live, wanted)
        self._directory.drop_run(live.epoch)
        self._live = None
        live.done.set()
        if outcome is not None and not self._closed:
            self.machine.on_ended(live.epoch, outcome, self._clock.now())
            log.info("encoder ended", stream=self.spec.stream_id, epoch=live.epoch, outcome=str(outcome))
        self._after()

    async def _attempt(self, live: _Live, wanted: Running) -> Outcome:
        try:
            with anyio.fail_after(OPENS_WITHIN):
                film = await self._directory.hold(self.spec.source.path)
            async with self._turn.lock:
                job = self.spec.job(film, self.delivery, wanted, self._directory, yields=self.yields(self))
                return await self._encoder.encode(replace(job, verdict=lambda: live.verdict), _Listener(self, live))
        except TimeoutError:
            return Stalled()
        except OSError as error:
            return Crashed(error.strerror or type(error).__name__)

    def look_around(self) -> None:
        """See what others make of the same film."""
        self._files.look_around()

    def feel_pulse(self) -> None:
        """Look whether the encoder still gets anywhere; one that does not is ended, and another begun."""
        live = self._live
        if live and live.run and not live.scope.cancel_called and (pulse := live.run.pulse()):
            wanted = self.machine.wanted
            self.machine.feel(live.epoch, pulse, self._clock.now())
            if wanted and self.machine.wanted is None:
                live.verdict = Stalled()
                log.warning("encoder stalled", stream=self.spec.stream_id, epoch=live.epoch)
                self._after()

    def clean(self, segments: Collection[SegmentId]) -> None:
        """Remove what nobody needs now; who has it open already reads on, and who asks for it has it made again."""
        if segments:
            self._files.clean(segments)
            self._after()

    def allow(self, allowance: float) -> None:
        """So many bytes of it may be on the disk."""
        if allowance != self.machine.allowance:
            self.machine.allow(allowance, self._clock.now())
            self._after()

    def admit(self) -> None:
        """It may encode now."""
        self.machine.admit(self._clock.now())
        self._after()

    def wait_in_line(self, waiting: Waiting | None) -> None:
        """It has this place in the line, or is in it no more."""
        if waiting != self.waiting:
            self.waiting = waiting
            self._after()

    def give_up(self, error: MatineeError) -> None:
        """It cannot go on, for a reason that lies outside, until it is asked for again."""
        self.machine.give_up(error)
        self._after()

    def on_started(self, live: _Live, run: EncoderRun) -> None:
        """The encoder of a run is alive."""
        live.run = run
        log.info("encoder started", stream=self.spec.stream_id, epoch=live.epoch, pid=run.pid)
        self.machine.on_started(live.epoch, self._clock.now())
        self._after()

    def on_made(self, live: _Live, segment: SegmentId, made: Path) -> None:
        """A run made a segment; it is served from now on, unless there is one already."""
        if live.scope.cancel_called or self.machine.has(segment):
            made.unlink(missing_ok=True)
            self.machine.on_made(live.epoch, segment, self._clock.now())
        else:
            self._files.publish(made, segment, live.epoch)
        self._after()

    def _after(self) -> None:
        """After every input: wake the owner of the encoder, tell the client, let nobody wait for what will not come."""
        if isinstance(self.machine.phase, Failed):
            self._on_failed(self)
        if isinstance(self.machine.phase, Failed):
            self._waiters.release()
        self._waiters.wake(self.machine.has)
        self._wake.set()
        if not self._closed:
            self._files.tell()
            self._on_change(self)

    def _raise_failure(self) -> None:
        if isinstance(self.machine.phase, Failed):
            error = self.machine.phase.error
            raise type(error)(error.message, hint=error.hint)


@dataclass(frozen=True, slots=True)
class _Listener:
    """Ties what an encoder tells to the run that it belongs to."""

    stream: HLSClientStream
    live: _Live

    def on_started(self, run: EncoderRun) -> None:
        self.stream.on_started(self.live, run)

    def on_made(self, segment: SegmentId, made: Path) -> None:
        self.stream.on_made(self.live, segment, made)
