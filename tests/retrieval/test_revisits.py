"""A revisit is given back with the body of its original."""

from __future__ import annotations

from pathlib import Path

from pipelines.keeper import Keeper
from retrieval.archive import open_archive
from tests.rebuild.kept import RIVER, STORM, Crawl, configured, page


def test_a_revisit_of_a_chunked_answer_has_its_originals_body(tmp_path: Path) -> None:
    body = page(RIVER)
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    config = configured(tmp_path)
    with Keeper(config) as keeper:
        crawl = Crawl(keeper)
        made = [crawl.visit(chunks, head="Transfer-Encoding: chunked\r\n") for _ in range(2)]
    with open_archive(config.path) as archive:
        given = [archive.page(STORM).get(visit.captures[0].timestamp).body for visit in made]

    assert [visit.outcome for visit in made] == ["archived", "revisit"]
    assert given == [body, body]
