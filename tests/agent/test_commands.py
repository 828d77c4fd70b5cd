"""The commands around a report: data on stdout, words on stderr, and the exit code as documented."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.__main__ import main
from agent.errors import Exit
from agent.session import Session
from protocol.keys import PrivateKey
from tests.agent.conftest import QuickCheck, measured
from tests.agent.far_side import REPORTS, FarSide, status


@dataclass(frozen=True, slots=True)
class Said:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Of stdout."""
        return self.out.splitlines()


Run = Callable[..., Said]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder that the commands use."""
    monkeypatch.setenv("READINESS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def readiness(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``readiness`` with these arguments."""

    def run(*arguments: str | Path) -> Said:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def delivered(session: Session, folder: Path, quick_check: QuickCheck) -> str:
    """The id of a report that was sent from the commands' folder."""
    measured(session)
    report_id = session.send(session.preview()).entry.id
    session.close()
    return report_id


def test_enrol_connects(readiness: Run, far: FarSide) -> None:
    said = readiness("enrol", far.invite(name="Анна"))
    assert (said.code, said.out) == (Exit.READY, "Connected to Example Calls as Анна.\n")


def test_enrol_reads_the_link_from_stdin(readiness: Run, far: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(far.invite() + "\n"))
    assert readiness("enrol", "-").code == Exit.READY


@pytest.mark.parametrize(("link", "code"), [("nonsense", Exit.USAGE), ("http://127.0.0.1:9/i#1.abcd.x.y", Exit.USAGE)])
def test_enrol_says_what_is_wrong(readiness: Run, link: str, code: Exit) -> None:
    said = readiness("enrol", link)
    assert (said.code, said.out) == (code, "")
    assert len(said.err.splitlines()) == 2


def test_enrol_without_a_network_is_not_delivered(readiness: Run, far: FarSide) -> None:
    link = far.invite().replace(far.address, "http://127.0.0.1:9")
    assert readiness("enrol", link).code == Exit.NOT_DELIVERED


def test_a_demo_without_a_folder_is_told(readiness: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = readiness("demo", "--folder", tmp_path / "file" / "demo")
    assert (said.code, said.out) == (Exit.USAGE, "")
    assert "--folder" in said.err


def test_a_second_program_is_told(readiness: Run, session: Session, folder: Path) -> None:
    said = readiness("send")
    assert said.code == Exit.USAGE
    assert "already open" in said.err


def test_history_lists_what_there_is(readiness: Run, delivered: str) -> None:
    (line,) = readiness("history").lines
    assert "Ready · delivered" in line
    assert line.endswith(delivered)
    (entry,) = json.loads(readiness("history", "--json").out)
    assert (entry["id"], entry["state"], entry["readiness"]) == (delivered, "delivered", "ready")


def test_history_of_nothing_is_empty(readiness: Run, folder: Path) -> None:
    said = readiness("history")
    assert (said.code, said.out) == (Exit.READY, "")
    assert said.err
    assert not folder.exists()


def test_show_tells_the_newest(readiness: Run, delivered: str) -> None:
    said = readiness("show")
    assert delivered in said.out
    assert "the receipt is verified" in said.out


def test_show_says_when_the_rules_have_changed_since(readiness: Run, delivered: str, far: FarSide) -> None:
    assert "rules of today" not in readiness("show").out
    newer = far.publish()
    with Session.open("plain") as session:
        session.refresh()
    said = readiness("show")
    assert f"the rules of today, {newer}; the report was made under v" in said.out


def test_show_json_is_the_signed_document(readiness: Run, delivered: str, far: FarSide) -> None:
    from protocol.envelope import peek

    said = readiness("show", delivered, "--json")
    assert said.out.encode() == peek(far.gate.posted(REPORTS)[-1])[1] + b"\n"


def test_show_ticket_is_a_tickets_text(readiness: Run, delivered: str) -> None:
    assert "Category: " in readiness("show", "--ticket").out


def test_show_of_an_unknown_report_is_told(readiness: Run, delivered: str) -> None:
    said = readiness("show", "nothing")
    assert (said.code, said.out) == (Exit.USAGE, "")
    assert "readiness history" in said.err


def test_send_delivers_what_waits(readiness: Run, session: Session, far: FarSide, quick_check: QuickCheck) -> None:
    far.gate.next(REPORTS, status(503, Retry_After="60"))
    measured(session)
    assert session.send(session.preview()).receipt is None
    session.close()
    far.gate.next(REPORTS, status(503, Retry_After="60"))
    failed = readiness("send")
    assert failed.code == Exit.NOT_DELIVERED
    assert "waiting" in failed.out
    assert "Try again" in failed.err
    sent = readiness("send")
    assert sent.code == Exit.READY
    assert "delivered" in sent.out
    nothing = readiness("send")
    assert (nothing.code, nothing.out) == (Exit.READY, "")


def exported(readiness: Run, tmp_path: Path) -> dict[str, Path]:
    """The files of the newest report, by the end of their names."""
    said = readiness("export", "--to", tmp_path / "out")
    assert said.code == Exit.READY
    return {line.split(".", 1)[1]: Path(line) for line in said.lines}


def test_export_writes_what_verify_verifies(readiness: Run, delivered: str, tmp_path: Path) -> None:
    files = exported(readiness, tmp_path)
    assert set(files) == {"report.json", "report.jws", "receipt.jws", "receipt.html"}
    said = readiness("verify", files["report.jws"], files["receipt.jws"])
    assert said.code == Exit.READY
    for part in ("This is this computer's key", "This is your employer's key", "received at", "exactly this report"):
        assert part in said.out


def test_verify_elsewhere_needs_the_employers_key(
    readiness: Run, delivered: str, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = exported(readiness, tmp_path)
    monkeypatch.setenv("READINESS_HOME", str(tmp_path / "elsewhere"))
    unknown = readiness("verify", files["receipt.jws"])
    assert unknown.code == Exit.NOT_READY
    assert "--employer-key" in unknown.out
    named = readiness("verify", files["receipt.jws"], "--employer-key", session.employer_key)
    assert named.code == Exit.READY
    other = PrivateKey.generate().public.thumbprint
    wrong = readiness("verify", files["receipt.jws"], "--employer-key", other)
    assert wrong.code == Exit.NOT_READY
    assert "NOT your employer's key" in wrong.out


def test_verify_tells_an_altered_file(readiness: Run, delivered: str, tmp_path: Path) -> None:
    files = exported(readiness, tmp_path)
    envelope = bytearray(files["report.jws"].read_bytes())
    envelope[-20] ^= 1
    files["report.jws"].write_bytes(envelope)
    said = readiness("verify", files["report.jws"], files["receipt.jws"])
    assert said.code == Exit.NOT_READY
    assert "does not verify" in said.out
    assert "Don't rely on it" in said.err


def test_verify_of_a_missing_file_is_told(readiness: Run, folder: Path) -> None:
    said = readiness("verify", "/nowhere/report.jws")
    assert (said.code, said.out) == (Exit.USAGE, "")


def test_a_draft_exports_its_document_alone(
    readiness: Run, session: Session, folder: Path, quick_check: QuickCheck, tmp_path: Path
) -> None:
    measured(session, for_employer=False)
    session.keep_draft()
    session.close()
    assert set(exported(readiness, tmp_path)) == {"report.json"}


def test_export_to_a_place_that_is_none_is_told(readiness: Run, delivered: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    said = readiness("export", "--to", tmp_path / "file")
    assert (said.code, said.out) == (Exit.USAGE, "")
    assert "--to" in said.err
