"""From a query to what is found: every word of it, or else words like those, or else most of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Final

from portal.search.entry import Kind
from portal.search.index import Index
from portal.search.slips import nearest
from portal.search.words import STOP, VERBS, Word, parts_of, singular, terms, words

LONGEST_QUERY: Final = 200
"""Characters of a query that are read."""
MOST_PARTS: Final = 24
"""Parts of words that are looked for: each costs a look at every word of the index where nothing is spelt so."""
MOST: Final = 200
"""So many entries are put in order; what comes after them in FTS5's order is not shown."""
WEIGHTS: Final = "10.0, 3.0, 6.0, 0.2, 1.0"
"""Of title, place, names, samples and text, for bm25."""
NAMED: Final = 40.0
"""What an entry gains where the query is its identifier."""
PLAIN: Final = 6.0
"""The same where the query is made of plain words, which may mean anything."""
EXACT: Final = 30.0
"""What it gains beside that where it is spelt the same."""
TITLED: Final = 14.0
IN_TITLE: Final = 8.0
CROWDED: Final = 1.5
"""What each further entry of one page loses, so that one page does not fill the list."""
LATER: Final = 0.02
"""What an entry loses for each one before it: guides begin with what most readers need."""
CODE: Final = 8.0
"""What a schema, a field or a scope loses where the query is made of plain words."""
ENTIRE: Final = 6.0
"""What a whole page gains where its title is the query and nothing more."""
KINDS: Final = {
    Kind.GUIDE: 5.0, Kind.OPERATION: 3.5, Kind.SCOPE: 3.0, Kind.ERROR: 3.0, Kind.PAGE: 3.0, Kind.SECTION: 2.0,
    Kind.SCHEMA: -8.0, Kind.FIELD: -8.0,
}  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """An entry that was found."""

    kind: Kind
    url: str
    title: str
    where: str
    page: str
    text: str
    language: str
    names: tuple[str, ...]
    score: float = field(compare=False)


@dataclass(frozen=True)
class Found:
    """What came of a query. `corrected` is what was looked for instead, empty where that is what was typed."""

    hits: tuple[Hit, ...]
    words: tuple[Word, ...]
    corrected: str = ""


def find(index: Index, query: str, language: str) -> Found:
    """Return what fits best first, `MOST` at most."""
    asked = _asked(query, language)
    if not asked:
        return Found((), ())
    if hits := _hits(index, _all_of(asked), asked, language):
        return Found(hits, asked)
    meant = tuple(nearest(index.vocabulary(language), word) for word in asked)
    corrected = " ".join(word.typed for word in meant) if meant != asked else ""
    meant = tuple(word for each in meant for word in words(each.typed))
    hits = _hits(index, _all_of(meant), meant, language) if corrected else ()
    hits = hits or _hits(index, _most_of(index, meant, language), meant, language)
    return Found(hits, meant, corrected if hits else "")


def alike(index: Index, name: str, language: str) -> list[Hit]:
    """Return whole pages whose own name, as it stands in an address, has words of this one in it."""
    found = find(index, name, language)
    wanted = {form for word in found.words for part in word.parts if len(part) > 2 for form in (part, *singular(part))}
    return [hit for hit in found.hits if hit.url == hit.page and wanted & (_title_terms(hit.title) | _names(hit))]


def _names(hit: Hit) -> frozenset[str]:
    return frozenset(term for name in hit.names for term in _title_terms(name))


def _asked(query: str, language: str) -> tuple[Word, ...]:
    typed = list(words(query[:LONGEST_QUERY]))
    telling = [word for word in typed if word.whole not in STOP.get(language, ())] or typed
    parts = accumulate(len(word.parts) for word in telling)
    return tuple(word for word, so_far in zip(telling, parts, strict=True) if so_far <= MOST_PARTS)


def _quoted(term: str) -> str:
    return '"{}"'.format(term.replace('"', '""'))


def _any_of(term: str, *, begun: bool) -> str:
    """Return what finds a part of a word: itself, its singular, and what begins so where it may not be finished."""
    forms = [_quoted(each) for each in (term, *singular(term))]
    return f"({' OR '.join([*forms, f'{_quoted(term)}*'] if begun else forms)})"


def _expression(word: Word, *, last: bool) -> str:
    *before, end = word.parts
    # An unfinished word may be short; one in the middle of a query is whole, but it may be written shorter.
    parts = " AND ".join([*(_any_of(part, begun=False) for part in before), _any_of(end, begun=last or len(end) > 3)])
    if not before:
        return parts
    return f"({_quoted(word.whole)} OR {_quoted(word.whole)}* OR ({parts}))"


def _all_of(asked: Sequence[Word]) -> str:
    return " AND ".join(_expression(word, last=word is asked[-1]) for word in asked)


