"""What `matinee watch` draws, in terminals of every size."""

from __future__ import annotations

from io import StringIO
from typing import Any, Literal

import pytest
from rich.console import Console

from clients.cli.watch_table import HEAD, Scene, frame
from protocol.box import EncodingLoad, ProcessUsage, ServerLoad, ServerVitals, WaitingClient
from protocol.events import AuthorityChanged, ClientChanged, ClientJoined, ClientLeft, ScreenChanged, ServerChanged
from protocol.results import (
    AuthorityState,
    ClientStatus,
    ClientStream,
    DeliveryInfo,
    EncoderProcess,
    Person,
    ScreenStatus,
)
from protocol.values import Timeline

GIB = 1024**3
STATES: tuple[Literal["idle", "running", "held", "backing_off", "failed"], ...] = (
    "idle", "running", "held", "backing_off", "failed",
)  # fmt: skip


def vitals(**more: Any) -> ServerVitals:
    load = ServerLoad(cores=2, load1=1.25, memory_available=3 * GIB, loop_lag_s=0.0)
    told = {"uptime_s": 3_725.0, "clients": 2, "streams": 1, "encoders": 1, "waiting": [], "load": load}
    sizes = {"cache_bytes": 120 * 1024**2, "disk_free": 80 * GIB}
    return ServerVitals.model_validate({**told, **sizes, **more})


def busy(**more: Any) -> ServerVitals:
    encoding = EncodingLoad(working=3, held=1, backing_off=1, cpu=151.2, rss=312 * 1024**2, restarts=4)
    return vitals(encoding=encoding, daemon=ProcessUsage(cpu=4.4, rss=92 * 1024**2), **more)


def waits(name: str, place: int, eta: float | None = 300.0, offers: int = 0) -> WaitingClient:
    return WaitingClient(client_id=f"id of {name}", name=name, title="Heat", position=place, offers=offers, eta_s=eta)


def encoder(state: Literal["idle", "running", "held", "backing_off", "failed"] = "running", **more: Any) -> Any:
    return EncoderProcess(state=state, restarts=0, **more)


def row(name: str = "Ann", title: str | None = "Heat", process: Any = None, **more: Any) -> ClientStatus:
    stream = None
    if title is not None:
        stream = ClientStream(
            stream_id="s",
            state="playing",
            title=title,
            timeline=Timeline(position=63.0, at=100.0, rate=1.0, playing=False),
            duration=10_200.0,
            delivery=DeliveryInfo(mode="transcode", reasons=[]),
            encoder=process or encoder(speed=2.34, cpu=88.6, rss=200 * 1024**2, ahead_s=41.2),
        )
    base = ClientStatus(
        client_id=f"id of {name}",
        name=name,
        client_types=["hls_streaming"],
        role="member",
        connected=True,
        last_seen=99.0,
        health="live",
        queue_length=0,
        holds_authority=False,
        stream=stream,
    )
    return base.model_copy(update=more)


def scene(*rows: ClientStatus, server: ServerVitals | None = None) -> Scene:
    screen = ScreenStatus(state="idle", volume=50, muted=False, fullscreen=False)
    one = Scene("The Box", "0.1.0", server or busy(), screen, AuthorityState(state="free"), 100.0, "me")
    one.set_rows(rows)
    return one


def drawn(what: Scene, width: int = 120, height: int | None = None) -> list[str]:
    console = Console(file=StringIO(), width=width, force_terminal=False)
    console.print(frame(what, width, height))
    assert isinstance(console.file, StringIO)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert all(len(line) <= width for line in lines)
    return lines


def test_a_wide_terminal_shows_everything() -> None:
    name, box, encoders, tv, empty, *table = drawn(scene(row()))
    assert name == "The Box · matinee 0.1.0 · up 1:02:05 · load 1.2 on 2 cores"
    assert box == "Box         daemon 4 %, 92.0 MiB · 3.0 GiB memory free · 80.0 GiB disk free"
    assert encoders == (
        "Encoders    3 working, 1 held, 1 to be tried again · 151 %, 312.0 MiB · 1 stream, 120.0 MiB on disk"
    )
    assert (tv, empty) == ("TV          nothing is on", "")
    assert table[0].split() == [
        "NAME",
        "FILM",
        "PLACE",
        "DELIVERY",
        "SPEED",
        "AHEAD",
        "CPU",
        "MEMORY",
        "RESTARTS",
        "STATE",
    ]
    assert table[1].split() == [
        "Ann", "Heat", "1:03/2:50:00", "transcode", "2.3×", "41", "s", "89", "%", "200.0", "MiB", "–", "playing",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (80, "NAME FILM PLACE SPEED AHEAD CPU STATE"),
        (60, "NAME FILM PLACE SPEED STATE"),
        (50, "NAME FILM PLACE STATE"),
        (40, "NAME FILM STATE"),
        (20, "NAME STATE"),
    ],
)
def test_a_narrow_one_shows_what_matters_most_and_cuts_what_is_long(width: int, titles: str) -> None:
    lines = drawn(scene(row("A phone whose name is as long as anybody likes", "A film of a long name " * 9)), width)
    assert lines[HEAD - 1].split() == titles.split()
    assert len(lines) == HEAD + 1
    assert "…" in lines[HEAD]
    assert lines[HEAD].endswith("playing")


