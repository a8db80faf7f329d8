"""Devices: called something else, given another role, thrown out; and what that means for who is here on them."""

from __future__ import annotations

from typing import Any

import pytest

from controller.ports import KnownDevice
from controller.services.dispatcher import check
from protocol.commands.session import Ping
from protocol.errors import CloseCode, NotRegistered
from tests.fakes.devices import FakeDeviceStore
from tests.services.house import BOTH, BOX_TOKEN, House, Remote
from tests.services.sofa import FILM, hold


@pytest.fixture
async def owner(house: House) -> Remote:
    return await house.owner()


def device_of(remote: Remote) -> str:
    return str(remote.registered["device_id"])


async def names(owner: Remote) -> list[str]:
    return [row["name"] for row in (await owner.call("list_devices"))["devices"]]


# ── names ─────────────────────────────────────────────────────────────────────────────────────────


async def test_an_owner_renames_a_device_and_its_clients_are_told_of(house: House, owner: Remote) -> None:
    phone = await house.guest()
    await owner.call("subscribe", topics=["clients"])
    assert await owner.call("rename_device", device_id=device_of(phone), name="Ann's phone") == {}
    assert await names(owner) == ["Ann's phone"]
    (event,) = owner.peer.events("client_changed")
    assert (event["device_name"], event["name"]) == ("Ann's phone", "Ann's phone")


async def test_a_device_that_was_renamed_is_called_so_by_everybody_also_when_it_comes_in_under_its_old_name(
    house: House, owner: Remote
) -> None:
    phone = await house.guest("member")
    await phone.call("request_takeover")
    owner.peer.take()
    await owner.call("rename_device", device_id=device_of(phone), name="Kim's phone")
    (changed,) = owner.peer.events("authority_changed")
    assert changed["holder"]["name"] == "Kim's phone"
    assert (await owner.call("get_authority"))["holder"]["name"] == "Kim's phone"
    again = Remote(house)
    await again.register("member", {"device_token": phone.registered["device_token"]})
    assert again.me.name == "Kim's phone"
    back = Remote(house)
    phone.me.name = "as it was kept"
    await back.register("member", {"device_token": phone.registered["device_token"]}, resume=phone.resume())
    assert back.me.name == "Kim's phone"


async def test_a_device_renames_itself_and_no_other(house: House, owner: Remote) -> None:
    phone, other = await house.guest("member"), await house.guest()
    await phone.call("rename_device", device_id=device_of(phone), name="mine")
    assert await phone.refused("rename_device", device_id=device_of(other), name="yours") == "forbidden"
    assert sorted(await names(owner)) == ["guest", "mine"]


async def test_a_renamed_device_learns_its_name_when_it_comes_back(house: House, owner: Remote) -> None:
    phone = await house.guest()
    await owner.call("rename_device", device_id=device_of(phone), name="Ann's phone")
    again = house.connect()
    answer = await again.register("phone", {"device_token": phone.registered["device_token"]})
    assert (answer["device_id"], answer["device_name"]) == (device_of(phone), "Ann's phone")


# ── roles ─────────────────────────────────────────────────────────────────────────────────────────


async def test_another_role_counts_at_once_for_every_client_of_the_device(house: House, owner: Remote) -> None:
    phone, _ = await house.guest(), await house.guest("owner")
    assert await phone.refused("get_all_clients_status") == "forbidden"
    await owner.call("set_device_role", device_id=device_of(phone), role="owner")
    assert await phone.call("list_devices")
    await owner.call("set_device_role", device_id=device_of(phone), role="guest")
    assert await phone.refused("list_devices") == "forbidden"


async def test_another_role_is_told_and_kept_over_a_broken_connection(house: House, owner: Remote) -> None:
    phone = await house.guest()
    phone.hang_up()
    await owner.call("subscribe", topics=["clients"])
    await owner.call("set_device_role", device_id=device_of(phone), role="member")
    assert [(e["role"], e["connected"]) for e in owner.peer.events("client_changed")] == [("member", False)]
    again = house.connect()
    answer = await again.register(
        "guest", {"device_token": phone.registered["device_token"]}, resume=phone.resume(phone.me.session.seq)
    )
    assert (answer["resumed"], answer["role"]) == (True, "member")
    again._sent = 100
    assert await again.call("get_all_clients_status")


async def test_who_holds_the_screen_keeps_it_with_another_role(house: House, owner: Remote) -> None:
    phone = await house.guest("member")
    lease = await hold(phone)
    await owner.call("set_device_role", device_id=device_of(phone), role="guest")
    assert await phone.call("server_play", lease=lease, item={"path": FILM})
    assert (await owner.call("get_authority"))["holder"]["client_id"] == phone.me.client_id


