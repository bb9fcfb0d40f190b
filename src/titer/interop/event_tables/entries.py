"""Into which state of a system the doses of a table go, and what arrives there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.errors import InputError, nearest
from titer.interop.event_tables.files import shown
from titer.interop.event_tables.table import TICKS_PER_DAY, TIME_UNITS, EventTable, Floats, Integers
from titer.model.declare import Dosing
from titer.model.system import System
from titer.units import conversion


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Doses as they reach their states. Arrays of shape (n_doses,).

    Args:
        target: place of the state.
        amount: after bioavailability.
        rate: per day; 0 for a dose at once. Bioavailability shortens an infusion and leaves its rate, as in NONMEM.
        duration: of an infusion, day.
        lag: from intake to arrival, day.
    """

    target: NDArray[np.int64]
    amount: Floats
    rate: Floats
    duration: Floats
    lag: Floats


def entries_of(table: EventTable, system: System, compartments: Mapping[int, str]) -> NDArray[np.str_]:
    """The drug that each dosing record gives; "" for other records. Shape (n_records,).

    CMT is the name of a drug, of its entry state (with or without the model's key), or the place of that state in the
    system, counted from 1. It may be missing where the system takes one drug only.

    Args:
        compartments: number in CMT → drug, for a table that was made for another model.

    Raises:
        InputError: a compartment that does not take doses, or none where there are several drugs.
    """
    if not system.doses:
        raise InputError(f"{system!r} takes no doses", right="a model of a drug")
    for number, drug in compartments.items():
        if drug not in system.doses:
            what = f"compartment {number} is to be '{drug}', which the system does not have"
            raise InputError(what, right=", ".join(system.doses), hint=nearest(drug, system.doses))
    meant = {str(number): drug for number, drug in compartments.items()}
    drugs: NDArray[np.str_] = np.full(len(table), "", dtype="U64")
    used = set(table.compartment[table.doses].tolist())
    known = {word: meant.get(word) or _drug_of(word, system) for word in used}
    for word, given in known.items():
        which = table.doses & (table.compartment == word)
        if given is None:
            raise _unknown(table, int(np.flatnonzero(which)[0]), word, system)
        drugs[which] = given
    return drugs


def _drug_of(word: str, system: System) -> str | None:
    if not word:
        return next(iter(system.doses)) if len(system.doses) == 1 else None
    if word.isdigit():
        place = int(word)
        return _drug_into(system.states[place - 1], system) if 1 <= place <= len(system.states) else None
    key = word.lower()
    named = {drug.lower(): drug for drug in system.doses}
    if key in named:
        return named[key]
    flat = [state for state in system.states if state.lower() == key or state.split(".")[1].lower() == key]
    found = {drug for state in flat if (drug := _drug_into(state, system))}
    return found.pop() if len(found) == 1 else None


def _drug_into(state: str, system: System) -> str | None:
    return next((drug for drug, dosing in system.doses.items() if dosing.state == state), None)


def _unknown(table: EventTable, record: int, word: str, system: System) -> InputError:
    entries = [f"{system.state_index(d.state) + 1} or {drug} (into {d.state})" for drug, d in system.doses.items()]
    hint = "" if word.isdigit() or not word else nearest(word, system.doses)
    what = (
        f"compartment '{shown(word)}' takes no doses" if word else "the system takes several drugs and CMT is missing"
    )
    return InputError(what, where=table.place(record, "CMT"), right="; ".join(entries), hint=hint)


def arrivals(table: EventTable, system: System, drugs, record: Integers, parameters: Floats) -> Arrivals:
    """What reaches the states from the doses of some records.

    Args:
        drugs: from `entries_of`.
        record: of each dose; a repeated dose names its record again.
        parameters: of its patient when it is taken. Shape (n_doses, n_parameters).

    Raises:
        InputError: a bioavailability or a lag below 0.
    """
    n = len(record)
    target, share, lag = np.zeros(n, np.int64), np.ones(n), np.zeros(n)
    for drug in np.unique(drugs[record]):
        dosing, which = system.doses[str(drug)], drugs[record] == drug
        target[which] = system.state_index(dosing.state)
        share[which], lag[which] = _share_and_lag(system, dosing, parameters[which])
    for name, values in (("bioavailability", share), ("lag", lag)):
        low = np.flatnonzero(~(values >= 0))
        if len(low):
            where = table.place(int(record[low[0]]), "ID")
            raise InputError(f"the {name} of a dose is {values[low[0]]:g}", where=where, right="0 or more")
    amount = table.amount[record] * share
    rate = table.rate[record] * (TICKS_PER_DAY / TIME_UNITS[table.time_unit])
    duration = np.divide(amount, rate, out=np.zeros(n), where=rate > 0)
    return Arrivals(target, amount, rate, duration, lag)


def _share_and_lag(system: System, dosing: Dosing, parameters: Floats) -> tuple[Floats | float, Floats | float]:
    share: Floats | float = 1.0
    lag: Floats | float = 0.0
    if dosing.bioavailability:
        share = parameters[:, system.parameter_index(dosing.bioavailability)]
    if dosing.lag:
        lag = parameters[:, system.parameter_index(dosing.lag)] * conversion(system.units[dosing.lag], "day")
    return share, lag
