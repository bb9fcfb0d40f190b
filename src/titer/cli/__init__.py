"""The command line. Each command is a thin file that calls public functions; nothing is computed here."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from titer.cli.output import report_error
from titer.errors import TiterError

INTERRUPTED = 130  # exit code of a program that the keyboard stopped


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code.

    Exit codes: 0 done, 1 the work failed (solver, compiler, storage), 2 what was asked for cannot be used.
    `TITER_DEBUG=1` shows the traceback of an error.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without '≥' shows '?' and does not fail
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; errors are printed in one shape.

    Example:
        >>> run(["--version"])  # doctest: +ELLIPSIS
        titer ...
        0
    """
    import typer

    from titer.cli.app import app

    # The base of usage errors: newer versions of Typer carry a Click of their own, so it has no other common address.
    click_exception: Any = typer.BadParameter.__mro__[2]
    try:
        code = app(args=list(arguments), prog_name="titer", standalone_mode=False) or 0
        if code == INTERRUPTED:  # Typer swallows an interrupt inside a command and returns its exit code
            raise KeyboardInterrupt
        return code
    except TiterError as error:
        if os.environ.get("TITER_DEBUG"):
            raise
        report_error(error, as_json="--json" in arguments)
        return error.exit_code
    except click_exception as error:
        return _report_usage(error, as_json="--json" in arguments)
    except (typer.Abort, KeyboardInterrupt):
        report_error(TiterError("stopped from the keyboard", right="results appear in --out only when whole"))
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _report_fault(error, as_json="--json" in arguments)


def _report_usage(error, *, as_json: bool) -> int:
    from titer.errors import InputError

    context = getattr(error, "ctx", None)
    command = context.command_path if context else "titer"
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
    else:
        shaped = InputError(error.format_message(), where=f"`{command}`", hint=f"{command} --help")
        report_error(shaped, as_json=as_json)
    return error.exit_code


def _report_fault(error: Exception, *, as_json: bool) -> int:
    """An error that nobody foresaw: a fault of this program, told in the same shape."""
    if os.environ.get("TITER_DEBUG"):
        raise error
    what = f"a fault of titer itself: {type(error).__name__}: {error}"
    report_error(TiterError(what, hint="run it again with TITER_DEBUG=1 and report what it prints"), as_json=as_json)
    return TiterError.exit_code
