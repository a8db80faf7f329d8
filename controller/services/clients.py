"""Who is here: every registered client, its session, its connection and what it listens to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hmac import compare_digest

import anyio
import structlog

from controller.core.rate_limit import RateLimit
from controller.core.session import Gone, Live, Session
from controller.core.wish import Choice
from controller.ports import Clock, KnownDevice, Peer, Secrets
from controller.services.one_by_one import OneByOne
from controller.services.pairing import hash_of
from protocol.codec import encode_event
from protocol.commands.session import Register, Resume
from protocol.errors import CloseCode, SessionInUse
from protocol.events import ClientLeft, Event
from protocol.permissions import TOPICS
from protocol.values import OWN_TOPICS, Capabilities, ClientId, ClientType, DeviceId, Quality, Role, Topic, Wire

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Client:
    """A registered client. `peer` is None while it lingers; `resume_token` is empty from a restart until it is back.

    While it is `coming_back` from then it is sent nothing: the snapshot will tell. `choice` is what it asked for last that
    is meant for other films, too; None before it asked for any.
    """

    client_id: ClientId
    token_hash: str
    device: KnownDevice
    name: str
    client_types: tuple[ClientType, ...]
    capabilities: Capabilities | None
    session: Session
    limit: RateLimit
    resume_token: str = ""
    device_label: str | None = None
    peer: Peer | None = None
    coming_back: bool = False
    choice: Choice | None = None
    topics: frozenset[Topic] = frozenset(OWN_TOPICS)
    commands: OneByOne = field(default_factory=OneByOne)

    @property
    def usual(self) -> Choice:
        """How films come that it does not ask for itself, as those of its queue. Who told which files it opens, and has
        asked for none yet, is given the file.
        """
        return self.choice or Choice(direct=bool(self.capabilities and self.capabilities.containers))

    def hears(self, topic: Topic | None) -> bool:
        """Whether it listens to a topic, and may."""
        return topic is None or (topic in self.topics and self.device.role in TOPICS[topic].roles)

    def number(self, event: Event) -> str:
        """Number an event for this client and keep it: the frame, for who sends it later."""
        return self.session.number(encode_event(event))

    def hear(self, event: Event, halves: tuple[str, str] | None = None) -> None:
        """Number an event for this client, keep it, and send it if somebody is there."""
        if not self.hears(event.topic):
            return
        peer, kind, halves = None if self.coming_back else self.peer, event.outbox_kind, halves or encode_event(event)
        unsent = peer.unsent(kind) if peer and kind else None
        frame = self.session.number_instead(unsent, halves) if unsent else self.session.number(halves)
        if peer:
            peer.offer(frame, kind, unsent or self.session.seq)


class KeptClient(Wire):
    """What of a client is needed to know it again after a restart; its token only as a hash."""

    client_id: str
    token_hash: str
    device_id: str
    role: Role
    name: str
    client_types: list[ClientType]
    capabilities: Capabilities | None = None
    quality: Quality | None = None
    direct: bool = False
    device_label: str | None = None
    device_name: str | None = None
    device_named: bool = False
    topics: list[Topic] = sorted(OWN_TOPICS)


class ClientManager:
    """The registry of clients: registers, resumes, lets linger and ends them.

    `on_gone` hears of every client that ended, whatever the reason, and may wait; `on_changed` of every change;
    `on_kept_change` of those that must survive a restart. `edition` grows with each of these.
    """

    def __init__(self, clock: Clock, secrets: Secrets, *, grace: float, rate: float, burst: float) -> None:
        self._clock, self._secrets = clock, secrets
        self._grace, self._rate, self._burst = grace, rate, burst
        self._clients: dict[ClientId, Client] = {}
        self._wake = anyio.Event()
        self._leaving: list[tuple[Client, str]] = []
        self.on_gone: Callable[[Client], Awaitable[None]] | None = None
        self.on_joined: Callable[[Client], None] | None = None
        self.on_changed: Callable[[Client], None] | None = None
        self.on_kept_change: Callable[[], None] = lambda: None
        self.edition = 0
        self._audience: tuple[int, frozenset[Topic]] = -1, frozenset()

    def __iter__(self) -> Iterator[Client]:
        return iter(list(self._clients.values()))

    def __len__(self) -> int:
        return len(self._clients)

    def get(self, client_id: str) -> Client | None:
        """The client of an id."""
        return self._clients.get(ClientId(client_id))

    def register(self, command: Register, device: KnownDevice, peer: Peer) -> Client:
        """A new client on this connection."""
        token = self._secrets.token()
        client = Client(
            client_id=ClientId(self._secrets.identity()),
            token_hash=hash_of(token),
            resume_token=token,
            device=device,
            name=device.name if device.named else command.name,
            client_types=tuple(dict.fromkeys(command.client_types)),
            capabilities=command.capabilities,
            session=Session(self._grace, last_seen=self._clock.now()),
            limit=RateLimit(self._rate, self._burst),
            device_label=command.device,
            peer=peer,
        )
        self._clients[client.client_id] = client
        log.info("client joined", client=client.client_id, name=client.name, role=device.role)
        if self.on_joined:
            self.on_joined(client)
        self._kept_change()
        return client

    def resume(self, wish: Resume, device: KnownDevice, peer: Peer) -> tuple[Client, list[str] | None] | None:
        """The client of a resume token, on this connection from now on, with the events it missed.

        None when its time is over: the caller registers it anew. The events are None when they are gone.

        Raises:
            SessionInUse: the token is not that client's, or the device is another.
        """
        client = self._clients.get(ClientId(wish.client_id))
        if client is None:
            return None
        known = compare_digest(client.token_hash, hash_of(wish.resume_token))
        if not known or client.device.device_id != device.device_id:
            raise SessionInUse
        if isinstance(client.session.presence, Gone):
            return None
        older, client.peer = client.peer, None
        if older:
            older.close(CloseCode.REPLACED, "replaced by a newer connection")
        restored = not client.resume_token
        if restored:  # its events went with the last daemon; their numbers go on
            client.resume_token, client.coming_back = wish.resume_token, True
            client.session.taken_up(wish.last_seq)
        client.device = device  # it may have got another role or name while nobody was here
        client.name = device.name if device.named else client.name
        client.session.resumed(self._clock.now())
        log.info("client resumed", client=client.client_id)
        # Told before the new connection is there: it hears of this among what it missed, once and in order.
        self._tell(client)
        client.peer = peer
        return client, client.session.missed(wish.last_seq)

    def kept(self, client: Client) -> KeptClient:
        """What to keep of a client."""
        return KeptClient(
            client_id=client.client_id,
            token_hash=client.token_hash,
            device_id=client.device.device_id,
            role=client.device.role,
            name=client.name,
            client_types=list(client.client_types),
            capabilities=client.capabilities,
            quality=client.choice.quality if client.choice else None,
            direct=client.choice is not None and client.choice.direct,
            device_label=client.device_label,
            device_name=client.device.name,
            device_named=client.device.named,
            topics=sorted(client.topics),
        )

    def restore(self, kept: KeptClient) -> Client:
        """A client of before a restart: it lingers, as if its connection had just broken."""
        now = self._clock.now()
        client = Client(
            client_id=ClientId(kept.client_id),
            token_hash=kept.token_hash,
            device=KnownDevice(
                DeviceId(kept.device_id), kept.device_name or kept.name, kept.role, named=kept.device_named
            ),
            name=kept.name,
            client_types=tuple(kept.client_types),
            capabilities=kept.capabilities,
            session=Session(self._grace, last_seen=now),
            limit=RateLimit(self._rate, self._burst),
            device_label=kept.device_label,
            choice=Choice(kept.quality, direct=kept.direct) if kept.quality else None,
            topics=frozenset(kept.topics),
        )
        client.session.disconnected(now)
        self._clients[client.client_id] = client
        self.edition += 1
        self._poke()
        return client

    def listens(self, topic: Topic) -> bool:
        """Whether anybody does."""
        if self._audience[0] != self.edition:
            self._audience = self.edition, frozenset[Topic]().union(*(client.topics for client in self))
        return topic in self._audience[1]

    def equip(self, client: Client, capabilities: Capabilities) -> None:
        """A client's player can do other things than it said before."""
        client.capabilities = capabilities
        self._kept_change()

    def chose(self, client: Client, choice: Choice) -> None:
        """A client asked for a film so; what of it is meant for other films is remembered."""
        if client.choice != choice.for_another_film:
            client.choice = choice.for_another_film
            self._kept_change()

    def listen(self, client: Client, topics: Collection[Topic]) -> None:
        """Let a client hear these topics from now on, and no others."""
        client.topics = frozenset(topics)
        self._kept_change()

    def disconnected(self, client: Client, peer: Peer) -> None:
        """A connection broke; its client lingers, unless a newer connection has taken over."""
        if client.peer is not peer:
            return
        client.peer = None
        client.session.disconnected(self._clock.now())
        self._tell(client)
        self._poke()

    def end(self, client: Client, reason: str) -> None:
        """End a client at once; what it held is released by the registry's own task."""
        if self._clients.pop(client.client_id, None) is None:
            return
        client.session.ended(reason)
        self._leaving.append((client, reason))
        self._kept_change()
        self._poke()

    async def end_now(self, client: Client, reason: str) -> None:
        """End a client and wait until everything it held is gone."""
        if self._clients.pop(client.client_id, None) is not None:
            client.session.ended(reason)
            self._kept_change()
            await self._release(client, reason)

    def of_device(self, device_id: str) -> list[Client]:
        """Every client of a device."""
        return [client for client in self if client.device.device_id == device_id]

    def change_device(self, device_id: str, *, name: str | None = None, role: Role | None = None) -> None:
        """A device is called something else or has another role: so it is for its clients, at once."""
        for client in self.of_device(device_id):
            device = client.device
            client.device = replace(
                device, name=name or device.name, role=role or device.role, named=device.named or name is not None
            )
            client.name = name or client.name
            self._tell(client)

    def publish(self, event: Event, to: Iterable[Client] | None = None) -> None:
        """Send an event to everyone who listens to its topic."""
        halves = encode_event(event)
        for client in self if to is None else to:
            client.hear(event, halves)

    async def run(self) -> None:
        """End clients whose grace is over, for as long as the daemon lives."""
        async with anyio.create_task_group() as group:
            while True:
                self._wake = anyio.Event()
                now = self._clock.now()
                for client in self:
                    client.session.tick(now)
                    if isinstance(client.session.presence, Gone):
                        self.end(client, client.session.presence.reason)
                leaving, self._leaving = self._leaving, []
                for client, reason in leaving:
                    group.start_soon(self._release, client, reason)
                await self._sleep()

    async def _sleep(self) -> None:
        deadlines = [at for client in self if (at := client.session.next_deadline()) is not None]
        timeout = max(0.0, min(deadlines) - self._clock.now()) if deadlines else None
        with anyio.move_on_after(timeout):
            await self._wake.wait()

    async def _release(self, client: Client, reason: str) -> None:
        if client.peer:
            client.peer.close(CloseCode.GOODBYE, reason)
            client.peer = None
        if self.on_gone:
            await self.on_gone(client)
        log.info("client left", client=client.client_id, reason=reason)
        self.publish(ClientLeft(client_id=client.client_id, reason=reason))

    def _kept_change(self) -> None:
        self.edition += 1
        self.on_kept_change()

    def _tell(self, client: Client) -> None:
        self._kept_change()
        if self.on_changed:
            self.on_changed(client)

    def _poke(self) -> None:
        self._wake.set()

    @property
    def connected(self) -> int:
        """How many clients have a connection."""
        return sum(isinstance(client.session.presence, Live) for client in self)