def test_a_low_one_says_how_many_more_there_are() -> None:
    crowd = scene(*(row(f"Phone {n:02}") for n in range(20)))
    lines = drawn(crowd, 80, HEAD + 5)
    assert len(lines) == HEAD + 5
    assert lines[-1] == "and 16 more"
    assert len(drawn(crowd, 80, 3)) == HEAD + 2
    assert len(drawn(crowd, 80)) == HEAD + 20


def test_each_state_of_an_encoder_has_a_word() -> None:
    rows = [row(f"{n}", process=encoder(state)) for n, state in enumerate(STATES)]
    lines = drawn(scene(*rows), 80)[HEAD:]
    assert [line.split()[3] for line in lines] == ["idle", "starts", "held", "again", "failed"]
    direct = row().stream
    assert direct is not None
    given = direct.model_copy(update={"delivery": DeliveryInfo(mode="direct", reasons=[])})
    assert drawn(scene(row(stream=given)), 80)[HEAD].split()[3] == "–"


def test_those_who_watch_come_first_and_those_who_do_not_are_shown_as_here_or_away() -> None:
    lines = drawn(scene(row("bob", None), row("Cleo", None, connected=False), row("Zoe"), row("ann")))
    assert [(line.split()[0], line.split()[-1]) for line in lines[HEAD:]] == [
        ("ann", "playing"), ("Zoe", "playing"), ("bob", "here"), ("Cleo", "away"),
    ]  # fmt: skip


def test_what_is_told_is_drawn() -> None:
    one = scene(row("Ann", None), row("Bob"), row("me", client_id="me"), server=vitals())
    assert [each.name for each in one.rows] == ["Bob", "Ann"]
    one.hear(ClientJoined(**dict(row("Cleo"))))
    one.hear(ClientChanged(**dict(row("Ann", "Ran"))))
    one.hear(ClientLeft(client_id="id of Bob", reason="goodbye"))
    one.hear(ServerChanged(**dict(vitals(waiting=[waits("Ann", 1), waits("Dee", 2)]))))
    playing = Timeline(position=12.0, at=100.0, rate=1.0, playing=False)
    shown = ScreenStatus(
        state="paused", volume=40, muted=False, fullscreen=True, title="Alien", timeline=playing, duration=7_000.0
    )
    one.hear(ScreenChanged(**dict(shown)))
    one.hear(AuthorityChanged(since=100.0, reason="granted", holder=Person(client_id="x", name="Bob")))
    one.hear("something else")
    one.set_clock(200.0)
    assert one.now == pytest.approx(200.0, abs=5)
    _, box, encoders, tv, _, *table = drawn(one)
    assert box == "Box         3.0 GiB memory free · 80.0 GiB disk free"
    assert encoders == "Encoders    2 waiting · 1 stream, 120.0 MiB on disk"
    assert tv == "TV          paused Alien 0:12/1:56:40 · volume 40 · Bob holds it"
    assert [line.split()[:2] for line in table[1:3]] == [["Ann", "Ran"], ["Cleo", "Heat"]]


def test_those_who_wait_are_told_with_place_and_time_and_what_they_could_watch_now() -> None:
    line = [waits("Ann", 1, 4.0, 2), waits("Bob", 2, 40.0, 1), waits("Cleo", 3), waits("Dee", 4, None)]
    rows = [row(each.name) for each in line]
    assert drawn(scene(*rows, server=vitals(waiting=line)))[HEAD + 4 :] == [
        "",
        "Ann waits for Heat: number 1 in line, begins any moment now, 2 other ways to watch it now",
        "Bob waits for Heat: number 2 in line, begins in about 40 s, 1 other way to watch it now",
        "Cleo waits for Heat: number 3 in line, begins in about 5 min",
        "Dee waits for Heat: number 4 in line",
    ]


def test_a_long_line_leaves_half_of_a_low_terminal_to_the_others() -> None:
    line = [waits(f"Phone {n:02}", n) for n in range(1, 31)]
    lines = drawn(scene(*(row(each.name) for each in line), server=vitals(waiting=line)), 80, HEAD + 10)
    assert len(lines) == HEAD + 10
    assert lines[HEAD + 4 : HEAD + 6] == ["and 26 more", ""]
    assert lines[-1] == "and 27 more in line"
    assert lines[-2].startswith("Phone 03 waits for Heat: number 3")
    assert drawn(scene(row("Ann"), server=vitals(waiting=line)), 80, 3)[-1] == "and 30 more in line"


def test_nobody_is_said_and_no_name_does_anything_to_the_terminal() -> None:
    assert drawn(scene())[-1] == "Nobody is here. `matinee pair` shows a code that lets a device in."
    lines = drawn(scene(row("\x1b[2J[red]x", "new\nline")))
    assert len(lines) == HEAD + 1
    assert "\\x1b[2J[red]x" in lines[HEAD]
    assert "new\\nline" in lines[HEAD]
