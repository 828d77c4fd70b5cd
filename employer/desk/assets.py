"""The desk's style sheet, script, fonts and pictures: a fixed list, read once, kept by browsers for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""Of our own: what the system says of ``.js`` can be changed by any program on Windows."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    body: bytes
    media_type: str

    @property
    def fingerprint(self) -> str:
        """Stands in the file's address, so that a new version has a new one."""
        return hashlib.sha256(self.body).hexdigest()[:16]


@cache
def assets() -> dict[str, Asset]:
    """All of them, by path below the folder."""
    return {
        PurePosixPath(file.relative_to(FOLDER)).as_posix(): Asset(file.read_bytes(), _TYPES[file.suffix])
        for file in sorted(FOLDER.rglob("*"))
        if file.suffix in _TYPES
    }


@cache
def address(name: str) -> str:
    """The address of a file below the desk's own. Raises ``KeyError`` for one that isn't there."""
    return f"/static/{name}?v={assets()[name].fingerprint}"


async def serve(request: Request) -> Response:
    """One file. Asked for by its fingerprint it may be kept for ever, else for an hour."""
    asset = assets().get(request.path_params["name"])
    headers = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
    if asset is None:
        return Response(status_code=404, headers=headers)
    exact = request.query_params.get("v") == asset.fingerprint
    headers["Cache-Control"] = "public, max-age=31536000, immutable" if exact else "public, max-age=3600"
    return Response(asset.body, media_type=asset.media_type, headers=headers)
