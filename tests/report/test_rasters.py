"""Figures as PNG: what matplotlib would have drawn, from their SVG."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageFilter

from breathline.figures import draw_forest
from breathline.figures.style import png_bytes, svg_bytes
from breathline.report.catalogue import read_wording
from breathline.report.rasters import PPI, holds_pixels, rasterise
from tests.report.example import example

FAR = 25.0


def test_figures_of_lines_are_those_of_their_svg() -> None:
    """The oracle is matplotlib, which draws the same figure as PNG by itself."""
    figure = draw_forest(example(), read_wording())
    assert figure is not None
    svgs, titles = {"forest": svg_bytes(figure)}, {"forest": "Änderung"}
    assert not holds_pixels(svgs["forest"])
    made = rasterise(svgs, titles)["forest"]
    assert rasterise(svgs, titles)["forest"] == made
    found, truth = (Image.open(io.BytesIO(png)) for png in (made, png_bytes(figure, dpi=PPI)))
    assert found.info["Title"] == "Änderung"
    assert found.info["dpi"] == pytest.approx((PPI, PPI), abs=0.1)
    assert np.abs(np.subtract(found.size, truth.size)).max() <= 1, "one of them rounds half a pixel up"
    assert apart(found, truth) < FAR
    without_words = {"forest": re.sub(rb"<text.*?</text>", b"", svgs["forest"], flags=re.DOTALL)}
    assert apart(Image.open(io.BytesIO(rasterise(without_words, titles)["forest"])), truth) > 2 * FAR


def apart(one: Image.Image, other: Image.Image) -> float:
    """The most that two pictures differ in grey, of 255, seen from so far that the smoothing of edges is lost."""
    box = (0, 0, min(one.width, other.width), min(one.height, other.height))
    blurred = (
        np.asarray(picture.convert("L").crop(box).filter(ImageFilter.GaussianBlur(6)), dtype=float)
        for picture in (one, other)
    )
    return float(np.abs(np.subtract(*blurred)).max())


def test_nothing_to_draw() -> None:
    assert rasterise({}, {}) == {}
