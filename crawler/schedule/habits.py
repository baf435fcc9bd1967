"""How live pages behave, as far as it is the same for all; what is learnt of each page is in ``learning``.

Published: of the entries of two complete live blogs 44 % were edited, so .79 edits each if one more is always as
likely, the last one 18 minutes after publication by the median. The other numbers are assumed, and round. Seconds.
"""

from __future__ import annotations

import numpy as np

from pipelines.lifetimes import HAZARDS, USUAL

MINUTE, HOUR = 60.0, 3600.0

RATES = 0.03 * 2.0 ** np.arange(14) / HOUR  # levels of a page's rate, each twice the one before: updates per second
SILENT = 0.2  # of pages nothing comes, or nothing more: all coverage ends, and not all pages say so
PRIOR = np.exp(-0.5 * (np.log(RATES * HOUR) / 1.6) ** 2)  # the others: about one an hour, by a factor of five
PRIOR = (1 - SILENT) * PRIOR / PRIOR.sum()
PRIOR[0] += SILENT
STAY = np.maximum(24 * HOUR, 3 / RATES)  # at its level, until it goes to any other: so long, or for three updates ...
STEP = np.maximum(6 * HOUR, 0.75 / RATES)  # ... and to the next one
WAKES = 1 / HOUR  # no lower rate is asked whether an update is of its own or brought about: it may have woken up
FORGOTTEN = 24 * HOUR  # how many edits others have brought about

FOLLOWS = 0.3  # updates that one brings about ...
BURST = 10 * MINUTE  # ... so soon, in the mean
EDITS = 0.79  # of an update
EDITED = 0.44  # of updates, at least once
LAGS = ((0.4, 5 * MINUTE), (0.6, 30 * MINUTE))  # of edits: (share, mean)
HEADS = 0.2  # changes of the page's headline per update
OWN = 0.02  # edits that no update has brought about, per update

BACKLOG = 6  # updates of a page's first look that count: it tells little of today's rate ...
BEFORE = 600.0  # ... and those that are older than this tell nothing of it
AFTER_END = 0.15  # of what is expected is left of a page whose coverage has ended

LOSSES = tuple((share, hazard) for share, hazard in zip(USUAL, HAZARDS, strict=True) if share)  # of revisions
DELAY = 1 / (2 * HOUR)  # what a second of waiting costs. Never 0: a short budget would give up pages
FLOOR = 0.05  # expected events: a look for less is not polite

FADES = (BURST / (1 - FOLLOWS), *(lag for _, lag in LAGS))  # how soon each kind of what has begun is over
