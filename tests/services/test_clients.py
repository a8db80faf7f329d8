from __future__ import annotations

import pytest

from controller.core.session import Gone
from controller.ports import KnownDevice
from controller.services.clients import Client
from protocol.commands.session import Register, Resume, TokenAuth
from protocol.errors import CloseCode, SessionInUse
from protocol.events import ClientLeft, ServerClosing
from protocol.values import DeviceId
from tests.fakes.peer import FakePeer
from tests.services.house import GRACE, House

PHONE = KnownDevice(DeviceId("phone"), "phone", "member")
TABLET = KnownDevice(DeviceId("tablet"), "tablet", "member")


def register(house: House, peer: FakePeer, device: KnownDevice = PHONE) -> Client:
    command = Register(protocol=1, client_types=["hls_streaming"], name="one", auth=TokenAuth(device_token="t"))
    return house.clients.register(command, device, peer)


def resume_of(client: Client, last_seq: int = 0, token: str | None = None) -> Resume:
    return Resume(client_id=client.client_id, resume_token=token or client.resume_token, last_seq=last_seq)


async def test_a_client_is_found_by_its_id_and_counts_as_connected(house: House) -> None:
    client = register(house, FakePeer())
    assert house.clients.get(client.client_id) is client
    assert (len(house.clients), house.clients.connected) == (1, 1)
    assert house.clients.of_device("phone") == [client]
    assert house.clients.of_device("tablet") == []


async def test_a_client_type_named_twice_counts_once(house: House) -> None:
    command = Register(
        protocol=1, client_types=["hls_streaming", "hls_streaming"], name="x", auth=TokenAuth(device_token="t")
    )
    assert house.clients.register(command, PHONE, FakePeer()).client_types == ("hls_streaming",)


async def test_a_client_lingers_for_the_grace_period_and_is_gone_then(house: House) -> None:
    peer = FakePeer()
    client = register(house, peer)
    house.clients.disconnected(client, peer)
    await house.clock.advance(GRACE - 0.001)
    assert house.clients.get(client.client_id) is client
    assert house.clients.connected == 0
    await house.clock.advance(0.002)
    assert house.clients.get(client.client_id) is None
    assert client.session.presence == Gone("did not come back")


async def test_a_client_that_comes_back_in_time_stays_for_good(house: House) -> None:
    peer = FakePeer()
    client = register(house, peer)
    house.clients.disconnected(client, peer)
    await house.clock.advance(GRACE - 1)
    assert house.clients.resume(resume_of(client), PHONE, FakePeer()) == (client, [])
    await house.clock.advance(10 * GRACE)
    assert house.clients.get(client.client_id) is client


async def test_who_comes_back_is_told_what_was_missed(house: House) -> None:
    peer = FakePeer()
    client = register(house, peer)
    client.hear(ServerClosing(reason="one"))
    house.clients.disconnected(client, peer)
    client.hear(ServerClosing(reason="two"))
    client.hear(ServerClosing(reason="three"))
    resumed = house.clients.resume(resume_of(client, last_seq=1), PHONE, FakePeer())
    assert resumed is not None
    assert resumed[1] is not None
    assert [frame.split('"reason":')[1][:6] for frame in resumed[1]] == ['"two"}', '"three']
    assert len(peer.frames) == 1


async def test_who_missed_more_than_is_kept_is_told_so(house: House) -> None:
    peer = FakePeer()
    client = register(house, peer)
    house.clients.disconnected(client, peer)
    for _ in range(1_030):
        client.hear(ServerClosing(reason="again"))
    assert house.clients.resume(resume_of(client, last_seq=5), PHONE, FakePeer()) == (client, None)


async def test_a_newer_connection_replaces_the_older_which_then_changes_nothing(house: House) -> None:
    older, newer = FakePeer(), FakePeer()
    client = register(house, older)
    house.clients.resume(resume_of(client), PHONE, newer)
    assert older.closed == (CloseCode.REPLACED, "replaced by a newer connection")
    house.clients.disconnected(client, older)
    assert client.peer is newer
    assert house.clients.connected == 1


@pytest.mark.parametrize(("token", "device"), [("wrong", PHONE), (None, TABLET)])
async def test_a_session_is_resumed_by_its_own_token_on_its_own_device_only(
    house: House, token: str | None, device: KnownDevice
) -> None:
    peer = FakePeer()
    client = register(house, peer)
    with pytest.raises(SessionInUse):
        house.clients.resume(resume_of(client, token=token), device, FakePeer())
    assert client.peer is peer
    assert peer.closed is None


async def test_nobody_resumes_a_client_that_is_unknown_or_gone(house: House) -> None:
    client = register(house, FakePeer())
    unknown = Resume(client_id="nobody", resume_token="t", last_seq=0)
    assert house.clients.resume(unknown, PHONE, FakePeer()) is None
    client.session.ended("test")
    assert house.clients.resume(resume_of(client), PHONE, FakePeer()) is None


async def test_ending_a_client_closes_its_connection_and_tells_the_others_once(house: House) -> None:
    peer, other = FakePeer(), FakePeer()
    client, witness = register(house, peer), register(house, other)
    witness.topics |= {"clients"}
    house.clients.end(client, "revoked")
    house.clients.end(client, "again")
    assert house.clients.get(client.client_id) is None
    await house.clock.settle()
    assert peer.closed == (CloseCode.GOODBYE, "revoked")
    assert [event["reason"] for event in other.events("client_left")] == ["revoked"]


async def test_ending_a_client_and_waiting_for_it_waits_for_all_that_it_held(house: House) -> None:
    released = []

    async def on_gone(client: Client) -> None:
        await house.clock.advance(3)
        released.append(client)

    house.clients.on_gone = on_gone
    client = register(house, FakePeer())
    await house.clients.end_now(client, "goodbye")
    await house.clients.end_now(client, "goodbye")
    assert released == [client]


async def test_one_client_that_is_slow_to_end_holds_up_nobody_else(house: House) -> None:
    ended: list[Client] = []

    async def on_gone(client: Client) -> None:
        await house.clock.advance(100 if client.name == "one" and not ended else 0)
        ended.append(client)

    house.clients.on_gone = on_gone
    first, second = register(house, FakePeer()), register(house, FakePeer())
    second.name = "two"
    house.clients.end(first, "x")
    house.clients.end(second, "x")
    await house.clock.advance(1)
    assert ended == [second]
    await house.clock.advance(100)
    assert ended == [second, first]


async def test_an_event_reaches_those_who_listen_to_its_topic_each_with_their_own_number(house: House) -> None:
    one, two = FakePeer(), FakePeer()
    first, second = register(house, one), register(house, two)
    first.hear(ServerClosing(reason="to the first"))
    house.clients.publish(ClientLeft(client_id="somebody", reason="left"))
    assert (len(one.frames), len(two.frames)) == (1, 0)
    first.topics |= {"clients"}
    second.topics |= {"clients"}
    house.clients.publish(ClientLeft(client_id="somebody", reason="left"))
    assert [event["seq"] for event in one.events("client_left") + two.events("client_left")] == [2, 1]


async def test_events_that_coalesce_say_of_what_kind_they_are(house: House) -> None:
    remote = await house.guest()
    await remote.watch()
    await remote.call("hls_pause")
    assert list(zip(remote.peer.words(), remote.peer.kinds, strict=True)) == [
        ("stream_changed", "stream_changed"),
        ("answer 3", None),
    ]
