"""What the pages say, to those who are signed in."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import Connection, update
from starlette.testclient import TestClient

from employer.desk.lists import PAGE_ROWS
from employer.store import changes, queries, schema
from employer.store.rows import AlarmKind, DeviceStatus
from protocol.envelope import digest
from report.catalogue import measurement
from report.document import Earlier
from report.vocabulary import Outcome, Status
from tests.employer.desk.conftest import form_token, sign_in
from tests.employer.desk.office import NOW, Office, busy_program, headset_missing, jitter, load, room, whole_run

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


class Elements(HTMLParser):
    """The elements and attributes of a page as a browser would find them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[str] = []
        self.inline_scripts = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.inline_scripts += tag == "script" and "src" not in dict(attrs)


def text(page: str) -> str:
    """What a person reads: without tags, entities resolved, spaces collapsed."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def section(page: str, area: str) -> str:
    """One area's part of a report's page."""
    return page.split(f'<section class="area" id="{area}"')[1].split(">", 1)[1].split("</section>")[0]


def rows(page: str) -> list[str]:
    """The list's lines, as text."""
    return [text(row) for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)[1:]]


def test_the_list_tells_readiness_validity_action_and_age(support: TestClient, office: Office) -> None:
    computer = office.computer(office.operator("Анна Петрова", "4711"))
    row = office.send(computer, whole_run(92, busy_program()))
    office.clock.now += timedelta(hours=3)
    (line,) = rows(support.get("/desk/").text)
    for said in ("Анна Петрова", "4711", "✗ Not ready yet", "valid until 25 Nov 2026, 09:30 UTC", "501"):
        assert said in line
    assert "another program is busy" in line
    assert "3 hours ago" in line
    assert row.short_code in line
    assert "✗ Computer : beyond the limit" in line
    assert "– Headset : not measured" in line


def test_an_operator_without_a_report_is_listed_as_such(support: TestClient, office: Office) -> None:
    office.operator("Boris", "2")
    (line,) = rows(support.get("/desk/").text)
    assert "No report yet" in line


def test_an_old_report_says_nothing_of_today(visitor: TestClient, office: Office) -> None:
    office.send(office.computer(office.operator("Boris", "2")), [load()])
    office.clock.now += timedelta(hours=25)
    assert sign_in(visitor) == 303
    page = visitor.get("/desk/").text
    assert "expired 25 Nov 2026, 09:30 UTC" in rows(page)[0]
    assert "Ready 0" in text(page)
    assert "Expired 1" in text(page)


def test_only_the_latest_report_counts_in_the_list(support: TestClient, office: Office) -> None:
    computer = office.computer(office.operator("Boris", "2"))
    office.send(computer, [load(95)])
    office.clock.now += timedelta(minutes=20)
    office.send(computer, [load(20)])
    (line,) = rows(support.get("/desk/").text)
    assert "✓ Ready" in line


@pytest.mark.parametrize("search", ["петр", "ПЕТРОВА", "4711", " анна "])
def test_search_finds_by_a_part_of_the_name_or_reference(support: TestClient, office: Office, search: str) -> None:
    office.operator("Анна Петрова", "4711")
    office.operator("Boris Ivanov", "4800")
    (line,) = rows(support.get("/desk/", params={"q": search}).text)
    assert "Анна Петрова" in line


@pytest.mark.parametrize("search", ["%", "_", "' OR 1=1 --", "нет такого"])
def test_search_takes_every_character_as_it_is(support: TestClient, office: Office, search: str) -> None:
    office.operator("Анна Петрова", "4711")
    page = support.get("/desk/", params={"q": search}).text
    assert "Nobody found" in page


def test_a_short_code_as_it_is_said_leads_to_its_report(support: TestClient, office: Office) -> None:
    row = office.send(office.computer(office.operator("Boris", "2")), [load()])
    spoken = row.short_code.lower().replace("-", " ").replace("0", "o")
    answer = support.get("/desk/", params={"q": spoken})
    assert answer.headers["location"] == f"/desk/reports/{row.id}"


def test_a_filter_shows_those_in_that_state_alone(support: TestClient, office: Office) -> None:
    office.send(office.computer(office.operator("Ready Person", "1")), [load(20)])
    office.send(office.computer(office.operator("Busy Person", "2")), [load(95)])
    office.send(office.computer(office.operator("Unmeasured Person", "3")), [headset_missing()])
    office.operator("New Person", "4")
    for state, name in {
        "ready": "Ready",
        "not_ready": "Busy",
        "incomplete": "Unmeasured",
        "none": "New",
    }.items():
        (line,) = rows(support.get("/desk/", params={"state": state}).text)
        assert f"{name} Person" in line
    assert len(rows(support.get("/desk/", params={"state": "nonsense"}).text)) == 4


