"""Re-creates `vendor/` from the npm registry that this machine's npm knows, and rewrites `vendor/VENDORED.json`.

    python -m clients.web._vendor

The underscore keeps this file off the web. What is committed is what is served; tests compare the hashes.
"""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

VENDOR = Path(__file__).parent / "vendor"
SOURCE_MAP = re.compile(rb"\n?//# sourceMappingURL=[^\n]*\n?\Z")


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package; `files` maps our name of each file to its place in the package."""

    name: str
    version: str
    licence: str
    files: dict[str, str]

    @property
    def folder(self) -> str:
        """Its folder in `vendor/`."""
        return f"{self.name}-{self.version}"


PACKAGES = (
    Package(
        "hls.js",
        "1.7.4",
        "Apache-2.0",
        {"hls.min.mjs": "dist/hls.min.mjs", "hls.worker.js": "dist/hls.worker.js", "license.txt": "LICENSE"},
    ),
)


def main() -> None:
    """Fetch every package and write its files and the list of them."""
    listed: list[dict[str, str]] = []
    for package in PACKAGES:
        listed += _vendor(package)
    text = json.dumps({"files": listed}, indent=2)
    (VENDOR / "VENDORED.json").write_text(text + "\n", encoding="utf-8")


def _vendor(package: Package) -> list[dict[str, str]]:
    folder = VENDOR / package.folder
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    with tempfile.TemporaryDirectory() as temporary:
        archive = _pack(package, Path(temporary))
        for name, place in package.files.items():
            body = _without_source_map(_read(archive, place))
            (folder / name).write_bytes(body)
            listed.append(_entry(package, name, place, body))
    return listed


def _pack(package: Package, folder: Path) -> Path:
    command = ["npm", "pack", f"{package.name}@{package.version}", "--silent"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=300)
    return next(folder.glob("*.tgz"))


def _read(archive: Path, place: str) -> bytes:
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"package/{place}")
        if member is None:
            raise FileNotFoundError(place)
        return member.read()


def _without_source_map(body: bytes) -> bytes:
    """The maps are not vendored; a browser's tools would ask for them in vain."""
    stripped, times = SOURCE_MAP.subn(b"\n", body)
    return stripped if times else body


def _entry(package: Package, name: str, place: str, body: bytes) -> dict[str, str]:
    return {
        "file": f"{package.folder}/{name}",
        "package": package.name,
        "version": package.version,
        "path": place,
        "sha256": sha256(body).hexdigest(),
        "licence": package.licence,
    }


if __name__ == "__main__":
    main()
