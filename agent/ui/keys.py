"""Key bindings: each letter works on a Latin and on a Russian keyboard, in both cases, and says what it does.

A terminal delivers the typed character, not the key: where the keyboard is switched to Russian, the key R arrives as к.
Descriptions are marked here and translated where they are shown, since a binding is made once, with its class.
"""

from __future__ import annotations

from textual.binding import Binding

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"

NEIGHBOUR = dict(zip(_LATIN, _RUSSIAN, strict=True))
"""The letter that the same key types on the ЙЦУКЕН layout."""


def letter(key: str, action: str, description: str, tooltip: str, *, id: str, show: bool = True) -> Binding:
    """A binding for the letter ``key``, its Russian neighbour, and both in upper case."""
    keys = [key, key.upper(), NEIGHBOUR[key], NEIGHBOUR[key].upper()]
    return Binding(",".join(keys), action, description, show=show, key_display=key.upper(), tooltip=tooltip, id=id)


def named(
    keys: str,
    action: str,
    description: str,
    tooltip: str,
    *,
    id: str,
    display: str = "",
    show: bool = True,
    priority: bool = False,
) -> Binding:
    """A binding for keys that are no letters: ``enter``, ``escape``, ``question_mark,f1``."""
    return Binding(
        keys,
        action,
        description,
        show=show,
        key_display=display or None,
        priority=priority,
        tooltip=tooltip,
        id=id,
    )
