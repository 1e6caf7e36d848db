"""A server for one reader's browser on the same computer."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from breathline import __version__
from breathline.errors import OutputError
from breathline.review.guard import HEADERS, Guard
from breathline.review.page import render_review
from breathline.review.routes import READ, WRITE, Answer, Asked, answer, refused
from breathline.review.session import Review

ADDRESS = "127.0.0.1"
MOST_BYTES = 32 * 2**20
"""A correction with more is refused: repainting every line of both lungs takes about 10 MB."""
PATIENCE_S = 30.0


class ReviewServer(ThreadingHTTPServer):
    """Serves one review on loopback until it is shut down; every run has its own secret.

    Parameters
    ----------
    folder
        The folder of the assessment.
    port
        0 lets the system choose a free one.

    Raises
    ------
    AssessmentError
        If there is no assessment, or it cannot be read.
    OutputError
        If the port is taken.
    """

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.review = Review(folder)
        try:
            super().__init__((ADDRESS, port), _Handler)
        except (OSError, OverflowError) as error:
            raise OutputError(
                f"The page cannot be opened on port {port}: {getattr(error, 'strerror', None) or error}. Choose "
                "another with --port, or leave it out."
            ) from error
        self.guard = Guard(port=self.server_address[1])

    @property
    def link(self) -> str:
        """The address that opens the page."""
        return self.guard.link

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: a browser that closes its window in the middle is no fault."""


def open_review(folder: Path, port: int = 0) -> ReviewServer:
    """Start a server for an assessment; lays out its page while the browser starts.

    Raises
    ------
    AssessmentError
        If there is no assessment, or it cannot be read.
    OutputError
        If the port is taken.
    """
    server = ReviewServer(folder, port)
    threading.Thread(target=render_review, args=(server.review,), daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    """Lets a request in or not, and sends the answer."""

    server: ReviewServer
    server_version = f"Breathline/{__version__}"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_S

    def do_GET(self) -> None:
        """Answer a question."""
        path, _, words = self.path.partition("?")
        query = dict(parse_qsl(words))
        if self._turned_away(changes=False, key=query.get("key", "")):
            return
        if "key" in query:  # the secret leaves the address bar for a cookie that scripts cannot read
            cookie = self.server.guard.cookie_header()
            self._send(Answer(body=b"", status=303, headers={"Location": "/", "Set-Cookie": cookie}))
            return
        self._send(self._answered(READ, path, Asked(groups=(), query=query)))

    def do_POST(self) -> None:
        """Take a correction."""
        if self._turned_away(changes=True, key=""):
            return
        sent, why_not = self._read_json()
        if why_not is not None:
            self._send(why_not)
            return
        self._send(self._answered(WRITE, self.path, Asked(groups=(), query={}, sent=sent)))

    def _answered(self, routes: Any, path: str, asked: Asked) -> Answer:
        try:
            return answer(self.server.review, routes, path, asked)
        except Exception as error:  # noqa: BLE001  # the last resort: the page says so, and the server lives on
            return refused(f"Breathline failed in a way nobody foresaw ({type(error).__name__}).", 500)

    def _turned_away(self, *, changes: bool, key: str) -> bool:
        guard = self.server.guard
        asked = ((name, self.headers.get(name)) for name in ("Host", "Origin", "Sec-Fetch-Site"))
        headers = {name: value for name, value in asked if value is not None}
        why = guard.why_not(headers, changes=changes)
        known = guard.knows(key) if key else guard.knows_cookie(self.headers.get("Cookie", ""))
        if not why and not known:
            why = "Open the link that `breathline review` printed: it holds the key to this page."
        if why:
            self.close_connection = True
            self._send(refused(why, 403))
        return bool(why)

    def _read_json(self) -> tuple[Any, Answer | None]:
        self.close_connection = True
        if self.headers.get_content_type() != "application/json":
            return None, refused("A correction is sent as JSON.", 415)
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            return None, refused("The request does not say how long it is.", 411)
        if int(length) > MOST_BYTES:
            return None, refused("This correction is too large. Save it in smaller parts.", 413)
        try:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                self.close_connection = False
                return json.loads(body), None
        except (OSError, ValueError, RecursionError):
            pass
        return None, refused("The request cannot be read as JSON.", 400)

    def _send(self, found: Answer) -> None:
        self.send_response(found.status)
        for name, value in {**HEADERS, "Content-Type": found.kind, **found.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(found.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name of the base class
        """Say nothing: what a reader looks at is nobody's business."""
