"""FAULTS 24 and 26: sessions over real connections: resume, replacement, grace, stored answers, and what strangers may not do to them."""

from __future__ import annotations

import secrets
from pathlib import Path
from time import monotonic
from typing import Any

from tests.daemon import Daemon, daemon
from tests.server.raw import ask
from tests.server.remote import Remote, box, dial, owner, pair
from tests.waiting import eventually

FILM = {"path": "minute.mp4"}


def wish(registered: dict[str, Any], last_seq: int = 0) -> dict[str, Any]:
    """The `resume` that goes on with a session."""
    return {"client_id": registered["client_id"], "resume_token": registered["resume_token"], "last_seq": last_seq}


def attempt(auth: dict[str, str], resume: dict[str, Any]) -> dict[str, Any]:
    """Parameters of a `register` that resumes."""
    return {"protocol": 1, "client_types": ["hls_streaming"], "name": "test", "auth": auth, "resume": resume}


async def row_of(watcher: Remote, client_id: str) -> dict[str, Any] | None:
    """What everybody may see of a client."""
    rows = await watcher.do("get_all_clients_status")
    return next((row for row in rows if row["client_id"] == client_id), None)


async def test_a_client_that_comes_back_goes_on_with_its_stream_and_hears_what_it_missed(running: Daemon) -> None:
    async with dial(running) as first:
        me = await first.register(box(running))
        url = (await first.do("request_hls_stream", item=FILM))["url"]
        seen = (await first.event("stream_changed"))["seq"]
    async with dial(running) as second:
        back = await second.register(box(running), resume=wish(me, seen))
        assert back["resumed"]
        assert (back["client_id"], back["resume_token"]) == (me["client_id"], me["resume_token"])
        assert (await second.do("get_hls_url"))["url"] == url
        assert ask(running.port, url).status == 200
        await second.do("hls_pause")
        numbers = [event["params"]["seq"] for event in second.events]
        assert numbers == list(range(seen + 1, numbers[-1] + 1)), "every event once, in order, none left out"
        await second.do("goodbye")


async def test_a_client_that_listens_to_clients_hears_of_its_own_return_once(running: Daemon) -> None:
    async with dial(running) as first:
        me = await first.register(box(running))
        await first.do("subscribe", topics=["clients"])
    async with owner(running), dial(running) as second:
        back = await second.register(box(running), resume=wish(me, me["seq"]))
        await second.do("ping")
        numbers = [event["params"]["seq"] for event in second.events]
        assert numbers == list(range(me["seq"] + 1, back["seq"] + 1))
        await second.do("goodbye")


async def test_who_missed_more_than_is_kept_gets_a_snapshot(running: Daemon) -> None:
    async with dial(running) as first:
        me = await first.register(box(running))
    async with dial(running) as second:
        back = await second.register(box(running), resume=wish(me, me["seq"] + 5_000))
        assert back["resumed"]
        assert back["snapshot"]["stream"]["state"] == "idle"
        await second.do("goodbye")


async def test_the_older_connection_of_a_client_is_closed_with_4409_and_its_end_harms_nobody(running: Daemon) -> None:
    async with dial(running) as older, dial(running) as newer:
        me = await older.register(box(running))
        await newer.register(box(running), resume=wish(me))
        assert await older.close_code() == 4409
        assert (await row_of(newer, me["client_id"]) or {})["connected"]
        await newer.do("goodbye")


async def test_a_stranger_cannot_resume_a_session_and_its_owner_notices_nothing(running: Daemon) -> None:
    theirs, mine = await pair(running), await pair(running)
    async with dial(running) as victim, dial(running) as thief:
        me = await victim.register(theirs)
        await victim.do("subscribe", topics=["clients"])
        guesses = [me["resume_token"][:-1], me["resume_token"] + "A", me["resume_token"].swapcase(), "é", "A" * 43, " "]
        guesses += [secrets.token_urlsafe(32) for _ in range(200)]
        for guess in guesses:
            assert (
                await thief.refused("register", **attempt(theirs, {**wish(me), "resume_token": guess}))
                == "session_in_use"
            )
        assert await thief.refused("register", **attempt(mine, wish(me))) == "session_in_use", (
            "the right token, another device"
        )
        assert await thief.refused("hls_status") == "not_registered"
        assert await victim.do("ping")
        assert victim.events == []
        await victim.do("goodbye")


