"""The idle line's step, with a real reflector and an employer that answers over TLS."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as File

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from checks.interface import Cancelled, Captures, Context, Line, NotMeasured
from checks.network import jitter, voice_quality
from checks.steps import idle_line
from checks.steps.idle_line import STEP, IdleLineCapture
from employer.reflector import ReflectorConfig
from employer.reflector_process import ReflectorProcess
from protocol.messages import PING_ANSWER, Path
from protocol.ticket import issue
from report import policy
from report.catalogue import finding
from report.vocabulary import Outcome, Status
from tests.checks.probe import TestProbe, cancel_after, children_left
from tests.lab.servers import certificate, serving

KEY = bytes(range(32))
SESSION = b"a run's session."
BEARER = "the-bearer-of-this-run"


def employer(reflector: ReflectorProcess | None) -> Starlette:
    """Answers ping, and with the reflector's counts; 503 without a reflector."""

    def ping(request: Request) -> Response:
        return PlainTextResponse(PING_ANSWER)

    def counts(request: Request) -> Response:
        if request.headers["authorization"] != f"Bearer {BEARER}":
            return Response(status_code=401)
        seen = reflector.counts(bytes.fromhex(request.path_params["session"])) if reflector else None
        return Response(msgspec.json.encode(seen)) if seen else Response(status_code=503)

    return Starlette(routes=[Route(Path.PING, ping), Route(Path.LINE + "/{session}", counts)])


def context_for(api_url: str, port: int, ca_file: File | None = None) -> Context:
    ticket = issue(KEY, session=SESSION, expires_at=int(time.time()) + 600)
    line = Line(api_url, "127.0.0.1", port, SESSION, ticket, BEARER, str(ca_file) if ca_file else None)
    return Context(policy=policy.default(), line=line)


def outcomes(capture: IdleLineCapture, context: Context) -> tuple[Outcome, Outcome]:
    captures = Captures({STEP.id: capture})
    return jitter.CHECK.assess(captures, context), voice_quality.CHECK.assess(captures, context)


@pytest.fixture
def reflector() -> Iterator[ReflectorProcess]:
    with ReflectorProcess(ReflectorConfig(ticket_key=KEY.hex(), host="127.0.0.1")) as process:
        yield process


@pytest.mark.realtime
def test_a_good_line_is_measured_and_the_reflectors_counts_come_over_tls(
    reflector: ReflectorProcess, tmp_path: File
) -> None:
    tls, probe = certificate(tmp_path), TestProbe()
    with serving(employer(reflector), tls) as url:
        context = context_for(url, reflector.port, tls.ca_file)
        capture = STEP.run(probe, context, 4.0)
    assert capture.counts is not None, capture.counts_problem
    assert capture.counts.unique == len(capture.probed.trace.sent) == pytest.approx(125, abs=10)
    assert capture.web_answers is None
    assert capture.others is None, "loopback is no interface that others' traffic tells anything of"
    assert len(probe.series["line.rtt_ms"]) == len(capture.probed.trace.sent)
    assert probe.fractions == sorted(probe.fractions)
    line, voice = outcomes(capture, context)
    rtt, drop = line.value("network.rtt_p50_ms"), voice.value("network.mos_drop")
    assert rtt is not None
    assert rtt.value < 20
    assert drop is not None
    assert drop.value < 0.2


@pytest.mark.realtime
def test_a_line_that_is_clear_early_is_not_probed_for_longer(
    reflector: ReflectorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_line, "EARLIEST_S", 2.0)
    probe, context = TestProbe(), context_for("http://127.0.0.1:9", reflector.port)
    capture = STEP.run(probe, context, 12.0)
    assert 50 < len(capture.probed.trace.sent) < 300
    assert len(probe.looks) == 1
    look = probe.looks[0]
    assert isinstance(look, IdleLineCapture)
    answered = {answer.sequence for answer in look.probed.trace.answers}
    assert all(packet.sequence in answered for packet in look.probed.trace.sent), "what may be on its way is left out"


@pytest.mark.realtime
def test_a_line_that_is_not_clear_is_probed_for_as_long_as_is_wanted(
    reflector: ReflectorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_line, "EARLIEST_S", 1.5)
    monkeypatch.setattr(idle_line, "LOOK_EVERY_S", 0.7)
    answers = iter([5.0, 4.0, 3.0, 2.0, 0.0])
    probe = TestProbe(wanted_s=lambda _: next(answers))
    capture = STEP.run(probe, context_for("http://127.0.0.1:9", reflector.port), 3.0)
    assert len(probe.looks) == 5
    assert capture.probed.trace.seconds > 3.0
    assert len(capture.probed.trace.answers) == len(capture.probed.trace.sent)


@pytest.mark.realtime
def test_counts_that_cannot_be_had_are_tolerated_and_said(reflector: ReflectorProcess) -> None:
    with serving(employer(None)) as url:
        context = context_for(url, reflector.port)
        capture = STEP.run(TestProbe(), context, 3.0)
    assert capture.counts is None
    assert capture.counts_problem == "status 503"
    line, _ = outcomes(capture, context)
    assert line.status is Status.MEASURED
    assert line.facts["reflector_counts"] == "status 503"


@pytest.mark.realtime
def test_https_without_udp_is_called_by_its_name() -> None:
    with serving(employer(None)) as url, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        context = context_for(url, silent.getsockname()[1])
        capture = STEP.run(TestProbe(), context, 2.5)
    assert capture.web_answers is True
    with pytest.raises(NotMeasured) as reason:
        outcomes(capture, context)
    assert (reason.value.status, reason.value.because.code) == (Status.ERROR, "network.udp_blocked")


@pytest.mark.realtime
def test_nothing_answering_at_all_is_not_blamed_on_udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        context = context_for("http://127.0.0.1:9", silent.getsockname()[1])
        capture = STEP.run(TestProbe(), context, 2.5)
    with pytest.raises(NotMeasured) as reason:
        outcomes(capture, context)
    assert reason.value.because.code == "network.unreachable"


@pytest.mark.realtime
def test_cancelling_ends_at_once_and_leaves_no_process(reflector: ReflectorProcess) -> None:
    probe = TestProbe()
    timer = cancel_after(probe, 1.0)
    with pytest.raises(Cancelled):
        STEP.run(probe, context_for("http://127.0.0.1:9", reflector.port), 20.0)
    timer.join()
    assert not [name for name in children_left() if "prober" in name]


def test_without_an_employer_it_is_skipped_with_the_reason() -> None:
    context = Context(policy=policy.default())
    with pytest.raises(NotMeasured) as reason:
        STEP.run(TestProbe(), context, 20.0)
    assert (reason.value.status, reason.value.because.code) == (Status.SKIP, "network.not_enrolled")
    missing = finding("run.cancelled")
    with pytest.raises(NotMeasured) as reason:
        STEP.run(TestProbe(), replace(context, line_missing=missing), 20.0)
    assert reason.value.because is missing
