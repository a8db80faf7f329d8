"""The devices of the house on the page: what they are called, what they may, who comes in, and who no more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import Daemon, daemon
from tests.e2e import test_page
from tests.e2e.test_page import DESK, PHONE, Viewer
from tests.e2e.test_page_axe import Reader

pytestmark = pytest.mark.alone

browser = test_page.browser
viewer = test_page.viewer
Make = Callable[[dict[str, Any]], Viewer]
DEVICES = pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture
def running(library: Path, tmp_path: Path) -> Iterator[Daemon]:
    with daemon(library, tmp_path / "home") as one:
        yield one


def toast(one: Viewer, words: str) -> None:
    """Wait until the page says so."""
    one.until(f"document.querySelector('.toast').textContent.includes({json.dumps(words)})")


def rows(one: Viewer) -> list[str]:
    """The names of the other devices."""
    found: list[str] = one.page.eval_on_selector_all(".devices-list input", "all => all.map(one => one.value)")
    return found


def test_who_comes_by_a_link_is_told_their_name_and_changes_it_for_everybody(viewer: Make, running: Daemon) -> None:
    owner, guest = viewer(DESK), viewer(PHONE)
    owner.pair()
    guest.pair("guest")
    toast(guest, "Others see this device as “Chrome on Linux”.")
    guest.press("Change")
    assert guest.page.locator(".devices-others").is_hidden(), "a guest has nothing to do with the others"
    guest.page.locator("#device-name").fill("Kim's phone")
    guest.press("Save")
    toast(guest, "This device is called “Kim's phone” now.")
    guest.page.reload()
    guest.until("document.querySelector('.row')")
    guest.press("Devices")
    assert guest.page.locator("#device-name").input_value() == "Kim's phone"
    owner.press("Devices")
    owner.until("document.querySelector('.devices-list input')")
    assert rows(owner) == ["Kim's phone"]


def test_an_owner_names_devices_gives_them_roles_and_takes_their_pairing_away(viewer: Make, running: Daemon) -> None:
    owner, other = viewer(DESK), viewer(PHONE)
    owner.pair()
    other.pair("guest")
    owner.press("Devices")
    name = owner.page.get_by_label("Name of Chrome on Linux")
    name.fill("Living room tablet")
    name.press("Enter")
    role = owner.page.get_by_label("Role of Living room tablet")
    assert role.input_value() == "guest"
    role.select_option("member")
    owner.until("document.querySelector('.devices-list select').value === 'member'")
    revoke = owner.page.get_by_role("button", name="Revoke Living room tablet")
    revoke.click()
    assert revoke.inner_text() == "Really?"
    assert other.page.get_by_label("Pairing code").is_hidden(), "one press is not enough"
    revoke.click()
    toast(owner, "Living room tablet has to be paired anew now.")
    owner.until("document.querySelectorAll('.devices-list li').length === 0")
    other.page.get_by_label("Pairing code").wait_for()


def test_an_owner_lets_one_more_device_in(viewer: Make, running: Daemon) -> None:
    owner, other = viewer(DESK), viewer(PHONE)
    owner.pair()
    owner.press("Devices")
    owner.page.get_by_label("As", exact=True).select_option("guest")
    owner.press("New code")
    owner.until("document.querySelector('.devices-code').textContent !== ''")
    code = owner.page.locator(".devices-code").inner_text()
    assert re.fullmatch(r"[A-Z0-9]{4}-[A-Z0-9]{4}", code)
    assert owner.page.locator(".devices-link").inner_text().endswith(f"/#pair={code}")
    other.page.goto(running.url)
    other.page.get_by_label("Pairing code").fill(code)
    other.press("Pair")
    other.until("document.querySelector('.row')")
    other.press("Devices")
    assert other.page.locator(".devices-others").is_hidden()


@DEVICES
def test_axe_finds_nothing_on_the_sheet(viewer: Make, running: Daemon, device: dict[str, Any]) -> None:
    one, other = viewer(device), viewer(PHONE)
    one.pair()
    other.pair("member")
    reader = Reader(one)
    one.press("Devices")
    one.until("document.querySelector('.devices-list input')")
    one.press("New code")
    one.until("document.querySelector('.devices-code').textContent !== ''")
    reader.look("devices")
    reader.assert_nothing_found()
    wide = "document.querySelector('.devices').scrollWidth <= document.querySelector('.devices').clientWidth"
    assert one.page.evaluate(wide)
