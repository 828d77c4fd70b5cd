"""What stands in the state folder when the program opens; what is damaged is set aside and told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from agent import enrolment, home, keys
from agent.enrolment import Record
from agent.home import Home
from agent.language import _
from agent.outbox import Outbox
from agent.reports_file import DamagedOutbox
from protocol.keys import PrivateKey


@dataclass(slots=True)
class Standing:
    """The folder's contents, read and consistent."""

    outbox: Outbox
    record: Record | None
    """The enrolment; ``None`` when there is none, or its key is lost."""
    key: PrivateKey | None
    """This computer's key; ``None`` only when the folder is merely looked at and has none."""
    notices: list[str] = field(default_factory=list)
    """What was damaged, in words with the next step."""


def stand(folder: Home, look_only: bool) -> Standing:
    """Reads the folder. Raises :class:`agent.errors.StateFolderError`; ``look_only`` changes nothing in it."""
    if look_only:
        return Standing(Outbox(folder, look_only=True), *_look(folder))
    notices: list[str] = []
    outbox = _outbox(folder, notices)
    record = _record(folder, notices)
    key = _key(folder, notices)
    if record is not None and (key is None or key.public.thumbprint != record.device):
        key = _promoted(folder, record) or key
        if key is None or key.public.thumbprint != record.device:
            folder.set_aside(home.EMPLOYER)
            record = None
            notices.append(
                _("This computer's key for {folder} is missing.").format(folder=folder.folder)
                + " "
                + _("Ask your employer for a new invitation link. Your reports are still here.")
            )
    return Standing(outbox, record, key or keys.make(folder), notices)


def _look(folder: Home) -> tuple[Record | None, PrivateKey | None]:
    try:
        return enrolment.load(folder), keys.load(folder)
    except (enrolment.DamagedRecord, keys.DamagedKey):
        return None, None


def _outbox(folder: Home, notices: list[str]) -> Outbox:
    try:
        return Outbox(folder)
    except DamagedOutbox:
        aside = folder.set_aside(home.REPORTS)
        notices.append(
            _aside(_("The file with your reports was damaged."), aside)
            + " "
            + _("If a report still had to be sent, run the check again.")
        )
        return Outbox(folder)


def _record(folder: Home, notices: list[str]) -> Record | None:
    try:
        return enrolment.load(folder)
    except enrolment.DamagedRecord:
        aside = folder.set_aside(home.EMPLOYER)
        notices.append(
            _aside(_("The file with your employer's address was damaged."), aside)
            + " "
            + _("Open your employer's invitation link again, or ask for a new one.")
        )
        return None


def _key(folder: Home, notices: list[str]) -> PrivateKey | None:
    try:
        return keys.load(folder)
    except keys.DamagedKey:
        notices.append(_aside(_("The file with this computer's key was damaged."), folder.set_aside(home.KEY)))
        return None


def _promoted(folder: Home, record: Record) -> PrivateKey | None:
    """The new key of an enrolment that was cut off between its two files."""
    try:
        new = keys.load(folder, home.NEW_KEY)
    except keys.DamagedKey:
        return None
    if new is None or new.public.thumbprint != record.device:
        return None
    folder.rename(home.NEW_KEY, home.KEY)
    return new


def _aside(sentence: str, aside: Path) -> str:
    return sentence + " " + _("It was set aside as {name}.").format(name=aside.name)
