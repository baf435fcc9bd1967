"""One update as shown and as stated -> an Update, field by field, with what each field is owed to."""

from __future__ import annotations

from ..model import Update
from . import distrust, ids, merge
from .canonical import count, letters
from .copies import without_copies
from .cut import Cut, cut
from .found import Found
from .memory import Memory
from .reconcile import Pair

COMPLETE = 0.9  # share of the structured text's letters that the page's text must have
OWN_SERIALISATION, BY_FRAGMENT = ": own serialisation", ": by trafilatura"  # behind the carrier of a text
ELLIPSES = ("…", "...")
AND = " | "  # between the names of rules


def updates_of(pairs: list[Pair], url: str, memory: Memory | None = None) -> tuple[tuple[Update, ...], list[Cut]]:
    cuts = [cut(p.dom, url, _headline(p), memory) if p.dom else None for p in pairs]
    short = any(c and p.data and _is_cut(c.text, p.data.text) for p, c in zip(pairs, cuts, strict=True))
    built = [_update(p, c, short=short) for p, c in zip(pairs, cuts, strict=True)]
    # A bare embed has no text and is an update all the same, if it has a time; an element without anything is none.
    timed = {i for i, p in enumerate(pairs) if p.dom and p.dom.carrier == "headings"}
    kept = without_copies([u for i, u in enumerate(built) if _says_something(u) or i in timed])
    return merge.rekeyed(kept), [c for c in cuts if c]


def _says_something(update: Update) -> bool:
    return bool(update.text or update.id or update.headline or (update.media and update.published))


def _by_profile(found: Found | None) -> Found | None:
    """A profile that leads knows where things stand; what else is there is a guess."""
    return found if found and found.carrier.startswith("profile:") else None


def _headline(pair: Pair) -> str | None:
    order = (_by_profile(pair.dom), _by_profile(pair.data), pair.data, pair.dom)
    return next((f.headline for f in order if f and f.headline), None)


def _update(pair: Pair, shown: Cut | None, *, short: bool) -> Update:
    """``short``: the page shows that structured data's texts are cut."""
    data, dom = pair.data, pair.dom
    text, text_by = _text(shown, data, dom)
    known = _by_profile(dom)
    headline = (known.headline if known else None) or (shown.headline if shown else None) or _headline(pair)
    rules = [*(data.distrust if data else ()), *(dom.distrust if dom else ()), *pair.distrust]
    rules += _of_text(text, shown, data, dom, short=short)
    if headline and text.startswith(headline.rstrip(" .…")) and not (shown and shown.headline):
        rules += [distrust.FIRST_WORDS] if data and data.headline == headline else []
        headline = None
    native = (dom.id if dom else None) or (data.id if data else None)
    by = pair.published
    return Update(
        text=text,
        id=ids.normal(native) if native else None,
        headline=headline,
        html=shown.html if shown else "",
        authors=next((a for f in (known, shown, data, dom) if f and (a := f.authors)), ()),
        published=by.moment if by else None,
        updated=pair.updated.moment if pair.updated else None,
        created=pair.created.moment if pair.created else None,
        time_precision=by.precision if by else None,
        time_source=by.source if by else None,
        shown_as=dom.shown if dom else None,
        pinned=any(f.pinned for f in (shown, dom, data) if f),
        key_event=any(f.key_event for f in (shown, dom, data) if f),
        links=shown.links if shown else (),
        media=shown.media if shown else (),
        captions=shown.captions if shown else (),
        provenance=(("published", pair.reason), ("text", text_by), *_notes(dom, data), *_lost(pair, rules)),
    )


def _notes(*found: Found | None) -> tuple[tuple[str, str], ...]:
    """Fields that a profile gave, and what was said otherwise; each field once."""
    notes: dict[str, str] = {}
    for item in filter(None, found):
        for name in ("id", "headline", "authors", "updated", "created", "pinned", "key_event"):
            if _by_profile(item) and getattr(item, name):
                notes.setdefault(name, item.carrier)
        notes.update((n, by) for n, by in item.notes if n not in notes or by != item.carrier)
    notes.pop("published", None)
    return tuple(notes.items())


def _lost(pair: Pair, rules: list[str]) -> tuple[tuple[str, str], ...]:
    """What was not taken, and by which rules of distrust; nothing where there was nothing."""
    pairs = (("published_lost", pair.lost), ("distrust", AND.join(dict.fromkeys(rules))))
    return tuple((name, value) for name, value in pairs if value)


def _of_text(text: str, shown: Cut | None, data: Found | None, dom: Found | None, *, short: bool) -> list[str]:
    """The rules of distrust that the text of an update meets."""
    if shown is None:
        cut_off = bool(data) and (text.endswith(ELLIPSES) or (short and text[-1:].isalnum()))
        return [distrust.CUT_UNSEEN] if cut_off else []
    if data and _is_cut(text, data.text):
        return [distrust.CUT_SHORT]
    stated = letters(dom.text) if dom and dom.carrier == "microdata" and dom.text else ""
    said = letters(f"{shown.headline or ''} {text}") if stated else ""
    return [distrust.MANGLED] if stated not in said else []


def _is_cut(shown: str, stated: str) -> bool:
    """Whether the stated text is the beginning of the shown one."""
    if not stated or len(stated) >= COMPLETE * len(shown):
        return False
    start = letters(stated.rstrip(" .…"))
    return bool(start) and letters(shown[: 2 * len(stated)]).startswith(start)


def _text(shown: Cut | None, data: Found | None, dom: Found | None) -> tuple[str, str]:
    """The page's text, unless the structured one holds clearly more."""
    if shown is None:
        return (data.text, f"{data.carrier}: not in the page") if data else ("", "")
    carrier = dom.carrier if dom else ""
    if data and data.text != shown.text and count(shown.text) < COMPLETE * count(data.text):
        return data.text, f"{data.carrier}: longer than {carrier}"
    by = OWN_SERIALISATION if shown.fell_back else BY_FRAGMENT if shown.asked else ""
    return shown.text, carrier + by
