"""A program whose daemon is away: what it asks meanwhile is refused and never sent later, and it does not come back in step."""

from __future__ import annotations

from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from clients.sdk import ConnectionLost, Offline, PathRef, connect
from clients.sdk.link import FIRST_RETRY, LAST_RETRY, Identity, Link
from protocol.commands.session import TokenAuth
from tests.daemon import daemon, free_port


async def test_what_is_refused_while_the_daemon_is_away_is_not_done_when_it_is_back(
    library: Path, tmp_path: Path
) -> None:
    port = free_port()
    with daemon(library, tmp_path, port=port) as one:
        async with connect(one.url, name="patient", pairing_code=one.pair("owner")) as matinee:
            await matinee.request_hls_stream(PathRef(path="minute.mp4"), position=30.0)
            assert await anyio.to_thread.run_sync(one.stop) == 0
            with anyio.fail_after(10):
                while True:
                    try:
                        await matinee.ping()
                    except Offline:
                        break
                    except ConnectionLost:
                        continue
            with pytest.raises(Offline):
                await matinee.hls_pause()
            with pytest.raises(Offline):
                await matinee.hls_seek(5.0)
            with daemon(library, tmp_path, port=port):
                with anyio.fail_after(30):
                    await matinee.wait_online()
                status = await matinee.hls_status()
                assert status.timeline is not None
                assert status.timeline.playing
                assert status.timeline.position > 25.0


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.5), (1.0, 1.5)], ids=["least", "most"])
async def test_each_wait_is_twice_as_long_up_to_a_bound_and_jittered(
    monkeypatch: pytest.MonkeyPatch, chance: float, share: float
) -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 8:
            raise StopAsyncIteration

    monkeypatch.setattr("clients.sdk.link.random.uniform", lambda low, high: low + (high - low) * chance)
    monkeypatch.setattr("clients.sdk.link.anyio.sleep", note)
    one = Link(
        f"ws://127.0.0.1:{free_port()}/ws",
        Identity("restless", ["hls_streaming"], TokenAuth(device_token="t")),
        on_frame=lambda _frame: None,
        on_lost=lambda: None,
    )
    one.settled.set()  # it was connected once: from then on it tries again
    with pytest.raises(StopAsyncIteration):
        await one.run()
    assert waits == pytest.approx([min(FIRST_RETRY * 2**n, LAST_RETRY) * share for n in range(8)])
