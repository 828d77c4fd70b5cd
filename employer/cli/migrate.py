"""``migrate``: brings the database's tables up to this version."""

from __future__ import annotations

import argparse

from employer.cli import common
from employer.settings import Settings
from employer.store import migrate
from employer.store.engine import open_engine

HELP = "bring the database's tables up to this version (SQLite does it by itself when the receiver starts)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    common.add_data(parser)


def run(args: argparse.Namespace) -> int:
    """Runs the command."""
    settings = Settings(data=common.state_folder(args), public_url="", database=args.database)
    engine = open_engine(settings.database_url)
    try:
        migrate.upgrade(engine)
    finally:
        engine.dispose()
    print("The tables are up to date.")
    return 0
