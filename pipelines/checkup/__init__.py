"""What ``stoppress doctor`` looks at on the keeping side: each thing one ``Check``, none of them stops the others."""

from .check import Check, Now, State, tried
from .keeping import catalog_checks, fixity_check, store_checks, stray_checks
from .machine import config_checks, machine_checks, version_checks
from .spooling import spool_checks

__all__ = [
    "Check", "Now", "State", "catalog_checks", "config_checks", "fixity_check", "machine_checks", "spool_checks",
    "store_checks", "stray_checks", "tried", "version_checks",
]  # fmt: skip
