"""Changes as one HTML page that stands alone: no script, nothing loaded, a captured text only ever inert text.

head: both versions and their records -> what the page changed -> its updates in their order, unchanged ones folded
-> updates that are gone
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pipelines.completeness import Completeness
from pipelines.diff import names
from pipelines.diff.render import Piece, of_change, sign_of
from pipelines.face import iso
from pipelines.gaps import span
from pipelines.model import Change, Update
from pipelines.store.catalog import StoredVersion

from .diffstyle import STYLE
from .inert import inert, plain

_TAGS = {"-": "del", "+": "ins"}
_SIDES = {"before": "-", "after": "+"}


def page(
    url: str, old: StoredVersion, new: StoredVersion, changes: Sequence[Change], complete: Completeness | None = None
) -> str:
    """The whole document, as text. ``complete``: how much of what the page said is likely to be in the archive."""
    title = f"v{old.seq} to v{new.seq}: {url}"
    of_page = [change for change in changes if change.update is None]
    of_update: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        if change.update is not None:
            of_update[change.update].append(change)
    there = dict(zip(names(new.version.updates), new.version.updates, strict=True))
    gone = {name: found for name, found in of_update.items() if name not in there}
    parts = [
        _section("The page", map(_card, of_page)) if of_page else "",
        _section("Updates, in the order of the page", _updates(there, of_update)) if there else "",
        _section("No longer shown", (_group(name, None, found) for name, found in gone.items())) if gone else "",
        "" if changes else "<p>No changes.</p>",
    ]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{plain(title)}</title><style>{STYLE}</style></head>
<body>
<header><h1 dir="auto">{inert(new.version.headline or url)}</h1>
<p class="soft">{inert(url)}</p>
<table><tr><th scope="row">before</th><td>{_shown(old)}</td></tr>
<tr><th scope="row">after</th><td>{_shown(new)}</td></tr>
<tr><th scope="row">changes</th><td>{_counts(changes)}</td></tr></table>
{f'<p class="soft">{plain(str(complete))}</p>' if complete else ""}
{_VIEWS if changes else ""}</header>
<main>
{"".join(parts)}</main>
</body></html>
"""


_VIEWS = """<fieldset class="view"><legend class="soft">Words that came are underlined, with a plus; words that went
are struck through, with a minus.</legend>
<label><input type="radio" name="view" id="inline" checked> inline</label>
<label><input type="radio" name="view" id="sides"> side by side</label></fieldset>
"""


def _shown(stored: StoredVersion) -> str:
    first, last = iso(stored.first_seen), iso(stored.last_seen)
    return (
        f"v{stored.seq}, seen from <time>{first}</time> to <time>{last}</time><br>"
        f"<small>record <code>{inert(stored.record_id)}</code><br>payload <code>{inert(stored.digest)}</code></small>"
    )


def _counts(changes: Sequence[Change]) -> str:
    """How many of each type, and in which time they fell: no number without the gap it was seen across."""
    told = ", ".join(f"{count} {inert(type_)}" for type_, count in Counter(c.type for c in changes).items())
    gaps = {change.gap_s for change in changes if change.gap_s is not None}
    gap = f"; they happened within {span(max(gaps))} in which nobody looked" if gaps else ""
    silent = sum(change.stealth is True for change in changes)
    stealth = f'; <span class="flag">{silent} without a notice</span>' if silent else ""
    doubted = sum(not change.confirmed for change in changes)
    doubt = f"; {doubted} not confirmed" if doubted else ""
    return f"{told or 'none'}{stealth}{doubt}{gap}"


def _section(title: str, cards: Iterable[str]) -> str:
    return f"<section><h2>{title}</h2>\n{''.join(cards)}</section>\n"


def _updates(there: dict[str, Update], changed: dict[str, list[Change]]) -> Iterator[str]:
    """Updates with changes as cards, runs of unchanged ones folded between them."""
    for has_changes, run in groupby(there.items(), key=lambda item: bool(changed.get(item[0]))):
        if has_changes:
            yield from (_group(name, update, changed[name]) for name, update in run)
        else:
            yield _folded([update for _, update in run])


def _folded(unchanged: Sequence[Update]) -> str:
    what = "1 unchanged update" if len(unchanged) == 1 else f"{len(unchanged)} unchanged updates"
    inside = "".join(f"<article>{_head(u)}{_text(u.text)}</article>" for u in unchanged)
    return f'<details class="fold"><summary>{what}</summary>{inside}</details>\n'


def _group(name: str, update: Update | None, changes: Sequence[Change]) -> str:
    """One update: what it is, then each of its changes; its text where no change shows it."""
    shown = any(change.new or change.old for change in changes if change.field in (None, "text"))
    text = "" if shown or update is None else _text(update.text)
    head = _head(update) if update else f"<h3><small>{inert(name)}</small></h3>"
    return f"<article>{head}{''.join(map(_change, changes))}{text}</article>\n"


def _card(change: Change) -> str:
    return f"<article>{_change(change)}</article>\n"


def _head(update: Update) -> str:
    time = f"<time>{iso(update.published)}</time> " if update.published else ""
    return f'<h3 dir="auto"><small>{time}</small>{inert(update.headline or "")}</h3>'


def _change(change: Change) -> str:
    facts = [change.class_, change.field or ""]
    facts += ["not confirmed"] if not change.confirmed else []
    facts += ["coarse: too much to be compared in full"] if change.coarse else []
    facts += [f"at age {span(change.age_s)}"] if change.age_s is not None else []
    facts += [f"shown before at {iso(change.earlier)}"] if change.earlier else []
    facts += [f"{change.notice} notice"] if change.notice not in (None, "none") else []
    flag = ' <span class="flag">no notice</span>' if change.stealth else ""
    why = f" ({inert('; '.join(change.reasons))})" if change.reasons else ""
    about = " · ".join(inert(fact) for fact in facts if fact)
    head = f'<p><span class="kind">{sign_of(change)} {inert(change.type)}</span> <small>{about}</small>{flag}'
    return f"{head}<small>{why}</small></p>{_words(change)}"


def _words(change: Change) -> str:
    parts = of_change(change)
    if not parts:
        return ""
    if change.type == "moved":
        was, now = (int(place or 0) + 1 for place in (change.old, change.new))
        return f'<div class="text">from place <del>{was}</del> to place <ins>{now}</ins></div>'
    inline = f'<div class="text inline" dir="auto">{"".join(map(_piece, parts))}</div>'
    return inline + f'<div class="sides">{"".join(_side(name, parts) for name in _SIDES)}</div>'


def _side(name: str, parts: Sequence[Piece]) -> str:
    """``before``: what stayed and what went; ``after``: what stayed and what came."""
    shown = "".join(_piece(piece) for piece in parts if piece[0] in ("=", _SIDES[name]))
    return f'<div data-side="{name}"><div class="text" dir="auto">{shown or "—"}</div></div>'


def _piece(piece: Piece) -> str:
    sign, text = piece
    tag = _TAGS.get(sign)
    return f"<{tag}>{inert(text)}</{tag}>" if tag else inert(text)


def _text(text: str) -> str:
    return f'<div class="text" dir="auto">{inert(text)}</div>' if text else ""
