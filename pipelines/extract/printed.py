"""The day and the zone of a page that says nothing of them in its head: what stands beside its headline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, pairwise

from . import announced, headings, notices
from .announced import announces_live
from .dom import said
from .found import Found
from .head import Head
from .marks import SILENT
from .places import Sidelines, names_of
from .source import Node
from .times import Place, Read, Stamp, attribute, shown
from .words import words_of

LINE_MOST = 80  # characters of a line that holds a date
ABOVE = 2  # lines above the headline, of its own box or the one around it
CLOSE = 2  # levels up from the headline
REACH = 1500  # characters below it: a long introduction is a story
_PARTS = re.compile(r"(?:^|\s+)[–—|·•/-]\s+|[（(]|[）)]\s*$")
_CHANGED = re.compile(
    r"updat|upd\.|modif|edited|changed|aktuali[sz]|änder|geändert|bearbeitet|mis à jour|\bmaj\b|actualiz|aggiornat|"
    r"bijgewerkt|gewijzigd|atualiz|uppdater|ändrad|oppdater|endret|opdater|ændret|päivit|muutettu|frissít|módos|"
    r"muudet|uuendat|täiendat|zmian|změn|zmen|ažurir|izmjen|обновл|изменен|оновл|змінен|промен|промян|ажурир|"
    r"güncel|ενημ[εέ]ρ|diperbarui|cập nhật|更新|업데이트|수정|تحديث|עודכן|अपडेट",
    re.IGNORECASE,
)
# what may stand before it; before any other word it is of something else: "Statutes changed on ..."
_LAST = re.compile(
    r"(?:[\s(:,;]|last|latest|page|article|this|was|been|has|zuletzt|letzte[rs]?|seite|artikel|stand|dernière|date|de|la|"
    r"última|ultim[oa]|sist|senast|sidst|laatst|poslední|posledná|ostatnia?|viimati|viimeksi|utolsó|utoljára|son|"
    r"последн\w*|останн\w*|zadnj\w*|posljednj\w*|ultima)*|.*\d[^\w]*|.*[)·|–—,;]\s*",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\d{1,2}[./-]\d{1,2}[./-]20\d{2}|\d{1,2}\.?(?:st|nd|rd|th)?\s(?:de\s)?[^\W\d_]{3,12}\.?,?\s(?:de\s)?20\d{2}|"
    r"[^\W\d_]{3,12}\s\d{1,2},\s20\d{2}|20\d{2}\.?\s[^\W\d_]{3,12}\s\d{1,2}\.?|20\d{2}年\d{1,2}月\d{1,2}日"
)
# "Thursday 29 January 2026. Two of us are ..."
_DATELINE = re.compile(rf"((?:[^\W\d_]{{2,14}},?\s+)?(?:{_DAY.pattern}))\s*[.:–—-]\s", re.IGNORECASE)
# of schema.org, and of microformats
_OWN = words_of("datePublished dateModified published updated dt-published dt-updated entry-date")
_STATED = ("datetime", "content", "title")
_HEADINGS = ("h1", "h2")
_OTHERS = words_of(
    "comment comments kommentar kommentare respond replies related sidebar recent popular teaser teasers"
)


def stated(body: Node, updates: Iterable[Node]) -> list[Read]:
    """What the page marks as its own time: ``itemprop="datePublished"``, ``class="published"``."""
    inside = set(updates)
    page = {holder for node in inside for holder in node.iterancestors()}  # "right-sidebar" may be the class of all
    found: list[Read] = []
    for node in body.iter("time", "abbr", "meta", "span", "div"):
        names = {*(node.get("itemprop") or "").split(), *(node.get("class") or "").split()}
        value = next((v for name in _STATED if (v := node.get(name))), "") if names & _OWN else ""
        read = attribute(value)
        if read is None or read.moment is None:
            continue
        around = (node, *node.iterancestors())
        if inside.isdisjoint(around) and not any(_is_others(a) for a in around if a not in page):
            found.append(read)
    return found


def with_own(head: Head, body: Node, aside: Sidelines, found: Sequence[Found]) -> Head:
    """A head that says nothing of its time, with what the page says."""
    if not found or head.modified or head.published:
        return head
    title = _title(body, aside, found[0].nodes[0])
    begun, changed = _own_dates(body, aside, title, found[0].nodes[0]) if title is not None else (None, None)
    marked = {r.moment: r for r in stated(body, (n for f in found for n in f.nodes))}
    own = len(marked) == 1
    if own:
        begun = next(iter(marked.values()))
    elif two := _begun_and_changed(list(marked.values())):
        begun, changed = two
    live = head.announced or (title is not None and announces_live("", said(title)))
    printed = bool(begun or changed)
    return replace(head, published=begun, modified=changed, printed=printed, marked=own, announced=live)


def _begun_and_changed(marked: list[Read]) -> tuple[Read, Read] | None:
    """A post that was changed is marked with both, to the minute."""
    if len(marked) != 2 or any(r.precision == "day" for r in marked):
        return None
    one, other = marked
    if one.moment is None or other.moment is None or (one.moment.tzinfo is None) != (other.moment.tzinfo is None):
        return None
    return (one, other) if one.moment < other.moment else (other, one)


def named_days(body: Node, aside: Sidelines, found: Sequence[Found]) -> frozenset[date]:
    """The days with their year that the page's headline names."""
    title = _title(body, aside, found[0].nodes[0]) if found else None
    return frozenset(_days_in(said(title))) if title is not None else frozenset()


