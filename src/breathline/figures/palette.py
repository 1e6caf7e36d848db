"""Colours and typefaces of figures, report and review page; loads nothing that draws."""

from __future__ import annotations

PALETTE = {
    "ink": "#1b2733",
    "muted": "#55626f",
    "rule": "#c9d1d9",
    "hair": "#e3e8ec",
    "paper": "#ffffff",
    "wash": "#f4f6f8",
    "accent": "#0b4f6c",
    "focus": "#1a6fb0",
    "treatment": "#dcebf2",
    "better": "#0a5c8a",
    "better-wash": "#eaf3f8",
    "worse": "#a63a00",
    "worse-wash": "#fbefe8",
    "no_change": "#4d5761",
    "no_change-wash": "#f4f6f8",
    "cannot_tell": "#6b5a00",
    "cannot_tell-wash": "#faf6e3",
    "example": "#4a3b00",
    "example-wash": "#fff3c4",
}
"""Every colour of page and figures but those of the patterns. Blue against burnt orange stays apart in every
common colour blindness; text stands on its ground at WCAG AA contrast or better."""

INK, MUTED, RULE, PAPER = (PALETTE[name] for name in ("ink", "muted", "rule", "paper"))
ACCENT, TREATMENT_WASH = PALETTE["accent"], PALETTE["treatment"]
PREVIOUS = "#8793a0"

JUDGEMENT_COLOURS = {name: PALETTE[name] for name in ("better", "worse", "no_change", "cannot_tell")}

PATTERN_STYLES: dict[str, tuple[str, tuple[float, ...]]] = {
    "ground_glass": ("#f5e642", ()),
    "reticulation": ("#62c4ff", (5.0, 2.5)),
    "honeycombing": ("#ff9a4d", (1.5, 1.8)),
    "consolidation": ("#e79bd0", (8.0, 2.0, 1.5, 2.0)),
    "emphysema": ("#3fd6a4", (2.5, 4.0)),
}
"""Colour and dashes of each pattern outlined on a CT slice; the colours are those of Okabe and Ito, lightened
to stand on dark lung, and the dashes tell them apart without colour."""

FONT_STACK = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
