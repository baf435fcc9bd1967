"""No container engine is needed to see that the file names what exists and ends as an ordinary user."""

from __future__ import annotations

import json
import re
import tomllib

import stoppress

from .commands import INFRA, ROOT

Steps = list[tuple[str, str]]


def steps() -> Steps:
    """(instruction, arguments), with continued lines joined and comments left out."""
    text = (INFRA / "Containerfile").read_text()
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def last_stage() -> Steps:
    every = steps()
    return every[max(i for i, (name, _) in enumerate(every) if name == "FROM") :]


def copied() -> set[str]:
    """What is taken from the checkout."""
    copies = [rest.split() for name, rest in steps() if name == "COPY" and "--from=" not in rest]
    return {path for *paths, _ in copies for path in paths}


def test_what_it_copies_exists_and_is_all_that_the_build_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = {name.removesuffix("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    modules = {f"{name}.py" for name in project["tool"]["setuptools"]["py-modules"]}
    texts = {project["project"]["readme"], *project["project"]["license-files"]}

    assert [path for path in copied() if not (ROOT / path).exists()] == []
    assert copied() == packages | modules | texts | {"pyproject.toml", "constraints.txt"}


def test_it_installs_the_pinned_versions() -> None:
    installs = [rest for name, rest in steps() if name == "RUN" and "pip install" in rest]

    assert len(installs) == 1
    assert "-c constraints.txt" in installs[0]


def test_it_ends_as_a_fixed_user_without_rights() -> None:
    users = [rest for name, rest in last_stage() if name == "USER"]

    assert len(users) == 1
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", users[0])
    assert last_stage().index(("USER", users[0])) > max(i for i, (n, _) in enumerate(last_stage()) if n == "RUN")


def test_the_base_is_chosen_by_argument_and_no_host_is_named() -> None:
    bases = [rest.split()[0] for name, rest in steps() if name == "FROM"]
    default = dict(rest.split("=", 1) for name, rest in steps() if name == "ARG")["BASE"]

    assert set(bases) == {"${BASE}"}
    assert "/" not in default
    assert "://" not in (INFRA / "Containerfile").read_text()


def test_it_starts_the_crawler_which_gets_the_signals_itself() -> None:
    said = dict(last_stage())

    assert json.loads(said["ENTRYPOINT"]) == ["stoppress"]  # the list form: no shell as process 1
    assert json.loads(said["CMD"])[0] in stoppress.VERBS
    assert said["STOPSIGNAL"] == "SIGTERM"
    assert said["WORKDIR"] == said["VOLUME"] == "/data"  # all that is written; the root may be read-only
