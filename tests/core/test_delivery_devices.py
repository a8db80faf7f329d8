"""Every kind of film on every kind of device, under every kind of wish: the table of decisions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from controller.core.delivery import Delivery, EncodeVideo, decide
from controller.core.variant import variant_of
from controller.core.wish import House, Rung, Wish
from protocol.errors import NotPlayable
from tests.core.delivery_rows import ROWS
from tests.core.devices import DEVICES, FILMS

NEVER, TWO_MBIT = House(transcoding=False), House(max_kbps=2_000)
ASKED = {
    "hls": Wish(),
    "auto": Wish(direct=True),
    "720p": Wish("720p", direct=True),
    "audio": Wish("audio-only", direct=True),
    "second": Wish(audio_track=1, direct=True),
    "copying": Wish(direct=True, house=NEVER),
    "2mbit": Wish(direct=True, house=TWO_MBIT),
    "burnt": Wish(subtitle_track=0, direct=True),
    "read": Wish(subtitle_track=0, direct=True),
    "failed": Wish(direct=True, refused=frozenset({"direct"})),
    "failed_twice": Wish(direct=True, refused=frozenset({"direct", "remux"})),
    "crowded": Wish(rung=Rung("server_too_slow", 480, haste=True)),
    "broken": Wish(rung=Rung("encoder_failed", 480, haste=True)),
    "full": Wish(rung=Rung("disk_too_full", 480, haste=True)),
    "weak": Wish(rung=Rung("player_too_slow", 360)),
    "far": Wish(rung=Rung("connection_too_slow", 360)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    film: str
    device: str
    asked: str
    mode: str
    size: str
    reasons: tuple[str, ...]

    @property
    def wish(self) -> Wish:
        return replace(ASKED[self.asked], abilities=DEVICES[self.device])


def _row(line: str) -> Row:
    film, device, asked, mode, size, *reasons = line.split()
    return Row(film, device, asked, mode, size, tuple(reasons))


TABLE = [_row(line) for line in ROWS.strip().splitlines()]


def size_of(delivery: Delivery) -> str:
    video = delivery.video
    return f"{video.width}x{video.height}@{video.level}" if isinstance(video, EncodeVideo) else "-"


def test_the_table_has_more_than_two_hundred_rows_and_leaves_no_film_and_no_device_out() -> None:
    assert len(TABLE) >= 200
    assert len({(row.film, row.device, row.asked) for row in TABLE}) == len(TABLE)
    assert ({row.film for row in TABLE}, {row.device for row in TABLE}) == (set(FILMS), set(DEVICES))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.film}-{row.device}-{row.asked}")
def test_a_film_is_delivered_to_a_device_as_the_table_says(row: Row) -> None:
    if row.mode == "refused":
        with pytest.raises(NotPlayable, match="switched off") as caught:
            decide(FILMS[row.film], row.wish)
        assert tuple(caught.value.details["reasons"]) == row.reasons
        return
    delivery = decide(FILMS[row.film], row.wish)
    assert (delivery.mode, size_of(delivery), delivery.reasons) == (row.mode, row.size, row.reasons)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.film}-{row.device}-{row.asked}")
def test_no_device_is_given_what_it_cannot_decode(row: Row) -> None:
    if row.mode == "refused":
        return
    delivery, abilities = decide(FILMS[row.film], row.wish), DEVICES[row.device]
    if isinstance(delivery.video, EncodeVideo):
        best = abilities.best("h264")
        assert delivery.video.rank <= best.profile
        assert delivery.video.level <= best.level
        assert delivery.video.height <= (abilities.max_height or 9_999)
    if abilities.max_kbps and delivery.mode == "transcode" and delivery.video:
        assert variant_of(FILMS[row.film], delivery).average_bandwidth <= abilities.max_kbps * 1000
    assert (delivery.mode == "direct") is not bool(delivery.renditions)


def test_a_silent_film_is_given_as_it_is_too() -> None:
    silent = replace(FILMS["mp4"], audio=())
    assert decide(silent, replace(ASKED["auto"], abilities=DEVICES["chromium"])).mode == "direct"


def test_he_aac_is_played_from_its_file_and_never_copied_into_segments() -> None:
    """Its frames are twice as long as they say: cuts between them would not be where the plan has them."""
    he = replace(FILMS["mp4"], audio=(replace(FILMS["mp4"].audio[0], profile="HE-AAC"),))
    given = decide(he, replace(ASKED["auto"], abilities=DEVICES["chromium"]))
    made = decide(he, replace(ASKED["hls"], abilities=DEVICES["chromium"]))
    assert (given.mode, made.reasons) == ("direct", ("audio_profile_not_supported",))
