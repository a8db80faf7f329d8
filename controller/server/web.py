"""Serves the page: a fixed table of files, read once at the start. What is not in the table does not exist."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from aiohttp import web

from controller.server.errors import not_found

TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webmanifest": "application/manifest+json",
    "json": "application/json",
    "txt": "text/plain",
}
INDEX = "index.html"


class WebPage:
    """The handlers of / and everything beside it."""

    def __init__(self) -> None:
        self._files = dict(_read(files("clients") / "web", ""))

    async def get(self, request: web.Request) -> web.StreamResponse:
        """One file, with a validator, so that an unchanged one is not sent twice."""
        name = request.match_info.get("name") or INDEX
        found = self._files.get(name)
        if found is None:
            return not_found()
        body, tag, kind = found
        headers = {"Cache-Control": "no-cache", "ETag": f'"{tag}"'}
        if request.headers.get("If-None-Match") == f'"{tag}"':
            return web.Response(status=304, headers=headers)
        return web.Response(
            body=body, content_type=kind, charset="utf-8" if kind != "image/png" else None, headers=headers
        )


def _read(folder: Traversable, prefix: str) -> list[tuple[str, tuple[bytes, str, str]]]:
    found = []
    for entry in folder.iterdir():
        kind = TYPES.get(entry.name.rsplit(".", 1)[-1])
        if entry.is_dir() and not entry.name.startswith(("_", ".")):
            found += _read(entry, f"{prefix}{entry.name}/")
        elif kind:
            body = entry.read_bytes()
            found.append((prefix + entry.name, (body, sha256(body).hexdigest()[:16], kind)))
    return found