def test_long_lists_come_in_pages(support: TestClient, office: Office) -> None:
    for n in range(PAGE_ROWS + 5):
        office.operator(f"Operator {n:03}", f"ref-{n}")
    first = support.get("/desk/", params={"order": "name", "q": "operator"})
    assert len(rows(first.text)) == PAGE_ROWS
    assert f"1–{PAGE_ROWS} of {PAGE_ROWS + 5}" in text(first.text)
    onward = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert onward
    second = support.get(html.unescape(onward[1]))
    assert [line.split()[1] for line in rows(second.text)] == [f"{n:03}" for n in range(PAGE_ROWS, PAGE_ROWS + 5)]
    for page in ("999", "0", "-1", "x", "²", "9" * 40):
        assert rows(support.get("/desk/", params={"page": page}).text)


def test_an_operators_page_has_all_reports_and_computers(support: TestClient, office: Office) -> None:
    operator = office.operator("Boris", "2")
    computer = office.computer(operator)
    for _ in range(3):
        office.clock.now += timedelta(hours=1)
        office.send(computer, [load()])
    page = support.get(f"/desk/operators/{operator.id}").text
    assert page.count("/desk/reports/") == 6
    assert computer.key.public.thumbprint in page
    assert "Windows" in page


@pytest.mark.parametrize("path", ["operators/999", f"operators/{2**70}", "reports/none", "reports/none/envelope"])
def test_what_is_not_there_is_not_found(support: TestClient, path: str) -> None:
    answer = support.get(f"/desk/{path}")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text


def test_a_report_shows_every_measurement_with_limit_interval_and_verdict(support: TestClient, office: Office) -> None:
    row = office.send(office.computer(office.operator("Boris", "2")), whole_run(92, busy_program()))
    page = text(support.get(f"/desk/reports/{row.id}").text)
    assert "processor in use by other programs 92 % 88–96 ≤ 60 beyond: > 85 ✗ beyond the limit" in page
    assert "free memory 3.6 GiB — ≥ 1.0 beyond: < 0.5 ✓ good" in page
    assert "swap space in use 4 %" in page
    assert "Next action, as the operator sees it 501 another program is busy Video editor uses 71 %" in page
    assert "Close Video editor or wait until it has finished, then check again." in page
    assert "A voice" in page or "voice" in page
    assert row.envelope_digest in page
    assert row.short_code in page
    assert "These are the claims of the operator's computer." in page
    assert "Not for pay, not for discipline." in page
    assert "Fresh: measured between our challenge and our receipt" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("where the trouble is beyond the home's router", "why there the router was steady over the same time")),
        ("ru", ("где помеха за домашним роутером", "почему там роутер в то же время отвечал ровно")),
    ],
)
def test_the_place_of_trouble_and_its_reasons_are_plain_words(
    support: TestClient, office: Office, language: str, words: tuple[str, str]
) -> None:
    where = Outcome(
        check="network.where",
        version=1,
        status=Status.MEASURED,
        measurements=[measurement("network.gateway_rtt_p50_ms", 1.94)],
        facts={"place": "beyond", "place_reasons": "router_clean"},
    )
    row = office.send(office.computer(office.operator("Boris", "2")), [load(), where])
    page = text(support.get(f"/desk/reports/{row.id}", headers={"Accept-Language": language}).text)
    assert all(part in page for part in words)


def test_what_was_not_measured_is_told_and_is_neither_a_failure_nor_a_zero(support: TestClient, office: Office) -> None:
    row = office.send(office.computer(office.operator("Boris", "2")), [load(), headset_missing()])
    page = support.get(f"/desk/reports/{row.id}").text
    headset, line = (text(section(page, area)) for area in ("headset", "network"))
    assert headset.startswith("Headset – not measured")
    assert "no microphone" in headset
    assert "✗" not in headset
    assert not re.search(r"\b0\b", headset)
    assert line == "Line – not measured Not measured: this report has nothing on it. That is no fault, and not a zero."


