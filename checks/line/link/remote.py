"""Whether the person sits at this computer, or sees it from another one."""

from __future__ import annotations

from collections.abc import Mapping

from checks.line.link.facts import RemoteKind


def remote(environment: Mapping[str, str]) -> RemoteKind:
    """By what the session's environment says: Windows names a remote desktop's session ``RDP-Tcp#…``, xrdp and sshd
    leave their own variables."""
    if environment.get("SESSIONNAME", "").upper().startswith("RDP-") or "XRDP_SESSION" in environment:
        return "rdp"
    return "ssh" if environment.get("SSH_CONNECTION") else ""
