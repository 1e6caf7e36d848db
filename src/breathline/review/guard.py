"""Who may ask: only somebody who has the link, from this computer, by its own page."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

SECRET_BYTES = 32

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every answer: nothing but this server is asked, and nothing is kept by the browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What a request must show.

    Parameters
    ----------
    port
        Of the server, which other pages on this computer do not share.
    secret
        Drawn anew for every run.
    """

    port: int
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(SECRET_BYTES), repr=False)

    @property
    def cookie(self) -> str:
        """Name of the cookie; one a port, since cookies do not tell ports apart."""
        return f"breathline-review-{self.port}"

    @property
    def link(self) -> str:
        """The address that opens the page."""
        return f"http://127.0.0.1:{self.port}/?key={self.secret}"

    def cookie_header(self) -> str:
        """Give the cookie that stands for the secret once the link was opened."""
        return f"{self.cookie}={self.secret}; Path=/; HttpOnly; SameSite=Strict"

    def knows(self, secret: str) -> bool:
        """Tell whether this is the secret, in a time that gives nothing away."""
        return hmac.compare_digest(secret.encode("utf-8", "replace"), self.secret.encode())

    def knows_cookie(self, header: str) -> bool:
        """Tell whether the browser has opened the link."""
        try:
            cookies = SimpleCookie(header)
        except CookieError:
            return False
        found = cookies.get(self.cookie)
        return found is not None and self.knows(found.value)

    def why_not(self, headers: Mapping[str, str], *, changes: bool) -> str:
        """Say why a request is refused whatever it knows; nothing if it may go on.

        Parameters
        ----------
        changes
            True for a request that writes, which must name the page it comes from.
        """
        hosts = (f"127.0.0.1:{self.port}", f"localhost:{self.port}")
        if headers.get("Host", "") not in hosts:
            return "This server answers only under its own address. Open the link that was printed."
        origin = headers.get("Origin")
        if origin is not None and origin != f"http://{headers['Host']}":
            return "Another page asked; only the review page itself may."
        if origin is None and changes:
            return "The request does not say which page it comes from."
        if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return "Another page asked; only the review page itself may."
        return ""
