"""Changes that were computed again from stored versions: rows of their own, so that no recorded change is touched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select, tuple_

from pipelines.face import change_from_json, change_to_json
from pipelines.takedowns import Blocks
from pipelines.turns import in_turn, told_from

from . import rows
from .catalog_redaction import blocks_in
from .catalog_versions import seen
from .database import Database
from .statements import insert_or_update, listed
from .stored import Chosen, Rediffed, VersionPair
from .tables import changes, rediffed, versions

_TOLD = ("urlkey", "from_seq", "to_seq", "differ", "basis", "extractor", "result", "settled")
Place = tuple[str, int]  # urlkey and number


class RediffedRows(Database):
    """Results of ``stoppress rediff``."""

    def to_rediff(self, differ: str, basis: str, chosen: Chosen, *, after: Place, limit: int) -> list[VersionPair]:
        """Versions that were not compared so yet with the one that each was told from (0: with none), or whose
        removals waited for a second look."""
        place = (versions.c.urlkey, versions.c.seq)

        def act(connection: Connection) -> list[VersionPair]:
            query = _asked(connection, differ, basis, chosen).where(tuple_(*place) > tuple_(*after))
            found = connection.execute(query.order_by(*place).limit(limit)).all()
            told = {key: told_from(in_turn(seen(connection, key))) for key in {row.urlkey for row in found}}
            return [VersionPair(row.urlkey, told[row.urlkey].get(row.seq, 0), row.seq) for row in found]

        return self.read(act)

    def count_to_rediff(self, differ: str, basis: str, chosen: Chosen) -> int:
        """How many pairs ``to_rediff`` would give."""

        def act(connection: Connection) -> int:
            asked = _asked(connection, differ, basis, chosen).with_only_columns(func.count(versions.c.seq))
            return int(connection.execute(asked).scalar_one())

        return self.read(act)

    def save_rediffed(self, found: Sequence[Rediffed]) -> None:
        """A pair that waited for a second look is told again; what is settled is not asked for any more.

        What was taken down since it was compared is left out.
        """
        names = [name for name in (*_TOLD, "document") if name not in ("urlkey", "to_seq", "differ", "basis")]

        def act(connection: Connection) -> None:
            blocks = blocks_in(connection)
            told = [_row(one) for one in found if not _taken_down(one, blocks)]
            insert_or_update(connection, rediffed, told, names)

        if found:
            self.write(act)

    def rediffed(self, differ: str, basis: str, urlkey: str | None = None) -> list[Rediffed]:
        """Page by page, in the order of the versions."""
        query = select(rediffed).where(rediffed.c.differ == differ, rediffed.c.basis == basis)
        if urlkey is not None:
            query = query.where(rediffed.c.urlkey == urlkey)
        query = query.order_by(rediffed.c.urlkey, rediffed.c.to_seq)
        return self.read(lambda c: [_found(row) for row in c.execute(query).mappings()])

    def differs(self) -> list[tuple[str, str]]:
        """By whom changes were computed again: differ and basis."""
        query = select(rediffed.c.differ, rediffed.c.basis).distinct()
        return self.read(lambda c: sorted((row.differ, row.basis) for row in c.execute(query)))


def _asked(connection: Connection, differ: str, basis: str, chosen: Chosen) -> Any:
    before = versions.alias("before")
    there = exists().where(before.c.urlkey == versions.c.urlkey, before.c.seq < versions.c.seq)
    mine = and_(changes.c.urlkey == versions.c.urlkey, changes.c.to_seq == versions.c.seq)
    late = exists().where(mine, changes.c.from_seq > changes.c.to_seq)  # from what had been imported
    mine = and_(rediffed.c.urlkey == versions.c.urlkey, rediffed.c.to_seq == versions.c.seq)
    done = exists().where(mine, rediffed.c.differ == differ, rediffed.c.basis == basis, rediffed.c.settled.is_(True))
    query = select(versions.c.urlkey, versions.c.seq).where(or_(there, late), ~done)
    if chosen.urlkeys is not None:
        query = query.where(versions.c.urlkey.in_(select(listed(connection, chosen.urlkeys))))
    if chosen.since:
        query = query.where(versions.c.first_seen >= rows.micros(chosen.since))
    if chosen.until:
        query = query.where(versions.c.first_seen <= rows.micros(chosen.until))
    return query


def _taken_down(one: Rediffed, blocks: Blocks) -> bool:
    """Since it was made; what was known then was left alone."""
    if blocks.ids() <= one.obeyed:
        return False
    proofs = [proof for c in one.changes for proof in (c.old_proof, c.new_proof, c.earlier_proof) if proof]
    return blocks.page(one.urlkey) is not None or any(blocks.words(proof.record_id) for proof in proofs)


def _row(one: Rediffed) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in _TOLD}
    return {**told, "document": rows.document([change_to_json(change) for change in one.changes])}


def _found(row: Any) -> Rediffed:
    changes = tuple(change_from_json(document) for document in json.loads(row["document"]))
    return Rediffed(**{name: row[name] for name in _TOLD}, changes=changes)
