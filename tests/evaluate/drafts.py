"""Sentence links on ArgRewrite v2: two drafts of an essay, linked by hand, one to many allowed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from pipelines.diff.sentences import Weights, link_sentences

from .scores import Score, held

_NS = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
Link = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Drafts:
    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    links: frozenset[Link]

    def changed(self, links: frozenset[Link] | set[Link]) -> set[Link]:
        return {(i, j) for i, j in links if self.old[i].strip() != self.new[j].strip()}


def group(corpus: Path, name: str) -> list[Drafts]:
    """The draft pairs of group A or B."""
    return [_drafts(file) for file in sorted((corpus / "diff/argrewrite-v2/annotations" / name).rglob("*.xlsx"))]


def links_scored(pairs: Sequence[Drafts], weights: Weights | None = None) -> tuple[Score, Score]:
    """All links, and those between sentences that differ."""
    every, changed = Score(), Score()
    for drafts in pairs:
        found = set(link_sentences(drafts.old, drafts.new, weights or Weights()))
        every += held(found, drafts.links)
        changed += held(drafts.changed(found), drafts.changed(drafts.links))
    return every, changed


def _drafts(file: Path) -> Drafts:
    with zipfile.ZipFile(file) as book:
        strings = _shared_strings(book)
        old, new = (_sheet(book, strings, n) for n in _sheets(book))
    old_at, new_at = ({index: k for k, (index, _, _) in enumerate(side)} for side in (old, new))
    links = {(old_at[i], new_at[j]) for i, _, aligned in old for j in aligned if j in new_at}
    links |= {(old_at[i], new_at[j]) for j, _, aligned in new for i in aligned if i in old_at}
    return Drafts(file.stem, tuple(t for _, t, _ in old), tuple(t for _, t, _ in new), frozenset(links))


Row = tuple[int, str, tuple[int, ...]]


def _sheets(book: zipfile.ZipFile) -> tuple[str, str]:
    """Where the old and the new draft are; the order of files need not be that of the sheets."""
    places = {
        r.get("Id"): r.get("Target") for r in etree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    }  # fmt: skip
    key = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    named = {
        s.get("name"): places[s.get(key)]
        for s in etree.fromstring(book.read("xl/workbook.xml")).iterfind(".//s:sheet", _NS)
    }
    return named["Old Draft"], named["New Draft"]


def _shared_strings(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    root = etree.fromstring(book.read("xl/sharedStrings.xml"))
    return ["".join(si.itertext("{*}t")) for si in root.iterfind("s:si", _NS)]


def _sheet(book: zipfile.ZipFile, strings: Sequence[str], target: str) -> list[Row]:
    root = etree.fromstring(book.read(f"xl/{target.removeprefix('/xl/')}"))
    rows = [_cells(row, strings) for row in root.iterfind(".//s:row", _NS)]
    columns = {title.strip(): column for column, title in rows[0].items()}
    index, said, aligned = (columns[name] for name in ("Sentence Index", "Sentence Content", "Aligned Index"))
    return [
        (int(float(row[index])), row.get(said, ""), tuple(_numbers(row.get(aligned, ""))))
        for row in rows[1:]
        if row.get(index, "").strip() and row.get(said, "").strip()
    ]


def _cells(row: etree._Element, strings: Sequence[str]) -> dict[str, str]:
    found = {}
    for cell in row.iterfind("s:c", _NS):
        column = "".join(filter(str.isalpha, cell.get("r", "")))
        value = "".join(cell.itertext("{*}v", "{*}t"))
        found[column] = strings[int(value)] if cell.get("t") == "s" and value else value
    return found


def _numbers(said: str) -> Iterator[int]:
    for part in said.replace(";", ",").split(","):
        try:
            yield int(float(part))
        except ValueError:
            continue  # ADD and DELETE stand where a sentence has no other side
