"""People through the SDK and the command line, on a real daemon: devices, and suggestions from phone to TV."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from clients.cli.devices import _find
from clients.cli.failing import Failure
from clients.sdk import Matinee, PathRef, connect
from protocol.devices import Device
from protocol.errors import Forbidden, NotAuthority, SuggestionNotFound
from protocol.events import Event, SuggestionAnswered, SuggestionMade
from protocol.values import Capabilities
from tests.clients.test_cli import answer, matinee
from tests.daemon import Daemon, daemon


@pytest.fixture(scope="module")
def tv(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon with a TV that nobody sees."""
    with daemon(library, tmp_path_factory.mktemp("home"), "--screen", "headless") as one:
        yield one


async def heard(one: Matinee, kind: type[Event]) -> Any:
    """The next event of a kind."""
    with anyio.fail_after(20):
        async for event in one.events():
            if isinstance(event, kind):
                return event
    raise AssertionError("the events have ended")


async def test_a_guests_suggestion_is_played_on_the_tv_when_the_owner_says_yes(tv: Daemon) -> None:
    async with (
        connect(tv.url, name="Ann", device_token=tv.control.token) as ann,
        connect(tv.url, name="Dan", pairing_code=tv.pair("guest")) as dan,
    ):
        suggested = await dan.suggest("play", PathRef(path="minute.mp4"))
        made = await heard(ann, SuggestionMade)
        assert (made.suggestion_id, made.by.name, made.title) == (suggested.suggestion_id, "Dan", "minute")
        for one in (ann, dan):
            (open_,) = await one.get_suggestions()
            assert (open_.suggestion_id, open_.item) == (made.suggestion_id, PathRef(path="minute.mp4"))
        await ann.answer_suggestion(made.suggestion_id, accept=True)
        assert (await heard(dan, SuggestionAnswered)).outcome == "accepted"
        status = await dan.server_status()
        assert (status.state, status.title) == ("playing", "minute")
        assert (await dan.get_authority()).state == "free"


async def test_a_suggestion_is_refused_or_taken_back(tv: Daemon) -> None:
    async with (
        connect(tv.url, name="Ann", device_token=tv.control.token) as ann,
        connect(tv.url, name="Dan", pairing_code=tv.pair("guest")) as dan,
    ):
        first = await dan.suggest("louder")
        await ann.answer_suggestion(first.suggestion_id, accept=False)
        assert (await heard(dan, SuggestionAnswered)).reason == "Ann said no."
        second = await dan.suggest("softer")
        await dan.withdraw_suggestion(second.suggestion_id)
        with pytest.raises(SuggestionNotFound):
            await ann.answer_suggestion(second.suggestion_id, accept=True)


async def test_what_is_refused_says_what_to_suggest(tv: Daemon) -> None:
    from protocol.commands.screen import ServerPause

    dan = connect(tv.url, name="Dan", pairing_code=tv.pair("guest"), client_types=["server_playback"])
    async with dan as one:
        with pytest.raises(NotAuthority) as caught:
            await one.call(ServerPause(lease=0))
    assert caught.value.hint == "Suggest “pause” to who decides, with `suggest`."


async def test_devices_are_renamed_and_given_roles_which_count_at_once(tv: Daemon) -> None:
    async with (
        connect(tv.url, name="boss", device_token=tv.control.token) as boss,
        connect(tv.url, name="Phone", pairing_code=tv.pair("guest")) as phone,
    ):
        mine = phone.me.device_id
        assert mine is not None
        await phone.rename_device(mine, "Eve's phone")
        await phone.update_capabilities(Capabilities(mse=True))
        with pytest.raises(Forbidden):
            await phone.get_all_clients_status()
        await boss.set_device_role(mine, "member")
        (row,) = await phone.get_all_clients_status(name="PHONE", state="live")
        assert (row.role, row.device_name, row.device_id) == ("member", "Eve's phone", mine)


def test_the_command_line_renames_gives_roles_and_revokes(tv: Daemon, tmp_path: Path) -> None:
    async def pair() -> None:
        async with connect(tv.url, name="Fay's tablet", pairing_code=tv.pair("guest")):
            pass

    anyio.run(pair)
    state = ("--state-dir", str(tv.state_dir))
    rows = answer(matinee("devices", "rename", "fay's TABLET", "Kitchen", "--json", *state, home=tmp_path))
    assert "Kitchen" in [row["name"] for row in rows]
    rows = answer(matinee("devices", *state, "--json", "role", "Kitchen", "member", home=tmp_path))
    assert [row["role"] for row in rows if row["name"] == "Kitchen"] == ["member"]
    assert "Kitchen" not in matinee("devices", "revoke", "Kitchen", *state, home=tmp_path).stdout
    done = matinee("devices", "role", "Kitchen", "king", "--json", *state, home=tmp_path)
    assert json.loads(done.stderr)["error"]["name"] == "usage"


def test_a_name_that_two_devices_have_is_not_enough() -> None:
    devices = [
        Device(device_id=f"d{number}", name=name, role="guest", created_at=0.0, last_seen=0.0)
        for number, name in enumerate(("Phone", "phone", "d1", "TV"))
    ]
    assert _find(devices, "d1") == "d1"
    assert _find(devices, "tv") == "d3"
    assert _find(devices, "nobody") == "nobody"
    with pytest.raises(Failure, match="2 devices are called PHONE") as caught:
        _find(devices, "PHONE")
    assert "d0, d1" in caught.value.hint
