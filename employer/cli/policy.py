"""``policy``: a policy to begin with; checks one; puts one in force."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from employer import keys, policies
from employer.api.policy import fits
from employer.cli import common
from employer.errors import EmployerError
from employer.policy_template import TEMPLATE, policy_toml
from employer.receiver import utc_now
from employer.settings import Settings
from protocol import strict
from protocol.keys import PrivateKey
from report import policy as reading
from report.policy import Policy, PolicyError

HELP = "print a policy to begin with, check one, or put one in force"
UNFILLED = b"FILL IN"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("template", help="print a policy with the default limits, to fill in")
    check = actions.add_parser("check", help="say whether a policy file can be used")
    publish = actions.add_parser("publish", help="put a policy in force; works while the receiver runs")
    for action in (check, publish):
        action.add_argument("file", type=Path, metavar="FILE")
    common.add_data(publish)


def run(args: argparse.Namespace) -> int:
    """Runs the command."""
    if args.action == "template":
        sys.stdout.buffer.write(policy_toml(TEMPLATE))
        return 0
    toml = common.read_file(args.file)
    found = _checked(toml, args.file)
    if args.action == "publish":
        return _publish(args, toml)
    print(f"{args.file}: version {found.version}, {len(found.criteria)} criteria. It can be published.")
    return 0


def _checked(toml: bytes, file: Path) -> Policy:
    try:
        policy = reading.parse(toml, str(file))
    except PolicyError as error:
        raise EmployerError(str(error), "Correct the file and try again.") from error
    try:
        strict.check(msgspec.json.encode(policy))
    except strict.StrictError as error:
        said = str(error).partition(": ")[2]
        raise EmployerError(f"{file}: {said}.", "Take it out: operators' programs would not show it.") from error
    if UNFILLED in toml:
        line = toml[: toml.index(UNFILLED)].count(b"\n") + 1
        raise EmployerError(f"{file}: line {line} still says FILL IN.", "Write your own words there.")
    if not fits(PrivateKey(bytes(32)), toml, "https://" + "x" * 300):
        raise EmployerError(f"{file}: too long to be delivered.", "Shorten it to about 10 kilobytes.")
    return policy


def _publish(args: argparse.Namespace, toml: bytes) -> int:
    folder = common.state_folder(args)
    keys.load_or_create(folder)
    settings = Settings(data=folder, public_url="", database=args.database)
    with common.open_store(settings.database_url) as store:
        published = common.change(store, lambda c: policies.publish(c, toml, str(args.file), utc_now()))
    print(f"Version {published.policy.version} is in force (SHA-256 {published.digest}).")
    return 0
