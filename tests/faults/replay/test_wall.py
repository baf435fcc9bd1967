"""Replay answers to its own names alone, and gives on nothing by which a capture would open its origin. Raw sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.processes import PROC, below

from .conftest import HOSTILE, SECRET, STORM, WORKER, Replay, said_to

GET = f"GET /archive/20260103100000id_/{STORM} HTTP/1.1\r\n"
GOOD = "Host: 127.0.0.1:PORT\r\n"
END = "Connection: close\r\n\r\n"
FOREIGN = {
    "none": GET + END,
    "none, HTTP/1.0": GET.replace("1.1", "1.0") + "\r\n",
    "empty": GET + "Host:\r\n" + END,
    "foreign": GET + "Host: evil.example\r\n" + END,
    "foreign, our port": GET + "Host: evil.example:PORT\r\n" + END,
    "ours, another port": GET + "Host: 127.0.0.1:1\r\n" + END,
    "ours, no port": GET + "Host: localhost\r\n" + END,
    "ours in front": GET + "Host: localhost.evil.example:PORT\r\n" + END,
    "ours as a user": GET + "Host: 127.0.0.1:PORT@evil.example\r\n" + END,
    "another spelling": GET + "Host: 0x7f.1:PORT\r\n" + END,
    "twice, ours first": GET + GOOD + "Host: evil.example\r\n" + END,
    "twice, ours last": GET + "Host: evil.example\r\n" + GOOD + END,
    "twice the same": GET + GOOD + GOOD + END,
    "folded": GET + "Host: 127.0.0.1:PORT\r\n evil.example\r\n" + END,
    "bare CR": GET + "Host: 127.0.0.1:PORT\rHost: evil.example\r\n" + END,
    "absolute target": GET.replace("/archive", "http://evil.example/archive") + GOOD + END,
    "absolute target, ours": GET.replace("/archive", "http://127.0.0.1:PORT/archive") + "Host: evil.example\r\n" + END,
    "no slash": GET.replace("/archive", "archive") + GOOD + END,
    "forwarded": GET + "Host: evil.example\r\nX-Forwarded-Host: 127.0.0.1:PORT\r\n" + END,
}


@pytest.mark.parametrize("case", FOREIGN)
def test_another_host_name_gets_one_line_and_nothing_of_the_archive(replay: Replay, case: str) -> None:
    head, _, body = replay.raw(FOREIGN[case]).partition(b"\r\n\r\n")

    assert head.split(b" ")[1] in (b"421", b"400")
    assert body.strip().count(b"\n") == 0
    assert SECRET.encode() not in body
    assert b"evil" not in head + body


@pytest.mark.parametrize(
    "host", ["127.0.0.1:PORT", "localhost:PORT", "LocalHost:PORT", "[::1]:PORT", "replay.example.org"]
)
def test_its_own_names_are_answered(replay: Replay, host: str) -> None:
    head, _, body = replay.raw(f"{GET}Host: {host}\r\n{END}").partition(b"\r\n\r\n")

    assert head.split(b" ")[1] == b"200"
    assert SECRET.encode() in body


def test_what_a_client_says_of_hosts_and_schemes_never_comes_into_an_answer(replay: Replay) -> None:
    forged = "X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\nX-Forwarded-Proto: evil\r\n"
    for path in (replay.path(STORM), replay.path(STORM, "mp_"), "/archive", "/"):
        assert b"evil" not in replay.raw(f"GET {path} HTTP/1.1\r\n{GOOD}{forged}{END}")


def test_no_port_of_it_answers_to_a_foreign_name(replay: Replay) -> None:
    """pywb talks to itself over a port of its own, and reads ours."""
    ports = listening(replay.pid)
    answers = {
        port: said_to(port, f"GET {path} HTTP/1.1\r\nHost: evil.example:{port}\r\n{END}".encode()).partition(b"\r\n")[0]
        for port in ports
        for path in ("/", f"/archive/index?url={STORM}", f"/cdx/pywb?url={STORM}")
    }

    assert replay.port in ports
    assert len(ports) == {"stand-in": 2, "pywb": 3}[replay.engine]
    assert {answer.split(b" ")[1] for answer in answers.values()} == {b"421"}


def listening(pid: int) -> set[int]:
    """The TCP ports that a process and those below it listen on, as /proc tells."""
    sockets = set()
    for one in {pid, *(process.pid for process in below(pid))}:
        for descriptor in (PROC / str(one) / "fd").iterdir():
            try:
                sockets.add(str(Path(descriptor).readlink()))
            except OSError:
                continue
    lines = [line.split() for name in ("tcp", "tcp6") for line in (PROC / "net" / name).read_text().splitlines()[1:]]
    return {
        int(line[1].rpartition(":")[2], 16) for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in sockets
    }


def test_what_a_capture_says_to_browsers_is_not_given_on(replay: Replay) -> None:
    for mode in ("id_", "mp_") if replay.engine == "pywb" else ("id_",):
        answer = replay.raw(f"GET {replay.path(HOSTILE, mode)} HTTP/1.1\r\n{GOOD}Origin: https://evil.example\r\n{END}")
        lines = [line.partition(b": ") for line in answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
        policies = [value for name, _, value in lines if name.lower() == b"content-security-policy"]

        assert b"<h1>captured" in answer
        assert not any(b"preconnect" in value for name, _, value in lines if name.lower() == b"link")
        assert not {
            b"access-control-allow-origin", b"access-control-allow-credentials", b"set-cookie", b"refresh",
            b"service-worker-allowed", b"clear-site-data",
        } & {name.lower() for name, _, _ in lines}  # fmt: skip
        assert [policy.partition(b" ")[0] for policy in policies] == [b"sandbox"]
        assert [value for name, _, value in lines if name == b"Cross-Origin-Resource-Policy"] == [b"same-origin"]


def test_no_captured_script_becomes_a_service_worker(replay: Replay) -> None:
    for mode in ("id_", "sw_"):
        answer = replay.raw(f"GET {replay.path(WORKER, mode)} HTTP/1.1\r\n{GOOD}Service-Worker: script\r\n{END}")

        assert answer.split(b" ")[1] == b"403"


@pytest.mark.parametrize("ending", ["%0d%0aSet-Cookie:%20a=1", "%0aX: y", "\x0bSet-Cookie:a", "%00", "%c0%ae%c0%ae/"])
def test_no_line_end_in_an_address_makes_a_header(replay: Replay, ending: str) -> None:
    for path in (replay.path(STORM), "/archive/2026id_/https:/", "/static/", "/", "/archive/*/https://a.example/"):
        head = replay.raw(f"GET {path}{ending} HTTP/1.1\r\n{GOOD}{END}").partition(b"\r\n\r\n")[0]
        names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]]

        assert not {b"set-cookie", b"x"} & set(names)


@pytest.mark.parametrize("path", ["/static/../config.yaml", "/static/..%2f..%2fconfig.yaml", "/../config.yaml",
                                  "/static/%2e%2e/config.yaml", "//etc/passwd", "/static//etc/passwd"])  # fmt: skip
def test_no_address_leads_to_a_file_of_this_machine(replay: Replay, path: str) -> None:
    answer = replay.raw(f"GET {path} HTTP/1.1\r\n{GOOD}{END}")

    assert b"archive_paths" not in answer
    assert b"root:" not in answer
