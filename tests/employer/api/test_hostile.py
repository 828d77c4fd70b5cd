"""Whatever is sent: the right refusal, one line in the log, never an error of the receiver's own."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.binding import bind
from protocol.envelope import digest, seal
from protocol.keys import PrivateKey, PublicKey
from protocol.messages import JOSE, MAX_MESSAGE_BYTES, MAX_REPORT_BYTES, NONCE_HEADER, EnvelopeType, Path
from report.document import Report, encode
from tests.employer.computer import Computer
from tests.employer.conftest import Employer, problem
from tests.employer.test_keys import SMALL_ORDER

LOG = "employer.requests"


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(computer: Computer, header: bytes, payload: bytes) -> bytes:
    """A JWS by that computer's key over any header and payload, however wrong."""
    message = f"{b64(header)}.{b64(payload)}".encode()
    return message + b"." + b64(Ed25519PrivateKey.from_private_bytes(computer.key.seed).sign(message)).encode()


def header_of(computer: Computer, **changes: Any) -> bytes:
    """A report's header; ``None`` takes a field out."""
    fields = {
        "alg": "Ed25519",
        "kid": computer.id,
        "typ": EnvelopeType.REPORT,
        "url": computer.address + Path.REPORTS,
        **changes,
    }
    return json.dumps({key: value for key, value in fields.items() if value is not None}).encode()


def payload_of(computer: Computer, **changes: Any) -> bytes:
    """A report's payload with fields of any kind in it."""
    return json.dumps({**json.loads(encode(computer.report())), **changes}).encode()


def with_payload(change: Callable[[bytes], bytes]) -> Callable[[Computer], bytes]:
    """A signed report whose payload was changed before it was signed."""
    return lambda computer: signed(computer, header_of(computer), change(encode(computer.report())))


def with_fields(**changes: Any) -> Callable[[Computer], bytes]:
    """A signed report with these fields."""
    return lambda computer: signed(computer, header_of(computer), payload_of(computer, **changes))


def with_header(**changes: Any) -> Callable[[Computer], bytes]:
    """A signed report whose header was changed before it was signed."""
    return lambda computer: signed(computer, header_of(computer, **changes), encode(computer.report()))


def good(computer: Computer) -> bytes:
    """A report as it should be."""
    return computer.envelope(computer.report())


def altered(computer: Computer) -> bytes:
    """A good report, of which the payload was changed after it was signed."""
    header, _, signature = good(computer).split(b".")
    return b".".join((header, b64(payload_of(computer, seq=7)).encode(), signature))


def by_another(computer: Computer) -> bytes:
    """A report under this computer's name by another key."""
    other = PrivateKey.generate()
    envelope = seal(other, EnvelopeType.REPORT, encode(computer.report()), computer.address + Path.REPORTS)
    _, payload, signature = envelope.split(b".")
    return b".".join((b64(header_of(computer)).encode(), payload, signature))


def not_enrolled(computer: Computer) -> bytes:
    """A report by a key that nobody enrolled."""
    return good(Computer(computer.http, computer.address))


def nested(depth: int) -> bytes:
    """A deep array."""
    return b'{"comment":' + b"[" * depth + b"]" * depth + b"}"


def outcome(**fields: Any) -> list[dict[str, Any]]:
    """An outcome of any kind, as JSON would have it."""
    return [{"check": "computer.load", "version": 1, "status": "measured", **fields}]


def earlier(replaced_at: str) -> list[dict[str, Any]]:
    """An outcome that was replaced then."""
    return [{"outcome": outcome()[0], "replaced_at": replaced_at}]


