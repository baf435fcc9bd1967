"""What is shipped: the wheel, its dependencies, what an import costs, and the direction of imports."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import stoppress
from tests.servers.requirements import missing

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("crawler", "pipelines", "retrieval")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
HEAVY = {"scrapy", "twisted", "trafilatura", "lxml", "sqlalchemy", "alembic", "boto3", "botocore", "pandas", "numpy"}


def source_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


# The wheel


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy, without the package index."""
    _needs("build", "1")
    _needs("setuptools", "77")
    folder = tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "stoppress.py", PROJECT["readme"], *PROJECT["license-files"]):
        shutil.copy(ROOT / name, folder)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next((folder / "dist").glob("*.whl")))


def _needs(name: str, least: str) -> None:
    try:
        enough = Version(version(name)) >= Version(least)
    except PackageNotFoundError:
        enough = False
    if not enough:
        missing(f"{name} >= {least} is not installed (pip install 'stoppress[test]')")


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    ours = {str(path.relative_to(ROOT)) for path in source_files(*PACKAGES)} | {"stoppress.py"}
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert shipped ^ ours == set()


def test_the_wheel_has_what_is_not_python(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()

    assert "pipelines/py.typed" in names
    assert "pipelines/extract/profiles/guardian.toml" in names
    assert [n for n in names if n.startswith("crawler/newsroom/") and not n.endswith(".py")]
    assert [n for n in names if n.startswith("pipelines/store/migrations/versions/")]


def test_the_wheel_says_its_licence_its_command_and_no_test(wheel: zipfile.ZipFile) -> None:
    info = f"stoppress-{stoppress.__version__}.dist-info"

    assert f"{info}/licenses/LICENSE" in wheel.namelist()
    assert b"stoppress = stoppress:main" in wheel.read(f"{info}/entry_points.txt")
    assert [name for name in wheel.namelist() if "test" in name] == []


def test_one_version_is_told_everywhere() -> None:
    assert PROJECT["version"] == stoppress.__version__


# Dependencies


def wanted(*extras: str) -> dict[str, Requirement]:
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in extras)]
    parsed = (Requirement(text) for one in lists for text in one)
    return {canonicalize_name(r.name): r for r in parsed if r.name != "stoppress"}


def pins() -> dict[str, str]:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    return {canonicalize_name(name): pinned for name, _, pinned in (line.partition("==") for line in lines)}


def test_constraints_are_names_and_versions() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    wrong = [line for line in lines if not re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)]

    assert wrong == []


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    asked, pinned = wanted("pandas", "browser", "test", "lint"), pins()

    assert sorted(asked.keys() - pinned.keys()) == []
    assert [str(r) for name, r in asked.items() if pinned[name] not in r.specifier] == []


def test_what_the_dependencies_need_is_pinned_too() -> None:
    found, todo = set(), list(wanted("pandas", "browser", "test").values())
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if (name, *requirement.extras) not in found:
            found.add((name, *requirement.extras))
            todo += needs_of(requirement)

    assert sorted({name for name, *_ in found} - pins().keys()) == []


def needs_of(requirement: Requirement) -> list[Requirement]:
    """What an installed distribution asks for on this Python, with the extras it was asked with."""
    try:
        texts = distribution(requirement.name).requires or []
    except PackageNotFoundError:
        return []  # not for this platform or Python
    extras = requirement.extras or {""}
    needs = map(Requirement, texts)
    return [n for n in needs if not n.marker or any(n.marker.evaluate({"extra": e}) for e in extras)]


OF_PYWB = {"pywb", "gevent"}  # retrieval/replay/walled.py, which the Python of pywb's own environment runs


def test_every_import_of_the_packages_is_a_declared_dependency() -> None:
    declared = wanted("pandas", "browser").keys()
    providers = packages_distributions()
    foreign = {
        name: {canonicalize_name(dist) for dist in providers.get(name, [name])}
        for name in imported_names()
        if name not in sys.stdlib_module_names and name not in (*PACKAGES, "stoppress")
    }

    undeclared = {name for name, dists in foreign.items() if not dists & declared}
    assert undeclared - {"compression"} - OF_PYWB == set()


def imported_names() -> set[str]:
    """Top-level names of all imports, the late ones included."""
    files = [p for p in source_files(*PACKAGES) if p.suffix == ".py"] + [ROOT / "stoppress.py"]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text()))]
    whole = {alias.name.partition(".")[0] for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    parts = {n.module.partition(".")[0] for n in nodes if isinstance(n, ast.ImportFrom) and n.module and not n.level}
    return whole | parts


# What an import costs


@pytest.mark.parametrize(
    "code", ["import stoppress", "import stoppress\ntry: stoppress.main(['--help'])\nexcept SystemExit: pass"]
)
def test_nothing_heavy_is_imported_before_it_is_needed(code: str) -> None:
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}

    assert "stoppress" in imported
    assert imported & HEAVY == set()


# The command line


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        stoppress.main(["--help"])
    said = capsys.readouterr().out

    assert [verb for verb in stoppress.VERBS if not re.search(rf"^\W*{verb}\s", said, re.MULTILINE)] == []


@pytest.mark.parametrize("verb", stoppress.VERBS)
def test_every_verb_explains_itself_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        stoppress.main([verb, "--help"])
    said = capsys.readouterr().out

    assert end.value.code == 0
    assert f"stoppress {verb}" in said
    assert "--json" in said


# The direction of imports


def test_imports_go_one_way() -> None:
    done = lint_imports(ROOT)

    assert done.returncode == 0, done.stdout + done.stderr


def test_an_import_against_the_direction_would_be_found(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("stoppress.py", ".importlinter"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "pipelines" / "wrong.py").write_text("import crawler.setup\n")
    done = lint_imports(tmp_path)

    assert done.returncode == 1
    assert "pipelines.wrong" in done.stdout


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec("importlinter") is None:
        missing("import-linter is not installed (pip install 'stoppress[test]')")
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


# What no file may name

_OURS = ("crawler", "pipelines", "retrieval", "tests", "infra", "docs", "changelog", ".ci")
_PLACES = re.compile(r"(?<![\w./:*-])/(?:root|work|Users|home)/\w")
_INDEX = re.compile(r"\bpypi\.org|pythonhosted|(?:extra-)?index-url|find-links|trusted-host|/simple/", re.IGNORECASE)


def texts() -> Iterator[tuple[str, str]]:
    """Every file of ours but this one and the saved pages, as (name, text)."""
    top = [path for path in ROOT.iterdir() if path.is_file() and path.suffix != ".lock"]
    for path in [*top, *source_files(*_OURS)]:
        if path != Path(__file__).resolve() and path.suffix not in (".html", ".gz", ".png"):
            yield str(path.relative_to(ROOT)), path.read_text(errors="replace")


@pytest.mark.parametrize("pattern", [_PLACES, _INDEX], ids=["places of a machine", "a package index"])
def test_no_file_names(pattern: re.Pattern[str]) -> None:
    found = [f"{name}: {hit[0]}" for name, text in texts() if (hit := pattern.search(text))]

    assert found == []


def test_such_names_would_be_found() -> None:
    assert _PLACES.search("see /home/somebody/notes")
    assert _INDEX.search("pip install --index-url x")
    assert not _PLACES.search("https://www.example.org/home/live")
