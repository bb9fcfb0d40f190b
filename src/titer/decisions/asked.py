"""What may be asked of a run, from Python or in words: numbers, days, people, regimens, settings; each is checked."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import index
from reprlib import repr as short
from typing import Any

import numpy as np

from titer.dosing.regimen import Regimen
from titer.errors import InputError, SolveError
from titer.library import read_regimen
from titer.patients.cohort import Cohort

LONGEST_DAYS = 40_000.0  # a life


def is_number(value: Any) -> bool:
    """Whether it is a finite number; True and False are none.

    Example:
        >>> is_number(2), is_number(np.float64(0.5)), is_number(True), is_number("2"), is_number(float("nan"))
        (True, True, False, False, False)
    """
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    return number and bool(abs(value) <= sys.float_info.max)


def told(value: Any) -> str:
    """A value as errors tell it: a number in few digits, anything else as Python writes it, shortened.

    Example:
        >>> told(1e6), told("many")
        ('1e+06', "'many'")
    """
    return f"{value:g}" if isinstance(value, float) or is_number(value) else short(value)


def checked_dose(dose: float, unit: str = "", where: str = "", hint: str = "") -> float:
    """The amount of a challenge.

    Raises:
        InputError: not a number above 0.
    """
    if not is_number(dose) or dose <= 0:
        what = f"a dose of {told(dose)} {unit}".rstrip()
        raise InputError(what, where=where, right="a finite number above 0", hint=hint)
    return float(dose)


def checked_days(days: float) -> float:
    """A length that a run can have.

    Raises:
        InputError: 0, negative, not a number, or longer than a life.
    """
    if not is_number(days) or not 0 < days <= LONGEST_DAYS:
        raise InputError(f"a run of {told(days)} days", right=f"more than 0, at most {LONGEST_DAYS:,.0f} days")
    return float(days)


def checked_lead(days: float, regimen: Regimen | None) -> float:
    """How long a drug can begin before what it is to act on.

    Raises:
        InputError: negative, not a number, or longer than a life; no drug that could begin.
    """
    if not is_number(days) or not 0 <= days <= LONGEST_DAYS:
        raise InputError(f"a drug that begins {told(days)} days before", right=f"0 to {LONGEST_DAYS:,.0f} days")
    if days and regimen is None:
        raise InputError(
            f"a drug that begins {days:g} days before, and no drug", hint='--drug "lenalidomide 25 mg daily"'
        )
    return float(days)


def checked_again(days: Iterable[float]) -> tuple[float, ...]:
    """Days of further encounters, increasing.

    Raises:
        InputError: no list; a day that is not a number, or not after day 0.
    """
    if isinstance(days, str) or not isinstance(days, Iterable):
        raise InputError(f"again is {told(days)}", right="a list of days", hint="again=[30.0]")
    listed = list(days)
    for day in listed:
        if not is_number(day) or not 0 < day < LONGEST_DAYS:
            raise InputError(
                f"a further encounter on day {told(day)}",
                right=f"a day after the first, which is day 0, and before day {LONGEST_DAYS:,.0f}",
            )
    return tuple(sorted({float(day) for day in listed}))


def checked_settings(changed: Mapping[str, float] | None) -> dict[str, float]:
    """Flat parameter → value.

    Raises:
        InputError: no mapping, or a value that is not a number.
    """
    given = {} if changed is None else changed
    if not isinstance(given, Mapping):
        raise InputError(
            f"changed is {told(given)}", right="names with numbers", hint='changed={"fever.ceiling": 40.0}'
        )
    for name, value in given.items():
        if not is_number(value):
            raise InputError(f"'{name}' is set to {told(value)}", right="a finite number")
    return {str(name): float(value) for name, value in given.items()}


def checked_whole(name: str, value: int, least: int) -> int:
    """A number of things.

    Raises:
        InputError: not a whole number, or less than the least.
    """
    if not is_number(value) or not hasattr(value, "__index__") or value < least:
        raise InputError(f"{name} is {told(value)}", right=f"a whole number from {least}")
    return index(value)


def checked_rtol(rtol: float) -> float:
    """The relative tolerance of an integration.

    Raises:
        InputError: not a number between 0 and 1.
    """
    if not is_number(rtol) or not 0 < rtol < 1:
        raise InputError(f"rtol is {told(rtol)}", right="a number above 0 and below 1")
    return float(rtol)


def people(n: int | None) -> Cohort | None:
    """Virtual people numbered from 0, without covariates; None for the typical person.

    Raises:
        InputError: not a whole number from 1.
    """
    return None if n is None else Cohort(np.arange(checked_whole("patients", n, 1)), {}, {})


def read_given(regimen: Regimen | str | None) -> Regimen | None:
    """A regimen that may still be text.

    Raises:
        InputError: neither a regimen nor a text that can be read as one.
    """
    given = read_regimen(regimen) if isinstance(regimen, str) else regimen
    if given is not None and not isinstance(given, Regimen):
        raise InputError(f"the drug is {told(given)}", right="a regimen", hint='"lenalidomide 25 mg daily"')
    return given


@contextmanager
def dose_suspected(dose: float, usual: float, unit: str = "") -> Iterator[None]:
    """Say of a run that fails that its dose is ten times the usual one or more, where it is.

    Raises:
        SolveError: the one that was raised inside, with the dose in its hint.
    """
    try:
        yield
    except SolveError as error:
        if dose < 10 * usual:
            raise
        usually = f"{usual:g} {unit}".rstrip()
        hint = f"a dose nearer the usual {usually}, since {dose:g} is {dose / usual:.2g} times as much"
        raise SolveError(error.what, where=error.where, right=error.right, hint=f"{hint}; or {error.hint}") from None
