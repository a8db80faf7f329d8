"""What `matinee watch` draws: a few lines about the box and the TV, a row for everybody who is here, and who waits in line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple

from rich.console import Group
from rich.table import Table
from rich.text import Text

from clients.cli.words import describe, in_line, many, plain, position, size, span
from protocol.events import AuthorityChanged, ClientChanged, ClientJoined, ClientLeft, ScreenChanged, ServerChanged

HEAD = 6
"""Lines above the first row: name, box, encoders, TV, an empty one, the headings."""
STATES = {"playing": "green", "failed": "red", "waiting": "yellow", "starting": "yellow"}
NOTHING = "–"


class Column(NamedTuple):
    """A column that is shown from a width of the terminal on."""

    title: str
    from_width: int
    cell: Callable[[Any, float], str]
    right: bool = False


@dataclass(slots=True)
class Scene:
    """All that is drawn, but for ourselves; `clock` is the server clock at the local monotonic second `_at`."""

    name: str
    version: str
    server: Any
    screen: Any
    authority: Any
    clock: float
    me: str
    rows: list[Any] = field(default_factory=list)
    _at: float = field(default_factory=monotonic)

    @property
    def now(self) -> float:
        """The server clock."""
        return self.clock + monotonic() - self._at

    def set_clock(self, clock: float) -> None:
        """What the server clock says now."""
        self.clock, self._at = clock, monotonic()

    def set_rows(self, rows: Iterable[Any]) -> None:
        """Who is here: those who watch something first, in the order of their names."""
        others = (row for row in rows if row.client_id != self.me)
        self.rows = sorted(others, key=lambda row: (row.stream is None, row.name.casefold(), row.client_id))

    def hear(self, event: object) -> None:
        """Something happened."""
        match event:
            case ServerChanged():
                self.server = event
            case ScreenChanged():
                self.screen = event
            case AuthorityChanged():
                self.authority = event
            case ClientLeft():
                self.set_rows(row for row in self.rows if row.client_id != event.client_id)
            case ClientJoined() | ClientChanged():
                self.set_rows([event, *(row for row in self.rows if row.client_id != event.client_id)])


def frame(scene: Scene, width: int, height: int | None) -> Group:
    """The picture, for so many columns and lines; without a height everybody is shown."""
    head = [_name(scene), _box(scene.server), _encoders(scene.server), _tv(scene), ""]
    lines = [Text(plain(line), no_wrap=True, overflow="ellipsis") for line in head]
    if not scene.rows:
        return Group(*lines, Text("Nobody is here. `matinee pair` shows a code that lets a device in."))
    shown, line = scene.rows, _line(scene.server, height)
    room = len(shown) if height is None else max(1, height - HEAD - len(line))
    rest: list[Text] = []
    if len(shown) > room:
        shown = shown[: max(1, room - 1)]
        rest = [Text(f"and {len(scene.rows) - len(shown)} more", style="dim")]
    return Group(*lines, _table(shown, width, scene.now), *rest, *line)


def _table(rows: list[Any], width: int, now: float) -> Table:
    columns = [column for column in COLUMNS if column.from_width <= width]
    widest = FILM if FILM in columns else NAME
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(
            column.title,
            justify="right" if column.right else "left",
            ratio=1 if column is widest else None,
            max_width=width // 4 if column is NAME and widest is FILM else None,
            no_wrap=True,
            overflow="ellipsis",
        )
    for row in rows:
        style = STATES.get(row.stream.state, "") if row.stream else "dim"
        table.add_row(*(Text(plain(column.cell(row, now))) for column in columns), style=style)
    return table


def _name(scene: Scene) -> str:
    load = scene.server.load
    about = f"up {span(scene.server.uptime_s)} · load {load.load1:.1f} on {many(load.cores, 'core')}"
    return f"{scene.name} · matinee {scene.version} · {about}"


def _box(server: Any) -> str:
    parts = [f"daemon {server.daemon.cpu:.0f} %, {size(server.daemon.rss)}"] if server.daemon else []
    free = [f"{size(server.load.memory_available)} memory free", f"{size(server.disk_free)} disk free"]
    return f"Box         {' · '.join([*parts, *free])}"


def _encoders(server: Any) -> str:
    parts = [f"{len(server.waiting)} waiting"] if server.waiting else []
    if load := server.encoding:
        failed = f", {load.backing_off} to be tried again" if load.backing_off else ""
        parts += [f"{load.working} working, {load.held} held{failed}", f"{load.cpu:.0f} %, {size(load.rss)}"]
    parts.append(f"{many(server.streams, 'stream')}, {size(server.cache_bytes)} on disk")
    return f"Encoders    {' · '.join(parts)}"


def _line(server: Any, height: int | None) -> list[Text]:
    """Who waits for a film to be made, in the order of the line; at most half of the lines that there are."""
    if not server.waiting:
        return []
    said = [f"{each.name} waits for {each.title}: {in_line(each)}" for each in server.waiting]
    room = len(said) if height is None else max(1, (height - HEAD) // 2 - 1)
    if len(said) > room:
        said = [*said[: room - 1], f"and {len(said) - room + 1} more in line"]
    return [Text(plain(line), no_wrap=True, overflow="ellipsis", style="yellow") for line in ("", *said)]


def _tv(scene: Scene) -> str:
    holder = scene.authority.holder
    return describe(scene.screen, scene.now) + (f" · {holder.name} holds it" if holder else "")


def _film(row: Any, _now: float) -> str:
    return str(row.stream.title) if row.stream else NOTHING


def _place(row: Any, now: float) -> str:
    if row.stream is None:
        return NOTHING
    at = min(max(position(row.stream.timeline, now), 0.0), row.stream.duration)
    return f"{span(at)}/{span(row.stream.duration)}"


def _state(row: Any, _now: float) -> str:
    if row.stream is None or not row.connected:
        return "here" if row.connected else "away"
    return str(row.stream.state)


def _speed(row: Any, _now: float) -> str:
    encoder = row.stream.encoder if row.stream else None
    if encoder is None or row.stream.delivery.mode == "direct":
        return NOTHING
    if encoder.state == "running" and encoder.speed:
        return f"{encoder.speed:.1f}×"
    return {"running": "starts", "backing_off": "again"}.get(encoder.state, str(encoder.state))


def _ahead(row: Any, _now: float) -> str:
    encoder = row.stream.encoder if row.stream else None
    return NOTHING if encoder is None or not encoder.ahead_s else f"{encoder.ahead_s:.0f} s"


def _cpu(row: Any, _now: float) -> str:
    encoder = row.stream.encoder if row.stream else None
    return NOTHING if encoder is None or encoder.cpu is None else f"{encoder.cpu:.0f} %"


def _memory(row: Any, _now: float) -> str:
    encoder = row.stream.encoder if row.stream else None
    return NOTHING if encoder is None or encoder.rss is None else size(encoder.rss)


def _restarts(row: Any, _now: float) -> str:
    return str(row.stream.encoder.restarts or NOTHING) if row.stream else NOTHING


NAME, FILM = Column("NAME", 0, lambda row, _now: str(row.name)), Column("FILM", 40, _film)
"""These two share what the others leave: a name has a quarter of the width at most, the film the rest."""
COLUMNS = (
    NAME,
    FILM,
    Column("PLACE", 50, _place, right=True),
    Column("DELIVERY", 100, lambda row, _now: str(row.stream.delivery.mode) if row.stream else NOTHING),
    Column("SPEED", 60, _speed, right=True),
    Column("AHEAD", 70, _ahead, right=True),
    Column("CPU", 70, _cpu, right=True),
    Column("MEMORY", 110, _memory, right=True),
    Column("RESTARTS", 120, _restarts, right=True),
    Column("STATE", 0, _state),
)
