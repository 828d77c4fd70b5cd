"""``invite``: makes a link that enrols one operator's computer."""

from __future__ import annotations

import argparse
from datetime import timedelta

from employer import invitations, keys
from employer.cli import address, common
from employer.errors import EmployerError
from employer.receiver import utc_now
from employer.settings import Settings
from employer.times import rfc3339

HELP = "make an invitation link for an operator; works while the receiver runs"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--operator", required=True, metavar="NAME", help="the operator's name, as the desk shows it")
    parser.add_argument("--ref", required=True, metavar="ID", help="what you know the operator by: a personnel number")
    parser.add_argument("--hours", type=float, default=72, help="how long the link is good (%(default)s)")
    parser.add_argument("--public-url", default="", metavar="URL", help="default: that of the receiver on this data")
    common.add_data(parser)


def run(args: argparse.Namespace) -> int:
    """Runs the command: the link alone on stdout."""
    folder = common.state_folder(args)
    url = address.checked(args.public_url) if args.public_url else address.kept(folder)
    if not 0 < args.hours <= 24 * 90:
        raise EmployerError(f"--hours {args.hours:g} is out of range.", "Give more than 0 and at most 2160 hours.")
    own_keys = keys.load_or_create(folder)
    settings = Settings(data=folder, public_url=url, database=args.database)
    with common.open_store(settings.database_url) as store:
        try:
            invited = common.change(
                store,
                lambda connection: invitations.invite(
                    connection,
                    own_keys,
                    url,
                    name=args.operator,
                    ref=args.ref,
                    now=utc_now(),
                    lifetime=timedelta(hours=args.hours),
                ),
            )
        except ValueError as error:
            raise EmployerError(f"The operator can't be invited: {error}.", "Correct it and try again.") from error
        with store.reading() as connection:
            common.warn_without_policy(connection)
    common.narrate(
        f"For {invited.operator.name} ({invited.operator.ref}), good until {rfc3339(invited.expires_at)}, "
        "once, on one computer. Whoever has the link can enrol: send it to this person alone."
    )
    print(invited.link)
    return 0
