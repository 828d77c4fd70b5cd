"""``users``: who may sign in to the desk."""

from __future__ import annotations

import argparse
import getpass
import re
import sys

from employer import passwords
from employer.cli import common
from employer.errors import EmployerError
from employer.receiver import utc_now
from employer.settings import Settings
from employer.store import changes, queries
from employer.times import rfc3339

HELP = "add, list or remove the people who may sign in to the desk"
NAME = re.compile(r"[\w.@+-]{1,80}")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="add a user, or set a new password and end all sessions")
    remove = actions.add_parser("remove", help="remove a user and end all sessions")
    for action in (add, remove):
        action.add_argument("name", metavar="NAME")
    add.add_argument("--password-stdin", action="store_true", help="read the password from stdin instead of asking")
    for action in (add, remove, actions.add_parser("list", help="list the users")):
        common.add_data(action)


def run(args: argparse.Namespace) -> int:
    """Runs the command."""
    settings = Settings(data=common.state_folder(args), public_url="", database=args.database)
    if args.action == "list":
        with common.open_store(settings.database_url) as store, store.reading() as connection:
            for user in queries.users(connection):
                print(f"{user.name}\t{rfc3339(user.created_at)}")
        return 0
    if args.action == "remove":
        with common.open_store(settings.database_url) as store:
            removed = common.change(store, lambda c: changes.remove_user(c, args.name))
        if not removed:
            raise EmployerError(f"There is no user {args.name}.", "See who there is with users list.")
        print(f"{args.name} can't sign in any more.")
        return 0
    return _add(args.name, args.password_stdin, settings)


def _add(name: str, from_stdin: bool, settings: Settings) -> int:
    if not NAME.fullmatch(name):
        raise EmployerError(
            f"{name!r} can't be a user's name.", "Use 1 to 80 letters, digits and . _ @ + - without spaces."
        )
    try:
        hashed = passwords.hash_password(_password(from_stdin))
    except passwords.PasswordError as error:
        raise EmployerError(f"The password was not set: {error}.", "Try again with another.") from error
    with common.open_store(settings.database_url) as store:
        common.change(store, lambda c: changes.put_user(c, name, hashed, utc_now()))
    print(f"{name} can sign in to the desk.")
    return 0


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise EmployerError("There is no terminal to ask for a password.", "Give it with --password-stdin.")
    try:
        first = getpass.getpass("Password: ")
        again = getpass.getpass("Once more: ")
    except EOFError:
        raise EmployerError("No password was given.", "Try again, and type it twice.") from None
    if again != first:
        raise EmployerError("The two were not the same.", "Try again.")
    return first