async def test_a_holders_new_role_outlives_a_restart(house: House, owner: Remote) -> None:
    phone = await house.guest("owner")
    await hold(phone)
    await owner.call("set_device_role", device_id=device_of(await house.guest("owner")), role="owner")
    await owner.call("set_device_role", device_id=device_of(phone), role="guest")
    await house.clock.advance(1)
    assert '"role":"guest"' in "".join(house.kept.texts.values())


async def test_the_last_owner_is_not_made_less(house: House, owner: Remote) -> None:
    phone = await house.guest("owner")
    answer = await owner.ask("set_device_role", device_id=device_of(phone), role="member")
    assert answer["error"]["data"]["name"] == "forbidden"
    assert answer["error"]["message"] == "This is the only owner, and a house has one."
    other = await house.guest("owner")
    assert await phone.call("set_device_role", device_id=device_of(phone), role="member") == {}
    assert await other.call("list_devices")


@pytest.mark.parametrize("method", ["rename_device", "set_device_role", "revoke_device"])
async def test_a_device_that_is_not_there_is_not_found(owner: Remote, method: str) -> None:
    more = {"rename_device": {"name": "x"}, "set_device_role": {"role": "guest"}}.get(method, {})
    assert await owner.refused(method, device_id="nobody", **more) == "item_not_found"
    assert await owner.refused(method, device_id="box", **more) == "item_not_found"


async def test_only_owners_give_roles(house: House) -> None:
    member = await house.guest("member")
    assert await member.refused("set_device_role", device_id=device_of(member), role="owner") == "forbidden"


# ── out ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_revoked_device_is_out_at_once_with_its_streams_and_the_screen(house: House, owner: Remote) -> None:
    phone = await house.guest("member")
    tab = house.connect()
    await tab.register("tab", {"device_token": phone.registered["device_token"]})
    await tab.watch()
    tab.hang_up()
    await hold(phone)
    await owner.call("revoke_device", device_id=device_of(phone))
    assert phone.peer.closed == (CloseCode.BAD_TOKEN, "revoked")
    with pytest.raises(NotRegistered):
        check(phone.me, Ping())
    await house.clock.settle()
    assert (len(house.clients), len(house.streams), house.encoder.living) == (1, 0, [])
    assert house.store.directories[0].removed
    assert (await owner.call("get_authority"))["state"] == "free"


class SlowStore(FakeDeviceStore):
    """Reads a device, and answers when something else has happened in between."""

    between: Any = None

    async def find(self, token_hash: str, at: float) -> KnownDevice | None:
        found = await super().find(token_hash, at)
        between, self.between = self.between, None
        if between:
            await between()
        return found


async def test_who_is_revoked_while_coming_in_stays_out(house: House, owner: Remote) -> None:
    phone = await house.guest()
    house.devices.__class__ = SlowStore

    async def revoke() -> None:
        await owner.call("revoke_device", device_id=device_of(phone))

    house.devices.between = revoke  # type: ignore[attr-defined]
    again = house.connect()
    wish = {"protocol": 1, "client_types": BOTH, "name": "x"}
    token = phone.registered["device_token"]
    assert await again.refused("register", **wish, auth={"device_token": token}) == "forbidden"
    assert [client.name for client in house.clients.of_device(device_of(phone))] == []


async def test_who_gets_another_role_while_coming_in_has_it(house: House, owner: Remote) -> None:
    phone = await house.guest()
    house.devices.__class__ = SlowStore

    async def promote() -> None:
        await owner.call("set_device_role", device_id=device_of(phone), role="member")

    house.devices.between = promote  # type: ignore[attr-defined]
    again = house.connect()
    answer = await again.register("x", {"device_token": phone.registered["device_token"]})
    assert answer["role"] == "member"


# ── what a player can do ──────────────────────────────────────────────────────────────────────────


async def test_capabilities_are_those_that_were_told_last(house: House, owner: Remote) -> None:
    capabilities = {"max_height": 480, "mse": True}
    assert await owner.call("update_capabilities", capabilities=capabilities) == {}
    status = await owner.watch()
    assert "height_limited" in status["delivery"]["reasons"]
    await owner.call("update_capabilities", capabilities={"mse": True})
    status = await owner.watch()
    assert "height_limited" not in status["delivery"]["reasons"]


async def test_the_boxs_own_client_is_an_owner_with_a_name(house: House) -> None:
    remote = house.connect()
    answer = await remote.register("terminal", {"device_token": BOX_TOKEN})
    assert (answer["role"], answer["device_id"], answer["device_name"]) == ("owner", "box", "the box itself")


async def test_a_client_that_is_kept_over_a_restart_has_its_device_as_it_was(house: House, owner: Remote) -> None:
    phone = await house.guest("member")
    await owner.call("rename_device", device_id=device_of(phone), name="Ann's phone")
    kept = house.clients.kept(phone.me)
    await house.clients.end_now(phone.me, "restart")
    assert house.clients.restore(kept).device == phone.me.device
