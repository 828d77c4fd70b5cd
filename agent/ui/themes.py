"""The three looks: dark, light, high contrast. ``NO_COLOR`` turns any of them to greys."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="dark",
    primary="#7ab8e0",
    secondary="#8fa3b8",
    accent="#7ab8e0",
    success="#8cc79a",
    warning="#e6bd6c",
    error="#ee9187",
    foreground="#d8dee6",
    background="#12171d",
    surface="#1a2028",
    panel="#242c36",
    dark=True,
    variables={
        "quiet": "#8a97a6",
        "line": "#34404d",
        "ink": "#f3f6f9",
        "on-primary": "#0d1319",
    },
)

LIGHT = Theme(
    name="light",
    primary="#15628f",
    secondary="#4d5f70",
    accent="#15628f",
    success="#2b6e3f",
    warning="#865a00",
    error="#ab2f28",
    foreground="#26303a",
    background="#f6f4ef",
    surface="#ebe8e1",
    panel="#dedad1",
    dark=False,
    variables={
        "quiet": "#5d6874",
        "line": "#c3beb3",
        "ink": "#0f161d",
        "on-primary": "#ffffff",
    },
)

CONTRAST = Theme(
    name="contrast",
    primary="#ffff00",
    secondary="#ffffff",
    accent="#ffff00",
    success="#5cff7a",
    warning="#ffd35c",
    error="#ff9d94",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    text_alpha=1.0,
    variables={
        "quiet": "#e4e4e4",
        "line": "#ffffff",
        "ink": "#ffffff",
        "on-primary": "#000000",
    },
)

THEMES = (DARK, LIGHT, CONTRAST)
"""``primary`` and the verdict colours keep a contrast of at least 4.5:1 on background and surface (WCAG 2.2, 1.4.3)."""
