"""The short code of a report, to be said over the phone: ``K7QM-2XWD``."""

from __future__ import annotations

import hashlib

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, so that nothing is mistaken or rude."""
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def short_code(report_id: str) -> str:
    """Eight characters in two groups, 40 bits: the same for the operator and the employer."""
    bits = int.from_bytes(hashlib.sha256(b"readiness short code\n" + report_id.encode()).digest()[:5], "big")
    code = "".join(ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))
    return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str | None:
    """A code as a person types it (small letters, O for 0, no dash) in its one form, or ``None``."""
    code = text.strip().upper().translate(_MISREAD)
    return f"{code[:4]}-{code[4:]}" if len(code) == 8 and set(code) <= set(ALPHABET) else None