def titled(
    place: Place, body: Node, aside: Sidelines, found: Sequence[Found], *, dated: bool
) -> tuple[Place, bool]:
    """Where nothing else says of which day the clocks are: the one day that the headline names, if the newest stands
    first, as in no programme."""
    if dated or not headings.fall([f.published for f in found]):
        return place, dated
    named = named_days(body, aside, found)
    return (replace(place, first=next(iter(named)), alone=True), True) if len(named) == 1 else (place, dated)


def goes_on(body: Node, aside: Sidelines, found: Sequence[Found]) -> bool:
    """Whether what stands between the headline and the first update says that the page tells more as it happens; or
    that it is kept up to date, and the newest stands first, or they are called updates, as in no timetable."""
    first = found[0].nodes[0] if found else None
    title = _title(body, aside, first) if first is not None else None
    below = _between(body, aside, title, first) if title is not None and first is not None else ()
    lines = [said(title), *below] if title is not None else []
    falling = headings.fall([f.published for f in found])
    called = all(f.published is not None and notices.after(f.published.raw) for f in found)
    return any(map(announced.tells_on, lines)) or ((falling or called) and any(map(announced.is_kept, lines)))


def placed(place: Place, head: Head, *, hinted: bool) -> Place:
    """The first clock of a page of which nothing is known but the day that it prints is of that day. ``hinted``: it
    announces itself as live; then the fetch says more than a line that stands apart from its updates, if it is known
    in which zone they are."""
    printed = head.published if head.printed and not head.modified else None
    moment = printed.moment if printed and printed.precision == "day" else None
    return replace(place, first=moment.date(), alone=place.somewhere or not hinted) if moment else place


def fits(stamps: Sequence[Stamp | None], place: Place, head: Head) -> bool:
    """Whether the updates begin on the day that is printed as that of the page, or the day after, or end on that of its
    change: a date alone may be of anything. And whether the page was followed up: the newest stands first, and they are
    called updates, or the page says that it was changed, or marks its time as that of a post. Comments, tides and
    programmes stand below a date, too, and a story told by the hour goes on. What is asked of updates is asked of the
    lowest, so that none that comes changes the answer."""
    moments = [s.moment for s in stamps if s is not None]
    lowest = stamps[-headings.LOWEST :]
    falling = all(a is not None and b is not None and b.moment < a.moment for a, b in pairwise(lowest))
    called = all(s is not None and notices.after(s.raw) for s in lowest)
    to_the_minute = head.modified is not None and head.modified.precision != "day"
    if not (to_the_minute or (falling and (called or head.marked or head.modified))):
        return False
    days = sorted(m.astimezone(place.zone).date() for m in moments)
    if not days:
        return False
    begun, ended = (m.astimezone(place.zone).date() if m else None for m in (place.published, place.changed))
    return ended == days[-1] or (begun is not None and begun <= days[0] <= begun + timedelta(days=1))


def _is_others(node: Node) -> bool:
    """Of a comment, of another story."""
    return node.tag in ("aside", "nav") or not _OTHERS.isdisjoint(names_of(node))


def _own_dates(body: Node, aside: Sidelines, title: Node, first: Node) -> tuple[Read | None, Read | None]:
    """When it was published and last changed: the dates with their year that stand in a line of their own between the
    page's headline and its first update, or just above the headline. A change that is told elsewhere counts where the
    lead names its day."""
    lines = list(_between(body, aside, title, first))
    near = [*lines, *islice(_above(title, aside), ABOVE)]
    begun = next((read for text in near for read in _dates(text, changed=False)), None)
    changed = next((read for text in near for read in _dates(text, changed=True)), None)
    return begun, changed or _changed_elsewhere(body, {d for text in lines for d in _days_in(text)})


