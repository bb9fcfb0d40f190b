"""The errors Titer raises. Each says what is wrong, where, what would be right, and one thing to try."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class TiterError(Exception):
    """Base of every error that Titer raises on purpose.

    The command line prints the four parts and leaves with `exit_code`.

    Args:
        what: what is wrong, with value, unit and name.
        where: model, patient, time or dose number.
        right: what would be right.
        hint: one thing to try.

    Example:
        >>> print(InputError("dose is -5 mg", where="regimen 'loading'", right="0 mg or more"))
        dose is -5 mg. Where: regimen 'loading'. Right: 0 mg or more.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", right: str = "", hint: str = "") -> None:
        self.what, self.where, self.right, self.hint = what, where, right, hint
        super().__init__(what)

    def __str__(self) -> str:
        labelled = [("", self.what), ("Where: ", self.where), ("Right: ", self.right), ("Try: ", self.hint)]
        return " ".join(f"{label}{text.rstrip('.')}." for label, text in labelled if text)

    def __reduce__(self):
        return _rebuild, (type(self), self.what, self.where, self.right, self.hint)


def _rebuild(kind, what, where, right, hint):
    return kind(what, where=where, right=right, hint=hint)


class InputError(TiterError):
    """What the user gave cannot be used: text, file, number, name or unit.

    Example:
        >>> InputError("dose is -5 mg").exit_code
        2
    """

    exit_code = 2


class UnitError(InputError):
    """Two units do not fit together; `where` holds the trail to the culprit."""


class ModelError(InputError):
    """A declared model is not sound, or models cannot be assembled."""


class SolveError(TiterError):
    """Patients whose integration did not finish."""


class CompileError(TiterError):
    """A kernel could not be made: no compiler, or the compiler refused."""


class StorageError(TiterError):
    """Results could not be written or read: full disk, no permission, damaged file."""


class WorkerError(TiterError):
    """Those who work on chunks died, cannot start, or cannot be reached."""


def nearest(name: str, choices: Iterable[str], *, n: int = 3) -> str:
    """The closest known names, ready for a hint: `did you mean 'a' or 'b'?`, or the list when none is close.

    A slip of the pen means one name: drugs of a class are alike, and no other is proposed beside it.
    """
    known = sorted(set(choices))
    slip = get_close_matches(name.lower(), known, n=1, cutoff=0.9)
    close = slip or get_close_matches(name.lower(), known, n=n, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(repr(word) for word in close) + "?"
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"known: {shown}"
