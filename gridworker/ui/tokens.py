"""The colours of both themes by name, and the arithmetic that proves them readable."""

from __future__ import annotations

from typing import Final, Literal

Scheme = Literal["light", "dark"]
Tone = Literal["neutral", "ok", "warn", "bad", "violet", "info", "primary"]

TONES: Final[tuple[Tone, ...]] = ("neutral", "ok", "warn", "bad", "violet", "info", "primary")

LIGHT: Final[dict[str, str]] = {
    "app": "#F2F5F9",
    "surface": "#FFFFFF",
    "sunken": "#F6F8FB",
    "rail": "#FAFBFD",
    "line": "#E2E7EE",
    "line2": "#C6CFDA",
    "ctl": "#8390A1",
    "text": "#18212E",
    "text2": "#465364",
    "text3": "#5D6A7B",
    "primary": "#1B5EBE",
    "hover": "#164F9F",
    "on_primary": "#FFFFFF",
    "tint": "#E6EFFB",
    "tint_hover": "#D6E4F8",
    "sel": "#DDE9FA",
    "neutral": "#465364",
    "neutral_bg": "#EFF3F9",
    "ok": "#14703F",
    "ok_bg": "#E2F3E9",
    "warn": "#8A4F00",
    "warn_bg": "#FFF1D6",
    "bad": "#B42A23",
    "bad_bg": "#FCE8E6",
    "on_bad": "#FFFFFF",
    "violet": "#6438B0",
    "violet_bg": "#EFE9FB",
    "info": "#0B6B80",
    "info_bg": "#E0F2F6",
    "chart1": "#2F73D0",
    "chart2": "#C4770C",
    "chart_rest": "#C6CFDA",
    "track": "#E4E9F0",
}

DARK: Final[dict[str, str]] = {
    "app": "#11151B",
    "surface": "#1A2028",
    "sunken": "#151A21",
    "rail": "#151A21",
    "line": "#2A333F",
    "line2": "#3E4A59",
    "ctl": "#6B7A8E",
    "text": "#E8ECF2",
    "text2": "#B3BDCA",
    "text3": "#8D99A8",
    "primary": "#5C9DF5",
    "hover": "#7CB1F8",
    "on_primary": "#0A1A30",
    "tint": "#1C3354",
    "tint_hover": "#162A47",
    "sel": "#20395C",
    "neutral": "#B3BDCA",
    "neutral_bg": "#232B36",
    "ok": "#6FCF97",
    "ok_bg": "#16352A",
    "warn": "#F0B75E",
    "warn_bg": "#3A2D14",
    "bad": "#FF8F86",
    "bad_bg": "#45201E",
    "on_bad": "#2B0B09",
    "violet": "#BFA3F5",
    "violet_bg": "#2E2547",
    "info": "#6BC7DA",
    "info_bg": "#14343C",
    "chart1": "#5C9DF5",
    "chart2": "#F0B75E",
    "chart_rest": "#3E4A59",
    "track": "#2A333F",
}

SCHEMES: Final[dict[Scheme, dict[str, str]]] = {"light": LIGHT, "dark": DARK}

# Foreground, background: every pair that text is written in.
TEXT_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    *((text, ground) for text in ("text", "text2", "text3") for ground in ("app", "surface")),
    *((text, "sunken") for text in ("text", "text2", "text3")),
    *((text, "rail") for text in ("text", "text2")),
    *((text, "sel") for text in ("text", "text2")),
    *((text, "tint") for text in ("text", "text2", "primary")),
    ("primary", "tint_hover"),
    *(("primary", ground) for ground in ("app", "surface", "rail", "sunken")),
    *(("on_primary", ground) for ground in ("primary", "hover")),
    ("on_bad", "bad"),
    *((tone, f"{tone}_bg") for tone in ("neutral", "ok", "warn", "bad", "violet", "info")),
    *((tone, "surface") for tone in ("ok", "warn", "bad", "violet", "info")),
    *(("text", f"{tone}_bg") for tone in ("neutral", "ok", "warn", "bad", "violet", "info")),
    *(("text2", f"{tone}_bg") for tone in ("neutral", "ok", "warn", "bad", "violet", "info")),
    *((tone, "sel") for tone in ("warn", "bad")),
)

# What must be seen but is not read: outlines of controls, bars, the focus ring.
SHAPE_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    ("ctl", "surface"),
    ("primary", "surface"),
    ("primary", "app"),
    ("primary", "sel"),
    ("chart1", "surface"),
    ("chart2", "surface"),
)


def tone_pair(tone: Tone) -> tuple[str, str]:
    """The names of the text and ground tokens of a tone."""
    return ("primary", "tint") if tone == "primary" else (tone, f"{tone}_bg")


def contrast(one: str, other: str) -> float:
    """Contrast of two ``#RRGGBB`` colours, 1 to 21, as WCAG 2.1 section 1.4.3 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