def test_a_required_metric_that_was_not_measured_is_named(support: TestClient, office: Office) -> None:
    bare = load()
    only_timers = Outcome(
        check="computer.load",
        version=1,
        status=Status.MEASURED,
        measurements=[m for m in bare.measurements if m.metric != "computer.memory_available_gib"],
    )
    row = office.send(office.computer(office.operator("Boris", "2")), [only_timers])
    page = text(support.get(f"/desk/reports/{row.id}").text)
    assert "Required, and not settled: free memory" in page
    assert "free memory not measured — ≥ 1.0 beyond: < 0.5 – not measured" in page


def test_a_report_without_a_challenge_is_marked_not_fresh(support: TestClient, office: Office) -> None:
    row = office.send(office.computer(office.operator("Boris", "2")), [load()], fresh=False)
    assert "Not shown to be fresh: measured while our server could not be reached" in text(
        support.get(f"/desk/reports/{row.id}").text
    )
    assert "not shown to be fresh" in rows(support.get("/desk/").text)[0]


def test_what_was_measured_again_before_sending_is_not_held_against_anyone(support: TestClient, office: Office) -> None:
    again = Earlier(outcome=load(97), replaced_at="2026-11-24T09:05:00Z")
    row = office.send(office.computer(office.operator("Boris", "2")), [load(20)], earlier=[again])
    page = text(support.get(f"/desk/reports/{row.id}").text)
    assert "Measuring again before sending is allowed and wanted." in page
    assert "97 %" in page
    assert "✗" not in page


def test_evidence_is_drawn_on_the_server_and_given_as_data(support: TestClient, office: Office) -> None:
    row = office.send(office.computer(office.operator("Boris", "2")), whole_run())
    page = support.get(f"/desk/reports/{row.id}").text
    assert page.count("<figure") == 5
    assert page.count('<path class="line"') == 5
    assert "2 points not measured" in text(page)
    data = support.get(f"/desk/reports/{row.id}/evidence.json").json()
    assert data["network.jitter/network.rtt_p50_ms"]["step"] == 0.05
    assert len(data["network.jitter/network.rtt_p50_ms"]["values"]) == 400
    assert data["computer.load/computer.cpu_busy_percent"]["values"][40] is None


def test_envelope_and_receipt_are_given_byte_for_byte(support: TestClient, office: Office) -> None:
    row = office.send(office.computer(office.operator("Boris", "2")), [load()])
    envelope = support.get(f"/desk/reports/{row.id}/envelope")
    assert digest(envelope.content) == row.envelope_digest
    assert envelope.headers["content-disposition"] == f'attachment; filename="readiness-{row.id}.jws"'
    assert envelope.headers["content-type"] == "application/jose"
    with office.receiver.store.reading() as connection:
        receipt = queries.receipt(connection, row.id)
    assert support.get(f"/desk/reports/{row.id}/receipt").text == receipt


def test_an_alarm_is_shown_until_someone_has_seen_it(support: TestClient, office: Office) -> None:
    operator = office.operator("Boris", "2")
    computer = office.computer(operator)
    row = office.send(computer, [load()])

    def alarm(connection: Connection) -> None:
        changes.raise_alarm(
            connection,
            AlarmKind.REPORT_CONFLICT,
            NOW,
            "other bytes",
            operator_id=operator.id,
            device=computer.key.public.thumbprint,
            report_id=row.id,
        )

    office.receiver.store.write(alarm).result()
    for path in ("/desk/", f"/desk/operators/{operator.id}", f"/desk/reports/{row.id}"):
        assert "Two different reports under one number." in support.get(path).text
    page = support.get("/desk/").text
    action = re.search(r'action="(/desk/alarms/\d+/seen)"', page)
    assert action
    answer = support.post(action[1], data={"token": form_token(page), "next": "/desk/alarms"})
    assert answer.headers["location"] == "/desk/alarms"
    assert "Two different reports" not in support.get("/desk/").text
    assert "seen by support" in text(support.get("/desk/alarms").text)


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_every_kind_of_alarm_has_words(support: TestClient, office: Office, kind: AlarmKind) -> None:
    office.receiver.store.write(lambda c: changes.raise_alarm(c, kind, NOW, "")).result()
    assert support.get("/desk/alarms").status_code == 200


