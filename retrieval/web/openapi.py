"""The description of the JSON API, OpenAPI 3.1. Pure."""

from __future__ import annotations

from typing import Any, get_args

from pipelines.model import ChangeClass

from ..results import CHANGE_TYPES

_TEXT = {"type": "string"}
_MAYBE = {"type": ["string", "null"]}
_TIME = {"type": "string", "format": "date-time"}
_NUMBER = {"type": "integer"}
_MAYBE_NUMBER = {"type": ["integer", "null"]}
_MAYBE_FIGURE = {"type": ["number", "null"]}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
SCHEMAS: dict[str, dict[str, Any]] = {
    "Page": {
        "url": _TEXT, "state": _MAYBE, "headline": _MAYBE, "visits": _NUMBER, "captures": _NUMBER, "versions": _NUMBER,
        "changes": _NUMBER, "first_seen": _MAYBE_TIME, "last_seen": _MAYBE_TIME, "last_outcome": _MAYBE,
        "completeness": {"$ref": "#/components/schemas/Completeness"},
    },
    "Completeness": {
        "estimate": _MAYBE_FIGURE, "low": _MAYBE_FIGURE, "high": _MAYBE_FIGURE, "revisions": _NUMBER,
        "rho": {"type": "number"}, "delta_per_s": {"type": "number"}, "lives": _NUMBER, "method": _TEXT,
        "reason": _MAYBE,
    },
    "Version": {
        "version": _NUMBER, "first_seen": _TIME, "last_seen": _TIME, "headline": _MAYBE, "state": _TEXT,
        "updates": _NUMBER, "changes": _NUMBER, "same_as": _MAYBE_NUMBER, "content_hash": _TEXT, "digest": _TEXT,
        "record_id": _TEXT, "redacted": _MAYBE,
    },
    "Said": {
        "url": _TEXT, "version": _NUMBER, "first_seen": _TIME, "last_seen": _TIME, "record_id": _TEXT,
        "said": {"type": "object"},
    },
    "Change": {
        "type": {"enum": list(CHANGE_TYPES)}, "class": {"enum": list(get_args(ChangeClass))}, "url": _TEXT,
        "from": _MAYBE_NUMBER, "to": _NUMBER, "change_id": _TEXT, "extractor": _TEXT, "differ": _TEXT,
    },
    "Capture": {
        "url": _TEXT, "urlkey": _TEXT, "timestamp": _TIME, "memento": _TEXT, "record_id": _TEXT, "digest": _TEXT,
        "filename": _TEXT, "offset": _NUMBER, "length": _NUMBER, "kind": {"enum": ["response", "revisit"]},
        "role": _TEXT, "status": _MAYBE_NUMBER, "mime": _MAYBE, "refers_to": _MAYBE, "fidelity": _TEXT,
        "truncated": _MAYBE,
    },
}  # fmt: skip
_PROBLEM = {"description": "One line of text that says why", "content": {"text/plain": {"schema": _TEXT}}}
_WHY = {"400": "a parameter", "401": "no token", "404": "not archived", "421": "host", "429": "rate",
        "451": "taken down", "503": "the catalog or the store does not answer"}  # fmt: skip


def description(base: str) -> dict[str, Any]:
    """The whole document; ``base``: where the service is."""
    paging = [_asked("limit", _NUMBER | {"minimum": 0, "maximum": 1000}),
              _asked("offset", _NUMBER | {"minimum": 0, "maximum": 10**9})]
    url = _asked("url", _TEXT | {"minLength": 1}, required=True)
    about_changes = [
        _asked("url", _TEXT), _asked("since", _TEXT), _asked("until", _TEXT),
        _asked("type", {"enum": list(CHANGE_TYPES)}), _asked("class", {"enum": list(get_args(ChangeClass))}),
    ]  # fmt: skip
    record = {"name": "record_id", "in": "path", "required": True, "schema": _TEXT}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stoppress", "version": "1", "description": "Versions of live pages, and their changes."},
        "servers": [{"url": base}],
        "security": [{"token": []}, {}],
        "paths": {
            "/api/pages": _get("Every page that is watched or kept", paging, _many("pages", "Page")),
            "/api/versions": _get(
                "The versions of a page", [url, *paging],
                _many("versions", "Version", url=_TEXT, completeness=_ref("Completeness")),
            ),
            "/api/completeness": _get(
                "How much of a page, or of all watched ones, was captured: an estimate", [_asked("url", _TEXT)],
                _ref("Completeness"),
            ),
            "/api/version": _get("What a page said at a time", [url, _asked("at", _TEXT)], _ref("Said")),
            "/api/changes": _get("Typed changes, oldest first", about_changes + paging, _many("changes", "Change")),
            "/api/captures/{record_id}": _get("One capture", [record], _ref("Capture")),
        },
        "components": {
            "schemas": {name: _object(fields) for name, fields in SCHEMAS.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _get(summary: str, parameters: list[dict[str, Any]], schema: dict[str, Any]) -> dict[str, Any]:
    found = {"description": summary, "content": {"application/json": {"schema": schema}}}
    refusals = {status: {**_PROBLEM, "description": why} for status, why in _WHY.items()}
    return {"get": {"summary": summary, "parameters": parameters, "responses": {"200": found, **refusals}}}


def _asked(name: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields)}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _many(name: str, kind: str, **more: dict[str, Any]) -> dict[str, Any]:
    return _object({**more, name: {"type": "array", "items": _ref(kind)}})
