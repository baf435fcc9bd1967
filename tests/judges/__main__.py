"""``make judges``: other people's clients against an archive that the crawler has made. A line for each.

Each runs in an environment of its own, pinned in tests/judges/NAME.txt, and asks the services over HTTP on loopback.
Exit 0: all of them are content; 1: one is not; 2: wrong use.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.running import environment as ours
from tests.running import stoppress

from .archive import made
from .environments import HERE, ROOT, environment
from .services import running

# Judges that are scripts of ours around a client: tests/judges/asking/NAME.py, run by the client's own interpreter.
CLIENTS = ("wayback", "cdx_toolkit", "waybackpy", "memento_client", "pywb")
NAMES = (*CLIENTS, "schemathesis", "wacz", "wabac", "isolation")
_ENGINES = {"wabac": "pywb", "isolation": "pywb"}  # whose environment has what a judge needs
PATIENCE = 240  # seconds for one of them


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="judges", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these, of: {', '.join(NAMES)}")
    names = parser.parse_args(arguments).names or list(NAMES)
    if unknown := [name for name in names if name not in NAMES]:
        parser.error(f"there is no judge {unknown[0]!r}; there are {', '.join(NAMES)}")
    for name in names:
        environment(_ENGINES.get(name, name))
    with tempfile.TemporaryDirectory(prefix="stoppress-judges-") as folder:
        failed = _judged(Path(folder), names)
    if failed:
        print(f"not content: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def _judged(folder: Path, names: list[str]) -> list[str]:
    world = made(folder)
    print(f"an archive of {len(world.facts)} captures of {world.url}", flush=True)
    wacz = folder / "storm.wacz"
    key = folder / "key.pem"
    key.write_bytes(
        ec.generate_private_key(ec.SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    words = ("export", "wacz", world.url, "-o", str(wacz), "--sign", str(key), "--json")
    exported = stoppress(*words, config=world.config)
    if exported.code:
        raise SystemExit(f"stoppress export wacz ended with {exported.code}: {exported.err}")
    replay = ["replay", "--pywb", str(environment("pywb") / "wayback")]
    failed = []
    with running(world.config, "serve") as served, running(world.config, *replay) as replayed:
        told = folder / "world.json"
        signed = {"wacz": str(wacz), "public_key": exported.lines[0]["public_key"]}
        told.write_text(json.dumps(world.to_json() | served | replayed | signed))
        for name in names:
            begun = time.monotonic()
            done = _asked(name, _command(name, told, served["base_url"], wacz), folder)
            seconds = time.monotonic() - begun
            if done.returncode:
                failed.append(name)
                print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", file=sys.stderr)
            said = done.stdout.strip().splitlines() or [""]
            print(f"{name:16} {'NO' if done.returncode else 'ok'}  {seconds:5.1f} s  {said[-1]}", flush=True)
    return failed


def _asked(name: str, command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """What a judge says; one that says nothing in time is not content."""
    env = ours() if name in _ENGINES else None
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE, cwd=folder, env=env,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer within {PATIENCE} s")


def _command(name: str, told: Path, base: str, wacz: Path) -> list[str]:
    if name == "wabac":
        return [sys.executable, "-m", "tests.judges.in_browser", str(told)]
    if name == "isolation":  # what captured pages and foreign names try on pywb itself, in Chromium and over sockets
        words = ["-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), str(ROOT / "tests/faults/replay")]
        return [sys.executable, "-m", "pytest", *words]
    bin_ = environment(name)
    if name == "wacz":
        return [str(bin_ / "wacz"), "validate", "-f", str(wacz)]
    if name == "schemathesis":
        # But for one check: that a text is no URL or no time, which is 400, no schema can say beforehand.
        return [
            str(bin_ / "schemathesis"), "run", f"{base}/api/openapi.json", "--exclude-checks",
            "positive_data_acceptance", "--max-examples", "40", "--seed", "7", "--no-color",
        ]  # fmt: skip
    return [str(bin_ / "python"), str(HERE / "asking" / f"ask_{name}.py"), str(told)]


if __name__ == "__main__":
    sys.exit(main())
