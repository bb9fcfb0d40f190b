"""How commands speak: results on standard output, errors and progress on standard error, one shape for every error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from titer.errors import StorageError, TiterError

WIDTH = 100  # columns that every table fits in


def error_parts(error: TiterError) -> dict[str, str]:
    """The parts of an error, as the JSON error object holds them; empty parts are left out.

    Example:
        >>> error_parts(TiterError("dose is -5 mg", right="0 mg or more"))
        {'kind': 'TiterError', 'what': 'dose is -5 mg', 'right': '0 mg or more'}
    """
    parts = {"what": error.what, "where": error.where, "right": error.right, "try": error.hint}
    return {"kind": type(error).__name__} | {name: text for name, text in parts.items() if text}


def report_error(error: TiterError, *, as_json: bool = False) -> None:
    """Print an error: four labelled lines on standard error, or with `--json` one object on standard output.

    A program that asked for JSON so reads JSON from the same place whether or not the command worked; the exit code and
    the key "error" tell it which.
    """
    parts = error_parts(error)
    if as_json:
        print_json({"error": parts})
        return
    print(f"{parts.pop('kind')}: {parts.pop('what')}", file=sys.stderr)
    for name, text in parts.items():
        print(f"  {name + ':':<7}{text}".replace("\n", "\n         "), file=sys.stderr)


class OutputError(StorageError):
    """Standard output takes no more, so that the error itself can only be told on standard error."""


class Output:
    """Standard output whose refusal (full disk) is an error of its own; a reader that left stays a BrokenPipeError."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with _told_as_refusal():
            return self._stream.write(text)

    def flush(self) -> None:
        with _told_as_refusal():
            self._stream.flush()


@contextmanager
def _told_as_refusal() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"standard output could not be written: {error.strerror or error}",
            right="a file, pipe or terminal that takes all of it",
            hint="free some space, or send it to another file",
        ) from None


def warn(messages: Iterable[str]) -> None:
    """One line for each warning, on standard error, so that results and JSON stay as they are."""
    for message in messages:
        print(f"Warning: {message}", file=sys.stderr)


def warn_of_replacement(out: Path | None, *, resume: bool) -> None:
    """Say that a finished result will be replaced; it stays as it is until the new one is whole."""
    if out is not None and not resume and (out / "manifest.json").exists():
        warn([f"the finished result in {out} will be replaced when this run is whole; Ctrl-C keeps it"])


def print_json(value: Any) -> None:
    """One JSON object on standard output; a figure that does not exist (median not reached) is null."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def counted(n: int, word: str) -> str:
    """A number with its noun.

    Example:
        >>> counted(1, "patient"), counted(2000, "patient")
        ('1 patient', '2,000 patients')
    """
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def console() -> Any:
    """A Rich console on standard output: as wide as the terminal, and `WIDTH` columns in a pipe or file."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else WIDTH)


@contextmanager
def progress_bar(description: str) -> Iterator[Any]:
    """A callback `progress(done, total, what)` that draws a bar on standard error; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=None)

        def progress(done: float, total: float, what: str = "") -> None:
            bar.update(task, completed=done, total=total, description=what or description)

        yield progress


@contextmanager
def run_progress(description: str) -> Iterator[Any]:
    """As `progress_bar`, for a run over patients in chunks: patients and chunks that are done, and the time left."""
    with progress_bar(description) as draw:
        yield None if draw is None else lambda done, total, what="": draw(done, total, patients_done(done, total, what))


def patients_done(done: float, total: float, what: str = "") -> str:
    """How far a run is, in words.

    Example:
        >>> patients_done(12_000.0, 100_000.0, "12 of 100 chunks")
        '12,000 of 100,000 patients, 12 of 100 chunks'
    """
    return ", ".join(text for text in (f"{int(done):,} of {counted(int(total), 'patient')}", what) if text)
