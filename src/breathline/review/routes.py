"""What the server answers: one line an address. Nothing of an address ever becomes a path."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from breathline.errors import OutputError
from breathline.review.labels import BoxLabels
from breathline.review.linking import Link, Linked
from breathline.review.page import FIGURES, SCRIPTS, figure_file, render_review, review_wording, style_sheet
from breathline.review.saying import take_correction
from breathline.review.session import Review
from breathline.review.telling import tell_log, tell_state
from breathline.viewing import COARSE, FINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of the server."""

    body: bytes
    kind: str = "application/json; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that was let in: the groups of its address, the words behind the question mark, what was sent."""

    groups: tuple[str, ...]
    query: Mapping[str, str]
    sent: Any = None


Route = Callable[[Review, Asked], Answer]


def as_json(content: Any, status: int = 200) -> Answer:
    """Answer with JSON."""
    return Answer(
        body=json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8"), status=status
    )


def refused(message: str, status: int) -> Answer:
    """Answer with why not."""
    return as_json({"message": message}, status)


def _page(review: Review, _: Asked) -> Answer:
    return Answer(body=render_review(review).encode("utf-8"), kind="text/html; charset=utf-8")


def _style(_review: Review, _: Asked) -> Answer:
    return Answer(body=style_sheet().encode("utf-8"), kind="text/css; charset=utf-8")


def _script(_review: Review, asked: Asked) -> Answer:
    return Answer(
        body=_packed(asked.groups[0]),
        kind="text/javascript; charset=utf-8",
        headers={"Content-Encoding": "gzip"},
    )


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(files("breathline.review").joinpath("static", name).read_bytes(), compresslevel=1)


def _figure(review: Review, asked: Asked) -> Answer:
    return Answer(body=figure_file(review.folder, asked.groups[0]).read_bytes(), kind="image/svg+xml")


def _state(review: Review, _: Asked) -> Answer:
    return as_json(tell_state(review, review_wording()))


def _log(review: Review, _: Asked) -> Answer:
    return as_json(tell_log(review, review_wording()))


def _volume(review: Review, asked: Asked) -> Answer:
    number, coarse = _scan(review, asked.groups[0]), asked.groups[1]
    scan = review.scans[number]
    if scan.grid is None:
        return refused(scan.missing, 404)
    body = (scan.folder / (COARSE if coarse else FINE)).read_bytes()
    return Answer(body=body, kind="application/octet-stream", headers={"Content-Encoding": "gzip"})


def _label_map(review: Review, asked: Asked) -> Answer:
    return _packed_labels(lambda: review.labels(_scan(review, asked.groups[0]), asked.groups[1]))


def _change(review: Review, asked: Asked) -> Answer:
    return _packed_labels(lambda: review.change(_scan(review, asked.groups[0])))


def _packed_labels(read: Callable[[], BoxLabels]) -> Answer:
    try:
        labels = read()
    except OutputError as error:
        return refused(str(error), 404)
    body = gzip.compress(labels.tobytes(), compresslevel=1)
    return Answer(body=body, kind="application/octet-stream", headers={"Content-Encoding": "gzip"})


def _linked(review: Review, asked: Asked) -> Answer:
    followup = _scan(review, asked.groups[0])
    review.pair_of(followup)
    if not review.link_is_ready(followup) and "wait" not in asked.query:
        return as_json({"ready": False})
    link = review.link(followup)
    if not isinstance(link, Link):
        return as_json({"ready": True, "missing": link})
    if "at" not in asked.query:
        return as_json({"ready": True, "missing": ""})
    place = _place(asked.query["at"])
    if place is None:
        return refused("A place is three numbers: slice, row and column.", 400)
    found = link.backward(place) if asked.query.get("from") == "followup" else link.forward(place)
    return as_json({"ready": True, "missing": "", **_told(found)})


def _told(found: Linked | None) -> dict[str, Any]:
    if found is None:
        return {"at": None, "outside": True}
    return {"at": [round(value, 3) for value in found.place], "outside": found.outside}


def _place(text: str) -> tuple[float, float, float] | None:
    if not re.fullmatch(r"(-?\d{1,5}(\.\d{1,6})?,){2}-?\d{1,5}(\.\d{1,6})?", text):
        return None
    z, y, x = (float(part) for part in text.split(","))
    return z, y, x


def _scan(review: Review, text: str) -> int:
    number = int(text)
    if number >= len(review.scans):
        raise LookupError
    return number


def _correct(review: Review, asked: Asked) -> Answer:
    try:
        said = take_correction(review, asked.sent)
    except OutputError as error:
        return refused(str(error), 422)
    return as_json({"number": said.number, "log": tell_log(review, review_wording())}, 201)


READ: Mapping[re.Pattern[str], Route] = {
    re.compile(r"/"): _page,
    re.compile(r"/static/review\.css"): _style,
    re.compile(rf"/static/({'|'.join(re.escape(name) for name in SCRIPTS)})"): _script,
    re.compile(rf"/figures/({'|'.join(FIGURES)})\.svg"): _figure,
    re.compile(r"/api/state"): _state,
    re.compile(r"/api/log"): _log,
    re.compile(r"/api/link/(\d{1,3})"): _linked,
    re.compile(r"/data/(\d{1,3})/view(-coarse)?\.nii"): _volume,
    re.compile(r"/data/(\d{1,3})/(lungs|patterns)"): _label_map,
    re.compile(r"/data/(\d{1,3})/change"): _change,
}
WRITE: Mapping[re.Pattern[str], Route] = {re.compile(r"/api/corrections"): _correct}


def answer(review: Review, routes: Mapping[re.Pattern[str], Route], path: str, asked: Asked) -> Answer:
    """Answer a request that was let in."""
    for pattern, route in routes.items():
        match = pattern.fullmatch(path)
        if match:
            groups = tuple(group or "" for group in match.groups())
            try:
                return route(review, Asked(groups=groups, query=asked.query, sent=asked.sent))
            except (LookupError, FileNotFoundError):
                break
            except OutputError as error:
                return refused(str(error), 409)
            except OSError as error:
                return refused(f"The file system refused: {error.strerror or error}.", 500)
    return refused("There is nothing at this address.", 404)
