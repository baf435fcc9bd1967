"""An export that is killed at any moment: the name is not there, or the whole file is."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipelines.config import load_config
from pipelines.keeper import Keeper
from tests.retrieval.conftest import STORM, T0, Newsroom, fill, version
from tests.running import PATIENCE, ROOT, environment, stoppress

# As typed, but each record takes a while, so that there is a middle to be killed in.
SLOWLY = (
    "import sys, time, stoppress\n"
    "from pipelines.store.warcs import WarcReader\n"
    "taken = WarcReader.taken\n"
    "def slowly(*a):\n    print('reading', flush=True)\n    time.sleep(0.05)\n    return taken(*a)\n"
    "WarcReader.taken = slowly\n"
    "stoppress.main(sys.argv[1:])\n"
)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("killed") / "stoppress.toml"
    path.write_text("[archive]\n")
    fill(load_config(path))
    return path


@pytest.mark.parametrize("form", ["warc", "wacz"])
def test_after_sigkill_no_half_file_has_the_name_and_the_next_export_is_whole(
    config: Path, tmp_path: Path, form: str
) -> None:
    target = tmp_path / "out" / f"storm.{form}"
    target.parent.mkdir()
    words = ["-c", str(config), "export", form, STORM, "-o", str(target)]
    with subprocess.Popen(
        [sys.executable, "-c", SLOWLY, *words], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    ) as ran:
        assert ran.stdout is not None
        for _ in range(2):
            assert ran.stdout.readline() == "reading\n"
        ran.send_signal(signal.SIGKILL)
        ran.communicate(timeout=PATIENCE)
    left = [path.name for path in target.parent.iterdir()]
    again = stoppress(*words[2:], config=config)

    assert ran.returncode == -signal.SIGKILL
    assert [name.startswith(".") and name.endswith(".part") for name in left] in ([], [True])
    assert (again.code, target.is_file()) == (0, True)


def test_a_title_that_a_reader_would_obey_is_one_line_of_json(tmp_path: Path) -> None:
    """Cells of spreadsheets, ends of lines, ends of scripts: a list of pages is read by other people's programs."""
    evil = '=cmd|" /C calc"!A1 </script><script>alert(1)</script>\u2028"},{"url":"https://evil.example/"}\r\n@+-\x1b[2J'
    config = tmp_path / "stoppress.toml"
    config.write_text("[archive]\n")
    with Keeper(load_config(config)) as keeper:
        at = T0 + timedelta(microseconds=1)
        says = replace(version(1, at), headline=evil, text=evil)
        Newsroom(keeper).visit(STORM, at, payload=b"x", says=says)
    ran = stoppress("export", "wacz", STORM, "-o", str(tmp_path / "x.wacz"), "--title", evil, config=config)
    with ZipFile(tmp_path / "x.wacz") as file:
        lines = file.read("pages/pages.jsonl").decode().splitlines()
        package = json.loads(file.read("datapackage.json"))

    assert ran.code == 0, ran.err
    assert [json.loads(line).get("title") for line in lines[1:]] == [evil]
    assert {resource["path"].split("/")[0] for resource in package["resources"]} == {"archive", "indexes", "pages"}
    assert package["title"] == evil