async def test_a_client_id_without_its_token_is_refused_by_the_models(running: Daemon) -> None:
    async with owner(running) as victim, dial(running) as thief:
        rows = await victim.do("get_all_clients_status")
        resume = {"client_id": rows[0]["client_id"], "last_seq": 0}
        assert await thief.refused("register", **attempt(box(running), resume)) == "invalid_params"
        for method in ("hls_status", "stop_hls_stream", "goodbye"):
            assert await victim.refused(method, client_id=rows[0]["client_id"]) == "invalid_params"


async def test_a_session_that_never_was_becomes_a_new_client(running: Daemon) -> None:
    async with dial(running) as remote:
        back = await remote.register(
            box(running), resume={"client_id": "nobody", "resume_token": "none", "last_seq": 3}
        )
        assert not back["resumed"]
        assert back["client_id"] != "nobody"
        await remote.do("goodbye")


async def test_a_revoked_device_is_thrown_out_with_4401_and_stays_out(running: Daemon) -> None:
    auth = await pair(running)
    async with owner(running) as boss, dial(running) as guest:
        before = {row["device_id"] for row in (await boss.do("list_devices"))["devices"] if row["connected"]}
        me = await guest.register(auth)
        url = (await guest.do("request_hls_stream", item=FILM))["url"]
        now = {row["device_id"] for row in (await boss.do("list_devices"))["devices"] if row["connected"]}
        (device,) = now - before
        revoked = monotonic()
        await boss.do("revoke_device", device_id=device)
        assert await guest.close_code() == 4401
        await eventually(lambda: ask(running.port, url).status == 404, within=1.0 - (monotonic() - revoked))
        async with dial(running) as again:
            assert await again.refused("register", **attempt(auth, wish(me))) == "forbidden"
            assert await again.close_code() == 4401
        assert await row_of(boss, me["client_id"]) is None


async def test_members_and_guests_may_not_do_what_owners_may(running: Daemon) -> None:
    member, guest = await pair(running, "member"), await pair(running, "guest")
    async with dial(running) as one, dial(running) as two:
        assert (await one.register(member))["role"] == "member"
        assert (await two.register(guest))["role"] == "guest"
        for remote in (one, two):
            assert await remote.refused("create_pairing_code", role="owner") == "forbidden"
            assert await remote.refused("list_devices") == "forbidden"
            assert await remote.refused("revoke_device", device_id="x") == "forbidden"
        assert await two.refused("get_all_clients_status") == "forbidden"


async def test_a_command_of_the_other_family_is_refused(running: Daemon) -> None:
    async with owner(running, client_types=["server_playback"]) as remote:
        assert await remote.refused("request_hls_stream", item=FILM) == "wrong_client_type"


async def test_a_request_id_used_again_is_answered_from_memory_also_after_a_return(running: Daemon) -> None:
    async with dial(running) as first:
        me = await first.register(box(running))
        answer = await first.call_as("once", "request_hls_stream", item=FILM)
        assert await first.call_as("once", "request_hls_stream", item=FILM) == answer
    async with dial(running) as second:
        await second.register(box(running), resume=wish(me))
        assert await second.call_as("once", "stop_hls_stream") == answer, "not executed, whatever it says"
        assert (await second.do("hls_status"))["stream_id"] == answer["result"]["stream_id"]
        await second.do("goodbye")


async def test_a_client_that_does_not_come_back_is_gone_with_its_stream_when_its_grace_is_over(
    library: Path, tmp_path: Path
) -> None:
    with daemon(library, tmp_path, env={"MATINEE_GRACE_S": "1"}) as running:
        async with owner(running) as watcher:
            await watcher.do("subscribe", topics=["clients"])
            async with dial(running) as remote:
                assert remote.hello["grace_s"] == 1.0
                me = await remote.register(box(running))
                url = (await remote.do("request_hls_stream", item=FILM))["url"]
                assert ask(running.port, url).status == 200
            left = monotonic()
            assert ask(running.port, url).status == 200, "within the grace period it is there"
            while (await watcher.event("client_left"))["client_id"] != me["client_id"]:
                pass
            assert 0.9 <= monotonic() - left < 2.0
            assert ask(running.port, url).status == 404
            assert running.encoders() == []
            assert not list(running.cache_dir.glob(f"run-*/{me['client_id']}"))
        async with dial(running) as late:
            assert not (await late.register(box(running), resume=wish(me)))["resumed"]
