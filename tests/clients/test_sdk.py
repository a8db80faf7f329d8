"""The SDK against a real daemon, as a program would use it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import anyio
import pytest

from clients.sdk import ConnectionLost, Matinee, Offline, PathRef, Refused, connect
from protocol.commands.session import Ping
from protocol.errors import Forbidden, ItemNotFound, NotPlayable, PairingFailed
from protocol.events import ClientJoined, ClientLeft, StreamChanged
from protocol.values import ClientType
from tests.daemon import Daemon, daemon, free_port


async def test_pairing_gives_a_token_to_come_back_with(running: Daemon) -> None:
    async with connect(running.url, name="first", pairing_code=running.pair("guest")) as matinee:
        token = matinee.device_token
        assert matinee.me.role == "guest"
        assert matinee.me.resumed is False
    async with connect(running.url, name="again", device_token=token) as matinee:
        assert matinee.me.role == "guest"
        assert matinee.me.device_token is None


async def test_a_wrong_code_and_a_wrong_token_are_refused(running: Daemon) -> None:
    with pytest.raises(PairingFailed):
        async with connect(running.url, name="x", pairing_code="AAAA-AAAA"):
            pass
    with pytest.raises(Forbidden):
        async with connect(running.url, name="x", device_token="wrong"):
            pass
    with pytest.raises(ValueError, match="device_token or a pairing_code"):
        connect(running.url, name="x")


async def test_nothing_answering_is_said_at_once() -> None:
    with pytest.raises(Refused, match="Nothing answers"):
        async with connect(f"http://127.0.0.1:{free_port()}", name="x", device_token="t"):
            pass


async def test_errors_come_as_their_own_classes(running: Daemon) -> None:
    async with connect(running.url, name="x", device_token=running.control.token) as matinee:
        with pytest.raises(ItemNotFound):
            await matinee.request_hls_stream(PathRef(path="nothing.mp4"))
        with pytest.raises(NotPlayable, match="no audio track 7"):
            await matinee.request_hls_stream(PathRef(path="remux.mp4"), audio_track=7)


async def test_every_command_of_a_stream_answers_its_model(running: Daemon) -> None:
    async with connect(running.url, name="viewer", device_token=running.control.token) as matinee:
        assert (await matinee.hls_status()).state == "idle"
        stream = await matinee.request_hls_stream(PathRef(path="minute.mp4"), position=10, quality="360p")
        assert stream.delivery is not None
        assert stream.timeline is not None
        assert stream.timeline.position == 10
        assert (await matinee.get_hls_url()).url == stream.url
        moved = await matinee.hls_seek(1e308)
        assert (moved.position, moved.clamped) == (stream.duration, True)
        assert (await matinee.hls_seek(20)).clamped is False
        assert (await matinee.hls_pause()).playing is False
        assert (await matinee.hls_resume()).playing is True
        assert (await matinee.hls_report(position=21, playing=True, buffered_s=4)).position == pytest.approx(20, abs=2)
        assert (await matinee.stop_hls_stream()).state == "idle"


async def test_the_library_can_be_browsed(running: Daemon) -> None:
    async with connect(running.url, name="reader", device_token=running.control.token) as matinee:
        listing = await matinee.browse()
        assert [item.path for item in listing.items] == ["encode.mkv", "minute.mkv", "minute.mp4", "remux.mp4"]
        assert (await matinee.browse(query="REM")).total == 1
        item = await matinee.get_item(PathRef(path="encode.mkv"))
        assert item.video_codec == "hevc"
        assert item.delivery is not None
        assert "video_codec_not_supported" in item.delivery.reasons


async def test_a_film_is_left_and_marked(running: Daemon) -> None:
    film = PathRef(path="minute.mp4")
    async with connect(running.url, name="reader", pairing_code=running.pair("guest")) as matinee:
        await matinee.request_hls_stream(film, position=20)
        await matinee.stop_hls_stream()
        (left,) = (await matinee.list_left()).items
        assert (left.title, round(left.duration)) == ("minute", 60)
        assert (await matinee.get_item(left.item)).left_at == left.position == pytest.approx(20, abs=2)
        await matinee.set_watched(film, watched=True)
        assert (await matinee.get_item(film)).watched is True
        assert (await matinee.list_left(limit=1)).items == []
        await matinee.set_watched(film, watched=False)
        assert (await matinee.get_item(film)).watched is None


async def test_owners_manage_devices(running: Daemon) -> None:
    async with connect(running.url, name="boss", device_token=running.control.token) as boss:
        code = await boss.create_pairing_code("member")
        async with connect(running.url, name="soon gone", pairing_code=code.code) as visitor:
            devices = (await boss.list_devices()).devices
            mine = next(device for device in devices if device.name == "soon gone")
            assert mine.connected
            assert (await visitor.ping()).clock > 0
            await boss.revoke_device(mine.device_id)
            async for _event in visitor.events():
                pass
            with pytest.raises(Refused):
                await visitor.ping()
        assert all(device.name != "soon gone" for device in (await boss.list_devices()).devices)


async def test_events_tell_of_others_once_subscribed(running: Daemon) -> None:
    async with connect(running.url, name="watcher", device_token=running.control.token) as watcher:
        assert "clients" in (await watcher.subscribe("clients")).topics
        async with connect(running.url, name="passer-by", device_token=running.control.token) as other:
            await other.request_hls_stream(PathRef(path="remux.mp4"))
            them = other.me.client_id
        seen = []
        with anyio.fail_after(10):
            async for event in watcher.events():
                seen.append(type(event))
                if isinstance(event, ClientLeft) and event.client_id == them:
                    break
        assert ClientJoined in seen
        assert "clients" not in (await watcher.unsubscribe("clients")).topics


async def test_a_killed_daemon_is_noticed_and_nothing_is_sent_later(library: Path, tmp_path: Path) -> None:
    with daemon(library, tmp_path) as one:
        async with connect(one.url, name="patient", pairing_code=one.pair("owner")) as matinee:
            one.process.kill()
            with anyio.fail_after(10):
                while True:
                    try:
                        await matinee.call(Ping())
                    except (Offline, ConnectionLost):
                        break
            with pytest.raises(Offline):
                await matinee.ping()


async def test_a_broken_connection_is_resumed_with_its_stream(running: Daemon) -> None:
    async with connect(running.url, name="tunnel", device_token=running.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path="remux.mp4"))
        before = matinee.me.client_id
        assert matinee._link._socket is not None
        matinee._link._socket.transport.abort()
        await matinee._link._socket.wait_closed()
        with anyio.fail_after(10):
            while not matinee.me.resumed:
                await matinee.wait_online()
                await anyio.lowlevel.checkpoint()
        assert matinee.me.client_id == before
        assert (await matinee.hls_status()).stream_id == stream.stream_id


async def test_stream_changes_come_before_the_answer(running: Daemon) -> None:
    async with connect(running.url, name="ordered", device_token=running.control.token) as matinee:
        stream = await matinee.request_hls_stream(PathRef(path="remux.mp4"))
        first = matinee._events[0]
        assert isinstance(first, StreamChanged)
        assert first.stream_id == stream.stream_id


async def test_whoever_leaves_in_trouble_says_goodbye_too(running: Daemon) -> None:
    async with connect(running.url, name="witness", device_token=running.control.token) as witness:

        async def leave(scope: anyio.CancelScope | None) -> None:
            one = connect(running.url, name="x", device_token=running.control.token, client_types=["server_playback"])
            async with one, one.screen():
                assert (await witness.get_authority()).state == "held"
                if scope is None:
                    raise KeyError("trouble")
                scope.cancel()
                await anyio.sleep_forever()

        with pytest.raises(KeyError, match="trouble"):
            await leave(None)
        assert await _alone(witness)
        with anyio.CancelScope() as scope:
            await leave(scope)
        assert await _alone(witness)


async def _alone(witness: Matinee) -> bool:
    """Whether nobody else is here, not even lingering, and nobody holds the screen."""
    rows = await witness.get_all_clients_status()
    return [row.name for row in rows] == ["witness"] and (await witness.get_authority()).state == "free"


async def test_who_asks_hears_how_long_it_may_take(running: Daemon) -> None:
    left: list[float | None] = []
    types: list[ClientType] = ["server_playback"]
    token = running.control.token
    async with (
        connect(running.url, name="holder", device_token=token, client_types=types) as holder,
        connect(running.url, name="asker", device_token=token, client_types=types) as asker,
        holder.screen(),
        anyio.create_task_group() as group,
    ):

        def on_asking(request_id: str, seconds: float | None) -> None:
            left.append(seconds)
            if len(left) == 2:
                group.start_soon(partial(holder.respond_takeover, request_id, accept=True))

        async with asker.screen(on_asking=on_asking) as screen:
            assert screen.lease > 0
    first, second = (seconds or 0 for seconds in left)
    assert 0 < second < first <= 15
