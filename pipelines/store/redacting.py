"""Takes the bytes of a takedown out of the store, file by file; killed anywhere and run again, it finishes.

    catalog: versions and changes lose their text -> each file that holds some of it:
        new file with tombstones -> put, read back -> catalog switched -> old file erased

What is in the store is looked at, not what the catalog knows: a reading may lie in any file that was written after
its capture, and a file that was merged may still be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.crashpoint import crashpoint
from pipelines.errors import DamagedRecord, StoreError
from pipelines.judging import Judge
from pipelines.model import Visit
from pipelines.takedowns import Takedown
from pipelines.warc import parse_record

from .admin import AdminStore
from .catalog import Catalog, WarcFile
from .members import Broken, Members
from .newfile import NewFile, copy, draft, first_record, name_after, stored, understood
from .objects import Stat
from .recovering import QUARANTINE, what_is_kept
from .spares import Spares
from .spool import NAME
from .warcs import index_key, opened_at, warc_key

_PIECE = 1 << 18  # bytes read at once
SETTLING = timedelta(seconds=30)  # in which a crawler has noticed, and what it was doing is in its open file
_EARLIER = timedelta(days=1)  # a file may have been open for a while before the capture was made


@dataclass(slots=True)
class Redacted:
    """What a run did: files that were rewritten, copies that were erased, what is still to wait for."""

    looked_at: int = 0
    of: int = 0
    records: int = 0
    rewritten: list[tuple[str, str]] = field(default_factory=list)  # old and new name
    erased: list[str] = field(default_factory=list)
    waits: list[WarcFile] = field(default_factory=list)
    under_way: list[Visit] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        return not (self.waits or self.under_way or self.problems)


class Redactor:
    """One takedown; ``folder`` takes the new files while they are written, ``spool`` is this machine's."""

    def __init__(self, takedown: Takedown, catalog: Catalog, store: AdminStore, folder: Path, *, spool: Path) -> None:
        self._takedown, self._catalog, self._store, self._folder = takedown, catalog, store, folder
        self._spool = spool
        self._spares = Spares(catalog, store)
        self._covered = catalog.covered(takedown)
        self._listed: set[str] = set()  # keys below warc/
        self.done = Redacted()

    def run(self, told: Callable[[Redacted], None] = lambda done: None) -> Redacted:
        """StoreUnavailable: run it again; what is done stays done."""
        self._catalog.words_taken(self._takedown.id, self._covered.words)
        crashpoint("redact_words")
        in_spools = list(self._in_spools())  # before the store is listed: a file may come there right afterwards
        candidates = list(self._candidates())
        self.done.of = len(candidates)
        for stat in candidates:
            self._file(stat)
            self.done.looked_at += 1
            told(self.done)
        self._drafts()
        self._quarantine()
        unseen = [file for file in in_spools if warc_key(file.name) not in self._listed]
        self.done.waits = [*{file.name: file for file in (*unseen, *self._in_spools())}.values()]
        self._meanwhile()
        return self.done

    def _candidates(self) -> Iterator[Stat]:
        known = {file.key for file in self._catalog.files("stored") if file.key}  # before they are listed
        wanted = {key for key in known if self._may_hold(key)}
        for stat in self._store.list("warc/"):
            wanted.discard(stat.key)
            self._listed.add(stat.key)
            if stat.key.endswith(".warc.gz") and (stat.key not in known or self._may_hold(stat.key)):
                yield stat
        for key in sorted(wanted):
            self.done.problems.append(
                f"{key} is in the catalog and not in the store; see that the store's disk is there and bring the file "
                "back, or if it is lost for good run stoppress rebuild --replace, then run this again"
            )

    def _may_hold(self, key: str) -> bool:
        """By its place or its time; ``key`` may be a name alone."""
        if key in self._covered.filenames:
            return True
        try:
            opened = opened_at(key.rpartition("/")[2])
        except (ValueError, IndexError):  # no name of ours: who knows
            return True
        earliest = self._covered.earliest
        if earliest is None or earliest > self._limit:  # never captured; or by a clock that was ahead, then set back
            return True
        return opened >= earliest - _EARLIER

    @property
    def _limit(self) -> datetime:
        """What a crawler begins later knows of the takedown."""
        return (self._takedown.redact or self._takedown.at) + SETTLING

    def _in_spools(self) -> Iterator[WarcFile]:
        """Files on crawlers' machines that may hold what has to go."""
        for file in self._catalog.files():
            if file.state != "stored" and (file.name in self._covered.filenames or file.opened < self._limit):
                yield file

    def _meanwhile(self) -> None:
        """What crawlers, and who reads old captures again, were at when the order came. A visit has its row before its
        first request and gets its captures with its end, so that none of them is missed between the two looks."""
        going = self._catalog.unfinished_visits()
        self.done.under_way = [visit for visit in going if self._takedown.covers_page(visit.urlkey)]
        now = self._catalog.covered(self._takedown)
        self._catalog.words_taken(self._takedown.id, now.words)
        if come := now.records - self._covered.records:
            self.done.problems.append(f"{len(come)} capture(s) of it came in meanwhile; run this again")

    def _drafts(self) -> None:
        """What writers that were killed have left on its way into the store. Administrators' drafts are dead, for
        nobody but us is at work; those of crawlers once their file is there."""
        for upload in self._store.uploads():
            name = upload.key.rpartition("/")[2]
            if not name.endswith(".warc.gz") or not self._may_hold(name):
                continue
            file = self._catalog.file(name)
            if "-admin_" in name or (file and file.state == "stored") or self._catalog.replacing(name):
                self._store.give_up(upload)
                self.done.erased.append(f"a draft of {name}")
            elif upload.begun < self._limit:
                self.done.problems.append(
                    f"a draft of {name} lies in the store and may hold more of it; start the crawler that wrote it, "
                    "which takes it away, or run stoppress gc, then run this again"
                )

    def _quarantine(self) -> None:
        """Nobody can take a page out of bytes that are no whole records."""
        for path in sorted((self._spool / QUARANTINE).glob("*")):
            if self._may_hold(path.name):
                self.done.problems.append(
                    f"{path} holds {what_is_kept(path.name)}, perhaps of it; look at it, delete it, then run this again"
                )

    def _judge(self) -> Judge:
        covered = self._covered
        return Judge(self._takedown, covered.records, covered.visits, covered.words)

    def _file(self, stat: Stat) -> None:
        name = stat.key.rpartition("/")[2]
        try:
            count = self._count(stat.key)
            file = self._catalog.file(name)
            if file and file.key not in (stat.key, None):  # that one lies elsewhere: here is another, whatever it holds
                file = None
            if not count:
                if file is None:
                    self._refuse_unknown(stat.key)
                return
            if file and file.state == "stored":
                self._rewrite(file)
            else:
                self._erase_spare(stat.key)
            self.done.records += count
        except DamagedRecord as e:
            self.done.problems.append(str(e))
        except StoreError as e:
            if type(e) is not StoreError:  # the store itself does not answer, or refuses
                raise
            self.done.problems.append(str(e))

    def _count(self, key: str) -> int:
        """How many records of a file have to go."""
        judge, count = self._judge(), 0
        with self._store.open(key) as stream:
            for item in Members(lambda: stream.read(_PIECE)):
                if isinstance(item, Broken):
                    raise DamagedRecord(
                        f"{key} is damaged at byte {item.offset}: {item.why}; what there is of it cannot be taken out"
                    )
                with understood(key, item.offset):
                    count += judge.instead(parse_record(item.plain)) is not None
        return count

    def _rewrite(self, file: WarcFile) -> None:
        new = self._written(file)
        self._catalog.file_replaced(new, [file.name], self._placed)
        crashpoint("redact_pointed")
        self._erase(file.key or "", file.name)
        self.done.rewritten.append((file.name, new.name))

    def _written(self, file: WarcFile) -> WarcFile:
        path = self._folder / "redacted.warc.gz"
        with draft(path) as stream:
            new = NewFile(name_after([file], self._takedown.id), stream)
            new.add(first_record(new, [file], self._takedown.at, f"redacted by takedown {self._takedown.id}"))
            replaces = copy(new, self._store, file, self._judge().instead)
        _same_captures(file, self._catalog, new)
        self._placed = new.captures
        known = stored(new, path, self._store, [file], replaces)
        crashpoint("redact_put")
        path.unlink()
        return known

    def _erase_spare(self, key: str) -> None:
        """A copy that nothing points to: of a merged file, or one that a killed run has left."""
        self._refuse_unknown(key)
        self._erase(key, key.rpartition("/")[2])
        self.done.erased.append(key)

    def _refuse_unknown(self, key: str) -> None:
        """StoreError: what the catalog does not know of, as after it was lost, may well be of the page."""
        if lacking := self._spares.only_here(key):
            raise StoreError(
                f"{key} is not in the catalog and holds {len(lacking)} record(s) that no other file has; start the "
                "crawler that wrote it, or run stoppress rebuild, then run this again"
            )

    def _erase(self, key: str, name: str) -> None:
        """The index first: whoever reads the store alone must not be led to what is gone."""
        if NAME.fullmatch(name) and key == warc_key(name):  # what others put there has no index of ours
            self._store.erase(index_key(name))
        crashpoint("redact_index_erased")
        self._store.erase(key)
        crashpoint("redact_erased")


def _same_captures(file: WarcFile, catalog: Catalog, new: NewFile) -> None:
    """DamagedRecord: the catalog knows captures of this file that were not found in it."""
    here = {capture.record_id for capture in new.captures}
    lost = catalog.places(file.key or "").keys() - here
    if lost:
        raise DamagedRecord(f"{file.key} lacks {min(lost)}, which the catalog says is in it; see: stoppress verify")
