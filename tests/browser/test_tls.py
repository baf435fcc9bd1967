"""Pages over TLS: the browser trusts our proxy, our proxy trusts whom the crawler trusts, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.warc import scan
from tests.running import stoppress
from tests.servers.certificates import make_certificate, server_side
from tests.servers.raw_http import RawServer, serving

from .conftest import browser_config
from .pages import UPDATES, feed, live

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("chromium")]


def test_a_page_over_tls_is_shown_and_its_wire_is_kept_and_a_certificate_nobody_vouches_for_is_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "other").mkdir()
    certificate, key, digest = make_certificate(tmp_path)
    stranger = server_side(*make_certificate(tmp_path / "other")[:2])
    with serving(RawServer(tls=server_side(certificate, key))) as trusted, serving(RawServer(tls=stranger)) as unknown:
        good = trusted.route("/live", live())
        trusted.route("/feed.json", feed(*UPDATES))
        bad = unknown.route("/live", live())
        cross = trusted.route("/cross", live(f"fetch('{bad}').catch(() => 0)"))
        config = browser_config(tmp_path, good, bad, cross)
        stoppress("apply", str(config))

        ran = stoppress("crawl", "--once", "--json", config=config, env={"SSL_CERT_FILE": str(certificate)})

        assert unknown.hits == []
    ended = {visit["url"]: (visit["outcome"], visit["reason"], visit["reading"]) for visit in ran.lines}
    assert ended == {
        good: ("archived", None, "version"),
        bad: ("error", "tls", "none"),
        cross: ("archived", None, "version"),
    }, ran.err[-3000:]
    [file] = tmp_path.glob("archive/warc/**/*.warc.gz")
    with file.open("rb") as opened:
        records = [placed.record for placed in scan(opened)]
    [wire] = [r for r in records if r.type == "response" and r.get("WARC-Target-URI") == good and r.block == live()]
    assert [value for name, value in wire.fields if name == "WARC-Protocol"] == ["http/1.1", "tls/1.3"]
    assert wire.get("Stoppress-Certificates") == f"sha256:{digest}"
    shown = stoppress("show", f"{good}@v1", "--json", config=config).lines[0]
    assert len(shown["updates"]) == len(UPDATES)
