"""Pages of the reference as a browser takes them apart."""

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote

from django.test import Client

RUNS = {"script", "style", "iframe", "object", "embed", "base", "meta", "link", "form", "svg", "math", "img"}
"""Elements that run, load or send something: none comes out of a document."""


class Page(HTMLParser):
    """What matters of a page: the ids in it, where its links lead, and whatever could run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.described_by: list[str] = []
        self.runs: list[str] = []
        self._in_main = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._in_main = self._in_main or tag == "main"
        if "id" in found:
            self.ids[found["id"] or ""] += 1
        if tag == "a" and "href" in found:
            self.links.append(found["href"] or "")
        self.described_by += (found.get("aria-labelledby") or "").split() + (
            found.get("aria-describedby") or ""
        ).split()
        handlers = [name for name in found if name.startswith("on") or name in {"style", "srcdoc", "formaction"}]
        if handlers or (self._in_main and tag in RUNS and not (tag in {"svg", "form"} and found.get("class"))):
            self.runs.append(f"<{tag} {found}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._in_main = False

    def faults(self) -> list[str]:
        """Return what is wrong with the page, whatever it shows."""
        twice = [f"id twice: {name}" for name, count in self.ids.items() if count > 1]
        unfit = [f"id with a space: {name!r}" for name in self.ids if not name or any(map(str.isspace, name))]
        inner = [unquote(href[1:]) for href in self.links if href.startswith("#")]
        lost = [f"leads nowhere: #{name}" for name in {*inner, *self.described_by} if name and name not in self.ids]
        good = ("/", "#", "http://", "https://", "mailto:", "?")
        strange = [f"strange link: {href[:80]}" for href in self.links if not href.lower().startswith(good)]
        return [*twice, *unfit, *lost, *strange, *(f"runs: {each[:200]}" for each in self.runs)]


def page(address: str) -> Page:
    """Ask for a page as a stranger does."""
    response = Client().get(address)
    assert response.status_code == 200, address
    return Page(response.content.decode())