def _most_of(index: Index, asked: Sequence[Word], language: str) -> str:
    """Return an expression of as many words as stand together anywhere."""
    counts: Counter[int] = Counter()
    rows: dict[str, set[int]] = {}
    for word in asked:
        expression = _expression(word, last=word is asked[-1])
        rows[expression] = {number for (number,) in _matches(index, "rowid", expression, language)}
        counts.update(rows[expression])
    if not counts:
        return ""
    best = max(counts.values())
    groups = {
        frozenset(e for e, numbers in rows.items() if n in numbers) for n, count in counts.items() if count == best
    }
    return " OR ".join(f"({' AND '.join(sorted(group))})" for group in groups)


def _matches(index: Index, columns: str, expression: str, language: str) -> list[tuple[int]]:
    return index.rows(f"SELECT {columns} FROM found_{language} WHERE found_{language} MATCH ?", (expression,))  # noqa: S608


def _hits(index: Index, expression: str, asked: Sequence[Word], language: str) -> tuple[Hit, ...]:
    if not expression:
        return ()
    found = index.rows(
        f"SELECT kind, url, title, place, page, text, language, names, score + number * {LATER} FROM ("  # noqa: S608
        f"SELECT rowid AS number, bm25(found_{language}, {WEIGHTS}) AS score "
        f"FROM found_{language} WHERE found_{language} MATCH ? ORDER BY score LIMIT {MOST}"
        f") JOIN entries_{language} ON id = number",
        (expression,),
    )
    hits = [
        Hit(Kind(kind), url, title, where, page, text, spoken, tuple(names.split()), -score)
        for kind, url, title, where, page, text, spoken, names, score in found
    ]
    return tuple(_ordered(hits, asked))


def _ordered(hits: Iterable[Hit], asked: Sequence[Word]) -> list[Hit]:
    rated = sorted(((each.score + _rated(each, asked), each) for each in hits), key=lambda one: -one[0])
    seen: Counter[str] = Counter()
    placed = []
    for rating, each in rated:
        placed.append((rating - CROWDED * seen[each.page], each))
        seen[each.page] += 1
    return [each for _rating, each in sorted(placed, key=lambda one: -one[0])]


def _rated(hit: Hit, asked: Sequence[Word]) -> float:
    """Return what the entry is worth beside how often and how rarely the words stand in it."""
    wanted = [part for word in asked for part in word.parts]
    whole = "".join(wanted)
    plain = len(wanted) == len(asked)
    rating = KINDS[hit.kind] - (CODE if plain and hit.kind in {Kind.SCHEMA, Kind.FIELD, Kind.SCOPE} else 0)
    if whole in _wholes(hit.names):
        rating += PLAIN if plain else NAMED
        # A plain word that is an anchor or a field is not therefore the name of it.
        known = hit.kind not in {Kind.SECTION, Kind.FIELD} or not plain
        exact = len(asked) == 1 and asked[0].typed.casefold() in map(str.casefold, hit.names)
        rating += EXACT if known and exact else 0
    if hit.kind == Kind.OPERATION and len(wanted) == 1 and whole == _verb(hit.names[0]):
        rating += PLAIN
    if len(whole) > 3 and whole in _joined(hit.title):
        rating += IN_TITLE
    return rating + _titled(hit, wanted)


def _titled(hit: Hit, wanted: Sequence[str]) -> float:
    """Return what the entry is worth for what stands in its title, or in its id where it is an operation."""
    title = _title_terms(hit.title)
    forms = [{each, *singular(each)} for each in wanted]
    share = _share(forms, title, hit.title)
    entire = ENTIRE if share == 1 and hit.url == hit.page and len(wanted) == _length(hit.title) else 0.0
    if hit.kind == Kind.OPERATION:
        name = _title_terms(hit.names[0])
        title |= name
        forms[0] = forms[0].union(*(verbs for verbs in VERBS if wanted[0] in verbs))
        share = max(_share(forms, name, hit.names[0]), _share(forms, title, hit.title))
    known = sum(1 for form in forms if form & title)
    begun = sum(1 for form, each in zip(forms, wanted, strict=True) if not form & title and _begins(title, each))
    return entire + TITLED * share + IN_TITLE * (known + 0.5 * begun) / len(wanted)


def _share(forms: Sequence[set[str]], known: frozenset[str], name: str) -> float:
    """Return how much of a name the words make, 0 where one of them does not stand in it."""
    return min(1.0, len(forms) / max(1, _length(name))) if all(form & known for form in forms) else 0.0


@lru_cache(maxsize=8192)
def _verb(name: str) -> str:
    return next(parts_of(name), "")


def _begins(title: frozenset[str], part: str) -> bool:
    return any(each.startswith(part) for each in title)


@lru_cache(maxsize=8192)
def _wholes(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset("".join(part for word in words(name) for part in word.parts) for name in names)


@lru_cache(maxsize=8192)
def _joined(title: str) -> str:
    return "".join(part for word in words(title) for part in word.parts)


@lru_cache(maxsize=8192)
def _title_terms(title: str) -> frozenset[str]:
    return frozenset(terms(title))


@lru_cache(maxsize=8192)
def _length(title: str) -> int:
    """Return how many parts of words a title has that say something."""
    silent = STOP["en"] | STOP["fr"]
    return sum(1 for word in words(title) for part in word.parts if part not in silent)
