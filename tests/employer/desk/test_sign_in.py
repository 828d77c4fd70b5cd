"""Who gets in, how long, and what a form needs to change anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from employer.desk import routes
from employer.desk.sign_in import SESSION
from employer.desk.throttle import FREE_TRIES
from employer.receiver import Receiver
from employer.settings import Settings
from employer.store import changes, queries, schema
from protocol.envelope import digest
from tests.employer.desk.conftest import form_token, sign_in
from tests.employer.desk.office import PASSWORD, URL, Office, whole_run

PRIVATE = [
    "/desk/",
    "/desk/operators/1",
    "/desk/reports/x",
    "/desk/reports/x/envelope",
    "/desk/alarms",
    "/desk/nowhere",
]


@pytest.mark.parametrize("path", PRIVATE)
def test_whoever_is_not_signed_in_is_sent_to_the_door_and_back(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 303
    door = visitor.get(answer.headers["location"])
    assert f'name="next" value="{path}"' in door.text


def test_the_right_password_lets_in_and_leads_on(visitor: TestClient) -> None:
    token = form_token(visitor.get("/desk/sign-in").text)
    fields = {"token": token, "name": "support", "password": PASSWORD, "next": "/desk/?q=anna"}
    answer = visitor.post("/desk/sign-in", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/?q=anna")
    assert visitor.get("/desk/").status_code == 200


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example/desk/",
        "/desk/../api",
        "/elsewhere",
        "javascript:alert(1)",
        "/\\evil.example",
        "/desk/\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_nobody_is_led_out_of_the_desk(visitor: TestClient, onward: str) -> None:
    token = form_token(visitor.get("/desk/sign-in").text)
    fields = {"token": token, "name": "support", "password": PASSWORD, "next": onward}
    assert visitor.post("/desk/sign-in", data=fields).headers["location"] == "/desk/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(visitor: TestClient) -> None:
    token = form_token(visitor.get("/desk/sign-in").text)
    answers = []
    for name in ("support", "nobody"):
        fields = {"token": token, "name": name, "password": "not the password", "next": ""}
        answer = visitor.post("/desk/sign-in", data=fields)
        answers.append((answer.status_code, answer.text.replace(f'value="{name}"', "")))
    assert answers[0][0] == 401
    assert answers[0] == answers[1]


def test_after_some_wrong_passwords_even_the_right_one_waits(visitor: TestClient) -> None:
    assert [sign_in(visitor, password="wrong password") for _ in range(FREE_TRIES["user"])] == [401] * FREE_TRIES[
        "user"
    ]
    token = form_token(visitor.get("/desk/sign-in").text)
    fields = {"token": token, "name": "support", "password": PASSWORD, "next": ""}
    answer = visitor.post("/desk/sign-in", data=fields)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 10
    assert "Too many tries" in answer.text
    assert visitor.get("/desk/").status_code == 303


def test_a_session_ends_by_itself(support: TestClient, office: Office) -> None:
    office.clock.now += SESSION - timedelta(minutes=1)
    assert support.get("/desk/").status_code == 200
    office.clock.now += timedelta(minutes=1)
    assert support.get("/desk/").status_code == 303


def test_signing_out_ends_the_session_on_the_server(support: TestClient) -> None:
    stolen = support.cookies["desk"]
    token = form_token(support.get("/desk/").text)
    answer = support.post("/desk/sign-out", data={"token": token})
    assert answer.headers["location"] == "/desk/sign-in"
    support.cookies.set("desk", stolen)
    assert support.get("/desk/").status_code == 303


def test_a_new_password_or_no_user_ends_all_sessions(support: TestClient, office: Office) -> None:
    office.receiver.store.write(lambda c: changes.remove_user(c, "support")).result()
    assert support.get("/desk/").status_code == 303


def test_the_cookie_changes_at_sign_in_and_is_not_in_the_database(visitor: TestClient, office: Office) -> None:
    visitor.get("/desk/sign-in")
    before = visitor.cookies["desk"]
    assert sign_in(visitor) == 303
    after = visitor.cookies["desk"]
    assert before != after
    with office.receiver.store.reading() as connection:
        stored = [row.token for row in connection.execute(schema.sessions.select())]
        assert queries.sign_in(connection, digest(before.encode()), office.clock.now) is None
    assert stored == [digest(after.encode())]


def test_a_chosen_cookie_does_not_become_a_session(visitor: TestClient, office: Office) -> None:
    visitor.cookies.set("desk", "chosen-by-an-attacker-in-advance")
    assert sign_in(visitor) == 303
    visitor.cookies.clear()
    visitor.cookies.set("desk", "chosen-by-an-attacker-in-advance")
    assert visitor.get("/desk/").status_code == 303


POSTS = ["/desk/sign-in", "/desk/sign-out", "/desk/language", "/desk/alarms/1/seen", "/desk/devices/x/revoke"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("token", ["", "wrong", "another's"])
def test_no_form_counts_without_its_token(support: TestClient, office: Office, path: str, token: str) -> None:
    if token == "another's":
        app = Starlette(routes=[Mount("/desk", routes=routes(office.receiver))])
        token = form_token(TestClient(app, base_url=str(support.base_url)).get("/desk/sign-in").text)
    answer = support.post(path, data={"token": token, "language": "ru"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert support.get("/desk/").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_a_form_sent_from_another_site_is_refused_whatever_its_token(
    support: TestClient, headers: dict[str, str]
) -> None:
    token = form_token(support.get("/desk/").text)
    assert support.post("/desk/sign-out", data={"token": token}, headers=headers).status_code == 403


def test_a_form_counts_behind_a_proxy_that_gives_the_request_another_host(support: TestClient, office: Office) -> None:
    fields = {"token": form_token(support.get("/desk/").text), "language": "ru", "next": "/desk/"}
    headers = {"Origin": URL, "Host": "backend.internal:9000"}
    assert support.post("/desk/language", data=fields, headers=headers).status_code == 303


def test_only_small_forms_of_the_right_kind_are_read(support: TestClient) -> None:
    token = form_token(support.get("/desk/").text)
    assert support.post("/desk/sign-out", json={"token": token}).status_code == 415
    assert support.post("/desk/sign-out", data={"token": token, "more": "x" * 20_000}).status_code == 413
    many = "&".join(["a=b"] * 60)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert support.post("/desk/sign-out", content=many, headers=kind).status_code == 400
    assert support.post("/desk/sign-out", content=b"token=\xff\xfe", headers=kind).status_code == 400


def test_nothing_is_changed_by_a_link(support: TestClient) -> None:
    for path in ("/desk/sign-out", "/desk/alarms/1/seen", "/desk/devices/x/revoke"):
        assert support.get(path).status_code in (404, 405)
    assert support.get("/desk/").status_code == 200


def test_every_answer_carries_the_security_headers(support: TestClient, office: Office) -> None:
    row = office.send(office.computer(office.operator("Anna", "1")), whole_run())
    for path in ("/desk/", "/desk/nowhere", f"/desk/reports/{row.id}", f"/desk/reports/{row.id}/envelope"):
        headers = support.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"


def test_by_https_the_cookie_travels_by_nothing_else(office: Office) -> None:
    own = office.receiver
    settings = Settings(data=own.settings.data, public_url="https://desk.example", line=False)
    secure = Receiver(settings, own.keys, own.store, now=own.now)
    app = Starlette(routes=[Mount("/desk", routes=routes(secure))])
    cookie = TestClient(app, base_url="https://desk.example").get("/desk/sign-in").headers["set-cookie"]
    assert cookie.startswith("__Host-desk=")
    assert all(part in cookie for part in ("; HttpOnly", "; Secure", "; SameSite=lax", "; Path=/"))
    assert "Domain" not in cookie


def test_the_language_is_remembered_and_the_page_comes_back(support: TestClient) -> None:
    page = support.get("/desk/?q=анна&order=name")
    assert '<html lang="en">' in page.text
    here = "/desk/?q=%D0%B0%D0%BD%D0%BD%D0%B0&amp;order=name"
    assert f'name="next" value="{here}"' in page.text
    fields = {"token": form_token(page.text), "language": "ru", "next": here.replace("&amp;", "&")}
    answer = support.post("/desk/language", data=fields)
    assert answer.headers["location"] == here.replace("&amp;", "&")
    assert '<html lang="ru">' in support.get("/desk/").text
    fields["language"] = "../../etc"
    support.post("/desk/language", data=fields)
    assert '<html lang="ru">' in support.get("/desk/").text


def test_without_a_choice_the_browsers_language_counts(visitor: TestClient) -> None:
    assert "Войти" in visitor.get("/desk/sign-in", headers={"Accept-Language": "ru-RU,ru"}).text


def test_a_store_that_does_not_answer_is_told_calmly(support: TestClient, office: Office) -> None:
    token = form_token(support.get("/desk/").text)
    office.receiver.store.close()
    (office.receiver.settings.data / "employer.sqlite3").rename(office.receiver.settings.data / "gone")
    answer = support.post("/desk/sign-out", data={"token": token})
    assert answer.status_code == 503
    assert "Nothing was lost" in answer.text
