"""The app. Importing this imports nothing heavy; :func:`start` does."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.errors import Exit
    from agent.session import Session


def start(session: Session | None = None) -> Exit:
    """Opens the app on the terminal, and returns when the person leaves.

    Opens a session of its own where none is given. A change of the language starts the screens anew in place, with
    the same session and the same run. Raises :class:`agent.errors.AgentError` when the state folder can't be used.
    """
    from agent import language, preferences
    from agent.errors import Exit
    from agent.home import default_folder

    folder = default_folder()
    chosen = preferences.load(folder)
    language.use(language.pick(chosen.language, os.environ, language.windows_ui()))
    if session is None:
        from agent.session import Session as Opened

        with Opened.open("app") as opened:
            return start(opened)

    from agent.ui.app import ReadinessApp
    from agent.ui.glyphs import choose
    from agent.ui.journey import Journey

    journey = Journey()
    glyphs = choose(os.environ, getattr(sys.stdout, "encoding", None) or "")
    without_colour = os.environ.get("NO_COLOR")
    for fixed in ("COLUMNS", "LINES"):  # some shells export them; the window's real size counts, and it may change
        os.environ.pop(fixed, None)
    while True:
        session.language = language.language()
        app = ReadinessApp(session, journey, chosen, folder, glyphs)
        left = app.run()
        if without_colour is not None:
            os.environ["NO_COLOR"] = without_colour  # Textual takes it out of the environment
        chosen = app.preferences
        if not app.restart:
            for problem in journey.problems:
                print(problem, file=sys.stderr)
            return left if left is not None else Exit.INTERRUPTED
        language.use(language.pick(chosen.language, os.environ, language.windows_ui()))
