"""What can be changed at the desk: alarms are seen, computers approved and revoked, a language is chosen."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from employer.desk import language as languages
from employer.desk.visit import Frame, Refusal, Visit, log
from employer.store import changes
from employer.store import queries as store
from employer.store.rows import DeviceStatus


class Actions:
    """The forms for those who are signed in."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    async def see_alarm(self, visit: Visit) -> Response:
        """Marks an alarm as seen by this user."""
        alarm_id = visit.number("alarm_id")
        user = cast(str, visit.user)
        await self._frame.write(lambda c: changes.see_alarm(c, alarm_id, user, visit.now))
        return RedirectResponse(visit.local(visit.form.get("next", "")), status_code=303)

    async def approve_device(self, visit: Visit) -> Response:
        """The operator read the right fingerprint: the computer is the operator's."""
        return await self._change_device(visit, (DeviceStatus.PENDING,), DeviceStatus.ACTIVE)

    async def revoke_device(self, visit: Visit) -> Response:
        """The computer's reports are refused from now on."""
        return await self._change_device(visit, (DeviceStatus.PENDING, DeviceStatus.ACTIVE), DeviceStatus.REVOKED)

    async def _change_device(self, visit: Visit, before: Collection[DeviceStatus], after: DeviceStatus) -> Response:
        device_id = visit.request.path_params["device_id"]

        def change(connection: Connection) -> None:
            device = store.device(connection, device_id)
            if device is None:
                raise Refusal(404, "not_found")
            if device.status in before:
                changes.set_device_status(connection, device_id, after)

        await self._frame.write(change)
        log.info("%s made the computer %s %s", visit.user, device_id, after)
        return RedirectResponse(visit.local(visit.form.get("next", "")), status_code=303)

    async def choose_language(self, visit: Visit) -> Response:
        """Answers in another language from now on."""
        answer = RedirectResponse(visit.local(visit.form.get("next", "")), status_code=303)
        code = visit.form.get("language", "")
        if code in languages.NAMES:
            self._frame.set_language(answer, code)
        return answer
