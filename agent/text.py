"""Text that is safe to draw in a terminal, whoever wrote it: no escape sequences, no control or direction marks."""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI … final byte
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, SOS, PM, APC … terminator
    r"|\x1b[ -/]*[0-~]"  # other escapes
    r"|\x9b[0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
"""Unicode categories that are dropped: controls, bidirectional and other format marks, private and unassigned, and
separators that some terminals take for a new line."""


def plain(text: str, lines: bool = True) -> str:
    """``text`` without escape sequences, control and direction characters. ``lines`` keeps line breaks."""
    text = _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\t", " "))
    keep = "\n" if lines else ""
    if not lines:
        text = " ".join(text.split("\n"))
    return "".join(c for c in text if c in keep or unicodedata.category(c) not in _UNSEEN)
