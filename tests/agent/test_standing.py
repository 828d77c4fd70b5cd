"""A damaged state folder is told, set aside, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import home
from agent.entries import EntryState
from agent.session import Session
from tests.agent.conftest import Opened, measured


def damaged(session: Session, name: str, data: bytes = b"\xff damaged") -> Path:
    """Closes the session and damages one of its files."""
    folder = session._home.folder
    session.close()
    (folder / name).write_bytes(data)
    return folder


def test_a_damaged_database_does_not_stop_the_next_report(
    session: Session, open_session: Opened, quick_check: object
) -> None:
    measured(session)
    first = session.preview().report
    session.send(session.preview())
    folder = damaged(session, home.REPORTS, b"not a database " * 1000)

    again = open_session()

    (notice,) = again.notices
    assert "was damaged" in notice
    assert list(folder.glob("reports.sqlite.damaged-*"))
    assert again.history() == ()
    measured(again)
    delivery = again.send(again.preview())
    assert delivery.entry.state is EntryState.DELIVERED
    assert again.report_of(delivery.entry.id)[0].seq == first.seq + 1, "the chain goes on: no false alarm at the desk"


@pytest.mark.parametrize("data", [b"\xff damaged", b'{"employer":"\xff"}', b'{"more":' + b"[" * 90_000 + b"]" * 90_000])
@pytest.mark.parametrize("name", [home.KEY, home.EMPLOYER])
def test_a_damaged_key_or_enrolment_asks_for_a_new_invitation(
    session: Session, open_session: Opened, name: str, data: bytes
) -> None:
    folder = damaged(session, name, data)
    assert open_session(look_only=True).membership is None
    again = open_session()
    assert again.membership is None
    assert any("nvitation link" in notice for notice in again.notices)
    assert any(path.name.startswith(f"{name}.damaged-") for path in folder.iterdir())
    again.close()
    assert open_session().notices == ()


def test_a_missing_key_asks_for_a_new_invitation(session: Session, open_session: Opened) -> None:
    folder = session._home.folder
    session.close()
    (folder / home.KEY).unlink()
    again = open_session()
    assert again.membership is None
    assert "key" in again.notices[0]


def test_a_damaged_policy_is_fetched_again(session: Session, open_session: Opened) -> None:
    damaged(session, home.POLICY)
    again = open_session()
    assert again.policy_from == "built-in"
    again.refresh()
    assert str(again.policy_from) == "employer"


def test_damaged_preferences_are_forgotten(session: Session, open_session: Opened) -> None:
    damaged(session, "preferences.json")
    assert open_session().devices.microphone is None


def test_looking_at_a_damaged_folder_changes_nothing(session: Session, open_session: Opened) -> None:
    folder = damaged(session, home.KEY)
    before = sorted(path.name for path in folder.iterdir())
    assert open_session(look_only=True).membership is None
    assert sorted(path.name for path in folder.iterdir()) == before


def test_looking_where_there_is_nothing(open_session: Opened, tmp_path: Path) -> None:
    looking = open_session(tmp_path / "nowhere", look_only=True)
    assert looking.history() == ()
    assert not (tmp_path / "nowhere").exists()
