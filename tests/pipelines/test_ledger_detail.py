"""What is told of a visit beside its page's address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.ledger import detail_of
from pipelines.model import Visit

URL = "https://news.example.org/live"


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        (f"{URL}: it did not answer in time", "it did not answer in time"),
        (f"{URL} answered 503; the answer is kept", "answered 503; the answer is kept"),
        (f"{URL}?page=2 answered 404", f"{URL}?page=2 answered 404"),  # another address that begins like it
        (f"{URL}/amp: it redirects to itself", f"{URL}/amp: it redirects to itself"),
        ("", ""),
    ],
)
def test_its_detail_without_its_own_address_and_with_every_other(detail: str, told: str) -> None:
    visit = Visit(id="1", url=URL, urlkey="k", started=datetime(2026, 3, 1, tzinfo=UTC), detail=detail)

    assert detail_of(visit) == told
