"""The server: who is let in, what it gives, and what it never does."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from breathline.archive import write_assessment
from breathline.corrections import read_corrections, say_correction
from breathline.errors import AssessmentError, OutputError
from breathline.model.correction import NotMeasurable
from breathline.review import ReviewServer, open_review
from breathline.review import routes as routes_module
from tests.report.example import example, hostile


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ReviewServer]:
    """A server on the example without the folders of its scans."""
    write_assessment(example(), tmp_path / "assessment.json")
    opened = open_review(tmp_path)
    threading.Thread(target=opened.serve_forever, args=(0.02,), daemon=True).start()
    yield opened
    opened.shutdown()
    opened.server_close()


def ask(
    server: ReviewServer, path: str, body: Any = None, method: str = "", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Ask as the review page does, but for the headers that are given; an empty one is left out."""
    port = server.guard.port
    sent = {
        "Host": f"127.0.0.1:{port}",
        "Cookie": f"{server.guard.cookie}={server.guard.secret}",
    }
    content = None
    if body is not None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent |= {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        kept = {name: value for name, value in sent.items() if value}
        connection.request(method or ("POST" if body is not None else "GET"), path, content, kept)
        found = connection.getresponse()
        return found.status, dict(found.getheaders()), found.read()
    finally:
        connection.close()


def message(found: tuple[int, dict[str, str], bytes]) -> str:
    return str(json.loads(found[2])["message"])


def value_of(value_number: int, after: object, **more: object) -> dict[str, object]:
    told = {"who": "A. Reader", "reason": "typing error", "seen": 0, "kind": "value"}
    return {**told, "value_number": value_number, "after": after, **more}


def test_it_answers_only_on_this_computer(server: ReviewServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_the_link_gives_a_cookie_and_leaves_the_address_bar(server: ReviewServer) -> None:
    link = urlsplit(server.link)
    assert len(server.guard.secret) >= 43, "256 bits in base64"
    status, headers, _ = ask(server, f"{link.path}?{link.query}", Cookie="")
    assert (status, headers["Location"]) == (303, "/")
    cookie = headers["Set-Cookie"]
    assert all(part in cookie for part in (server.guard.secret, "HttpOnly", "SameSite=Strict"))
    status, headers, body = ask(server, "/", Cookie=cookie.split(";")[0])
    assert status == 200
    assert b"example-01" in body
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/", "/static/app.js", "/api/state", "/data/0/view.nii", "/nothing", "/?key=", "/?key=x"]
)
@pytest.mark.parametrize("cookie", ["", "a=b", "breathline-review-{port}=x", "=;;\x01"])
def test_nothing_without_the_secret(path: str, cookie: str, server: ReviewServer) -> None:
    status, headers, body = ask(server, path, Cookie=cookie.format(port=server.guard.port))
    assert status == 403
    assert "Set-Cookie" not in headers
    assert b"example-01" not in body


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "example.com"},
        {"Host": "127.0.0.1"},
        {"Host": "evil.127.0.0.1:{port}"},
        {"Origin": "http://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_nothing_for_a_foreign_page(headers: dict[str, str], server: ReviewServer) -> None:
    foreign = {name: value.format(port=server.guard.port) for name, value in headers.items()}
    assert ask(server, "/", **foreign)[0] == 403
    assert ask(server, "/api/corrections", value_of(0, 1.0), **foreign)[0] == 403
    assert ask(server, f"/?key={server.guard.secret}", **foreign)[0] == 403
    assert read_corrections(server.review.corrections_folder) == ()


def test_a_correction_must_name_its_page(server: ReviewServer) -> None:
    found = ask(server, "/api/corrections", value_of(0, 1.0), Origin="")
    assert (found[0], message(found)) == (403, "The request does not say which page it comes from.")


@pytest.mark.parametrize(
    "path",
    [
        "/../assessment.json", "/assessment.json", "/static/../page.py", "/static/%2e%2e/page.py", "/static/app.js%00",
        "/data/0/../../assessment.json", "/data/99/view.nii", "/data/-1/view.nii", "/figures/../assessment.json.svg",
        "/figures/timeline.svg", "//example.com/", "/corrections/00001.json", "/api/corrections", "/data/0/change",
        "/data/0/patterns", "/data/1/change", "/data/0/view-coarse.nii", "/api/link/0", "/api/link/99", "http://[",
    ],
)  # fmt: skip
def test_there_is_no_way_to_another_file(path: str, server: ReviewServer) -> None:
    assert ask(server, path)[0] == 404


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"\xff", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b"{}", {"Content_Type": "text/plain"}, 415),
        (b"{}", {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {"Content_Length": "99999999999"}, 413),
        (b"{}", {"Content_Length": "-1"}, 411),
        ({}, {}, 422),
        ([], {}, 422),
        (value_of(0, 1.0, kind="other"), {}, 422),
        (value_of(0, True), {}, 422),
        (value_of(0, "fast"), {}, 422),
        (value_of(999, 1.0), {}, 422),
        (value_of(0, 1.0, seen=-1), {}, 422),
        (value_of(0, 1.0, seen="0"), {}, 422),
        (value_of(0, 1.0, who=""), {}, 422),
        (value_of(0, 1.0, reason="a" * 5000), {}, 422),
        (value_of(0, 1.0, kind="not_measurable", scan=9, region="lungs"), {}, 422),
        (value_of(0, 1.0, kind="not_measurable", scan=0, region="../.."), {}, 422),
        (value_of(0, 1.0, kind="labels", scan=0, label_map="lungs", runs=[[0, 1, 0, 1]]), {}, 422),
        (value_of(0, 1.0, kind="withdrawal", number=1), {}, 422),
    ],
)
def test_what_is_no_correction(body: Any, headers: dict[str, str], status: int, server: ReviewServer) -> None:
    found = ask(server, "/api/corrections", body, **headers)
    assert found[0] == status
    assert message(found)
    assert read_corrections(server.review.corrections_folder) == ()
    assert ask(server, "/api/state")[0] == 200, "the server lives on"


