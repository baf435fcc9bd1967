"""A bad address is refused by its form, before anything is opened, and no password is repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.addresses import masked
from pipelines.config import parse_config
from pipelines.errors import ConfigError

FILE = Path("stoppress.toml")


@pytest.mark.parametrize(
    ("catalog", "said"),
    [
        ("postgre://me:s3cret@db/stoppress", ["'postgre' is not known", "did you mean 'postgresql'?"]),
        ("mysql://me:s3cret@db/stoppress", ["'mysql' is not known", "postgresql://host/database"]),
        ("postgresql:/me:s3cret@db/stoppress", ["two slashes"]),
        ("postgresql://me:s3cret@db:54b2/stoppress", ["its port is no number"]),
        ("postgresql://me:s3cret@db:99999/stoppress", ["its port is no number"]),
        ("me:s3cret@db/stoppress", ["has no scheme", "sqlite:///path"]),
        ("sqlite://archive/catalog.db", ["three slashes"]),
        ("sqlite:///", ["three slashes"]),
        ("", ["has no scheme"]),
    ],
)
def test_a_bad_catalog_is_named_with_file_and_key(catalog: str, said: list[str]) -> None:
    message = refused(f"[archive]\ncatalog = '{catalog}'")

    assert message.startswith("stoppress.toml: line 2: [archive] catalog")
    assert "s3cret" not in message
    for words in said:
        assert words in message


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("s4://bucket/prefix", ["'s4' is not known", "did you mean 's3'?"]),
        ("https://key:s3cret@s3.example.org/bucket", ["'https' is not known", "s3://bucket/prefix"]),
        ("s3://key:s3cret@bucket/prefix", ["names no bucket", "credentials go elsewhere"]),
        ("s3://key:s3cret\u2100@bucket", ["it is no address"]),
        ("s3:/bucket", ["names no bucket"]),
        ("s3://", ["names no bucket"]),
        ("file://archive", ["'file' is not known"]),
        ("", ["it is empty"]),
    ],
)
def test_a_bad_store_is_named_with_file_and_key(store: str, said: list[str]) -> None:
    message = refused(f"[archive]\nstore = '{store}'")

    assert message.startswith("stoppress.toml: line 2: [archive] store")
    assert "s3cret" not in message
    for words in said:
        assert words in message


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///archive/catalog.db",
        "sqlite:////var/lib/a b/catalog.db",
        "postgresql://me:p:w/d@db.example.org:5432/stoppress",
        "postgres://db/stoppress?sslmode=require",
        "postgresql:///stoppress?host=/run/postgresql",
        "postgresql://me@[::1]:5432/stoppress",
    ],
)
def test_good_catalogs_are_taken(address: str) -> None:
    assert parse_config(f"[archive]\ncatalog = '{address}'", FILE).archive.catalog.endswith(address[10:])


@pytest.mark.parametrize("address", ["s3://bucket", "s3://bucket/a/prefix", "file:///srv/archive", "/srv/archive"])
def test_good_stores_are_taken(address: str) -> None:
    assert parse_config(f"[archive]\nstore = '{address}'", FILE).archive.store == address


@pytest.mark.parametrize(
    "text",
    [
        "archive = 'postgresql://me:s3cret@db/stoppress'",
        "[archive]\ncatalog = ['postgresql://me:s3cret@db/stoppress']",
        "[archive]\ncatalogue = 'postgresql://me:s3cret@db/stoppress'",
        "[archive]\nspool = ['postgresql://me:s3cret@db/stoppress']",
        "[archive]\nspool_limit = 'postgresql://me:s3cret@db/stoppress'",
        "[s3]\nendpoint_url = 'https://me:s3cret@s3.example.org'",
        "[s3]\nregion = ['https://me:s3cret@s3.example.org']",
        "[[watch]]\nurl = 'https://me:s3cret@a.example/'",
        "[[hint]]\nkind = 'feed'\nurl = 'https://me:s3cret@a.example/'",
        "[serve]\nbase_url = 'https://me:s3cret@a.example/'",
    ],
)
def test_a_password_in_the_wrong_place_is_not_repeated(text: str) -> None:
    assert "s3cret" not in refused(text)


def test_what_is_masked_and_what_is_not() -> None:
    assert masked("see https://me:pass/w@rd@a.example/x") == "see https://…@a.example/x"
    assert masked("postgresql://db/x?password=abc&sslmode=require") == "postgresql://db/x?password=…&sslmode=require"
    assert masked("https://a.example/@somebody") == "https://a.example/@somebody"


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as refusal:
        parse_config(text, FILE)
    return str(refusal.value)
