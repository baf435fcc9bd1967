"""The rules by which something that a page states is not believed, by the names that the output uses.

A rule that speaks of single updates is named in the warnings of the page and in each such update's provenance.
"""

from __future__ import annotations

ONE_TIME = "all entries carry one time; times dropped"  # after the carrier's name
ONE_HEADLINE = "all entries carry one headline; headlines dropped"
STRANGERS = "json-ld: entries of another site dropped"
NOWHERE = "json-ld: none of its entries is in the page, nor says that it belongs there; dropped"
OTHERS = "records: none is among the entries that json-ld names as this page's; dropped"
OBJECT_BODY = "json-ld: bodies are objects without text; taken as missing"
FIRST_WORDS = "json-ld: headlines repeat the first words; dropped"
CUT_SHORT = "json-ld: texts are cut short; the page's taken where it shows them"
CUT_UNSEEN = "json-ld: text is cut, and not in the page"
MANGLED = "microdata: texts differ from the shown ones; shown ones taken"
LOCAL_AS_UTC = "times: the page's are local times marked as UTC; structured data's taken"
AHEAD_AS_UTC = "times: marked as UTC, they lie ahead of the fetch; read as the newsroom's wall times"
EPOCH_BESIDE = "times: those marked as UTC lie a zone from the epochs beside them; the epochs taken"
HOURS_APART = "times: structured data's differ from the shown ones by hours; shown ones taken"
BEFORE = "times: changed before it was published; the change dropped"
MINUTES = "times: printed minutes differ from the stated ones; stated ones taken"
REPEATED_ID = "ids: the records' id attribute repeats; not taken"
END_AHEAD = "coverageEndTime lies ahead of the fetch; no vote"
END_EARLY = "coverageEndTime lies before the newest update; no vote"
