"""Why the employer could not be reached: what the network's errors mean to a person, and what to do."""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Iterator

from agent.errors import EmployerUnreachable
from agent.language import _

_EXPIRED, _NOT_YET_VALID, _WRONG_HOST = 10, 9, 62
"""OpenSSL's ``X509_V_ERR_CERT_HAS_EXPIRED``, ``…_CERT_NOT_YET_VALID``, ``…_HOSTNAME_MISMATCH``."""
_NO_NETWORK = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}


def explain(error: BaseException, host: str) -> EmployerUnreachable:
    """The error in words. ``host`` is the employer's."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return _tls(cause, host)
        if isinstance(cause, socket.gaierror):
            return EmployerUnreachable(
                _("The employer's server {host} was not found.").format(host=host),
                _("Check that this computer is online and other sites open, then try again."),
            )
        if isinstance(cause, ConnectionRefusedError):
            return EmployerUnreachable(
                _("The employer's service at {host} is not running right now.").format(host=host),
                _("Nothing is lost. Try again in a few minutes."),
            )
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
            return EmployerUnreachable(
                _("This computer has no way to {host}.").format(host=host),
                _("Check the cable or Wi-Fi, then try again."),
            )
    if any(isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__ for cause in _causes(error)):
        return no_answer(host)
    return EmployerUnreachable(
        _("The connection to {host} broke off.").format(host=host),
        _("Nothing is lost. Try again; if it happens often, check the cable or Wi-Fi."),
    )


def no_answer(host: str) -> EmployerUnreachable:
    """It didn't answer in time."""
    return EmployerUnreachable(
        _("The employer's server {host} did not answer in time.").format(host=host),
        _("Nothing is lost. Try again in a few minutes."),
    )


def someone_else_answered(host: str) -> EmployerUnreachable:
    """The answer isn't the employer's: a sign-in page of a network, a proxy, or another server."""
    return EmployerUnreachable(
        _("Something else answered in place of {host}, perhaps a network's sign-in page.").format(host=host),
        _("Open any web page and sign in to the network if it asks, then try again."),
    )


def _tls(error: ssl.SSLError, host: str) -> EmployerUnreachable:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return EmployerUnreachable(
            _("No secure connection to {host} could be made.").format(host=host),
            _("Try another network, or send support this sentence."),
        )
    if error.verify_code in (_EXPIRED, _NOT_YET_VALID):
        return EmployerUnreachable(
            _("The certificate of {host} is not valid on {date}, which is today by this computer's clock.").format(
                host=host, date=time.strftime("%Y-%m-%d")
            ),
            _("If that date is wrong, set the clock right and try again. Otherwise tell support."),
        )
    if error.verify_code == _WRONG_HOST:
        return someone_else_answered(host)
    return EmployerUnreachable(
        _("The certificate of {host} comes from an authority that this computer does not know.").format(host=host),
        _("Sign in to the network if it asks. If the company has its own authority, ask support for its file (--ca)."),
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
