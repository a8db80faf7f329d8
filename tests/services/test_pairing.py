from __future__ import annotations

import pytest

from controller.core.pairing import ALPHABET
from controller.services.pairing import THE_BOX, BadToken, hash_of
from protocol.commands.session import CodeAuth, TokenAuth
from protocol.errors import PairingFailed
from tests.services.house import BOX_TOKEN, House


async def test_a_code_lets_one_device_in_with_its_role_and_once_only(house: House) -> None:
    code = house.pairing.issue("guest")
    device, token = await house.pairing.admit(CodeAuth(pairing_code=code.code), "a phone")
    assert (device.name, device.role) == ("a phone", "guest")
    assert token is not None
    with pytest.raises(PairingFailed):
        await house.pairing.admit(CodeAuth(pairing_code=code.code), "another")


async def test_the_token_of_a_paired_device_is_recognised_and_gives_no_new_one(house: House) -> None:
    code = house.pairing.issue("member")
    device, token = await house.pairing.admit(CodeAuth(pairing_code=code.code), "a phone")
    assert token is not None
    assert await house.pairing.admit(TokenAuth(device_token=token), "another name") == (device, None)


async def test_only_the_hash_of_a_token_is_kept(house: House) -> None:
    _, token = await house.pairing.admit(CodeAuth(pairing_code=house.pairing.issue("member").code), "a phone")
    assert token is not None
    assert await house.devices.find(token, 0.0) is None
    assert await house.devices.find(hash_of(token), 0.0) is not None


async def test_the_boxs_own_token_is_an_owner_that_no_list_shows(house: House) -> None:
    assert await house.pairing.admit(TokenAuth(device_token=BOX_TOKEN), "x") == (THE_BOX, None)
    assert await house.pairing.devices() == []


@pytest.mark.parametrize("token", ["", "nonsense", BOX_TOKEN + " ", "\u00fc" * 40])
async def test_an_unknown_token_is_refused_with_what_to_do(house: House, token: str) -> None:
    with pytest.raises(BadToken) as caught:
        await house.pairing.admit(TokenAuth.model_construct(device_token=token), "x")
    assert caught.value.name == "forbidden"
    assert "matinee pair" in (caught.value.hint or "")


async def test_a_revoked_device_is_unknown(house: House) -> None:
    device, token = await house.pairing.admit(CodeAuth(pairing_code=house.pairing.issue("member").code), "a phone")
    assert token is not None
    assert await house.pairing.revoke(device.device_id)
    assert not await house.pairing.revoke(device.device_id)
    with pytest.raises(BadToken):
        await house.pairing.admit(TokenAuth(device_token=token), "a phone")


async def test_the_first_code_makes_an_owner_until_there_is_one(house: House) -> None:
    first = await house.pairing.first_code()
    assert first.role == "owner"
    await house.pairing.admit(CodeAuth(pairing_code=first.code), "the owner's phone")
    assert (await house.pairing.first_code()).role == "member"


async def test_a_code_is_eight_readable_letters_and_lives_ten_minutes(house: House) -> None:
    code = house.pairing.issue("member")
    assert len(code.code) == 9
    assert set(code.code) <= {*ALPHABET, "-"}
    await house.clock.advance(599.9)
    await house.pairing.admit(CodeAuth(pairing_code=code.code.lower().replace("-", " ")), "in time")
    late = house.pairing.issue("member")
    await house.clock.advance(600.1)
    with pytest.raises(PairingFailed):
        await house.pairing.admit(CodeAuth(pairing_code=late.code), "late")


async def test_five_wrong_tries_take_every_code_away(house: House) -> None:
    code = house.pairing.issue("member")
    for _ in range(5):
        with pytest.raises(PairingFailed):
            await house.pairing.admit(CodeAuth(pairing_code="AAAA-AAAA"), "guessing")
    with pytest.raises(PairingFailed):
        await house.pairing.admit(CodeAuth(pairing_code=code.code), "too late")


async def test_being_recognised_is_being_seen_at_the_wall_clocks_time(house: House) -> None:
    _, token = await house.pairing.admit(CodeAuth(pairing_code=house.pairing.issue("member").code), "a phone")
    assert token is not None
    paired = house.clock.wall()
    await house.clock.advance(3600)
    await house.pairing.admit(TokenAuth(device_token=token), "a phone")
    (row,) = await house.pairing.devices()
    assert row.created_at == pytest.approx(paired)
    assert row.last_seen == pytest.approx(paired + 3600)
