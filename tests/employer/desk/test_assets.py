"""Files that the desk serves, and where the vendored ones come from."""

from __future__ import annotations

import hashlib
import re

from starlette.testclient import TestClient

from employer.desk.assets import FOLDER, address, assets

VENDORED = re.compile(r"^\| `(?P<file>vendor/[^`]+)` \| .* \| `(?P<sha256>[0-9a-f]{64})` \|$", re.MULTILINE)


def test_every_vendored_file_is_recorded_and_unchanged() -> None:
    recorded = {m["file"]: m["sha256"] for m in VENDORED.finditer((FOLDER / "VENDORED.md").read_text("utf-8"))}
    found = {
        f"vendor/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in (FOLDER / "vendor").iterdir()
    }
    assert found == recorded


def test_nothing_of_ours_asks_a_third_party() -> None:
    ours = [asset.body.decode() for name, asset in assets().items() if not name.startswith("vendor/")]
    addresses = [a for body in ours for a in re.findall(r"https?://[^\s\"')]+", body)]
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}


def test_a_file_asked_for_by_its_fingerprint_is_kept_for_ever(visitor: TestClient) -> None:
    answer = visitor.get("/desk" + address("desk.css"))
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" not in visitor.get("/desk/static/desk.css?v=old").headers["cache-control"]


def test_nothing_beside_the_list_is_served(visitor: TestClient) -> None:
    for path in ("VENDORED.md", "../pages.py", "%2e%2e/pages.py", "vendor/", ""):
        assert visitor.get(f"/desk/static/{path}").status_code in (303, 404)
