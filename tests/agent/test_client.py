"""Whatever the network does, the person reads one plain sentence that ends in a next step."""

from __future__ import annotations

import errno
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agent import problems, unreachable
from agent.client import Client
from agent.errors import AgentError, EmployerRefused, EmployerUnreachable
from employer.api.problems import KINDS as EMPLOYERS_KINDS
from protocol.keys import PrivateKey
from protocol.messages import PROBLEM, EnvelopeType, Problem
from protocol.messages import Path as Address
from tests.agent.far_side import (
    CHALLENGE,
    NONCE,
    POLICY,
    FarSide,
    delayed_date,
    endless,
    page,
    reset,
    silence,
    status,
)


def failure(address: str, seconds: float = 15.0, ca_file: str | None = None) -> AgentError:
    """What asking for the policy there is answered with."""
    with Client(address, ca_file, seconds) as client, pytest.raises(AgentError) as error:
        client.get(POLICY)
    assert error.value.sentence.endswith(".")
    assert error.value.next_step.endswith(".") or error.value.next_step.endswith(").")
    return error.value


def problem(name: str, code: int, **more: str) -> bytes:
    return b'{"type":"urn:readiness:problem:%s","title":"T","status":%d,"detail":"%s","next_step":"%s"}' % (
        name.encode(),
        code,
        more.get("detail", "").encode(),
        more.get("next_step", "").encode(),
    )


def test_a_good_answer_is_given(far: FarSide) -> None:
    with Client(far.address) as client:
        assert client.get(Address.PING).body == b"readiness-employer\n"
        assert client.get(NONCE).nonce
        assert client.clock_off_s is not None
        assert abs(client.clock_off_s) < 60


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (reset, "broke off"),
        (page(), "sign-in page"),
        (page(404), "sign-in page"),
        (page(511), "sign-in page"),
        (status(302, Location="https://portal.example/"), "sign-in page"),
        (status(500), "HTTP 500"),
        (status(502, b"<h1>Bad</h1>", Content_Type="text/html"), "HTTP 502"),
        (status(413, b"<h1>Too big</h1>", Content_Type="text/html"), "sign-in page"),
        (endless, "sign-in page"),
        (status(500, b"{", Content_Type=PROBLEM), "HTTP 500"),
        (status(503, problem("unavailable", 503), Content_Type=PROBLEM), "can't take it right now"),
        (status(500, problem("made_up", 500, detail="Flood"), Content_Type=PROBLEM), "“Flood”"),
    ],
)
def test_what_time_can_heal_is_unreachable(far: FarSide, fault: object, said: str) -> None:
    far.gate.next(POLICY, fault)  # type: ignore[arg-type]
    error = failure(far.address)
    assert isinstance(error, EmployerUnreachable)
    assert said in error.sentence


def test_what_time_can_not_heal_is_refused(far: FarSide) -> None:
    far.gate.next(POLICY, status(403, problem("revoked", 403), Content_Type=PROBLEM))
    error = failure(far.address)
    assert isinstance(error, EmployerRefused)
    assert error.problem == "revoked"


def test_an_unknown_refusal_is_told_in_the_employers_words_made_safe(far: FarSide) -> None:
    body = problem("new_rule", 403, detail="Closed [@click=quit]\\n<b>today</b>", next_step="Ask Ann.")
    far.gate.next(POLICY, status(403, body, Content_Type=PROBLEM))
    error = failure(far.address)
    assert isinstance(error, EmployerRefused)
    assert "“Closed [@click=quit] <b>today</b>”" in error.sentence
    assert error.next_step == "Ask Ann."


def test_a_refusal_with_hidden_characters_is_not_the_employers(far: FarSide) -> None:
    body = problem("new_rule", 403, detail="\\u001b[2J")
    far.gate.next(POLICY, status(403, body, Content_Type=PROBLEM))
    assert isinstance(failure(far.address), EmployerUnreachable)


@pytest.mark.parametrize(("sent", "waits"), [("7", 7), ("99999999", 86400), ("soon", None), ("-5", None)])
def test_retry_after_is_read(far: FarSide, sent: str, waits: float | None) -> None:
    far.gate.next(POLICY, status(503, Retry_After=sent))
    error = failure(far.address)
    assert isinstance(error, EmployerUnreachable)
    assert error.retry_after_s == waits


def test_retry_after_may_be_a_date(far: FarSide) -> None:
    from email.utils import formatdate

    far.gate.next(POLICY, status(503, Retry_After=formatdate(time.time() + 100, usegmt=True)))
    error = failure(far.address)
    assert isinstance(error, EmployerUnreachable)
    assert error.retry_after_s is not None
    assert 60 < error.retry_after_s <= 101


def test_silence_ends_in_time(far: FarSide) -> None:
    far.gate.next(POLICY, silence(30))
    began = time.monotonic()
    assert "did not answer in time" in failure(far.address, seconds=0.5).sentence
    assert time.monotonic() - began < 5


def test_a_name_that_does_not_exist_is_told() -> None:
    assert "was not found" in failure("https://no-such-host.invalid").sentence


def test_nobody_listening_is_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    assert "is not running" in failure(address).sentence


