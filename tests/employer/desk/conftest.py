"""Fixtures: an office, and a browser's worth of requests to its desk."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from employer.desk import routes
from employer.desk.sign_in import SESSION
from employer.store import changes
from protocol.envelope import digest
from tests.employer.desk.office import PASSWORD, URL, Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = open_office(tmp_path)
    opened.user()
    yield opened
    opened.receiver.store.close()


@pytest.fixture
def visitor(office: Office) -> Iterator[TestClient]:
    """A browser at the door."""
    app = Starlette(routes=[Mount("/desk", routes=routes(office.receiver))])
    with TestClient(app, base_url=URL, follow_redirects=False) as client:
        yield client


@pytest.fixture
def support(visitor: TestClient, office: Office) -> TestClient:
    """A browser that is signed in, without the wait that a password costs."""
    secret = secrets.token_urlsafe(32)
    session, until = digest(secret.encode()), office.clock.now + SESSION
    office.receiver.store.write(lambda c: changes.add_session(c, session, "support", office.clock.now, until)).result()
    visitor.cookies.set("desk", secret)
    return visitor


def sign_in(client: TestClient, name: str = "support", password: str = PASSWORD) -> int:
    """Fills in the form; the answer's status."""
    token = form_token(client.get("/desk/sign-in").text)
    fields = {"token": token, "name": name, "password": password, "next": "/desk/"}
    return client.post("/desk/sign-in", data=fields).status_code


def form_token(html: str) -> str:
    """The token that stands in a page's forms."""
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found, "the page has no form"
    return found.group(1)