REPORTS: dict[str, tuple[Callable[[Computer], bytes], int, str]] = {
    "nothing": (lambda _: b"", 400, "malformed"),
    "not a JWS": (lambda _: b"hello", 400, "malformed"),
    "JSON": (lambda _: b'{"report": 1}', 400, "malformed"),
    "binary": (lambda _: bytes(range(256)), 400, "malformed"),
    "dots": (lambda _: b"..", 400, "malformed"),
    "four parts": (lambda c: good(c) + b".AAAA", 400, "malformed"),
    "padding": (lambda c: good(c) + b"==", 400, "malformed"),
    "a newline at the end": (lambda c: good(c) + b"\n", 400, "malformed"),
    "cut off": (lambda c: good(c)[:-10], 400, "malformed"),
    "no signature": (lambda c: good(c).rpartition(b".")[0] + b".", 400, "malformed"),
    "altered": (altered, 400, "bad_signature"),
    "a zero signature": (lambda c: good(c).rpartition(b".")[0] + b"." + b64(bytes(64)).encode(), 400, "bad_signature"),
    "another's signature": (by_another, 400, "bad_signature"),
    "a key that is not enrolled": (not_enrolled, 403, "unknown_key"),
    "alg none": (with_header(alg="none"), 400, "malformed"),
    "alg HS256": (with_header(alg="HS256"), 400, "malformed"),
    "alg EdDSA": (with_header(alg="EdDSA"), 400, "malformed"),
    "crit": (with_header(crit=["b64"], b64=False), 400, "malformed"),
    "a header field too many": (with_header(x="y"), 400, "malformed"),
    "no kid": (with_header(kid=None), 400, "malformed"),
    "a kid that is a number": (with_header(kid=7), 400, "malformed"),
    "a kid that is a path": (with_header(kid="../../etc/passwd"), 400, "malformed"),
    "another type": (with_header(typ=EnvelopeType.ENROLMENT), 415, "wrong_type"),
    "another address": (with_header(url="https://other.example/api/v1/reports"), 400, "wrong_url"),
    "a long address": (with_header(url="https://" + "x" * 2000), 400, "malformed"),
    "a header that is a list": (lambda c: signed(c, b"[]", b"{}"), 400, "malformed"),
    "a header with a key twice": (lambda c: signed(c, header_of(c)[:-1] + b',"alg":"none"}', b"{}"), 400, "malformed"),
    "a payload that is no JSON": (with_payload(lambda _: b"hello"), 400, "malformed"),
    "an empty object": (with_payload(lambda _: b"{}"), 400, "malformed"),
    "a list": (with_payload(lambda _: b"[]"), 400, "malformed"),
    "null": (with_payload(lambda _: b"null"), 400, "malformed"),
    "a number": (with_payload(lambda _: b"1e5"), 400, "malformed"),
    "a key twice": (with_payload(lambda p: p[:-1] + b',"seq":1}'), 400, "malformed"),
    "a key twice, escaped": (with_payload(lambda p: p[:-1] + b',"\\u0073eq":1}'), 400, "malformed"),
    "trailing bytes": (with_payload(lambda p: p + b"{}"), 400, "malformed"),
    "a byte order mark": (with_payload(lambda p: b"\xef\xbb\xbf" + p), 400, "malformed"),
    "UTF-16": (with_payload(lambda p: p.decode().encode("utf-16")), 400, "malformed"),
    "bad UTF-8": (with_payload(lambda p: p[:-1] + b',"comment":"\xff\xfe"}'), 400, "malformed"),
    "overlong UTF-8": (with_payload(lambda p: p[:-1] + b',"comment":"\xc0\xaf"}'), 400, "malformed"),
    "NUL": (with_fields(comment="a\x00b"), 400, "malformed"),
    "an escape sequence of a terminal": (with_fields(comment="\x1b[2J"), 400, "malformed"),
    "a bidirectional override": (with_fields(comment="\u202egnp.exe"), 400, "malformed"),
    "a lone surrogate": (with_payload(lambda p: p[:-1] + b',"comment":"\\ud800"}'), 400, "malformed"),
    "NaN": (with_payload(lambda p: p[:-1] + b',"comment":NaN}'), 400, "malformed"),
    "Infinity": (with_payload(lambda p: p[:-1] + b',"comment":1e999}'), 400, "malformed"),
    "a huge integer": (with_payload(lambda p: p.replace(b'"seq":1', b'"seq":' + b"9" * 5000)), 400, "malformed"),
    "an integer beyond doubles": (with_fields(seq=2**63), 400, "malformed"),
    "deep nesting": (with_payload(lambda _: nested(33)), 400, "malformed"),
    "very deep nesting": (with_payload(lambda _: nested(60_000)), 400, "malformed"),
    "an unknown field": (with_fields(extra=1), 400, "malformed"),
    "another schema": (with_fields(schema="readiness-report/2"), 400, "malformed"),
    "a report id that is none": (with_fields(report_id="x' OR 1=1 --"), 400, "malformed"),
    "a report id and a newline": (with_fields(report_id="01a20c59-5ed6-7a52-a25a-e773838cba90\n"), 400, "malformed"),
    "a check and a newline": (with_fields(outcomes=outcome(check="computer.load\n")), 400, "malformed"),
    "a time in other digits": (with_fields(earlier=earlier("٢٠٢٦-٠٢-٠٣T٠٠:٠٠:٠٠Z")), 400, "malformed"),
    "a sequence number of 0": (with_fields(seq=0), 400, "malformed"),
    "a prev that is none": (with_fields(prev="zz"), 400, "malformed"),
    "a day that doesn't exist": (with_fields(ended_at="2026-02-30T00:00:00Z"), 400, "malformed"),
    "an hour that doesn't exist": (with_fields(sealed_at="2026-02-03T25:00:00Z"), 400, "malformed"),
    "the year 0": (with_fields(started_at="0000-01-01T00:00:00Z"), 400, "malformed"),
    "another device": (with_fields(device="A" * 43), 400, "malformed"),
    "another employer": (with_fields(audience="https://other.example"), 400, "wrong_audience"),
    "a long comment": (with_fields(comment="x" * 1001), 400, "malformed"),
    "an outcome without its reason": (with_fields(outcomes=outcome(status="skip")), 400, "malformed"),
    "a status of its own": (with_fields(outcomes=outcome(status="passed")), 400, "malformed"),
    "a check without an area": (with_fields(outcomes=outcome(check="load")), 400, "malformed"),
    "41 outcomes": (with_fields(outcomes=outcome() * 41), 400, "malformed"),
    "a readiness of its own": (with_fields(shown={"readiness": "splendid"}), 400, "malformed"),
}  # fmt: skip


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The log's lines of requests."""
    return [json.loads(record.message) for record in caplog.records if record.name == LOG]


