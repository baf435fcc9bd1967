"""Errors as answers: one line of text, the status that fits, nothing of the machine's inside."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pipelines.addresses import masked
from pipelines.entity import DecodeError
from pipelines.errors import (
    CatalogError,
    DamagedRecord,
    NotArchived,
    ObjectNotFound,
    StoppressError,
    StoreError,
    TakenDown,
    WatchlistError,
)
from pipelines.moments import MomentError

from ..cdx.query import BadQuery

log = logging.getLogger(__name__)
# How clients of the Wayback Machine know what may not be shown.
BLOCKED = {"X-Archive-Wayback-Runtime-Error": "AdministrativeAccessControlException: it was taken down"}
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (TakenDown, 451),
    (NotArchived, 404),
    (BadQuery, 400),
    (WatchlistError, 400),
    (MomentError, 400),
    (DamagedRecord, 502),
    (ObjectNotFound, 502),
    (DecodeError, 502),
    (CatalogError, 503),
    (StoreError, 503),
    (StoppressError, 500),
    (ValueError, 400),
)


def status_of(error: Exception) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def told(_: Request, error: Exception) -> Response:
    """For Starlette, which logs what nobody had thought of; here it is not told."""
    status = status_of(error)
    if status == 500:
        return text("something went wrong here; the log of the service says what", 500)
    if status in (502, 503):
        log.error("%s", error)
    return text(masked(str(error)), status, BLOCKED if status == 451 else None)


def text(line: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(" ".join(line.split()) + "\n", status, headers)