def _changed_elsewhere(body: Node, days: set[date]) -> Read | None:
    """ "Last changed: 17.03.2026"."""
    found: Read | None = None
    for node in body.iter("p", "div", "span", "small", "li", "time") if days else ():
        text = said(node) if not len(node) or node.tag == "p" else ""
        if text and not any(map(_is_others, (node, *node.iterancestors()))):
            found = next((r for r in _dates(text, changed=True) if r.moment and r.moment.date() in days), found)
    return found


def _days_in(text: str) -> Iterator[date]:
    """Those that are named in a sentence."""
    for found in _DAY.finditer(text):
        read = shown(found[0])
        dated = _dated(read) if read else None
        if dated is not None and dated.moment is not None:
            yield dated.moment.date()


def _dates(text: str, *, changed: bool) -> Iterator[Read]:
    """The dates in a line, or in a part of it, that are said to be of a change, or that are not."""
    if len(text) > LINE_MOST:
        dateline = _DATELINE.match(text) if not changed else None
        read = shown(dateline[1]) if dateline else None
        yield from [dated] if read and (dated := _dated(read)) else []
        return
    parts = [part.strip() for part in _PARTS.split(text)]
    for part in (*parts, text) if changed else (text, *parts):
        told = _CHANGED.search(part)
        told = told if told and _LAST.fullmatch(part[: told.start()]) else None
        if changed:
            pieces = [part[told.start() :], part] if told else []
        else:
            pieces = [part[: told.start()].strip(" ,;(") if told else part]
        for read in map(shown, pieces):
            if read is not None and (dated := _dated(read, text)) is not None:
                yield dated
                return


def _dated(read: Read, line: str = "") -> Read | None:
    """As a moment, if it names its day and year; the year may be that of another date in its line."""
    if read.age is not None:
        return None
    if read.is_yearless():
        beside, day = next(_days_in(line), None), read.day or (read.moment and read.moment.date())
        if beside is None or day is None:
            return None
        clock = read.clock or (read.moment.time() if read.moment else None)
        moment = datetime.combine(_nearest(day, beside), clock or datetime.min.time())
        return Read(read.raw, moment=moment, precision=read.precision if clock else "day")
    if read.moment is not None:
        return read
    return Read(read.raw, moment=datetime.combine(read.day, datetime.min.time()), precision="day") if read.day else None


def _nearest(day: date, beside: date) -> date:
    """In the year that brings it nearest to the other, as about New Year."""
    years = (beside.year, beside.year - 1, beside.year + 1)
    return min((_in_year(day, year) for year in years), key=lambda dated: abs(dated - beside))


def _in_year(day: date, year: int) -> date:
    leap = day.month == 2 and day.day == 29
    return date(year, 2, 28) if leap and year % 4 else day.replace(year=year)


def _title(body: Node, aside: Sidelines, first: Node) -> Node | None:
    """The page's headline: the first of its rank, else the last above the first update; in the page's main part, if
    it has one there, as a site's name is a heading, too."""
    main = next(first.iterancestors("main"), body)
    within = _first_title(main, aside, first)
    return within if within is not None or main is body else _first_title(body, aside, first)


def _first_title(part: Node, aside: Sidelines, first: Node) -> Node | None:
    found: Node | None = None
    for node in part.iter():
        if node is first:
            break
        if node.tag in _HEADINGS and said(node) and not aside.beside(node):
            if node.tag == "h1":
                return node
            found = node
    return found


def _between(body: Node, aside: Sidelines, title: Node, first: Node) -> Iterator[str]:
    """The lines below the headline and above the first update."""
    read, begun = 0, False
    for node in body.iter():
        if node is first or read > REACH:
            return
        text = _leaf(node, aside) if begun else ""
        read += len(text)
        if text:
            yield text
        begun = begun or node is title


def _leaf(node: Node, aside: Sidelines) -> str:
    """What an element says by itself, or with the words marked in it."""
    if not isinstance(node.tag, str) or node.tag in SILENT:
        return ""
    own = (node.text, *(child.tail for child in node)) if node.tag == "p" else (node.text,)
    if not any((text or "").strip() for text in own) or aside.beside(node):
        return ""
    return said(node)


def _above(title: Node, aside: Sidelines) -> Iterator[str]:
    for holder in islice((title, *title.iterancestors()), CLOSE):
        for before in islice(holder.itersiblings(preceding=True), ABOVE):
            if before.tag == "header":
                continue  # of the site, which says what day it is
            texts = [text for node in before.iter() if (text := _leaf(node, aside))]
            yield from reversed(texts)
