"""What cannot be stored is not acknowledged: whoever asked is told to try again."""

from __future__ import annotations

from structlog.testing import capture_logs

from tests.services.house import House


async def test_a_device_that_cannot_be_stored_is_not_paired_and_may_try_again(house: House) -> None:
    house.devices.refuses = True
    remote = house.connect()
    with capture_logs() as logs:
        error = await remote.refused("register", **pairing(house))
    assert error == "overloaded"
    assert [(line["event"], line["log_level"], line["reason"]) for line in logs if "reason" in line] == [
        ("not stored", "warning", "the disk is full")
    ]
    assert await house.pairing.devices() == []
    house.devices.refuses = False
    assert (await remote.register("Ann", {"pairing_code": house.pairing.issue("member").code}))["device_token"]


def pairing(house: House) -> dict[str, object]:
    """Parameters of a `register` with a fresh code."""
    auth = {"pairing_code": house.pairing.issue("member").code}
    return {"protocol": 1, "client_types": ["hls_streaming"], "name": "Ann", "auth": auth}
