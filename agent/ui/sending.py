"""Seals and sends the present run's report, as the person has ticked it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.session import Delivery, Preview, Session
from agent.ui.journey import Journey

if TYPE_CHECKING:
    from agent.ui.screens.page import Page


def preview(session: Session, journey: Journey) -> Preview:
    """The document as ticked so far. Blocks."""
    return session.preview(journey.left_out, journey.comment)


async def send(page: Page) -> None:
    """Sends, and shows what came of it. Where that fails before the report is sealed, says so and stays."""
    session, journey = page.program.session, page.program.journey

    def deliver() -> Delivery:
        return session.send(preview(session, journey))

    journey.sending = True
    delivery = await page.asked(deliver)
    journey.sending = False
    if delivery is not None:
        page.program.sent(delivery)