def test_a_pending_computer_is_approved_when_its_fingerprint_is_the_same(support: TestClient, office: Office) -> None:
    operator = office.operator("Boris", "2")
    device = office.computer(operator).key.public.thumbprint
    office.receiver.store.write(lambda c: changes.set_device_status(c, device, DeviceStatus.PENDING)).result()
    page = support.get(f"/desk/operators/{operator.id}").text
    assert "It must be:" in page
    support.post(f"/desk/devices/{device}/approve", data={"token": form_token(page)})
    assert _status(office, device) is DeviceStatus.ACTIVE
    support.post(f"/desk/devices/{device}/revoke", data={"token": form_token(page)})
    assert _status(office, device) is DeviceStatus.REVOKED
    support.post(f"/desk/devices/{device}/approve", data={"token": form_token(page)})
    assert _status(office, device) is DeviceStatus.REVOKED
    assert support.post("/desk/devices/none/revoke", data={"token": form_token(page)}).status_code == 404


def test_a_report_that_this_version_cannot_read_can_still_be_downloaded(support: TestClient, office: Office) -> None:
    row = office.send(office.computer(office.operator("Boris", "2")), [load()])
    newer = b"bytes of a later version"
    office.receiver.store.write(lambda c: c.execute(update(schema.envelopes).values(body=newer))).result()
    answer = support.get(f"/desk/reports/{row.id}")
    assert answer.status_code == 500
    assert "It is stored unharmed" in answer.text
    assert f'href="/desk/reports/{row.id}/envelope"' in answer.text
    assert support.get(f"/desk/reports/{row.id}/envelope").content == newer


def test_hostile_text_in_every_field_stays_text(support: TestClient, office: Office) -> None:
    operator = office.operator(HOSTILE, HOSTILE[:60])
    computer = office.computer(operator)
    nasty = Outcome(
        check="room.noise",
        version=1,
        status=Status.MEASURED,
        measurements=room().measurements,
        findings=[busy_program(HOSTILE)],
        disturbed_by=[busy_program(HOSTILE)],
        facts={HOSTILE[:50]: HOSTILE, "microphone": HOSTILE},
    )
    row = office.send(computer, [nasty, jitter()], comment=HOSTILE, os_version=HOSTILE[:80])
    office.receiver.store.write(
        lambda c: changes.raise_alarm(c, AlarmKind.REPORT_CONFLICT, NOW, HOSTILE, operator_id=operator.id)
    ).result()
    office.receiver.store.write(
        lambda c: c.execute(update(schema.devices).values(platform=HOSTILE[:80], agent_version=HOSTILE[:40]))
    ).result()
    paths = ["/desk/", f"/desk/?q={HOSTILE}", f"/desk/operators/{operator.id}", f"/desk/reports/{row.id}"]
    pages = [support.get(path).text for path in [*paths, "/desk/alarms", f"/desk/{HOSTILE}"]]
    support.cookies.clear()
    pages.append(support.get(f"/desk/sign-in?next={HOSTILE}").text)
    fields = {"token": form_token(pages[-1]), "name": HOSTILE, "password": HOSTILE, "next": HOSTILE}
    pages.append(support.post("/desk/sign-in", data=fields).text)
    for page in pages:
        elements = Elements(page)
        assert "img" not in elements.names
        assert elements.inline_scripts == 0
        assert not [name for name in elements.attributes if name.startswith("on") or name == "style"]
        assert elements.names.count("html") == 1


def test_text_that_turns_the_direction_of_reading_is_kept_in_its_place(support: TestClient, office: Office) -> None:
    operator = office.operator("\u202eavoN ailuJ", "7")
    for path in ("/desk/", f"/desk/operators/{operator.id}"):
        page = support.get(path).text
        assert re.search("<bdi>\u202eavoN ailuJ</bdi>", page)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_is_whole_in_both_languages(support: TestClient, office: Office, language: str) -> None:
    operator = office.operator("Boris", "2")
    row = office.send(office.computer(operator), whole_run(92, busy_program()), comment="Hello")
    headers = {"Accept-Language": language}
    for path in ("/desk/", f"/desk/operators/{operator.id}", f"/desk/reports/{row.id}", "/desk/alarms", "/desk/nope"):
        page = support.get(path, headers=headers).text
        assert f'<html lang="{language}">' in page
        assert page.rstrip().endswith("</html>")
        assert "%(" not in page
    russian = text(support.get(f"/desk/reports/{row.id}", headers={"Accept-Language": "ru"}).text)
    assert "Что сделать: так это видит оператор" in russian


def _status(office: Office, device_id: str) -> DeviceStatus:
    with office.receiver.store.reading() as connection:
        device = queries.device(connection, device_id)
    assert device is not None
    return device.status
