"""The commands, each as someone runs it."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from employer import keys
from employer.__main__ import COMMANDS, FAILED, USAGE, main
from employer.cli import address
from employer.policy_template import TEMPLATE, policy_toml
from employer.store import queries
from employer.store.store import Store
from protocol.invitation import parse
from protocol.messages import Accepted
from report import policy as policies
from tests.employer.conftest import ADDRESS, an_employer
from tests.employer.conftest import policy_toml as good_policy


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A state folder with nothing in it."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def failure(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """What a command that fails says: a sentence and an indented next step, and no traceback."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (FAILED, "")
    assert err.startswith("readiness-employer: ")
    assert len(err.splitlines()) == 2
    assert err.splitlines()[1].startswith("  ")
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert "usage: readiness-employer " + command in capsys.readouterr().out


def test_an_invitation_is_the_link_alone_on_stdout(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    code, out, err = run(
        capsys, "invite", "--operator", "Анна", "--ref", "7", "--public-url", f"{ADDRESS}/", "--data", data
    )
    invitation = parse(out)
    assert code == 0
    assert len(out.splitlines()) == 1
    assert invitation.api_url == ADDRESS
    assert len(invitation.secret) == 32
    assert "Анна (7)" in err
    assert out.strip() not in err


def test_the_database_holds_no_secret_of_an_invitation(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    _, out, _ = run(capsys, "invite", "--operator", "A", "--ref", "7", "--public-url", ADDRESS, "--data", data)
    secret = parse(out).secret
    for file in data.glob("employer.sqlite3*"):
        content = file.read_bytes()
        assert secret not in content
        assert out.split(".")[-2].encode() not in content


def test_an_invitation_needs_an_address(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    asked = ("invite", "--operator", "A", "--ref", "7", "--data", data)
    assert "--public-url" in failure(capsys, *asked)
    address.keep(data, ADDRESS)
    assert run(capsys, *asked)[0] == 0


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--operator", "  ", "name"),
        ("--operator", "a\x1b[2Jb", "name"),
        ("--operator", "x" * 201, "200"),
        ("--ref", "", "ref"),
        ("--hours", "0", "hours"),
        ("--hours", "nan", "hours"),
        ("--public-url", "http://ready.example", "https"),
        ("--public-url", "ready.example", "address"),
    ],
)
def test_a_bad_invitation_is_explained(
    capsys: pytest.CaptureFixture[str], data: Path, option: str, value: str, word: str
) -> None:
    given = {"--operator": "A", "--ref": "7", "--public-url": ADDRESS, option: value}
    assert word in failure(capsys, "invite", "--data", data, *(x for pair in given.items() for x in pair))


def test_the_template_is_a_whole_policy_but_for_what_only_the_employer_knows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, data: Path
) -> None:
    assert main(["policy", "template"]) == 0
    toml = capsys.readouterr().out
    template = policies.parse(toml.encode())
    assert template.criteria == policies.default().criteria
    assert template.line == policies.default().line
    file = tmp_path / "policy.toml"
    file.write_text(toml, "utf-8")
    assert "FILL IN" in failure(capsys, "policy", "publish", file, "--data", data)
    file.write_text(toml.replace("FILL IN", "Example"), "utf-8")
    assert run(capsys, "policy", "publish", file, "--data", data)[0] == 0


def test_the_templates_words_need_no_escape_that_toml_lacks() -> None:
    odd = msgspec.structs.replace(TEMPLATE, employer='"Ёж" & Co \\ <b>')
    assert policies.parse(policy_toml(odd)).employer == odd.employer


def test_a_policy_is_checked_and_published(capsys: pytest.CaptureFixture[str], tmp_path: Path, data: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(good_policy("1"))
    assert "version 1, 1 criteria" in run(capsys, "policy", "check", file)[1]
    digest = policies.digest(good_policy("1"))
    for _ in range(2):
        assert digest in run(capsys, "policy", "publish", file, "--data", data)[1]
    file.write_bytes(good_policy("1", busy_pass=50))
    assert "new version" in failure(capsys, "policy", "publish", file, "--data", data)
    file.write_bytes(good_policy("2", busy_pass=50))
    assert run(capsys, "policy", "publish", file, "--data", data)[0] == 0
    store = Store(f"sqlite:///{data / 'employer.sqlite3'}")
    with store.reading() as connection:
        assert queries.policy_by_version(connection, "1") is not None
    store.close()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("cpu_busy_percent", "cpu_busy_percnt"), "cpu_busy_percent"),
        (("contact =", "contcat ="), "contact"),
        (('kept = "90 days"', 'kept = "' + "x" * 20_000 + '"'), "kept"),
        (('kept = "90 days"', "kept = 90"), "kept"),
        (("[criteria]", "[criteria"), "not TOML"),
        (("IT support", "IT\u200f support"), "U+200F"),
        (("IT support", "IT\\u202e support"), "U+202E"),
        (("pass = 60", "pass = nan"), "number"),
        (("fail = 85", "fail = inf"), "number"),
        (("Example", "\udcff"), "UTF-8"),
        (("[criteria]", "[criteria]\n" + "# " + "x" * 15_000), "too long"),
    ],
)
def test_a_policy_with_an_error_is_explained(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, change: tuple[str, str], word: str
) -> None:
    file = tmp_path / "policy.toml"
    file.write_bytes(good_policy().decode().replace(*change).encode("utf-8", "surrogateescape"))
    said = failure(capsys, "policy", "check", file)
    assert word in said
    assert "policy.toml" in said


