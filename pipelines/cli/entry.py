"""The command line around the verbs: one module per verb, imported only when its name is typed."""

import errno
import fcntl
import importlib
import io
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.arguments import Verb
from pipelines.cli.common import choose_config
from pipelines.errors import ConfigError, StoppressError

Verbs = Mapping[str, tuple[str, str]]
# Without a file's name it is stdout that such an error is about: the spool and the store catch their own.
_UNWRITTEN = {errno.EBADF, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC}


class _Spelled(Verb):
    """A command that takes no text with bytes that are not UTF-8; the name of a file (a Path) may have them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        left = super().parse_args(ctx, args)
        for text in _texts(ctx.params.values()):
            try:
                text.encode()
            except UnicodeEncodeError as e:  # PEP 383: such a byte is half of a UTF-16 pair here
                from pipelines.urlkey import without_secret  # the text may be a URL with a password

                said = f"{without_secret(text)!r} holds bytes that are not UTF-8; in a URL percent-encode them"
                raise typer.BadParameter(said, ctx=ctx) from e
        return left


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from _texts(value)


def run(verbs: Verbs, version: str, argv: list[str] | None = None) -> int:
    """Run one command line; errors of ours and of the system become one line on stderr, never a traceback."""
    words = sys.argv[1:] if argv is None else argv
    # Ctrl-C that meets the closing of a connection is logged there with a traceback, and is raised all the same.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    _open_missing_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a letter that a terminal lacks stops nothing
    try:
        status = _run(verbs, version, words)
        sys.stdout.flush()  # what cannot be written is found out here, not in the interpreter's last breath
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (head, less) has gone: not our failure, and nothing more can be said on stdout.
        _write_nothing_more()
        return 0
    except OSError as e:
        print(f"stoppress: {_said(e)}", file=sys.stderr)
        _write_nothing_more()
        return 1
    return status


def _run(verbs: Verbs, version: str, words: list[str]) -> int:
    try:
        _app(verbs, version, words)(args=words, prog_name="stoppress")
    except SystemExit as e:  # what Typer ends every command with
        return _status(e)
    except StoppressError as e:
        print(f"stoppress: {e}", file=sys.stderr)
        return 2 if isinstance(e, ConfigError) else 1
    return 0


def _open_missing_streams() -> None:
    """A stream that was closed (``>&-``) is None, and the next file that is opened would get its number.

    In stdout's place comes something that cannot be written to: who writes there is told so.
    """
    for name, mode, flags in (("stdin", "r", os.O_RDONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY)):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, flags)  # the lowest free one: the one that is missing
            os.set_inheritable(number, True)
            # Like Python's own three: nobody closes them, the process just ends.
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _write_nothing_more() -> None:
    """What waits in stdout's buffer goes nowhere; at the end of the process it would fail once more."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _said(error: OSError) -> str:
    why = error.strerror or str(error) or type(error).__name__
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {why}; check that it is there and open to this user"
    if error.errno in _UNWRITTEN and not (error.errno == errno.EBADF and _is_writable(sys.stdout)):
        return f"the output cannot be written: {why}; send stdout to another place"
    return f"the system refused: {why}, {_place(error)}; try again, or see whether this machine has what it needs"


def _is_writable(stream: Any) -> bool:
    try:
        return fcntl.fcntl(stream.fileno(), fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
    except OSError:
        return False


def _place(error: OSError) -> str:
    """Where it was raised: such an error names nothing else that one could look at."""
    calls = traceback.extract_tb(error.__traceback__)
    return " <- ".join(f"{Path(call.filename).name}:{call.lineno}" for call in calls[:-4:-1])


def _status(end: SystemExit) -> int:
    return end.code if isinstance(end.code, int) else int(end.code is not None)


def _app(verbs: Verbs, version: str, words: list[str]) -> typer.Typer:
    app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

    def show_version(on: bool) -> None:
        if on:
            typer.echo(f"stoppress {version}")
            raise typer.Exit

    @app.callback(epilog="Start with: stoppress demo")
    def root(  # annotations are evaluated here: show_version is a local name
        config: Annotated[
            Path | None,
            typer.Option(
                "-c",
                "--config",
                metavar="FILE",
                help="The config file [default: STOPPRESS_CONFIG, else stoppress.toml here].",
            ),
        ] = None,
        version: Annotated[
            bool, typer.Option("--version", help="Show the version.", callback=show_version, is_eager=True)
        ] = False,
    ) -> None:
        """Keep every version of a live page: what it said, when, what changed, and the bytes to prove it."""
        choose_config(config)

    for name, (module, summary) in verbs.items():
        verb = importlib.import_module(module).run if name in words else _listed(summary)
        app.command(name, cls=_Spelled, short_help=summary)(verb)
    return app


def _listed(summary: str) -> Callable[..., Any]:
    """Stands in the list of verbs for one that was not typed, so that its module need not be imported."""

    def verb() -> None: ...

    verb.__doc__ = summary
    return verb