def test_no_network_is_told() -> None:
    error = unreachable.explain(OSError(errno.ENETUNREACH, "Network is unreachable"), "calls.example")
    assert "no way to calls.example" in error.sentence


@pytest.mark.parametrize("address", ["http://calls.example", "ftp://calls.example", "https://u:p@calls.example", ""])
def test_other_addresses_are_not_asked(address: str) -> None:
    with pytest.raises(AgentError, match="can't be used"):
        Client(address)


def test_a_file_of_authorities_must_be_one(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(AgentError, match="--ca"):
            Client("https://calls.example", str(path))


def test_a_used_nonce_is_replaced_once(far: FarSide) -> None:
    key = PrivateKey.generate()
    answer = status(400, problem("bad_nonce", 400), Content_Type=PROBLEM, Replay_Nonce="fresh-nonce-from-answer")
    for faults, error in (([answer], EmployerRefused), ([answer, answer], EmployerUnreachable)):
        far.gate.open_again()
        far.gate.next(CHALLENGE, *faults)
        with Client(far.address) as client, pytest.raises(error):
            client.post_signed(CHALLENGE, key, EnvelopeType.CHALLENGE_REQUEST, b"{}")
        assert len(far.gate.posted(CHALLENGE)) == 2


def test_a_nonce_that_does_not_come_is_someone_else(far: FarSide) -> None:
    far.gate.next(NONCE, status(204))
    with Client(far.address) as client, pytest.raises(EmployerUnreachable, match="sign-in page"):
        client.post_signed(CHALLENGE, PrivateKey.generate(), EnvelopeType.CHALLENGE_REQUEST, b"{}")


def test_a_wrong_clock_is_hinted_at(far: FarSide) -> None:
    refusal = status(403, problem("revoked", 403), Content_Type=PROBLEM, Date="Thu, 01 Jan 2026 00:00:00 GMT")
    far.gate.next(POLICY, refusal)
    assert "clock is" in failure(far.address).next_step
    far.gate.next(NONCE, delayed_date(3600))
    with Client(far.address) as client:
        client.get(NONCE)
        assert client.clock_off_s is not None
        assert 3500 < client.clock_off_s < 3700


def test_every_problem_of_the_employer_has_words() -> None:
    assert set(problems.KINDS) == set(EMPLOYERS_KINDS)


@pytest.mark.parametrize("name", sorted(problems.KINDS))
def test_a_problem_is_told_as_retryable_or_not(name: str) -> None:
    kind = EMPLOYERS_KINDS[name]
    told = problems.explain(Problem(type=problems.PREFIX + name, title="", status=kind.status), None, None)
    heals = kind.status >= 500 or kind.status == 429 or name == "bad_nonce"
    assert isinstance(told, EmployerUnreachable if heals else EmployerRefused)
    assert told.sentence
    assert told.next_step


# TLS, with an authority of the test's own.


@contextmanager
def tls_server(folder: Path, host: str = "localhost", days: tuple[int, int] = (-1, 1)) -> Iterator[str]:
    """An HTTPS server that answers everything with ``ok``; its authority is in ``ca.pem``. Gives its address."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Authority")])

    def certificate(subject: x509.Name, key: ec.EllipticCurvePrivateKey, ca: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=-9 if ca else days[0]))
            .not_valid_after(now + timedelta(days=9 if ca else days[1]))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
        )
        if not ca:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        return builder.sign(authority_key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(certificate(name, authority_key, ca=True).public_bytes(pem))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    chain = certificate(subject, server_key, ca=False).public_bytes(pem)
    private = server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(private + chain)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_answer_all, args=(listening, context), daemon=True).start()
        yield f"https://localhost:{listening.getsockname()[1]}"


def _answer_all(listening: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = listening.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(plain, server_side=True) as secure:
                secure.recv(65536)
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        except OSError:
            plain.close()


def test_a_private_authority_is_accepted_when_given(tmp_path: Path) -> None:
    with tls_server(tmp_path) as address, Client(address, str(tmp_path / "ca.pem")) as client:
        assert client.get(POLICY).body == b"ok"


def test_an_unknown_authority_is_told(tmp_path: Path) -> None:
    with tls_server(tmp_path) as address:
        assert "does not know" in failure(address).sentence


def test_a_certificate_of_another_host_is_someone_else(tmp_path: Path) -> None:
    with tls_server(tmp_path, host="other.example") as address:
        assert "sign-in page" in failure(address, ca_file=str(tmp_path / "ca.pem")).sentence


@pytest.mark.parametrize("days", [(-5, -2), (2, 5)])
def test_a_certificate_out_of_date_hints_at_the_clock(tmp_path: Path, days: tuple[int, int]) -> None:
    with tls_server(tmp_path, days=days) as address:
        error = failure(address, ca_file=str(tmp_path / "ca.pem"))
    assert "by this computer's clock" in error.sentence
    assert "set the clock right" in error.next_step


def test_a_server_without_tls_is_told(far: FarSide) -> None:
    address = far.address.replace("http://127.0.0.1", "https://localhost")
    assert "secure connection" in failure(address).sentence