@pytest.mark.parametrize(("make", "status", "name"), REPORTS.values(), ids=REPORTS.keys())
def test_a_bad_report_is_refused_in_one_line(
    employer: Employer,
    caplog: pytest.LogCaptureFixture,
    make: Callable[[Computer], bytes],
    status: int,
    name: str,
) -> None:
    computer = employer.enrolled()
    body = make(computer)
    caplog.set_level(logging.INFO, LOG)
    caplog.clear()

    answer = computer.post(Path.REPORTS, body)

    assert (answer.status_code, problem(answer)) == (status, name)
    assert answer.headers[NONCE_HEADER]
    (line,) = lines(caplog)
    assert (line["status"], line["problem"], line["route"]) == (status, name, Path.REPORTS)
    assert "failure" not in line
    assert employer.read(lambda c: c.exec_driver_sql("select count(*) from reports").scalar_one()) == 0


def test_the_report_that_the_table_starts_from_is_good(employer: Employer) -> None:
    computer = employer.enrolled()
    assert computer.post(Path.REPORTS, with_fields()(computer)).status_code == 201


@pytest.mark.parametrize("path", [Path.ENROL, Path.CHALLENGE, Path.REPORTS])
def test_the_body_is_counted_whatever_its_length_is_declared_as(employer: Employer, path: str) -> None:
    limit = MAX_REPORT_BYTES if path == Path.REPORTS else MAX_MESSAGE_BYTES
    computer = employer.enrolled()
    for body in (b"x" * (limit + 1), iter([b"x" * limit, b"x"]), b"x" * (limit + 3_000_000)):
        answer = employer.http.post(path, content=body, headers={"Content-Type": JOSE})
        assert (answer.status_code, problem(answer)) == (413, "too_large")
    assert problem(computer.post(path, b"x" * limit)) == "malformed"


