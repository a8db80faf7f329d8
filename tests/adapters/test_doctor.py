"""The doctor's checks, and what they stand on: FFmpeg and libVLC as they are installed here."""

from __future__ import annotations

import re
import resource
import socket
from pathlib import Path

import pytest

from controller.adapters.ffmpeg import inspect
from controller.adapters.ffmpeg.inspect import (
    TEST_PIXELS,
    encode_one_second,
    encoding_cost,
    ffmpeg_version,
    missing_programs,
)
from controller.adapters.vlc import vlc_version
from controller.config import Settings
from controller.doctor import Finding, examine
from tests.daemon import free_port
from tests.e2e.stage import FakeFfmpeg
from tests.fakes.gpu import gpu


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("MATINEE_CONFIG", str(tmp_path / "none.toml"))
    return Settings(
        state_dir=tmp_path / "state",
        cache_dir=tmp_path / "cache",
        host="127.0.0.1",
        port=free_port(),
        folders=[tmp_path],
    )


async def found(settings: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in await examine(settings)}


async def test_on_this_machine_everything_that_must_be_there_is(settings: Settings) -> None:
    findings = await found(settings)
    assert list(findings) == [
        "programs",
        "encode",
        "encoder",
        "screen",
        "display",
        "state",
        "cache",
        "disk",
        "port",
        "folders",
    ]
    assert [name for name, finding in findings.items() if not finding.ok and not finding.optional] == []
    assert re.match(r"FFmpeg \d+\.\d+", findings["programs"].detail)
    assert findings["port"].detail == f"{settings.port} is free"
    assert all(finding.mend or name == "folders" or finding.ok for name, finding in findings.items())


async def test_without_programs_every_finding_says_what_mends_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    findings = await found(settings)
    assert findings["programs"].detail == "missing: ffmpeg, setpriv"
    assert findings["programs"].mend == "apt install ffmpeg util-linux"
    assert [findings[name].ok for name in ("programs", "encode", "screen")] == [False, False, False]
    assert findings["screen"].optional
    assert missing_programs() == ["ffmpeg", "setpriv"]
    assert await ffmpeg_version() is None
    assert await encode_one_second(tmp_path)
    assert await vlc_version() is None


async def test_folders_that_cannot_be_used_are_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    bad = settings.model_copy(
        update={
            "state_dir": tmp_path / "file" / "state",
            "cache_dir": tmp_path / "file",
            "folders": [tmp_path, tmp_path / "none"],
        }
    )
    findings = await found(bad)
    assert findings["state"].detail == f"{tmp_path}/file/state: Not a directory"
    assert "--state-dir" in findings["state"].mend
    assert not findings["cache"].ok
    assert findings["folders"].detail == f"cannot be read: {tmp_path}/none"


async def test_a_port_that_is_taken_is_said(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", settings.port or 0)):
        finding = (await found(settings))["port"]
    assert (finding.ok, finding.optional) == (False, False)
    assert "Address already in use" in finding.detail


async def test_an_ffmpeg_that_answers_strangely_has_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for words, version in (("ffmpeg version n7.1-static", "7.1"), ("something else", None), ("", None)):
        program = tmp_path / "ffmpeg"
        program.write_text(f"#!/bin/sh\necho '{words}'\n" if words else "#!/bin/sh\n")
        program.chmod(0o755)
        with monkeypatch.context() as patch:
            patch.setenv("PATH", str(tmp_path), prepend=":")
            assert await ffmpeg_version() == version


async def test_an_ffmpeg_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho 'Unknown encoder libx264' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert await encode_one_second(tmp_path) == "Unknown encoder libx264"
    program.write_text("#!/bin/sh\nexit 3\n")
    assert await encode_one_second(tmp_path) == "exit code 3"


async def test_the_encoder_is_told_with_its_reason(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = settings.model_copy(update={"encoder": "software"})
    assert (await found(asked))["encoder"].as_text() == "ok   encoder      x264: As the settings ask for."
    monkeypatch.setenv("PATH", gpu(tmp_path / "bin").env["PATH"])
    told = (await found(settings))["encoder"].as_json()
    assert (told["ok"], told["detail"]) == (True, "NVENC: A second of film was encoded with it.")
    lacking = (await found(settings.model_copy(update={"encoder": "amf"})))["encoder"]
    assert (lacking.ok, lacking.optional) == (False, True)
    assert lacking.detail == "x264: No GPU works (AMF: this FFmpeg does not have it)."
    assert lacking.mend == 'install the driver of the GPU, or set encoder = "auto"'


def test_a_finding_reads_well_for_people_and_for_programs() -> None:
    good, bad = Finding("disk", True, "9 GiB", "free some"), Finding("disk", False, "1 GiB", "free some")
    assert good.as_text() == "ok   disk         9 GiB"
    assert bad.as_text().splitlines() == ["BAD  disk         1 GiB", "                  free some"]
    assert bad.as_json() == {"name": "disk", "ok": False, "detail": "1 GiB", "mend": "free some", "optional": False}
    assert Finding("screen", False, "none", optional=True).as_text().startswith("--  ")


async def test_what_encoding_costs_is_the_time_that_a_core_takes_for_it() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = await encoding_cost()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert cost is not None
    assert taken / 3 <= cost * TEST_PIXELS <= taken, "all but what starting a process takes"


@pytest.mark.parametrize("body", ["exit 1", "echo 'bench: utime=0.100s stime=0.010s rtime=0.1s' >&2; exit 1", "exit 0"])
async def test_what_is_not_told_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    monkeypatch.setenv("PATH", FakeFfmpeg(tmp_path / "bin", body).env["PATH"])
    assert await encoding_cost() is None


async def test_without_ffmpeg_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await encoding_cost() is None


async def test_an_ffmpeg_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", FakeFfmpeg(tmp_path / "bin", "exec sleep 60").env["PATH"])
    monkeypatch.setattr(inspect, "PATIENCE", 0.3)
    assert await encoding_cost() is None
