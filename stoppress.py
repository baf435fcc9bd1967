"""The face of Stoppress: the Python names, and the command line that joins all verbs.

>>> import stoppress
>>> page = stoppress.extract(b"<h1>Storm</h1>", url="https://news.example.org/live", at=datetime.now(UTC))

Everything is imported when it is first used: ``import stoppress`` and ``stoppress --help`` cost next to nothing.
"""

from __future__ import annotations

import _thread
import importlib
import sys
import time

TYPE_CHECKING = False  # mypy knows the name; typing itself is imported where Ctrl-C is heeded
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

_NAMES = {
    "extract": "pipelines.extract",
    "changes": "pipelines.diff",
    "align": "pipelines.diff",
    "align_sentences": "pipelines.diff",
    "diff_words": "pipelines.diff",
    "open_archive": "retrieval.archive",
    "Archive": "retrieval.archive",
    "Update": "pipelines.model",
    "Version": "pipelines.model",
    "Change": "pipelines.model",
    "Capture": "pipelines.model",
    "Watch": "pipelines.model",
    "Visit": "pipelines.model",
    "Unreadable": "pipelines.model",
    "StoppressError": "pipelines.errors",
    "WarcAddon": "crawler.warc_addon",
}
__all__ = [*_NAMES, "main"]

# verb -> (module, one line of help), in the order of a first day with the product
VERBS: dict[str, tuple[str, str]] = {
    "demo": ("crawler.cli.demo", "Watch a local newsroom that edits itself; ends with a summary."),
    "watch": ("crawler.cli.watch", "Watch a page from now on."),
    "watches": ("crawler.cli.watches", "List the watches."),
    "apply": ("crawler.cli.apply", "Take over the watches of a config file."),
    "pause": ("crawler.cli.pause", "Stop visiting a page, keep its history."),
    "resume": ("crawler.cli.resume", "Visit a paused page again."),
    "discover": ("crawler.cli.discover", "Live pages of a site, found and confirmed."),
    "crawl": ("crawler.cli.crawl", "Visit what is due."),
    "due": ("crawler.cli.due", "What will be visited when."),
    "schedule": ("crawler.cli.schedule", "Why a page is visited when it is; what a budget buys."),
    "hint": ("crawler.cli.hint", "Say that something happened on a page."),
    "hints": ("crawler.cli.hints", "Who tells of pages, and what that was worth."),
    "pages": ("retrieval.cli.pages", "The pages that are kept."),
    "versions": ("retrieval.cli.versions", "All versions of a page."),
    "show": ("retrieval.cli.show", "A page as it was at a moment, as text."),
    "get": ("retrieval.cli.get", "The archived bytes of a page at a moment."),
    "log": ("retrieval.cli.log", "All visits of a page and what came of them."),
    "timemap": ("retrieval.cli.timemap", "All mementos of a page (RFC 7089)."),
    "cdx": ("retrieval.cli.cdx", "The index, as CDX clients ask for it."),
    "diff": ("retrieval.cli.diff", "What changed between two versions."),
    "changes": ("retrieval.cli.changes", "Typed changes, newest last."),
    "export": ("retrieval.cli.export", "Pages, a tag or a time as WARC or WACZ."),
    "import": ("crawler.cli.import_", "Captures that others made: WARC, WACZ."),
    "serve": ("retrieval.cli.serve", "The archive over HTTP: CDX, Memento, JSON."),
    "replay": ("retrieval.cli.replay", "Captured pages as they looked, in a browser."),
    "extract": ("pipelines.cli.extract", "One saved page -> text and updates."),
    "compare": ("pipelines.cli.compare", "Two saved pages -> changes."),
    "verify": ("pipelines.cli.verify", "Is everything there, and as it was written?"),
    "rebuild": ("pipelines.cli.rebuild", "Make the catalog again from the store alone."),
    "compact": ("pipelines.cli.compact", "Merge small files into large ones."),
    "gc": ("pipelines.cli.gc", "Delete what nothing points to any more."),
    "takedown": ("pipelines.cli.takedown", "Show a page or a capture no longer; take its bytes out."),
    "doctor": ("crawler.cli.doctor", "Will the next crawl work, and did the last ones?"),
    "reextract": ("pipelines.cli.reextract", "Today's extractor over old captures, beside the old results."),
    "rediff": ("pipelines.cli.rediff", "All changes computed again, beside the recorded ones."),
    "evaluate": ("pipelines.cli.evaluate", "Measure extraction against truth files."),
}


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(_module(_NAMES[name]), name)
    raise AttributeError(f"module 'stoppress' has no attribute {name!r}")


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as e:
        # A Scrapy project's own folder comes first, and some are called "crawler".
        ours = name.partition(".")[0]
        if (e.name or "").partition(".")[0] != ours:
            raise
        place = getattr(sys.modules.get(ours), "__path__", ["?"])
        raise ImportError(
            f"Stoppress has a package {ours!r}; {next(iter(place))} stands in its way: give that folder another name"
        ) from e


def __dir__() -> list[str]:
    return sorted(__all__)


def main(argv: list[str] | None = None) -> None:
    """The command ``stoppress``. Exit codes: 0 done, 1 a finding or failure, 2 wrong use."""
    sys.unraisablehook = _interrupt_again
    try:
        from pipelines.cli.entry import run

        status = run(VERBS, __version__, argv)
    except KeyboardInterrupt:  # while the first modules are imported
        status = 130
    finally:
        sys.unraisablehook = sys.__unraisablehook__
    sys.exit(status)


def _interrupt_again(found: Any) -> None:
    """Ctrl-C that arrives in a callback is passed over with a traceback: importing has such callbacks."""
    if issubclass(found.exc_type, KeyboardInterrupt):
        _thread.start_new_thread(_interrupt_soon, ())  # at once it would be raised in here, and passed over again
    else:
        sys.__unraisablehook__(found)


def _interrupt_soon() -> None:
    time.sleep(0.01)
    _thread.interrupt_main()


if __name__ == "__main__":
    main()
