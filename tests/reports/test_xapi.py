"""The month as xAPI statements: who is a number only, the same each time; sent to a store that is as strict as the
specification, once each, and never in the open."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ivr.errors import NotSent
from ivr.reports import lrs, xapi
from ivr.reports.lrs import Sent, Store
from tests.reports.conftest import Gathered
from tests.reports.test_reports import compare
from tests.reports.village import Village, november
from tests.reports.writing import write_november

HOME = "https://line.example"
VERBS = {f"http://adlnet.gov/expapi/verbs/{verb}" for verb in ("initialized", "progressed", "answered", "completed")}
DURATION = re.compile(r"PT(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?")
WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")


class StrictStore(ThreadingHTTPServer):
    """A learning record store that takes what xAPI 1.0.3 allows and nothing else."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.kept: dict[str, Any] = {}
        self.requests = 0
        self.fails_from = 10**9

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/xapi"

    def take(self, some: list[Any]) -> int:
        if any(self.kept.get(each["id"], each) != each for each in some):
            return 409
        self.kept |= {each["id"]: each for each in some}
        return 200


class _Answering(BaseHTTPRequestHandler):
    server: StrictStore

    def do_POST(self) -> None:
        self.server.requests += 1
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.status(body)
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def status(self, body: list[Any]) -> int:
        if self.server.requests >= self.server.fails_from:
            return 503
        if self.headers["Authorization"] != f"Basic {b64encode(b'key:secret').decode()}":
            return 401
        if self.path != "/xapi/statements":
            return 404
        if self.headers["X-Experience-API-Version"] != "1.0.3" or self.headers["Content-Type"] != "application/json":
            return 400
        return self.server.take(body) if all(map(is_valid, body)) else 400

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


def is_valid(told: dict[str, Any]) -> bool:
    """What the specification asks of a statement of the kinds that we make."""
    account = told["actor"]["account"]
    result, definition = told.get("result", {}), told["object"]["definition"]
    iris = [*told["context"]["extensions"], *result.get("extensions", {}), told["object"]["id"], definition["type"]]
    return (
        told.keys() <= {"id", "actor", "verb", "object", "result", "context", "timestamp", "version"}
        and UUID(told["id"]).version == 5
        and told["actor"] == {"objectType": "Agent", "account": account}
        and account.keys() == {"homePage", "name"}
        and told["verb"]["id"] in VERBS
        and told["version"] == "1.0.3"
        and all(re.match("https?://", iri) for iri in iris)
        and bool(WHEN.fullmatch(told["timestamp"]))
        and bool(DURATION.fullmatch(result.get("duration", "PT0S")))
        and result.keys() <= {"duration", "extensions", "completion", "success"}
        and ("registration" not in told["context"] or UUID(told["context"]["registration"]).version == 5)
    )


@pytest.fixture
def store() -> Iterator[StrictStore]:
    with StrictStore() as server:
        worker = threading.Thread(target=server.serve_forever, args=(0.05,))
        worker.start()
        yield server
        server.shutdown()
        worker.join()


@pytest.fixture
def told(village: Village, gathered: Gathered) -> list[xapi.Statement]:
    november(village)
    write_november(village)
    return xapi.statements(gathered(), HOME, "zh-CN")


def test_the_month_as_statements(told: list[xapi.Statement], village: Village, rewrite: bool) -> None:
    lines = xapi.to_lines({**each, "id": "", "timestamp": each["timestamp"]} for each in told)
    compare("xapi.jsonl", lines, village.catalogue, rewrite)
    assert all(map(is_valid, told)) and len({each["id"] for each in told}) == len(told)
    assert told == sorted(told, key=lambda each: each["timestamp"])
    text = xapi.to_lines(told)
    assert not re.search("1380013|王秀英|李大山|65432100", text)


def test_the_same_month_has_the_same_ids_and_a_branch_s_are_among_them(village: Village, gathered: Gathered) -> None:
    november(village)
    whole, again = (xapi.statements(gathered(), HOME, "zh-CN") for _ in range(2))
    part = xapi.statements(gathered(branch="东村党支部"), HOME, "zh-CN")
    assert whole == again and part and {each["id"] for each in part} < {each["id"] for each in whole}


@pytest.mark.parametrize(
    ("ms", "written"),
    [
        (0, "PT0S"),
        (845_000, "PT14M5S"),
        (3_600_000, "PT1H"),
        (1_234, "PT1.23S"),
        (59_999, "PT1M"),
        (3_661_500, "PT1H1M1.5S"),
    ],
)
def test_a_duration_is_iso_8601(ms: int, written: str) -> None:
    assert xapi.iso_duration(ms) == written


def test_each_is_sent_once(told: list[xapi.Statement], store: StrictStore, tmp_path: Path) -> None:
    to = Store(store.url, "key", "secret")
    assert lrs.send(told, to, tmp_path) == Sent(len(told), 0, 0)
    assert list(store.kept) == [each["id"] for each in told]
    requests = store.requests
    assert lrs.send(told, to, tmp_path) == Sent(0, len(told), 0) and store.requests == requests


def test_it_goes_on_where_it_was_stopped(
    told: list[xapi.Statement], store: StrictStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lrs, "AT_ONCE", 5)
    to = Store(store.url, "key", "secret")
    store.fails_from = 3
    with pytest.raises(NotSent, match=r"503.*goes on where it stopped"):
        lrs.send(told, to, tmp_path)
    assert len(store.kept) == 10
    store.fails_from = 10**9
    assert lrs.send(told, to, tmp_path) == Sent(len(told) - 10, 10, 0) and len(store.kept) == len(told)


def test_what_the_store_has_already_does_no_harm(
    told: list[xapi.Statement], store: StrictStore, tmp_path: Path
) -> None:
    store.take([told[0], {**told[1], "stored": "otherwise"}])
    assert lrs.send(told, Store(store.url, "key", "secret"), tmp_path) == Sent(len(told) - 1, 0, 1)
    assert len(store.kept) == len(told) and "stored" in store.kept[told[1]["id"]]


REFUSED = {
    "in the open": (Store("http://lrs.example.org/xapi", "key", "secret"), "not an https address"),
    "a name like loopback": (Store("http://127.0.0.1.example.org", "key", "secret"), "not an https address"),
    "no key": (Store("https://lrs.example.org", "", "secret"), "IVR_LRS_KEY"),
    "nobody there": (Store("http://127.0.0.1:9/xapi", "key", "secret"), "can't be reached"),
}


@pytest.mark.parametrize(("to", "why"), REFUSED.values(), ids=list(REFUSED))
def test_what_can_t_be_sent_is_told(to: Store, why: str, told: list[xapi.Statement], tmp_path: Path) -> None:
    with pytest.raises(NotSent, match=why):
        lrs.send(told, to, tmp_path)


@pytest.mark.parametrize(("path", "secret", "why"), [("", "wrong", "IVR_LRS_SECRET"), ("/x", "secret", r"\[lrs\] url")])
def test_what_the_store_refuses_is_told_with_the_mend(
    path: str, secret: str, why: str, told: list[xapi.Statement], store: StrictStore, tmp_path: Path
) -> None:
    with pytest.raises(NotSent, match=why):
        lrs.send(told, Store(store.url + path, "key", secret), tmp_path)
