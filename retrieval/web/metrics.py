"""``/metrics``: how the watching goes, in figures for Prometheus (OpenMetrics text). No label names a page.

What costs queries is asked for once in a while, however often somebody asks here.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from pipelines.config import Config
from pipelines.health import KINDS, Facts, Finding, findings
from pipelines.health_facts import facts_of, limits_of

from ..archive import Archive

KEPT = 10.0  # seconds that an answer holds


class Metrics:
    """The endpoint, for one archive and the spool of this machine."""

    def __init__(self, archive: Archive, config: Config, clock: Callable[[], float] = time.monotonic) -> None:
        self._archive, self._config, self._clock = archive, config, clock
        self._lock = threading.Lock()
        self._made, self._at = b"", float("-inf")

    def answer(self, _: Request) -> Response:
        with self._lock:
            if self._clock() - self._at >= KEPT:
                now = datetime.now(UTC)
                facts = facts_of(self._config, self._archive.catalog, now)
                self._made = exposed(facts, findings(facts, limits_of(self._config), now), now)
                self._at = self._clock()
            return Response(self._made, media_type=CONTENT_TYPE_LATEST)


def exposed(facts: Facts, found: list[Finding], now: datetime) -> bytes:
    """Every kind and state has its line, also with 0: an alert on what is absent would never fire."""
    registry = CollectorRegistry()

    def gauge(name: str, words: str, value: float) -> None:
        Gauge(f"stoppress_{name}", words, registry=registry).set(value)

    by_kind, kinds = Counter(finding.kind for finding in found), _labelled(registry, "findings", "kind", FOUND)
    for kind in KINDS:
        kinds.labels(kind).set(by_kind[kind])
    states = _labelled(registry, "watches", "state", "Watches, by their state")
    for state in ("active", "paused", "ended"):
        states.labels(state).set(facts.states.get(state, 0))
    gauge("spool_bytes", "Bytes of WARC in the spool of this machine", facts.spool_bytes)
    gauge("spool_limit_bytes", "What it may hold", facts.spool_limit)
    gauge("files_waiting", "Sealed files that wait for the store", facts.waiting)
    waited = (now - facts.waiting_since).total_seconds() if facts.waiting_since else 0.0
    gauge("files_waiting_seconds", "For how long the oldest of them has", max(waited, 0.0))
    good = [page.last_good for page in facts.pages if page.last_good]
    if good:
        gauge("newest_good_visit_age_seconds", "Since the newest good visit", (now - max(good)).total_seconds())
    made: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return made


FOUND = "What is wrong, by its kind; stoppress doctor names it"


def _labelled(registry: CollectorRegistry, name: str, label: str, words: str) -> Gauge:
    return Gauge(f"stoppress_{name}", words, [label], registry=registry)
