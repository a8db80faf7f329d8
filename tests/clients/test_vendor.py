"""Other people's code in the page: what is committed is what its list says, and what fetching it anew would write."""

from __future__ import annotations

import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest

from clients.web import _vendor

LIST = "VENDORED.json"
MAP = b"\n//# sourceMappingURL=somewhere.map\n"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its place in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages and, first on the PATH, an `npm` that packs nothing but these."""
    packages, programs = tmp_path / "packages", tmp_path / "bin"
    packages.mkdir()
    programs.mkdir()
    npm = programs / "npm"
    npm.write_text(f'#!/bin/sh\n[ "$1 $3" = "pack --silent" ] && exec cp "{packages}/$2.tgz" .\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return packages


def publish(registry: Path, package: _vendor.Package, *, without: str = "") -> None:
    """Put a package into the registry that holds what is vendored of it, with the source maps that are not."""
    with tarfile.open(registry / f"{package.name}@{package.version}.tgz", "w:gz") as tar:
        for name, place in package.files.items():
            body = (_vendor.VENDOR / package.folder / name).read_bytes()
            if name.endswith("js"):
                body = body.removesuffix(b"\n") + MAP
            member = tarfile.TarInfo(f"package/{place}")
            member.size = len(body)
            if place != without:
                tar.addfile(member, io.BytesIO(body))


def test_vendored_files_are_the_ones_that_are_listed() -> None:
    there = contents(_vendor.VENDOR)
    listed = {entry["file"]: entry for entry in json.loads(there.pop(LIST))["files"]}
    assert there.keys() == listed.keys()
    for name, body in there.items():
        assert sha256(body).hexdigest() == listed[name]["sha256"], name
        assert listed[name]["licence"]
        assert listed[name]["version"] in name


def test_the_list_is_of_the_packages_that_are_wanted() -> None:
    listed = json.loads((_vendor.VENDOR / LIST).read_text())["files"]
    wanted = [
        (package.name, package.version, f"{package.folder}/{name}", place, package.licence)
        for package in _vendor.PACKAGES
        for name, place in package.files.items()
    ]
    keys = ("package", "version", "file", "path", "licence")
    assert [tuple(entry[key] for key in keys) for entry in listed] == wanted


def test_fetching_everything_anew_writes_just_what_is_committed(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed = contents(_vendor.VENDOR)
    for package in _vendor.PACKAGES:
        publish(registry, package)
    monkeypatch.setattr(_vendor, "VENDOR", tmp_path / "vendor")
    _vendor.main()
    assert contents(tmp_path / "vendor") == committed
    assert not any(b"sourceMappingURL" in body[-200:] for body in committed.values())


def test_a_package_without_one_of_the_files_changes_no_list(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(registry, _vendor.PACKAGES[0], without="LICENSE")
    monkeypatch.setattr(_vendor, "VENDOR", tmp_path / "vendor")
    with pytest.raises(KeyError, match="LICENSE"):
        _vendor.main()
    assert not (tmp_path / "vendor" / LIST).exists()