def test_users_come_and_go(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    assert run(capsys, "users", "add", "it@example.com", "--password-stdin", "--data", data)[0] == 0
    assert run(capsys, "users", "list", "--data", data)[1].startswith("it@example.com\t20")
    assert run(capsys, "users", "remove", "it@example.com", "--data", data)[0] == 0
    assert run(capsys, "users", "list", "--data", data)[1] == ""
    assert "no user" in failure(capsys, "users", "remove", "it@example.com", "--data", data)


@pytest.mark.parametrize(
    ("name", "password", "word"),
    [("a b", "correct horse", "name"), ("it", "short", "10 to 200"), ("", "x" * 20, "name")],
)
def test_a_user_that_cant_be_is_explained(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    data: Path,
    name: str,
    password: str,
    word: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    assert word in failure(capsys, "users", "add", name, "--password-stdin", "--data", data)
    assert "--password-stdin" in failure(capsys, "users", "add", "it", "--data", data)


def test_an_exported_report_and_its_receipt_are_verified_offline(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, data: Path
) -> None:
    with an_employer(data) as employer:
        computer = employer.enrolled()
        report = computer.report(computer.challenge().challenge)
        envelope = computer.envelope(report)
        receipt = msgspec.json.decode(computer.send(envelope).content, type=Accepted).receipt
    report_file, receipt_file = tmp_path / "report.jws", tmp_path / "receipt.jws"
    report_file.write_bytes(envelope)
    receipt_file.write_text(receipt)

    code, out, _ = run(capsys, "verify", report_file, receipt_file, "--data", data)

    first, second = out.splitlines()
    assert code == 0
    assert (report.report_id in first, computer.id in first) == (True, True)
    assert (report.report_id in second, "ready, valid until 2026-03-03T08:00" in second) == (True, True)
    assert "it is among these files" in second

    tampered = receipt_file.with_name("tampered.jws")
    tampered.write_text(receipt[:-4] + "AAAA")
    assert "does not hold" in failure(capsys, "verify", tampered, "--data", data)
    another = tmp_path / "another employer"
    assert "--data" in failure(capsys, "verify", receipt_file, "--data", another)
    assert not another.exists(), "verifying makes nothing"
    run(capsys, "users", "list", "--data", another)
    keys.load_or_create(another)
    assert "does not hold" in failure(capsys, "verify", receipt_file, "--data", another)
    assert "can't be read" in failure(capsys, "verify", tmp_path / "nowhere", "--data", data)


def test_migrating_says_so(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    assert run(capsys, "migrate", "--data", data)[:2] == (0, "The tables are up to date.\n")


@pytest.mark.parametrize("command", [("users", "list"), ("migrate",)])
def test_a_state_folder_that_cant_be_made_is_explained(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "file").touch()
    assert "--data" in failure(capsys, *command, "--data", tmp_path / "file" / "data")


def test_a_damaged_database_is_explained(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    (data / "employer.sqlite3").write_bytes(b"x" * 5000)
    assert "can't be opened" in failure(capsys, "users", "list", "--data", data)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--host", "0.0.0.0"], "--public-url"),
        (["--host", "192.0.2.1"], "--host"),
        (["--public-url", "http://ready.example"], "--public-url"),
        (["--tls-key", "nowhere.pem"], "--tls-cert"),
        (["--tls-cert", "nowhere.pem"], "PEM"),
        (["--reflector-host", "192.0.2.1"], "--no-line"),
        (["--data", "/proc/nowhere"], "--data"),
        (["--database", "sqlite:////proc/nowhere.sqlite3"], "database"),
        (["--database", "nonsense"], "database"),
        (["--database", "nosuch://host/name"], "database"),
        (["--database", "postgresql+nosuch://host/name"], "database"),
    ],
)
def test_what_a_receiver_cant_serve_with_is_explained(
    capsys: pytest.CaptureFixture[str], data: Path, arguments: list[str], word: str
) -> None:
    assert word in failure(capsys, "serve", "--data", data, "--port", "0", *arguments)


@pytest.mark.parametrize(
    "option",
    [
        ("--port", "abc"),
        ("--port", "65536"),
        ("--concurrency", "0"),
        ("--fresh-within", "nan"),
        ("--fresh-within", "1e300"),
    ],
)
def test_a_number_that_can_not_be_is_a_wrong_command_line(
    capsys: pytest.CaptureFixture[str], data: Path, option: tuple[str, str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["serve", "--data", str(data), *option])
    assert end.value.code == USAGE
    assert f"{option[1]} is no number from" in capsys.readouterr().err
    assert list(data.iterdir()) == []


def test_a_new_state_folder_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A mistyped ``--data`` would otherwise look like an employer that has lost everything."""
    data = tmp_path / "new"
    assert str(data) in run(capsys, "users", "list", "--data", data)[2]
    assert run(capsys, "users", "list", "--data", data)[2] == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_an_answer_that_finds_no_place_is_told(data: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "employer", "policy", "template"],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == FAILED
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_port_in_use_is_explained(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "--port" in failure(capsys, "serve", "--data", data, "--port", str(taken.getsockname()[1]))
