"""When to look: pure policies. ``now`` is always an argument, and nothing here sleeps or reads a clock."""

from .policies import Cron, Every, Policy, parse_schedule
from .span import COVERAGE, Ended, is_over

__all__ = ["COVERAGE", "Cron", "Ended", "Every", "Policy", "is_over", "parse_schedule"]
