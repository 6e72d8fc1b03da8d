"""A person's way through the desk in a real browser: page after page by the links on them, each looked at for what
would make somebody stumble."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, urldefrag, urlsplit

from flask import Flask
from playwright.sync_api import ConsoleMessage, Page, Request, ViewportSize
from werkzeug.exceptions import HTTPException
from werkzeug.routing import AnyConverter, RequestRedirect
from werkzeug.routing.map import MapAdapter

HERE = Path(__file__).parent
FAULTS, TABS = ((HERE / name).read_text("utf-8") for name in ("faults.js", "tabs.js"))
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
GRAVE = ("serious", "critical")
PHONE: ViewportSize = {"width": 400, "height": 800}
ELSEWHERE = ("desk.static", "desk.home")  # which only leads to the page where the walk begins
SORTS = """[...document.querySelectorAll("body *")].map(
    (each) => [each.parentNode.tagName, ...each.parentNode.classList, ">", each.tagName, each.type, each.labels?.length,
        ...each.getAttributeNames(), ...each.classList].join(" "))"""
Kind = tuple[str, ...]
Seen = set[tuple[Kind, str]]


class Walk:
    """One person's: what was visited, and what is wrong there. `seen` are the sorts of elements that others came across
    on pages of a kind: where there is no other, the page is not looked at closely again."""

    def __init__(self, app: Flask, page: Page, base: str, pictures: Path | None, seen: Seen) -> None:
        self._map: MapAdapter = app.url_map.bind("127.0.0.1")
        self._page, self._base, self._pictures, self._seen = page, base, pictures, seen
        self.times: Counter[Kind] = Counter()
        self.faults: list[str] = []

    def go(self, start: str, of_a_kind: int, *, closely: bool) -> None:
        """From a page to all that its links lead to, but to so many `of_a_kind` only: they are the same, with other
        numbers. Each is looked at, where it shows something new, `closely`."""
        waiting, known = deque([start]), {start}
        while waiting:
            address = waiting.popleft()
            kind = self._kind(address)
            if not kind or self.times[kind] >= of_a_kind:
                continue
            self.times[kind] += 1
            links = self._visit(address, kind, closely=closely)
            waiting.extend(link for link in links if link not in known)
            known.update(links)

    def _kind(self, address: str) -> Kind:
        """Its endpoint, whether it is of all places, what it chooses from a fixed set, what is asked behind "?"."""
        path, asked = urlsplit(address).path, urlsplit(address).query
        try:
            rule, values = self._map.match(path, "GET", return_rule=True)
        except RequestRedirect as elsewhere:
            return self._kind(elsewhere.new_url)
        except HTTPException:
            return ("nothing", path)
        if rule.endpoint in ELSEWHERE:
            return ()
        chosen = (str(values[name]) for name, of in rule._converters.items() if isinstance(of, AnyConverter))
        return (rule.endpoint, "all" if values.get("place") == "all" else "", *chosen, *sorted(parse_qs(asked)))

    def _visit(self, address: str, kind: Kind, *, closely: bool) -> list[str]:
        """Look at a page; the links on it. A file to take away has none: it is fetched closely, as it is the same to
        every browser."""
        if "." in urlsplit(address).path:
            is_new = closely and self._is_new(kind, {""})
            fetched = self._page.context.request.get(self._base + address) if is_new else None
            self._tell(address, [f"answers {fetched.status}"] if fetched and not fetched.ok else [])
            return []
        with listening(self._page, self._base) as heard:
            shown = self._page.goto(self._base + address)
            if not shown or not shown.ok:
                self._tell(address, [f"answers {shown.status if shown else 'nothing'}"])
                return []
            if self._pictures:
                self._page.screenshot(path=self._pictures / f"{_file_name(address)}.png", full_page=True)
            is_new = closely and self._is_new(kind, set(self._page.evaluate(SORTS)))
            self._tell(address, stumbles(self._page, closely=is_new))
            if closely and not is_new:
                self._tell(address, _on_a_phone(self._page))
        self._tell(address, heard)
        return [each.removeprefix(self._base) for each in _links(self._page) if each.startswith(self._base)]

    def _is_new(self, kind: Kind, sorts: set[str]) -> bool:
        found = {(kind, sort) for sort in sorts} - self._seen
        self._seen |= found
        return bool(found)

    def _tell(self, address: str, faults: list[str]) -> None:
        self.faults += [f"{address} {fault}" for fault in faults]


def stumbles(page: Page, *, closely: bool) -> list[str]:
    """What is wrong with the page that the browser shows; `closely`, by axe-core, by keys and on a phone, too."""
    faults: list[str] = page.evaluate(FAULTS)
    return [*faults, *_unreadable(page), *_tabbed(page), *_on_a_phone(page)] if closely else faults


def _file_name(address: str) -> str:
    return address.removeprefix("/desk").strip("/").replace("/", "-").replace("?", "-") or "home"


def _links(page: Page) -> list[str]:
    found: list[str] = page.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.href)")
    return [urldefrag(each).url for each in found]


@contextmanager
def listening(page: Page, base: str) -> Iterator[list[str]]:
    """What the console complains of, and what is asked for elsewhere."""
    heard: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            heard.append(f"console: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((base, "data:", "blob:")):
            heard.append(f"asks for {request.url}")

    def thrown(error: Exception) -> None:
        heard.append(f"script: {error}")

    page.on("console", console)
    page.on("request", asked)
    page.on("pageerror", thrown)
    yield heard
    page.remove_listener("console", console)
    page.remove_listener("request", asked)
    page.remove_listener("pageerror", thrown)


def _unreadable(page: Page) -> list[str]:
    """What axe-core finds that is serious."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"axe: {each['id']}: {each['help']}: {[node['target'] for node in each['nodes']]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]


def _tabbed(page: Page) -> list[str]:
    """What the Tab key does not come to, or comes to unseen."""
    page.evaluate(TABS)
    presses = page.evaluate("tabbed.many") + 2
    for _ in range(3):
        for _ in range(presses):
            page.keyboard.press("Tab")
        if not page.evaluate("tabbed.waiting()"):
            break
    faults: list[str] = page.evaluate("tabbed.faults()")
    return faults


def _on_a_phone(page: Page) -> list[str]:
    """What is wrong with it on a screen that is no wider than that."""
    screen = page.viewport_size
    page.set_viewport_size(PHONE)
    page.evaluate("new Promise(requestAnimationFrame)")  # the page hears of it first
    faults: list[str] = page.evaluate(FAULTS)
    if screen:
        page.set_viewport_size(screen)
    return faults
