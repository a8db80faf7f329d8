"""Which encoder is chosen, and why: with the FFmpeg of this machine, and with some that have a graphics card."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.adapters.ffmpeg import choice as module
from controller.adapters.ffmpeg.choice import EncoderChoice, cause, try_out
from controller.adapters.ffmpeg.video_encoders import HARDWARE, NVENC, QSV, SOFTWARE, VAAPI, VideoEncoder
from protocol.values import EncoderName
from tests.e2e.stage import FakeFfmpeg
from tests.fakes.gpu import gpu

no_gpu = pytest.mark.skipif(
    any(Path("/dev").glob("dri/render*")) or any(Path("/dev").glob("nvidia*")), reason="there is a GPU here"
)
TRIED = 'case "$*" in *h264_nvenc*) {};; esac\n'


def found_first(fake: FakeFfmpeg, monkeypatch: pytest.MonkeyPatch) -> FakeFfmpeg:
    monkeypatch.setenv("PATH", fake.env["PATH"])
    return fake


@no_gpu
async def test_here_only_software_works_and_each_failure_is_told() -> None:
    chosen = EncoderChoice()
    await chosen.choose("auto")
    assert chosen.encoder is SOFTWARE
    assert chosen.reason == "This FFmpeg knows no GPU." or chosen.reason.startswith("No GPU works (")
    assert "/" not in chosen.reason


@no_gpu
@pytest.mark.parametrize("encoder", HARDWARE, ids=lambda encoder: encoder.name)
async def test_a_real_second_fails_without_a_device(encoder: VideoEncoder) -> None:
    problem = await try_out(encoder)
    assert isinstance(problem, str)
    assert 3 < len(problem) <= 100


async def test_a_real_second_in_software_succeeds() -> None:
    assert await try_out(SOFTWARE) is SOFTWARE


async def test_software_that_was_asked_for_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake, chosen = found_first(gpu(tmp_path / "bin"), monkeypatch), EncoderChoice()
    await chosen.choose("software")
    assert (chosen.encoder, chosen.reason, fake.spawns()) == (SOFTWARE, "As the settings ask for.", 0)


@pytest.mark.parametrize("wanted", ["auto", "nvenc"])
async def test_what_makes_a_decodable_second_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: EncoderName
) -> None:
    found_first(gpu(tmp_path / "bin"), monkeypatch)
    chosen = EncoderChoice()
    await chosen.choose(wanted)
    assert (chosen.encoder, chosen.reason) == (NVENC, "A second of film was encoded with it.")


async def test_one_that_is_asked_for_and_does_not_work_leaves_software(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_first(gpu(tmp_path / "bin"), monkeypatch)
    chosen = EncoderChoice()
    await chosen.choose("amf")
    assert (chosen.encoder, chosen.reason) == (SOFTWARE, "No GPU works (AMF: this FFmpeg does not have it).")


async def test_a_decoder_that_does_not_work_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found_first(gpu(tmp_path / "bin", 'case "$*" in *"-hwaccel cuda"*) exit 1;; esac\n'), monkeypatch)
    chosen = EncoderChoice()
    await chosen.choose("auto")
    assert (chosen.encoder.name, chosen.encoder.decoding) == ("nvenc", ())


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("echo '[h264_nvenc @ 0x55] No capable devices found' >&2; exit 1", "No capable devices found"),
        ("exit 3", "exit code 3"),
        ("exit 0", "what it makes cannot be decoded"),
        ('for last; do :; done; echo nonsense > "$last"; exit 0', "what it makes cannot be decoded"),
        (
            'for last; do :; done; exec "$REAL" -v error -f lavfi -i testsrc2=size=64x36:rate=25:duration=0.4 -y "$last"',
            "10 of 25 pictures came out",
        ),
        (
            'for last; do :; done; exec "$REAL" -v error -f lavfi -i testsrc2=size=64x36:rate=25:duration=1 -g 5 -y "$last"',
            "key pictures are not where they were asked for",
        ),
    ],
)
async def test_one_that_only_pretends_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, told: str
) -> None:
    found_first(gpu(tmp_path / "bin", TRIED.format(does)), monkeypatch)
    chosen = EncoderChoice()
    await chosen.choose("auto")
    assert (chosen.encoder, chosen.reason) == (SOFTWARE, f"No GPU works (NVENC: {told}).")


async def test_one_that_hangs_is_ended_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found_first(gpu(tmp_path / "bin", TRIED.format("exec sleep 60")), monkeypatch)
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    chosen = EncoderChoice()
    await chosen.choose("auto")
    assert chosen.reason == "No GPU works (NVENC: not done after 0 s)."


async def test_without_ffmpeg_or_room_there_is_no_hardware_and_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path / "none"))  # type: ignore[attr-defined]
    assert await try_out(NVENC) == "No such file or directory"
    monkeypatch.setenv("PATH", str(tmp_path))
    chosen = EncoderChoice()
    await chosen.choose("auto")
    assert (chosen.encoder, chosen.reason) == (SOFTWARE, "This FFmpeg knows no GPU.")


def test_one_that_failed_in_use_is_given_up_once() -> None:
    chosen = EncoderChoice(VAAPI, "A second of film was encoded with it.")
    chosen.give_up(QSV, "That was long ago.")
    assert chosen.encoder is VAAPI
    chosen.give_up(VAAPI, "The device was lost.")
    chosen.give_up(VAAPI, "It made nothing.")
    assert (chosen.encoder, chosen.reason) == (
        SOFTWARE,
        "VA-API failed in use and was given up. The device was lost.",
    )


@pytest.mark.parametrize(
    ("stderr", "told"),
    [
        ("", ""),
        ("\n[h264_nvenc @ 0x5] Cannot load libcuda.so.1\nError initializing output\n", "Cannot load libcuda.so.1"),
        ("Device creation failed: -542398533.\n", "Device creation failed: -542398533"),
        ("Cannot open /dev/dri/renderD128.\n", ""),
        ("x" * 500, "x" * 100),
    ],
)
def test_a_cause_is_short_and_holds_no_path(stderr: str, told: str) -> None:
    assert cause(stderr) == told
