"""An export from the choice to the file under its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipelines.errors import NotArchived, StoppressError, TakenDown
from pipelines.store.catalog import Catalog
from pipelines.store.warcs import WarcReader

from .choice import Choice
from .draft import Draft, draft
from .estimates import Estimates, estimates
from .records import BeginAgain, Records
from .result import TAKEN_DOWN, Exported, Tally
from .signing import Signer
from .wacz import Names, write_wacz
from .warc import filename_of, first_record, write

Told = Callable[[Tally], None]  # hears how far it has come, after each record
_Write = Callable[[Draft, datetime, Records, Tally, Estimates | None, Callable[[], None]], None]


def export_warc(catalog: Catalog, reader: WarcReader, choice: Choice, target: Path, *, was_read: bool, force: bool,
                told: Told) -> Exported:  # fmt: skip
    """``was_read``: the catalog knows what the captures say; else there is no estimate of what they are not."""
    name = filename_of(target)

    def act(file: Draft, newest: datetime, records: Records, tally: Tally, estimated: Estimates | None,
            heard: Callable[[], None]) -> None:  # fmt: skip
        written = write(file, first_record(choice, name, newest, estimated), records.items(tally), name)
        for _ in written:
            heard()

    return _export(catalog, reader, choice, target, act, was_read=was_read, force=force, told=told)


def export_wacz(catalog: Catalog, reader: WarcReader, choice: Choice, target: Path, *, names: Names,
                signer: Signer | None, force: bool, told: Told) -> Exported:  # fmt: skip
    def act(file: Draft, newest: datetime, records: Records, tally: Tally, estimated: Estimates | None,
            heard: Callable[[], None]) -> None:  # fmt: skip
        write_wacz(file, choice, newest, catalog, records, tally, names, signer, estimated, heard)

    made = _export(catalog, reader, choice, target, act, was_read=True, force=force, told=told)
    return replace(made, public_key=signer.public if signer else None)


def _export(catalog: Catalog, reader: WarcReader, choice: Choice, target: Path, act: _Write, *, was_read: bool,
            force: bool, told: Told) -> Exported:  # fmt: skip
    with draft(target, force=force) as file:
        extent = catalog.extent(choice.chosen)
        if extent.last is None:
            raise NotArchived(f"nothing was captured that is asked for ({choice}); stoppress pages lists what is kept")
        records = Records(catalog, reader, choice.chosen)
        estimated = estimates(catalog, choice.chosen) if was_read else None
        while True:
            tally = Tally(of_captures=extent.captures)
            try:
                act(file, extent.last, records, tally, estimated, lambda tally=tally: told(tally))  # type: ignore[misc]
                break
            except BeginAgain:
                file.begin_again()
        _refuse_nothing(tally, choice)
        size, sha256 = file.finish()
    return Exported(target, size, sha256, tally, estimated=estimated)


def _refuse_nothing(tally: Tally, choice: Choice) -> None:
    if tally.responses or tally.revisits:
        return
    why = ", ".join(f"{count} {name}" for name, count in tally.left_out.items())
    first = next(iter(tally.examples.values()), "")
    kind: type[StoppressError] = TakenDown if set(tally.left_out) == {TAKEN_DOWN} else StoppressError
    raise kind(f"nothing of {choice} can be exported: {why} ({first})")
