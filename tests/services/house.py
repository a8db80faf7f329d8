"""All services on fakes, wired as the daemon wires them, and a few words to speak with them as a client would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from controller.core.media import MediaFacts
from controller.services.admission import Admission
from controller.services.announcer import Announcer
from controller.services.authority import ScreenAuthority
from controller.services.box import Box
from controller.services.changing import Changing
from controller.services.client_stream import HLSClientStream
from controller.services.clients import Client, ClientManager
from controller.services.context import Connection, Services
from controller.services.copying import Copying
from controller.services.dispatcher import Dispatcher
from controller.services.encoder_logs import EncoderLogs
from controller.services.following import Following
from controller.services.keeping.whole import whole_keeper
from controller.services.moving import Moving
from controller.services.pacing import Pacing
from controller.services.pairing import Pairing
from controller.services.queues import Queues
from controller.services.returning import Returning
from controller.services.screen import SharedScreen
from controller.services.streams import Streams
from controller.services.suggestions import ScreenSuggestions
from controller.services.tallies import Tallies
from controller.services.tastes import Tastes
from controller.services.vitals import Pulse
from controller.services.watching import Watching
from protocol.box import VideoEncoder
from protocol.values import Role
from tests.fakes.beside import Beside
from tests.fakes.chance import FakeSecrets
from tests.fakes.clock import FakeClock
from tests.fakes.devices import FakeDeviceStore
from tests.fakes.encoder import FakeEncoder
from tests.fakes.facts import copied_film, encoded_film
from tests.fakes.kept import FakeKept
from tests.fakes.library import FakeLibrary
from tests.fakes.meter import FakeMeter
from tests.fakes.peer import FakePeer
from tests.fakes.probe import FakeProbe
from tests.fakes.screen import FakeFilm, FakePlayers
from tests.fakes.segments import FakeSegmentStore
from tests.fakes.watched import FakeWatched

BOX_TOKEN = "the box token"
GRACE = 60.0
BOTH = ["hls_streaming", "server_playback"]


class House:
    """The services. Three films are there: `copied.mp4`, `encoded.mkv` and `broken.mp4`. As many `encoders` as there can be
    may work at once, unless the line of those who wait is the matter.
    """

    def __init__(
        self,
        folder: Path,
        *,
        rate: float = 0.0,
        burst: float = 200.0,
        secrets: FakeSecrets | None = None,
        devices: FakeDeviceStore | None = None,
        encoders: int | None = 100,
    ) -> None:
        self.clock, self.secrets, self.beside = FakeClock(), secrets or FakeSecrets(), Beside()
        self.library, self.probe, self.devices = FakeLibrary(), FakeProbe(), devices or FakeDeviceStore()
        self.store, self.encoder = FakeSegmentStore(folder / "cache"), FakeEncoder()
        self.clients = ClientManager(self.clock, self.secrets, grace=GRACE, rate=rate, burst=burst)
        self.tastes, self.logs = Tastes(), EncoderLogs(self.clock, self.clients, self.encoder)
        within = self.library, self.probe, self.store, self.logs, self.tastes
        self.streams = Streams(self.clock, self.secrets, *within, share=True)
        self.changing = Changing(self.clock, self.streams, self.tastes)
        self.pacing = Pacing(self.clock, self.streams, self.changing, self.library)
        self.tallies = Tallies(self.streams)
        self.players, self.kept = FakePlayers(), FakeKept()
        self.screen = SharedScreen(self.clock, self.secrets, self.library, self.probe, self.players)
        box = self.screen, FakeMeter(), lambda: False, encoders
        self.admission = Admission(self.clock, self.clients, self.streams, *box)
        self.authority = ScreenAuthority(self.clock, self.secrets, self.clients, self.screen)
        self.suggestions = ScreenSuggestions(self.clock, self.secrets, self.clients, self.screen, self.authority)
        self.queues = Queues(self.clock, self.secrets, self.library, self.probe, self.screen)
        self.following = Following(self.clock, self.clients, self.streams, self.queues)
        shared = self.screen, self.authority
        self.announcer = Announcer(
            self.clock, self.clients, self.streams, *shared, self.suggestions, self.queues, self.following
        )
        self.returning = Returning(self.streams)
        self.keeper = whole_keeper(
            self.clock, self.kept, self.clients, self.streams, self.queues, *shared, self.returning, self.tastes
        )
        self.watched = FakeWatched()
        self.watching = Watching(
            self.clock, self.watched, self.library, self.clients, self.streams, self.screen, self.authority
        )
        self.announcer.on_kept_change = self._kept_changed
        self.pairing = Pairing(self.clock, self.secrets, self.devices, BOX_TOKEN)
        self.services = self._all()
        self.dispatcher = Dispatcher(self.services)
        self.add("copied.mp4", copied_film())
        self.add("encoded.mkv", encoded_film())
        self.library.add("broken.mp4")

    def _all(self) -> Services:
        return Services(
            clock=self.clock,
            clients=self.clients,
            streams=self.streams,
            changing=self.changing,
            admission=self.admission,
            pacing=self.pacing,
            tastes=self.tastes,
            screen=self.screen,
            authority=self.authority,
            suggestions=self.suggestions,
            moving=Moving(self.clock, self.streams, self.screen, self.authority, self.announcer, self.queues),
            queues=self.queues,
            following=self.following,
            returning=self.returning,
            copying=Copying(
                self.clock, self.clients, self.streams, self.screen, self.authority, self.queues, self.following
            ),
            pairing=self.pairing,
            library=self.library,
            probe=self.probe,
            store=self.store,
            announcer=self.announcer,
            watching=self.watching,
            tallies=self.tallies,
            logs=self.logs,
            meter=FakeMeter(),
            box=Box(
                "id",
                "The Box",
                "0.1.0",
                990.0,
                "http://box:8765",
                lambda: {"openrpc": "1.3.2"},
                "off",
                {"batch": 32},
                lambda: VideoEncoder(name="vaapi", reason="A second of film was encoded with it."),
            ),
        )

    def _kept_changed(self) -> None:
        self.keeper.changed()
        self.watching.screen_changed()

    async def run(self) -> None:
        """The tasks that live as long as the daemon."""
        async with anyio.create_task_group() as group:
            await self.keeper.open()
            await self.watching.open()
            house = (
                self.streams,
                self.pacing,
                self.admission,
                self.following,
                self.returning,
                self.clients,
                self.authority,
                self.suggestions,
                self.screen,
                self.keeper,
            )
            for room in (*house, self.watching, Pulse(self.services)):
                group.start_soon(room.run)

    def add(self, path: str, facts: MediaFacts) -> None:
        """Put a film into the library, and let the screen's player know it."""
        source = self.library.add(path)
        self.probe.films[source.path] = facts
        self.players.films[source.path] = FakeFilm(facts.duration, subtitles=len(facts.subtitles))

    def connect(self) -> Remote:
        """A new connection."""
        return Remote(self)

    async def owner(self, name: str = "owner", **more: Any) -> Remote:
        """The box's own user, registered."""
        remote = self.connect()
        await remote.register(name, {"device_token": BOX_TOKEN}, **more)
        return remote

    async def guest(self, role: Role = "guest", **more: Any) -> Remote:
        """A newly paired device, registered; a guest, or of another role."""
        remote = self.connect()
        code = self.pairing.issue(role).code
        await remote.register(role, {"pairing_code": code}, **more)
        return remote