@pytest.mark.parametrize("path", [Path.ENROL, Path.CHALLENGE, Path.REPORTS])
@pytest.mark.parametrize("media_type", ["", "application/json", "text/html", "application/jose2", "*/*", "\xff"])
def test_another_media_type_is_refused(employer: Employer, path: str, media_type: str) -> None:
    computer = employer.enrolled()
    answer = employer.http.post(path, content=good(computer), headers=[(b"Content-Type", media_type.encode("latin-1"))])
    assert (answer.status_code, problem(answer)) == (415, "wrong_type")


def test_a_replayed_request_for_a_challenge_is_refused(employer: Employer) -> None:
    computer = employer.enrolled()
    body = computer.challenge_request()
    assert computer.post(Path.CHALLENGE, body).status_code == 200
    assert problem(computer.post(Path.CHALLENGE, body)) == "bad_nonce"


def test_a_report_is_no_request_for_a_challenge(employer: Employer) -> None:
    computer = employer.enrolled()
    assert problem(computer.post(Path.CHALLENGE, good(computer))) == "wrong_type"
    assert problem(computer.post(Path.REPORTS, computer.challenge_request())) == "wrong_type"


@pytest.mark.parametrize("point", SMALL_ORDER.values(), ids=SMALL_ORDER.keys())
def test_a_weak_key_is_not_enrolled(employer: Employer, point: str) -> None:
    """The signature is one that holds for every message under the identity; the key is refused before it is asked."""
    invitation, computer = employer.invite(), employer.computer()
    weak = PublicKey(bytes.fromhex(point))
    url = computer.address + Path.ENROL
    header = {"alg": "Ed25519", "kid": weak.thumbprint, "typ": EnvelopeType.ENROLMENT, "url": url}
    header |= {"nonce": computer.nonce(), "jwk": weak.jwk}  # type: ignore[dict-item]
    binding = bind(weak, invitation.id, invitation.secret, url)
    payload = json.dumps({"binding": binding, "agent_version": "1", "platform": "linux"})
    signature = bytes([1]) + bytes(63)
    body = ".".join(map(b64, (json.dumps(header).encode(), payload.encode(), signature)))
    answer = computer.post(Path.ENROL, body.encode())
    assert (answer.status_code, problem(answer)) == (400, "weak_key")


ENROLMENTS: dict[str, tuple[Any, str]] = {
    "no payload": ({}, "malformed"),
    "no binding": ({"agent_version": "1", "platform": "linux"}, "malformed"),
    "a binding that is none": ({"binding": "x", "agent_version": "1", "platform": "linux"}, "bad_signature"),
    "a binding of dots": ({"binding": "..", "agent_version": "1", "platform": "linux"}, "bad_signature"),
    "a binding in another script": ({"binding": "ж.ж.ж", "agent_version": "1", "platform": "linux"}, "bad_signature"),
    "a deep binding": (
        {"binding": f"{b64(nested(3000))[:1500]}.AA.AA", "agent_version": "1", "platform": "linux"},
        "bad_signature",
    ),
    "a long binding": ({"binding": "x" * 5000, "agent_version": "1", "platform": "linux"}, "malformed"),
    "a field too many": ({"binding": "x", "agent_version": "1", "platform": "linux", "admin": True}, "malformed"),
}


@pytest.mark.parametrize(("payload", "name"), ENROLMENTS.values(), ids=ENROLMENTS.keys())
def test_a_bad_enrolment_is_refused(employer: Employer, payload: Any, name: str) -> None:
    computer = employer.computer()
    url = computer.address + Path.ENROL
    body = seal(
        computer.key, EnvelopeType.ENROLMENT, json.dumps(payload).encode(), url, nonce=computer.nonce(), show_key=True
    )
    assert problem(computer.post(Path.ENROL, body)) == name


def test_an_enrolment_without_its_key_is_refused(employer: Employer) -> None:
    computer = employer.computer()
    body = seal(computer.key, EnvelopeType.ENROLMENT, b"{}", computer.address + Path.ENROL, nonce=computer.nonce())
    assert problem(computer.post(Path.ENROL, body)) == "malformed"