def test_a_correction_is_kept_and_the_assessment_never_changes(server: ReviewServer) -> None:
    source = server.review.folder / "assessment.json"
    before = source.read_bytes()
    status, _, body = ask(server, "/api/corrections", value_of(0, 2.5))
    assert status == 201
    (kept,) = read_corrections(server.review.corrections_folder)
    assert (kept.number, kept.who, kept.reason, kept.content.after) == (1, "A. Reader", "typing error", 2.5)
    recorded = example().measurements[0].measurement
    assert (kept.content.measure, kept.content.before) == (recorded.measure, recorded.value)
    assert [entry["standing"] for entry in json.loads(body)["log"]] == ["in_force"]
    assert source.read_bytes() == before
    found = ask(server, "/api/corrections", value_of(0, 2.75))  # another reader, who has not seen it
    assert [entry["standing"] for entry in json.loads(found[2])["log"]] == ["conflict", "conflict"]
    found = ask(server, "/api/corrections", value_of(0, 0.0, kind="withdrawal", number=1, seen=2))
    assert [entry["standing"] for entry in json.loads(found[2])["log"]] == [
        "withdrawn",
        "in_force",
        "in_force",
    ]


def test_a_full_disk_is_told(server: ReviewServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.link", full)
        found = ask(server, "/api/corrections", value_of(0, 2.5))
    assert found[0] == 422
    assert "No space left on device" in message(found)
    assert ask(server, "/api/corrections", value_of(0, 2.5))[0] == 201


def test_a_fault_is_told_without_a_traceback(server: ReviewServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("/secret/path")

    monkeypatch.setattr(routes_module, "tell_log", broken)
    found = ask(server, "/api/log")
    assert (found[0], message(found)) == (
        500,
        "Breathline failed in a way nobody foresaw (ZeroDivisionError).",
    )


def test_without_the_folders_of_the_scans_the_rest_is_shown(server: ReviewServer) -> None:
    state = json.loads(ask(server, "/api/state")[2])
    said = "The folder 'ct/week-1' is missing from the assessment. Put it back, or assess again."
    assert state["scans"][0]["missing"] == said
    page = ask(server, "/")[2].decode()
    assert "DLCO" in page
    assert said.replace("'", "&#39;") in page
    assert json.loads(ask(server, "/api/link/1?wait=1")[2]) == {"ready": True, "missing": said}


def test_markup_of_the_record_is_text(tmp_path: Path) -> None:
    write_assessment(hostile(), tmp_path / "assessment.json")
    script = "<script>document.title='owned'</script>"
    say_correction(
        tmp_path / "corrections",
        NotMeasurable(scan="week-1", region="lungs"),
        who=script,
        reason=script,
        seen=0,
    )
    server = open_review(tmp_path)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        page = ask(server, "/")[2].decode()
        assert "<script>document" not in page
        assert "&lt;script&gt;document" in page
        assert json.loads(ask(server, "/api/log")[2])[0]["reason"] == script
    finally:
        server.shutdown()
        server.server_close()


def test_an_assessment_of_another_version(tmp_path: Path) -> None:
    with pytest.raises(AssessmentError, match=r"There is no assessment\.json in"):
        open_review(tmp_path)
    write_assessment(replace(example(), schema="breathline/assessment/9"), tmp_path / "assessment.json")
    with pytest.raises(AssessmentError, match=r"'breathline/assessment/9'; this version reads"):
        open_review(tmp_path)


def test_a_port_that_is_taken(server: ReviewServer, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot be opened on port \d+: .*--port"):
        open_review(tmp_path, server.guard.port)


def test_a_scan_named_to_lead_elsewhere(tmp_path: Path) -> None:
    base = example()
    scans = tuple(replace(scan, name=f"../../{scan.name}", folder="../..") for scan in base.scans)
    write_assessment(replace(base, scans=scans), tmp_path / "assessment.json")
    server = open_review(tmp_path)
    try:
        assert {scan.missing for scan in server.review.scans} == {"The folder of this scan lies elsewhere."}
    finally:
        server.server_close()