@dataclass(slots=True)
class Remote:
    """A client as the wire sees it: sends frames and reads what came back."""

    house: House
    peer: FakePeer = field(default_factory=FakePeer)
    connection: Connection = field(init=False)
    registered: dict[str, Any] = field(default_factory=dict)
    _sent: int = 0

    def __post_init__(self) -> None:
        self.connection = Connection(self.peer)

    async def send(self, frame: Any) -> None:
        """A frame: text as it is, anything else as JSON."""
        await self.house.dispatcher.receive(self.connection, frame if isinstance(frame, str) else json.dumps(frame))

    def request(self, method: str, **params: Any) -> dict[str, Any]:
        """A request with the next id, not yet sent."""
        self._sent += 1
        return {"jsonrpc": "2.0", "id": self._sent, "method": method, "params": params}

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a request; its answer, whole. It stays with the peer, as do the events around it."""
        request = self.request(method, **params)
        await self.send(request)
        answer: dict[str, Any] = next(m for m in self.peer.latest() if m.get("id") == request["id"])
        return answer

    async def call(self, method: str, **params: Any) -> Any:
        """The result of a request that must succeed."""
        answer = await self.ask(method, **params)
        assert "result" in answer, answer
        return answer["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """The name of the error that a request must get."""
        answer = await self.ask(method, **params)
        assert "error" in answer, answer
        return str(answer["error"]["data"]["name"])

    async def register(self, name: str, auth: dict[str, str], **more: Any) -> dict[str, Any]:
        """Come in."""
        wish = {"protocol": 1, "client_types": BOTH, "name": name, "auth": auth, **more}
        self.registered = await self.call("register", **wish)
        return self.registered

    def resume(self, last_seq: int = 0) -> dict[str, Any]:
        """The wish to go on with this client's session."""
        return {
            "client_id": self.registered["client_id"],
            "resume_token": self.registered["resume_token"],
            "last_seq": last_seq,
        }

    @property
    def me(self) -> Client:
        """The client behind this connection."""
        return self.connection.me

    @property
    def stream(self) -> HLSClientStream:
        """Its stream."""
        return self.house.streams.require(self.me.client_id)

    def hang_up(self) -> None:
        """The connection breaks."""
        self.house.clients.disconnected(self.me, self.peer)

    async def watch(self, path: str = "copied.mp4", **more: Any) -> dict[str, Any]:
        """Request a stream and let its encoder start; everything heard so far is forgotten."""
        status: dict[str, Any] = await self.call("request_hls_stream", item={"path": path}, **more)
        await self.house.clock.settle()
        self.peer.take()
        return status
