"""When to look: pure policies. ``now`` is always an argument, and nothing here sleeps or reads a clock."""

from .again import REFUSED_AFTER, another_at, deserves_another, is_refusal, probe_at
from .missed import turns_between
from .policies import Adaptive, Cron, Every, Policy, Probe, parse_schedule
from .span import COVERAGE, Ended, is_over

__all__ = [
    "COVERAGE", "REFUSED_AFTER", "Adaptive", "Cron", "Ended", "Every", "Policy", "Probe", "another_at",
    "deserves_another", "is_over", "is_refusal", "parse_schedule", "probe_at", "turns_between",
]  # fmt: skip
