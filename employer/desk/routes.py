"""The desk's addresses, to be mounted at ``/desk``."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from employer.desk import assets, pages
from employer.desk.actions import Actions
from employer.desk.sign_in import Door
from employer.desk.throttle import Throttle
from employer.desk.visit import Frame
from employer.receiver import Receiver


def routes(receiver: Receiver) -> list[BaseRoute]:
    """The pages for IT support."""
    frame = Frame(receiver.store, pages.refuse, public_url=receiver.settings.public_url, clock=receiver.now)
    door = Door(frame, Throttle(receiver.monotonic))
    desk, acts = pages.Pages(frame), Actions(frame)
    report = "/reports/{report_id}"
    return [
        Route("/static/{name:path}", assets.serve, methods=["GET"]),
        Route("/sign-in", frame.public(door.show), methods=["GET"]),
        Route("/sign-in", frame.public(door.sign_in), methods=["POST"]),
        Route("/sign-out", frame.public(door.sign_out), methods=["POST"]),
        Route("/language", frame.public(acts.choose_language), methods=["POST"]),
        Route("/", frame.private(desk.operators), methods=["GET"]),
        Route("/operators/{operator_id:int}", frame.private(desk.operator), methods=["GET"]),
        Route(report, frame.private(desk.report), methods=["GET"]),
        Route(report + "/evidence.json", frame.private(desk.evidence), methods=["GET"]),
        Route(report + "/envelope", frame.private(desk.envelope), methods=["GET"]),
        Route(report + "/receipt", frame.private(desk.receipt), methods=["GET"]),
        Route("/alarms", frame.private(desk.alarms), methods=["GET"]),
        Route("/alarms/{alarm_id:int}/seen", frame.private(acts.see_alarm), methods=["POST"]),
        Route("/devices/{device_id}/approve", frame.private(acts.approve_device), methods=["POST"]),
        Route("/devices/{device_id}/revoke", frame.private(acts.revoke_device), methods=["POST"]),
        Route("/{path:path}", frame.private(desk.nowhere), methods=["GET"]),
    ]
