"""Which page and which moment a person means; the rules are ``pipelines.moments``."""

from __future__ import annotations

from pipelines.moments import FORMS, INSTANTS, Moment, MomentError, Target, aware, instant, moment, target

__all__ = ["FORMS", "INSTANTS", "Moment", "MomentError", "Target", "aware", "instant", "moment", "target"]
