from __future__ import annotations

from pipelines.config import load_config

from .commands import INFRA


def test_the_config_to_start_from_is_accepted_and_writes_only_below_the_state_directory() -> None:
    config = load_config(INFRA / "stoppress.toml")
    places = [str(config.archive.store), config.archive.catalog, str(config.archive.spool)]

    assert [place for place in places if "/var/lib/stoppress/" not in place] == []
    assert config.crawl.contact.startswith("mailto:")
