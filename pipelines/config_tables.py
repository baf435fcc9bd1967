"""The tables and keys of the config file, typed and frozen. Nothing here reads a file.

A key of a later release is known, so that nobody takes it for a slip of the pen, and refused until something
obeys it: accepted and not obeyed would be worse.
"""

from __future__ import annotations

import difflib
import ipaddress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from . import addresses, units
from .errors import WatchlistError
from .health import KINDS
from .model import Watch
from .spans import ends_too_soon
from .urlkey import normalise

DEFAULT_NAME = "stoppress.toml"
PRODUCT = "Stoppress/0.1"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as e:
        raise ValueError(f'{name!r} is not a time zone; write an IANA name, for example "Europe/London"') from e
    return name


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as e:
        raise ValueError(f'{text!r} is not a network; write for example "127.0.0.1/32"') from e


def is_within(url: str, networks: tuple[str, ...]) -> bool:
    """Whether its host is an address in one of them; where a name leads is not known before it is asked for."""
    try:
        address = ipaddress.ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)


def _host(name: str) -> str:
    address = f"https://[{name}]/" if ":" in name else f"https://{name}/"
    try:
        parts = urlsplit(normalise(address))
    except WatchlistError:
        parts = None
    if parts is None or not parts.hostname or parts.path != "/" or parts.query or address.count("/") != 3:
        raise ValueError(f'{name!r} is not the name of a host; write for example "www.example.org"')
    return parts.hostname.rstrip(".")


def _page(url: str) -> str:
    try:
        return normalise(url)
    except WatchlistError as e:
        raise ValueError(str(e)) from e


_NO_MOMENT = "{!r} is not a date or time; write for example 2026-11-03T18:00:00Z"


