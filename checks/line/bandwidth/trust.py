"""Why a server's certificate was not accepted."""

from __future__ import annotations

import ssl
from typing import Literal

_UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21)
"""OpenSSL's numbers (x509_vfy.h): the issuer can't be found, or signed itself, or its certificate is missing."""


def distrusted(error: ssl.SSLCertVerificationError) -> Literal["intercepted", "untrusted"]:
    """``intercepted`` for an unknown authority: whoever looks into encrypted connections signs with one of his own.

    A wrong date or another name is ``untrusted``.
    """
    return "intercepted" if error.verify_code in _UNKNOWN_AUTHORITY else "untrusted"
