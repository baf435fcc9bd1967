"""What a platform profile may say, and the profiles that come with Stoppress: one TOML file per platform.

docs/profiles.md describes the fields. A profile only names places in a page; nothing in it is executed.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import ConfigError
from .selectors import checked

FOLDER = Path(__file__).with_name("profiles")
Form = Literal["iso", "local", "epoch", "printed"]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as e:
        raise ValueError("it is no zone of the IANA database; write one as Europe/London") from e
    return name


def _pattern(text: str) -> str:
    try:
        groups = re.compile(text).groups
    except re.error as e:
        raise ValueError(f"it is no regular expression: {e}") from e
    if groups != 1:
        raise ValueError("it needs exactly one group in round brackets: the value")
    return text


def _path(text: str) -> str:
    if not all(re.fullmatch(r"\*\*?|[\w@:$-]+", part) for part in text.split(".")) or "**" in text.split(".")[1:]:
        raise ValueError("it is no path; write keys with dots between them, * for each, and ** in front for any depth")
    return text


Selector = Annotated[str, AfterValidator(checked)]
Path_ = Annotated[str, AfterValidator(_path)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class Table(BaseModel):
    """Closed and unchangeable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(Table):
    """Where a value stands: in an attribute (or the text) of the first element, in the entry or the entry itself."""

    select: Selector | None = None
    attribute: str | None = None
    pattern: Pattern | None = None


class Time(Value):
    form: Form


class Flag(Table):
    """An element that is there, or an attribute that is: with this value, or with this word among others."""

    select: Selector | None = None
    attribute: str | None = None
    equals: str | None = None
    word: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Flag:
        if self.select is None and self.attribute is None:
            raise ValueError("it says nothing; give select, attribute or both")
        return self


class Entry(Table):
    """An update as an element of the page."""

    select: Selector
    also: Selector | None = None
    id: Value | None = None
    headline: Value | None = None
    authors: Value | None = None
    text: Selector | None = None
    published: tuple[Time, ...] = ()
    updated: tuple[Time, ...] = ()
    created: tuple[Time, ...] = ()
    pinned: Flag | None = None
    key_event: Flag | None = None
    deleted: Flag | None = None


class StateTime(Table):
    path: Path_
    form: Form


class Listing(Table):
    """Updates as objects of JSON."""

    entries: Path_
    id: Path_ | None = None
    headline: Path_ | None = None
    authors: Path_ | None = None
    text: Path_ | None = None
    text_skip: tuple[str, ...] = ()
    published: tuple[StateTime, ...] = ()
    updated: tuple[StateTime, ...] = ()
    created: tuple[StateTime, ...] = ()
    pinned: Path_ | None = None
    key_event: Path_ | None = None
    deleted: Path_ | None = None
    deleted_is: str = "true"
    text_else: Path_ | None = None
    page: Path_ | None = None
    pages: Path_ | None = None
    total: Path_ | None = None


class State(Listing):
    """Updates in JSON that a script of the page holds."""

    script: Selector | None = None
    variable: str | None = Field(None, pattern=r"^[\w.$]{1,100}$")

    @model_validator(mode="after")
    def _stands_somewhere(self) -> State:
        if (self.script is None) == (self.variable is None):
            raise ValueError("it stands nowhere; give script or variable, one of the two")
        return self


class Document(Listing):
    """Updates in an answer that is JSON as a whole, and what it says about the page."""

    page_headline: Path_ | None = None
    page_standfirst: Path_ | None = None
    page_authors: Path_ | None = None
    page_lang: Path_ | None = None
    older: Path_ | None = None
    page_published: tuple[StateTime, ...] = ()
    page_updated: tuple[StateTime, ...] = ()


class Window(Table):
    """Signs in the page that there is more than it shows."""

    older: Selector | None = None
    load_more: Selector | None = None
    page: Value | None = None
    pages: Value | None = None


class Marker(Table):
    """By what the platform is known on any host: a string of the source, and an element (where it is HTML)."""

    source: str = Field(min_length=5)
    select: Selector | None = None


class Profile(Table):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")
    verified: bool
    last_valid: date
    hosts: tuple[str, ...] = ()
    marker: Marker | None = None
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    entry: Entry | None = None
    state: State | None = None
    document: Document | None = None
    pinned_id: Value | None = None
    window: Window = Window()

    @model_validator(mode="after")
    def _fits_and_reads(self) -> Profile:
        if not self.hosts and self.marker is None:
            raise ValueError("it fits no page; give hosts, [marker] or both")
        if self.entry is None and self.state is None and self.document is None:
            raise ValueError("it reads nothing; give [entry], [state] or [document]")
        if self.marker and self.marker.select is None and (self.entry or self.state):
            raise ValueError("its marker has no select, without which no HTML page is known by it")
        return self

    def fits_host(self, host: str) -> bool:
        return not self.hosts or any(host == h or host.endswith("." + h) for h in self.hosts)

    def doubt(self, day: date) -> str | None:
        """Why the generic reader is believed rather than this, of a page fetched on a day."""
        if not self.verified:
            return "unverified"
        return f"valid until {self.last_valid}" if day > self.last_valid else None


@cache
def shipped() -> tuple[Profile, ...]:
    """The profiles that come with Stoppress."""
    return tuple(load(file) for file in sorted(FOLDER.glob("*.toml")))


def load(file: Path) -> Profile:
    """A profile file -> the profile; a ConfigError names file, field and what to write."""
    try:
        profile = Profile.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise ConfigError(f"{file} cannot be read as a profile: {e}") from e
    except ValidationError as e:
        raise ConfigError("\n".join(f"{file}: {_complaint(error)}" for error in e.errors())) from e
    if profile.name != file.stem:
        raise ConfigError(f"{file}: name = {profile.name!r}; it has to be that of the file, {file.stem!r}")
    return profile


def _complaint(error: Any) -> str:
    where = [str(part) for part in error["loc"]]
    named = ".".join(where) or "the profile"
    if error["type"] == "extra_forbidden":
        known = sorted(_table_at(error["loc"][:-1]).model_fields)
        near = difflib.get_close_matches(where[-1], known, n=1, cutoff=0.5)
        return f"unknown field {named}; " + (f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}")
    if error["type"] == "missing":
        return f"{named} is missing"
    said = error["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
    value = "" if isinstance(error["input"], dict | list) else f" = {error['input']!r}"
    return f"{named}{value}: {said}"


def _table_at(where: Sequence[Any]) -> type[Table]:
    table: type[Table] = Profile
    for part in where:
        if isinstance(part, str):
            table = _table_of(table.model_fields[part].annotation) or table
    return table


def _table_of(kind: Any) -> type[Table] | None:
    if isinstance(kind, type) and issubclass(kind, Table):
        return kind
    return next((found for part in get_args(kind) if (found := _table_of(part))), None)
