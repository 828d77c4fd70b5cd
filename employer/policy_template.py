"""A policy to begin with: the default limits, under a purpose that the employer has to state."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from report.policy import Purpose, PurposeInRussian, default_toml


class Beginning(Struct, frozen=True, kw_only=True):
    """What stands above the limits."""

    version: str
    employer: str
    purpose: Purpose


TEMPLATE = Beginning(
    version="1",
    employer="FILL IN: the name that operators know you by",
    purpose=Purpose(
        controller="FILL IN: the company's legal name and address",
        contact="FILL IN: where a person may ask, object, or have data erased",
        used_for="To see before a shift that the workstation is ready for calls, and to help where it is not.",
        not_used_for="Not for pay, not for discipline.",
        seen_by="IT support.",
        kept="FILL IN: for example, 90 days",
        ru=PurposeInRussian(
            used_for="Чтобы до смены убедиться, что рабочее место готово к звонкам, и помочь, если это не так.",
            not_used_for="Не для расчёта оплаты и не для взысканий.",
            seen_by="Сотрудники техподдержки.",
            kept="FILL IN: например, 90 дней",
        ),
    ),
)


def policy_toml(beginning: Beginning) -> bytes:
    """A whole policy: this beginning, then the line and the limits of the built-in default."""
    purpose = msgspec.structs.asdict(beginning.purpose)
    russian = purpose.pop("ru")
    lines = [
        "# Each limit's source stands in docs/policy.md.",
        'schema = "readiness-policy/1"',
        *_keys({"version": beginning.version, "employer": beginning.employer}),
        "valid_for_hours = 24",
        "",
        "[purpose]",
        *_keys(purpose),
    ]
    if russian is not None:
        lines += ["", "[purpose.ru]", *_keys(msgspec.structs.asdict(russian))]
    limits = default_toml().decode().partition("\n[line]\n")[2]
    return ("\n".join(lines) + "\n\n[line]\n" + limits).encode()


def _keys(values: dict[str, str]) -> list[str]:
    """TOML's basic strings are JSON's, for text without control characters."""
    return [f"{key} = {msgspec.json.encode(value).decode()}" for key, value in values.items()]
