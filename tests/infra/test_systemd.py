"""The units as systemd itself reads them, where it is here, and by their keys where it is not."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from .commands import INFRA, PROGRAM, check_arguments

UNITS = INFRA / "systemd"
COMMON = UNITS / "stoppress-.service.d" / "common.conf"
SERVICES = sorted(UNITS.glob("*.service"))
EVERY_UNIT = [*SERVICES, *sorted(UNITS.glob("*.timer"))]

# From systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.kill(5), systemd.resource-control(5),
# systemd.timer(5): the keys we use. A key that is not here is a slip of the pen or has to be looked up.
KEYS = {
    "Unit": "Description Wants After Conflicts StartLimitIntervalSec",
    "Install": "WantedBy",
    "Timer": "OnCalendar AccuracySec Persistent",
    "Service": "Type ExecStart Restart RestartSec RestartPreventExitStatus TimeoutStartSec TimeoutStopSec KillMode "
    "KillSignal DynamicUser User StateDirectory StateDirectoryMode WorkingDirectory ConfigurationDirectory "
    "EnvironmentFile NoNewPrivileges CapabilityBoundingSet ProtectSystem ProtectHome ProtectProc ProtectClock "
    "ProtectHostname ProtectControlGroups ProtectKernelLogs ProtectKernelModules ProtectKernelTunables "
    "PrivateDevices PrivateTmp LockPersonality RestrictNamespaces RestrictRealtime RestrictSUIDSGID "
    "RestrictAddressFamilies SystemCallArchitectures SystemCallFilter SystemCallErrorNumber UMask MemoryMax "
    "TasksMax LimitNOFILE IPAddressDeny",
}


def keys_of(unit: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit)
    return parser


def unknown_keys(unit: Path) -> list[str]:
    parsed = keys_of(unit)
    return [f"{unit.name}: [{s}] {key}" for s in parsed for key in parsed[s] if key not in KEYS[s].split()]


def complaints_of_systemd(folder: Path) -> list[str]:
    """``systemd-analyze verify`` on a copy that starts a program which exists here."""
    stand_in = folder / "stoppress"
    stand_in.write_text("#!/bin/sh\n")
    stand_in.chmod(0o755)
    shutil.copytree(UNITS, folder / "units")
    for service in (folder / "units").glob("*.service"):
        service.write_text(service.read_text().replace(PROGRAM, str(stand_in)))
    units = [str(folder / "units" / unit.name) for unit in EVERY_UNIT]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False, timeout=60
    )
    return [line for line in (done.stdout + done.stderr).splitlines() if "stoppress" in line or "common.conf" in line]


def test_the_units_have_no_key_that_systemd_does_not_know(tmp_path: Path) -> None:
    ours = [problem for unit in (*EVERY_UNIT, COMMON) for problem in unknown_keys(unit)]
    theirs = complaints_of_systemd(tmp_path) if shutil.which("systemd-analyze") else []

    assert ours + theirs == []


def test_a_misspelt_key_would_be_noticed(tmp_path: Path) -> None:
    unit = tmp_path / "stoppress-crawl.service"
    unit.write_text((UNITS / unit.name).read_text().replace("RestartSec=", "RestartsSec="))

    assert unknown_keys(unit) == [f"{unit.name}: [Service] RestartsSec"]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_unit_calls_what_the_command_line_has(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = check_arguments(keys_of(unit)["Service"]["ExecStart"], capsys)

    assert "crawl" in words


def test_the_long_running_unit_runs_until_it_is_stopped_and_the_timed_one_once() -> None:
    running, timed = (keys_of(UNITS / f"stoppress-{name}.service")["Service"] for name in ("crawl", "once"))

    assert (running["Type"], "--once" in running["ExecStart"]) == ("exec", False)
    assert (timed["Type"], "--once" in timed["ExecStart"]) == ("oneshot", True)
    assert (UNITS / "stoppress-once.timer").is_file()


def test_sigterm_reaches_the_crawler_alone_and_leaves_it_time() -> None:
    common = keys_of(COMMON)["Service"]

    assert common["KillMode"] == "mixed"
    assert int(common["TimeoutStopSec"].removesuffix("s")) >= 60


def test_trouble_is_tried_again_without_end_and_a_refused_config_never() -> None:
    running = keys_of(UNITS / "stoppress-crawl.service")

    assert (running["Service"]["Restart"], running["Unit"]["StartLimitIntervalSec"]) == ("on-failure", "0")
    assert running["Service"]["RestartPreventExitStatus"] == "2"


def test_every_service_has_a_user_of_its_own_and_one_folder_to_write_to() -> None:
    common = keys_of(COMMON)["Service"]

    assert all(unit.name.startswith("stoppress-") for unit in SERVICES)
    assert common["DynamicUser"] == "yes"
    assert common["ProtectSystem"] == "strict"
    assert "ReadWritePaths" not in common
    assert common["StateDirectory"] == "stoppress"
    assert common["CapabilityBoundingSet"] == ""
