"""Methods that tell the patterns of lung disease apart: one file a method, one line here."""

from __future__ import annotations

from breathline.ct.patterns.learned_texture import LearnedTexture
from breathline.ct.patterns.method import PatternMap, PatternMethod
from breathline.registry import Registry

PATTERN_METHODS: Registry[PatternMethod] = Registry("CT pattern method", "breathline.patterns")
PATTERN_METHODS.add(LearnedTexture.name, LearnedTexture())

DEFAULT_METHOD = LearnedTexture.name

__all__ = ["DEFAULT_METHOD", "PATTERN_METHODS", "PatternMap", "PatternMethod"]