def moment(value: Any) -> datetime | None:
    """A TOML date, a date-time or ISO text -> UTC; a time without a zone is refused, not guessed."""
    if isinstance(value, str):
        value = _read_iso(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone; add Z or an offset")
        try:
            return value.astimezone(UTC)
        except OverflowError as e:
            raise ValueError(f"{value.isoformat()} is outside the years 1 to 9999 in UTC; write another") from e
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if value is None:
        return None
    raise ValueError(_NO_MOMENT.format(value))


def _read_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as e:
        raise ValueError(_NO_MOMENT.format(text)) from e


def until(value: Any) -> str:
    """``end-of-coverage``, ``<duration>-idle`` or a date -> the same as text."""
    if value == "end-of-coverage":
        return "end-of-coverage"
    if isinstance(value, str) and value.endswith("-idle"):
        if units.duration(value.removesuffix("-idle")) < timedelta(seconds=1):
            raise ValueError(f'{value!r} would end it at once; write for example "48h-idle"')
        return value
    try:
        when = moment(value)
    except ValueError as e:
        raise ValueError(f'{value!r} is no end; write "end-of-coverage", "48h-idle" or a date with its zone') from e
    return when.isoformat() if when else "end-of-coverage"


def _share(value: Any) -> float:
    """"10%", or 0.1."""
    text = str(value).strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ValueError(f'{value!r} is no share; write for example "10%"')
    return share


def _a_second(span: timedelta) -> timedelta:
    if span < timedelta(seconds=1):
        raise ValueError("it is less than 1s, the least")
    return span


def _a_day(span: timedelta) -> timedelta:
    if span > timedelta(days=1):  # an export takes along what was captured up to a day before a page
        raise ValueError("it is more than 24h, the most")
    return span


Duration = Annotated[timedelta, BeforeValidator(units.duration)]
SomeTime = Annotated[Duration, AfterValidator(_a_second)]
Size = Annotated[int, BeforeValidator(units.size), Field(gt=0)]
Rate = Annotated[float, BeforeValidator(units.rate)]
Share = Annotated[float, BeforeValidator(_share)]
Zone = Annotated[str, AfterValidator(_zone)]
Moment = Annotated[datetime | None, BeforeValidator(moment)]
Until = Annotated[str, BeforeValidator(until)]
Page = Annotated[str, AfterValidator(_page)]


def only(value: Any) -> AfterValidator:
    """For a key of a later release: the one value that already holds today."""

    def check(given: Any) -> Any:
        if given != value:
            raise ValueError("it does not exist yet; leave it out")
        return given

    return AfterValidator(check)


LONGEST = timedelta(hours=1)
BASE_URL, ARCHIVE_URL, TOKEN_FILE = "http://127.0.0.1:8080", "http://127.0.0.1:8081", Path("token")


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ArchiveTable(Table):
    store: Annotated[str, AfterValidator(addresses.store)] = "archive"
    catalog: Annotated[str, AfterValidator(addresses.catalog)] = "sqlite:///archive/catalog.db"
    spool: Path = Field(default=Path("spool"), strict=False)
    spool_limit: Size = 20 * 2**30
    roll_size: Size = 256 * 10**6
    roll_age: SomeTime = timedelta(minutes=10)


class S3Table(Table):
    endpoint_url: Annotated[str, AfterValidator(addresses.server)] | None = None
    region: str | None = None


class CrawlTable(Table):
    user_agent: str = ""
    contact: str = ""
    budget: Rate = 2.0
    per_host: Rate = 0.1
    min_gap: Duration = timedelta(seconds=3)
    timeout: SomeTime = timedelta(seconds=30)
    max_size: Size = 32 * 2**20
    browser: str = ""  # the Chromium of watches with render = "browser": a path, or a name on the PATH
    # The rest of a page, in one visit: older pages and answers of feeds, the time and the bytes they may take.
    older_pages: int = Field(default=20, ge=0, le=1000)  # 0: only the page itself
    older_every: SomeTime = timedelta(hours=6)  # between two visits that ask for all of them
    older_time: SomeTime = timedelta(minutes=5)
    older_size: Size = 32 * 2**20
    # Of a watch with requisites = true, in one visit: what its page is shown with.
    requisite_files: int = Field(default=60, ge=1, le=1000)
    requisite_every: Annotated[SomeTime, AfterValidator(_a_day)] = timedelta(hours=24)  # before one is asked for again
    requisite_time: SomeTime = timedelta(seconds=30)
    requisite_size: Size = 16 * 2**20
    hosts: dict[Annotated[str, AfterValidator(_host)], Rate] = {}

    @property
    def agent(self) -> str:
        """The User-Agent sent: who we are and where to complain."""
        name = self.user_agent or PRODUCT
        return f"{name} (+{self.contact})" if self.contact and self.contact not in name else name


class EgressTable(Table):
    allow: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(default=(), strict=False)


class DefaultsTable(Table):
    schedule: str = "adaptive"
    min: SomeTime = timedelta(seconds=60)
    max: SomeTime = LONGEST  # of the adaptive schedule
    until: Until = "end-of-coverage"
    # Closing looks after the end of coverage. An adaptive page is looked at after each of them, and in between no less
    # often than after the longest. Of other schedules only the longest counts: they keep to their own turns until
    # nothing has changed for that long.
    after_end: tuple[Duration, ...] = Field(
        default=(timedelta(minutes=15), timedelta(hours=2), timedelta(hours=24)), strict=False
    )
    timezone: Zone = "UTC"
    jitter: Share = 0.0  # of "every N"


class ExtractTable(Table):
    workers: int = Field(default=2, ge=1, le=64)


class ServeTable(Table):
    """Where ``stoppress serve`` is to be reached, and what it may hold."""

    base_url: Annotated[str, AfterValidator(addresses.server)] = BASE_URL
    archive_url: Annotated[str, AfterValidator(addresses.server)] = ARCHIVE_URL
    token_file: Path = Field(default=TOKEN_FILE, strict=False)
    memory: Size = 64 * 2**20  # of records that were given lately
    # Hints that are brought: where hubs reach this service (WebSub), and the secret of POST /hint.
    websub_callback: Page | None = None
    hint_secret_file: Path | None = Field(default=None, strict=False)


def _rules(given: tuple[str, ...]) -> tuple[str, ...]:
    for name in given:
        if name not in KINDS:
            near = difflib.get_close_matches(name, KINDS, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(KINDS)}"
            raise ValueError(f"there is no rule {name!r}; {hint}")
    return given


class HealthTable(Table):
    """What is told to somebody, and where to: ``pipelines.health``."""

    notify_file: Path | None = Field(default=None, strict=False)  # an Apprise URL a line: they hold passwords
    every: SomeTime = timedelta(minutes=1)  # how often a running crawl looks
    intervals: int = Field(default=3, ge=1, le=1000)
    spool_share: float = Field(default=0.8, gt=0, le=1)
    repeat: SomeTime = timedelta(hours=24)
    rules: Annotated[tuple[str, ...], AfterValidator(_rules)] = Field(default=KINDS, strict=False)


LEAST_HINT = timedelta(minutes=1)  # no owner of a feed wants it asked more often; one's own ([egress] allow) may be


class HintTable(Table):
    """A feed or sitemap that tells of pages."""

    url: Page
    kind: Literal["sitemap", "feed"] | None = None  # None: whichever it is found to be
    every: SomeTime = timedelta(minutes=20)  # FreshRSS asks none more often; some owners answer 429 within the hour
    websub: bool = True  # where [serve] websub_callback is given: its hub is asked to tell at once


class WatchTable(Table):
    url: Page
    schedule: str | None = None
    weight: float = Field(default=1.0, gt=0, le=1000, allow_inf_nan=False, strict=False)  # of the budget, as ``max``
    min: SomeTime | None = None
    max: SomeTime | None = None
    from_: Moment = Field(default=None, alias="from", strict=False)
    until: Until | None = None
    timezone: Zone | None = None
    verify_tls: Annotated[bool, only(True)] = True
    tags: tuple[str, ...] = Field(default=(), strict=False)
    requisites: bool = False
    render: Literal["http", "browser"] = "http"
    probe_url: Page | None = None
    jitter: Share | None = None

    @field_validator("until")
    @classmethod
    def _ends_after_it_begins(cls, until: str | None, known: ValidationInfo) -> str | None:
        if wrong := ends_too_soon(known.data.get("from_"), until or ""):
            raise ValueError(f"{wrong}; write a later until, or an earlier from")
        return until


class Config(Table):
    archive: ArchiveTable = ArchiveTable()
    s3: S3Table = S3Table()
    crawl: CrawlTable = CrawlTable()
    egress: EgressTable = EgressTable()
    defaults: DefaultsTable = DefaultsTable()
    extract: ExtractTable = ExtractTable()
    serve: ServeTable = ServeTable()
    health: HealthTable = HealthTable()
    hint: tuple[HintTable, ...] = Field(default=(), strict=False)
    watch: tuple[WatchTable, ...] = Field(default=(), strict=False)
    path: Path = Field(default=Path(DEFAULT_NAME), strict=False)

    @model_validator(mode="after")
    def _gap_agrees(self) -> Config:
        if not self.crawl.min_gap and not self.egress.allow:
            raise ValueError('[crawl] min_gap = "0s" is only for hosts in [egress] allow, which is empty')
        return self

    @property
    def watches(self) -> tuple[Watch, ...]:
        """The ``[[watch]]`` tables with the defaults filled in."""
        return tuple(_watch(table, self.defaults) for table in self.watch)


def _watch(table: WatchTable, defaults: DefaultsTable) -> Watch:
    own = {name: value for name in WatchTable.model_fields if (value := getattr(table, name)) is not None}
    shared = {name: getattr(defaults, name) for name in ("schedule", "min", "max", "until", "timezone", "jitter")}
    return Watch(**(shared | own))