def test_a_binding_for_another_key_or_address_is_refused(employer: Employer) -> None:
    invitation, computer = employer.invite(), employer.computer()
    url = computer.address + Path.ENROL
    for binding in (
        bind(PrivateKey.generate().public, invitation.id, invitation.secret, url),
        bind(computer.key.public, invitation.id, invitation.secret, "https://other.example/api/v1/enrol"),
    ):
        payload = json.dumps({"binding": binding, "agent_version": "1", "platform": "linux"}).encode()
        body = seal(computer.key, EnvelopeType.ENROLMENT, payload, url, nonce=computer.nonce(), show_key=True)
        assert problem(computer.post(Path.ENROL, body)) == "bad_signature"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/api/v1/", 404),
        ("GET", "/api/v1/reports", 405),
        ("PUT", "/api/v1/reports", 405),
        ("DELETE", "/api/v1/ping", 405),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/%00", 404),
        ("GET", "/api/v1/line/" + "0" * 32, 404),
    ],
)
def test_addresses_that_are_none_get_a_problem_document(
    employer: Employer, method: str, path: str, status: int
) -> None:
    answer = employer.http.request(method, path)
    assert (answer.status_code, problem(answer)) == (status, "not_found")


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_mutation_of_a_report_is_stored_or_breaks_the_receiver(employer: Employer, data: st.DataObject) -> None:
    employer.clock.pass_by(hours=1)
    computer = employer.computers[0] if employer.computers else employer.enrolled()
    employer.computers[:] = [computer]
    original = good(computer)
    mutated = bytearray(original)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        match data.draw(st.sampled_from(("change", "drop", "insert", "swap"))):
            case "change":
                mutated[at] = data.draw(st.integers(0, 255))
            case "drop":
                del mutated[at]
            case "insert":
                mutated.insert(at, data.draw(st.integers(0, 255)))
            case "swap":
                mutated[at:] = mutated[at:][::-1]
    answer = computer.post(Path.REPORTS, bytes(mutated))
    if bytes(mutated) == original:
        assert answer.status_code == 201
    else:
        assert 400 <= answer.status_code < 500, answer.text
        problem(answer)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from([*Report.__struct_fields__, "unknown"])
OUTCOME = st.fixed_dictionaries(
    {
        "check": st.sampled_from(["computer.load", "network.jitter", "room.noise", "other.thing"]),
        "version": st.integers(1, 3),
        "status": st.just("measured"),
    },
    optional={
        "measurements": st.lists(
            st.fixed_dictionaries(
                {
                    "metric": st.sampled_from(
                        ["computer.cpu_busy_percent", "network.jitter_ms", "room.snr_a_db", "x.y"]
                    ),
                    "value": st.floats(allow_nan=False, allow_infinity=False),
                    "unit": st.text(max_size=3),
                },
                optional={"low": st.none() | st.floats(-1e6, 1e6), "high": st.none() | st.floats(-1e6, 1e6)},
            ),
            max_size=4,
        ),
        "findings": st.lists(
            st.fixed_dictionaries(
                {"code": st.sampled_from(["computer.cpu_busy", "headset.muted", "run.cancelled", "x.unknown"])},
                optional={"params": st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers(-9, 9))},
            ),
            max_size=3,
        ),
    },
)


@given(
    changes=st.dictionaries(FIELDS, VALUES, max_size=3)
    | st.fixed_dictionaries({"outcomes": st.lists(OUTCOME, max_size=5)})
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_signed_document_breaks_the_receiver(employer: Employer, changes: dict[str, Any]) -> None:
    employer.clock.pass_by(hours=1)
    computer = employer.computers[0] if employer.computers else employer.enrolled()
    employer.computers[:] = [computer]
    body = with_fields(**changes)(computer)
    answer = computer.post(Path.REPORTS, body)
    assert answer.status_code < 500, answer.text
    if answer.status_code == 201:
        stored = employer.read(
            lambda c: c.exec_driver_sql("select count(*) from envelopes where digest = ?", (digest(body),)).scalar_one()
        )
        assert stored == 1
    else:
        problem(answer)
