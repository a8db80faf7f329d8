from __future__ import annotations

from controller.core import encoder_log
from controller.core.encoder_log import CHARACTERS, LINES, LONGEST, RUNS, STREAMS, EncoderLog, RunLog, shown


def run_of(log: EncoderLog, stream: str = "s", client: str = "c", epoch: int = 1) -> RunLog:
    return log.open(client, stream, "Ann's phone", "A film", epoch, {"/films/": "", "/cache/run/": ""})[1]


def texts(log: EncoderLog, client: str | None = None, after: int = 0, most: int = 10_000) -> list[str]:
    return [line.text for _, line in log.read(client, after, most)[0]]


def test_what_a_run_did_and_said_is_read_in_order() -> None:
    log = EncoderLog()
    run = run_of(log)
    run.pid = 7
    run.note("started", "started", 1.0)
    run.hear("first line\nsecond ", 2.0)
    run.hear("half\r\n\n  \nleft over", 3.0)
    run.finish(4.0)
    run.note("ended", "ended", 4.0)
    lines = [line for _, line in log.read(None, 0, 100)[0]]
    assert [(line.kind, line.text, line.at) for line in lines] == [
        ("started", "started", 1.0),
        ("said", "first line", 2.0),
        ("said", "second half", 3.0),
        ("said", "left over", 4.0),
        ("ended", "ended", 4.0),
    ]
    assert [line.number for line in lines] == [1, 2, 3, 4, 5]
    assert {(line.epoch, line.pid) for line in lines} == {(1, 7)}


def test_a_reader_goes_on_after_the_last_line_it_had() -> None:
    log = EncoderLog()
    one, two = run_of(log, "one", "ann"), run_of(log, "two", "bob")
    for number in range(4):
        (one if number % 2 else two).note("said", str(number), 0.0)
    lines, more = log.read(None, 0, 3)
    assert ([line.text for _, line in lines], more) == (["0", "1", "2"], True)
    assert texts(log, after=lines[-1][1].number) == ["3"]
    assert texts(log, "ann") == ["1", "3"]
    assert log.read("bob", 0, 2)[1] is False
    assert [stream.stream_id for stream in log.streams()] == ["one", "two"]
    assert [stream.stream_id for stream in log.streams("bob")] == ["two"]
    assert log.read("nobody", 0, 5) == ([], False)


def test_a_flood_costs_little_and_keeps_the_last_lines_beside_the_start_and_the_end() -> None:
    log = EncoderLog()
    run = run_of(log)
    run.note("started", "started", 0.0)
    for piece in range(1_000):
        run.hear("".join(f"{piece} {line}\n" for line in range(1_000)), 0.0)
    run.note("ended", "ended", 0.0)
    found = texts(log)
    assert (len(found), found[0], found[-1]) == (LINES + 2, "started", "ended")
    assert found[-2] == "999 999"
    assert log.read(None, 0, 1_000)[0][-1][1].number == 2 + 1_000 * encoder_log.AT_ONCE


def test_long_lines_are_cut_and_their_sum_is_bounded() -> None:
    log = EncoderLog()
    run = run_of(log)
    for _ in range(LINES):
        run.hear("x" * 5_000 + "\n", 0.0)
    found = texts(log)
    assert set(found) == {"x" * (LONGEST - 1) + "…"}
    assert len(found) == CHARACTERS // LONGEST
    run.hear("y" * 100_000, 0.0)
    assert len(run._rest) == 4 * LONGEST


def test_the_last_runs_of_the_last_streams_are_kept() -> None:
    log = EncoderLog()
    for epoch in range(RUNS + 2):
        run_of(log, epoch=epoch).note("ended", str(epoch), 0.0)
    assert texts(log) == [str(epoch) for epoch in range(2, RUNS + 2)]
    for number in range(STREAMS):
        if number == 5:
            run_of(log)
        run_of(log, f"stream {number}")
    kept = [stream.stream_id for stream in log.streams()]
    assert len(kept) == STREAMS
    assert "s" in kept, "it has had a run since"
    assert "stream 0" not in kept


def test_a_run_after_a_crash_is_a_restart() -> None:
    log = EncoderLog()
    stream, _ = log.open("c", "s", "", "", 1, {})
    run_of(log, epoch=2)
    assert stream.restarts == 0
    stream.crashed = True
    run_of(log, epoch=3)
    run_of(log, epoch=4)
    assert (stream.restarts, stream.crashed) == (1, False)


def test_no_line_shows_a_folder_or_does_anything_to_a_terminal() -> None:
    hidden = {"/home/ann/My Films/": "", "/cache/run-1/": ""}
    assert shown("file:/home/ann/My Films/a film.mkv: Invalid data", hidden) == "file:a film.mkv: Invalid data"
    assert (
        shown("[segment] Failed to open '/cache/run-1/video-3.ts'", hidden) == "[segment] Failed to open 'video-3.ts'"
    )
    assert shown("fonts in /usr/share/fonts/truetype are missing") == "fonts in …/truetype are missing"
    assert shown("[out#0/segment @ 0x5f] 24/1001 and a/b/c stay") == "[out#0/segment @ 0x5f] 24/1001 and a/b/c stay"
    assert shown("\x1b[31mred\x00 caf\udce9 \u202eevil") == "\\x1b[31mred\\x00 caf\\udce9 \\u202eevil"
    assert len(shown("\x1b" * 1_000)) == LONGEST
