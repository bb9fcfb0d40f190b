"""The command line. Each command is a thin file that calls public functions; nothing is computed here."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import Any, cast

from titer.cli.output import Output, OutputError, report_error
from titer.errors import StorageError, TiterError

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
    try:
        with redirect_stdout(cast("Any", Output(sys.stdout))):
            code = _run(arguments)
            sys.stdout.flush()  # here, and not when the process ends, where a full disk could only be a traceback
        return code
    except BrokenPipeError:  # the reader, such as `head`, has left
        _send_output_nowhere()
        return 0
    except OutputError as error:
        _send_output_nowhere()
        told = StorageError(error.what, right=error.right, hint=error.hint)
        report_error(told)  # on standard error also with --json
        return error.exit_code


def _run(arguments: Sequence[str]) -> int:
    """As `run`; that standard output takes no more is raised, since it cannot be told there."""
    import typer

    from titer.cli.app import app_for

    # The base of usage errors: newer versions of Typer carry a Click of their own, so it has no other common address.
    click_exception: Any = typer.BadParameter.__mro__[2]
    try:
        code = app_for(arguments)(args=list(arguments), prog_name="titer", standalone_mode=False) or 0
        if code == INTERRUPTED:  # Typer swallows an interrupt inside a command and returns its exit code
            raise KeyboardInterrupt
        return code
    except (OutputError, BrokenPipeError):
        raise
    except TiterError as error:
        if os.environ.get("TITER_DEBUG"):
            raise
        report_error(error, as_json="--json" in arguments)
        return error.exit_code
    except click_exception as error:
        return _report_usage(error, as_json="--json" in arguments)
    except (typer.Abort, KeyboardInterrupt):
        right, hint = "results appear in --out only when whole", "to go on with chunks that are done, add --resume"
        report_error(TiterError("stopped from the keyboard", right=right, hint=hint))
        return INTERRUPTED
    except Exception as error:
        return _report_fault(error, as_json="--json" in arguments)


def _send_output_nowhere() -> None:
    """What is still in the buffer of standard output goes where it cannot fail when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
