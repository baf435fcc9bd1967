"""A power loss after each single operation: what was acknowledged by then is found again, and nothing is torn."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines import warc
from pipelines.errors import StoppressError
from pipelines.model import Exchange, Visit
from pipelines.store import local, recorder, recovering, spool
from pipelines.store.adopting import adopt
from pipelines.store.catalog import Catalog
from pipelines.store.local import LocalStore
from pipelines.store.recorder import Limits, Recorder
from pipelines.store.recovering import recover
from pipelines.store.spool import Epoch, SpoolLock, sealed
from pipelines.store.uploader import store_file
from pipelines.store.warcs import WarcReader
from pipelines.urlkey import urlkey

from .disk import Disk, states

URL = "http://news.test/live"
NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
VISITS = 5
FEW = Limits(roll_size=2500, roll_age=timedelta(days=36500))  # bytes; about three visits


@dataclass(frozen=True, slots=True)
class Rows:
    """The catalog after a transaction; one that is not ``durable`` is lost with the power."""

    image: bytes
    durable: bool


@dataclass(frozen=True, slots=True)
class Acknowledged:
    visit: Visit


def body(minute: int) -> bytes:
    return b"<p>%d</p>" % minute + os.urandom(150).hex().encode()


def answer(minute: int, content: bytes) -> Exchange:
    return Exchange(
        url=URL, started=NOON + timedelta(minutes=minute), request=b"GET /live HTTP/1.1\r\nHost: news.test\r\n\r\n",
        response=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + content, status=200, fidelity="wire",
    )  # fmt: skip


class LeftOpen(Epoch):
    """Its seal fails: the file stays for the next start."""

    def seal(self) -> Path:
        raise OSError("no more")


@dataclass
class World:
    """The real recorder, uploader and recovery on a disk that remembers."""

    home: Path
    disk: Disk
    patch: pytest.MonkeyPatch
    bodies: dict[str, bytes]
    played: int = 0

    @property
    def folder(self) -> Path:
        return self.disk.root / "spool"

    @property
    def store(self) -> Path:
        return self.disk.root / "store"

    def record(self) -> None:
        self.disk.watching(self.patch)
        with self._catalog(self.home / "catalog.db", noted=True) as catalog:
            self.store.mkdir()
            local.sync_folder(self.disk.root)
            with SpoolLock(self.folder):
                pass
            ready: list[Path] = []
            kept = Recorder(
                self.folder, catalog, worker="w1", sealed=ready.append, limits=FEW,
                warcinfo=lambda name: warc.warcinfo(name, {"software": "test"}, NOON),
            )  # fmt: skip
            for minute in range(VISITS):
                self._visit(kept, minute)
                self._send(ready, catalog)
            kept.close()
            self._send(ready, catalog)
            for left in spool.left_open(self.folder):
                with left.open("r+b") as file:
                    file.seek(0, os.SEEK_END)
                    file.write(b"\x1f\x8b\x08\x00torn")
            adopt(self.folder, catalog)
        self.patch.undo()

    def _visit(self, kept: Recorder, minute: int) -> None:
        visit = Visit(id=f"v{minute}", url=URL, urlkey=urlkey(URL), started=NOON + timedelta(minutes=minute))
        self.bodies[visit.id] = body(minute)
        exchange = answer(minute, self.bodies[visit.id])
        kept.exchange(exchange, visit_id=visit.id, role="page")
        done = kept.visit(Visit(id=visit.id, url=URL, urlkey=visit.urlkey, started=visit.started, exchange=exchange))
        done.add_done_callback(lambda future: self.disk.mark(Acknowledged(future.result())))
        done.result(30)

    def _send(self, ready: list[Path], catalog: Catalog) -> None:
        while ready:
            store_file(ready.pop(), LocalStore(self.store), catalog)

    def _catalog(self, path: Path, *, noted: bool = False) -> Catalog:
        catalog = Catalog.open(f"sqlite:///{path}", relaxed=True)
        if noted:
            self.disk.mark(Rows(_image(path), durable=True))
            self.patch.setattr(catalog, "write", self._noting(catalog.write, catalog, path))
        return catalog

    def _noting(self, real: Callable[..., Any], catalog: Catalog, path: Path) -> Callable[..., Any]:
        def write(act: Callable[..., Any], *, durable: bool = False) -> Any:
            outer = catalog._open_here() is None
            done = real(act, durable=durable)
            if outer:
                self.disk.mark(Rows(_image(path), durable))
            return done

        return write

    # and back -----------------------------------------------------------------------------------------------

    def losses(self) -> list[str]:
        """What was lost or torn, over every moment and every kind of loss."""
        wrong: list[str] = []
        for steps, loss, files in states(self.disk):
            self.played += 1
            wrong += [f"step {steps}, {loss} lost: {w}" for w in self._lacks(steps, loss, files)]
            if len(wrong) > 20:
                break
        return wrong

    def _lacks(self, steps: int, loss: str, files: dict[Path, bytes]) -> Iterator[str]:
        notes = [step.note for step in self.disk.log[:steps] if step.kind == "mark"]
        rows = [note for note in notes if isinstance(note, Rows) and (note.durable or loss == "nothing")]
        acknowledged = [note.visit for note in notes if isinstance(note, Acknowledged)]
        if not rows:
            return
        again = self.home / f"again{self.played}"
        for folder in ("spool", "store"):
            (again / folder).mkdir(parents=True)
        for path, data in files.items():
            place = again / path.relative_to(self.disk.root)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        (again / "catalog.db").write_bytes(rows[-1].image)
        try:
            with self._catalog(again / "catalog.db") as catalog:
                yield from self._recovered(again, catalog, acknowledged)
        except StoppressError as e:
            yield f"{type(e).__name__}: {e}"

    def _recovered(self, again: Path, catalog: Catalog, acknowledged: list[Visit]) -> Iterator[str]:
        store, folder = LocalStore(again / "store"), again / "spool"
        adopt(folder, catalog)
        for path in sealed(folder):
            store_file(path, store, catalog)  # DamagedRecord if it is torn
        yield from (f"{path.name} is left" for path in folder.glob("*.warc.gz*"))
        known = {visit.id: visit for visit in catalog.visits()}
        reader = WarcReader(store, folder)
        for visit in acknowledged:
            found = known.get(visit.id)
            if found is None or found.outcome != visit.outcome:
                yield f"{visit.id} is not in the catalog"
            elif [c.record_id for c in found.captures] != [c.record_id for c in visit.captures]:
                yield f"{visit.id} has other captures"
            elif reader.response(found.captures[0]).body != self.bodies[visit.id]:
                yield f"{visit.id} has other bytes"


def _image(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    try:
        return connection.serialize()
    finally:
        connection.close()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    (tmp_path / "disk").mkdir()
    return World(tmp_path, Disk(tmp_path / "disk"), monkeypatch, {})


def test_a_power_loss_at_any_moment_loses_nothing_acknowledged(world: World) -> None:
    world.record()

    assert sum(isinstance(step.note, Acknowledged) for step in world.disk.log) == VISITS
    assert world.losses() == []
    assert world.played > 50


def test_a_power_loss_while_recovering_loses_nothing_acknowledged(world: World) -> None:
    world.patch.setattr(recorder, "Epoch", LeftOpen)
    world.record()

    assert any(step.path.parent.name == "quarantine" for step in world.disk.log)
    assert world.losses() == []


def test_a_torn_tail_is_in_its_file_or_in_quarantine_at_any_moment(world: World) -> None:
    """Behind a damaged record there may be whole ones, which were acknowledged."""
    world.disk.watching(world.patch)
    world.folder.mkdir()
    local.sync_folder(world.disk.root)
    with (world.folder / "stoppress-20260103120000123-00001-w1.warc.gz.open").open("wb") as file:
        file.write(b"torn")
        file.flush()
        os.fsync(file.fileno())
    local.sync_folder(world.folder)
    world.disk.mark("durable")
    began = len(world.disk.log)

    recover(world.folder)

    world.patch.undo()
    moments = [(steps, loss, files) for steps, loss, files in states(world.disk) if steps >= began]
    assert [(steps, loss) for steps, loss, files in moments if b"torn" not in files.values()] == []
    assert len(moments) > 5


@dataclass
class Damaged:
    """The open file of a dead process with a damaged place in its middle and a torn tail, and what it told."""

    world: World
    bodies: dict[str, bytes]
    lost: str  # the visit whose answer is damaged
    gone: tuple[bytes, bytes]  # the damaged place, and the tail
    rows: bytes  # the catalog as the dead process left it

    @classmethod
    def left(cls, world: World) -> Damaged:
        world.store.mkdir()
        with SpoolLock(world.folder):
            pass
        with Catalog.open(f"sqlite:///{world.home / 'catalog.db'}") as catalog:
            kept = Recorder(
                world.folder, catalog, worker="w1", sealed=lambda path: None,
                warcinfo=lambda name: warc.warcinfo(name, {"software": "test"}, NOON),
                limits=Limits(roll_age=timedelta(days=36500)),
            )  # fmt: skip
            for minute in range(VISITS):
                world._visit(kept, minute)
            rows = _image(world.home / "catalog.db")
            kept.close()
        (path,) = sealed(world.folder)
        with path.open("rb") as file:
            answers = [p for p in warc.scan(file) if p.record.type == "response"]
        place, data = answers[2], bytearray(path.read_bytes())
        data[place.offset + place.length // 2] ^= 4
        damaged, torn = bytes(data[place.offset : place.offset + place.length]), b"\x1f\x8b\x08\x04torn"
        path.unlink()
        with path.with_name(path.name + spool.OPEN).open("wb") as file:
            file.write(data + torn)
            file.flush()
            os.fsync(file.fileno())
        for folder in (world.folder, world.disk.root):
            local.sync_folder(folder)
        return cls(world, world.bodies, "v2", (damaged, torn), rows)

    def lacks(self, files: dict[Path, bytes], rows: bytes) -> Iterator[str]:
        """What is wrong after one more start, from what a power loss has left."""
        for part in self.gone:
            if not any(part in data for data in files.values()):
                yield f"{part!r} is nowhere"
        self.world.played += 1
        again = self.world.home / f"again{self.world.played}"
        for path, data in files.items():
            place = again / path.relative_to(self.world.disk.root)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        (again / "catalog.db").write_bytes(rows)
        with Catalog.open(f"sqlite:///{again / 'catalog.db'}") as catalog:
            adopt(again / "spool", catalog)
            yield from self._other_visits(again, catalog)
        copies = [path.read_bytes() for path in (again / "spool" / "quarantine").iterdir()]
        yield from (f"{part!r} is not in quarantine" for part in self.gone if part not in copies)

    def _other_visits(self, again: Path, catalog: Catalog) -> Iterator[str]:
        for path in sealed(again / "spool"):
            store_file(path, LocalStore(again / "store"), catalog)  # DamagedRecord if it is not whole
        yield from (f"{path.name} is left" for path in (again / "spool").glob("*.warc.gz*"))
        reader = WarcReader(LocalStore(again / "store"), again / "spool")
        known = {visit.id: visit for visit in catalog.visits()}
        for name, content in self.bodies.items():
            found = [reader.response(capture).body for capture in known[name].captures] if name in known else None
            if found != ([] if name == self.lost else [content]):
                yield f"{name} has {found!r}"


@pytest.mark.parametrize("after", ["before it told", "after it told"])
def test_a_power_loss_while_a_damaged_file_is_mended_costs_nothing_more(world: World, after: str) -> None:
    """At any moment, with the catalog as it was, or as this start had already made it."""
    world.disk.watching(world.patch)
    left = Damaged.left(world)
    world.disk.mark("durable")
    began = len(world.disk.log)
    with Catalog.open(f"sqlite:///{world.home / 'catalog.db'}") as catalog:
        world.patch.setattr(catalog, "write", world._noting(catalog.write, catalog, world.home / "catalog.db"))
        adopt(world.folder, catalog)
    world.patch.undo()
    wrong = []
    for steps, loss, files in states(world.disk):
        notes = [step.note for step in world.disk.log[:steps] if step.kind == "mark"]
        every = [note for note in notes if isinstance(note, Rows)]
        told = [note.image for note in every if note.durable or after == "after it told"]  # a durable one stays
        rows = told[-1] if told else left.rows
        if steps >= began:
            wrong += [f"step {steps}, {loss} lost: {line}" for line in left.lacks(files, rows)]

    assert wrong == []
    assert world.played >= 15


def test_mending_without_copies_on_disk_is_caught(world: World) -> None:
    world.patch.setattr(recovering, "sync_folder", lambda folder: None)
    world.disk.watching(world.patch)
    left = Damaged.left(world)
    world.disk.mark("durable")
    began = len(world.disk.log)
    with Catalog.open(f"sqlite:///{world.home / 'catalog.db'}") as catalog:
        adopt(world.folder, catalog)
    world.patch.undo()

    assert any(list(left.lacks(files, left.rows)) for steps, _, files in states(world.disk) if steps >= began)


def test_an_object_is_durable_in_folders_that_another_process_was_just_making(world: World) -> None:
    world.disk.watching(world.patch)
    world.store.mkdir()
    local.sync_folder(world.disk.root)
    (world.store / "warc").mkdir()
    (world.store / "warc" / "2026").mkdir()

    LocalStore(world.store).put_if_absent("warc/2026/a", b"kept")

    world.disk.mark("put")
    world.patch.undo()
    assert all(b"kept" in files.values() for steps, _, files in states(world.disk) if steps == len(world.disk.log))


# what this must find ----------------------------------------------------------------------------------------------


class Unsynced(Epoch):
    """Writes, and trusts that it will be on disk."""

    def commit(self) -> None:
        if self.durable < self.size:
            self._write()
            self.durable = self.size


def test_an_epoch_without_fsync_is_caught(world: World) -> None:
    world.patch.setattr(recorder, "Epoch", Unsynced)
    world.record()

    assert world.losses()


@pytest.mark.parametrize("module", [spool, local])
def test_names_that_are_not_synced_are_caught(world: World, module: Any) -> None:
    world.patch.setattr(module, "sync_folder", lambda folder: None)
    world.record()

    assert world.losses()
