"""Doses and challenges as events that every engine fires.

A trigger is `time >= t` with the initial value false, so that a dose at the very beginning fires too; `time == t` would
be met by no step of an adaptive engine. The amount is added to what the state holds when the event is executed, so that
two doses of one moment add up. An infusion is a rate that one event raises and another lowers again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from titer.decisions.asked import checked_days
from titer.decisions.response import doses_of, dosing_of
from titer.dosing.regimen import Regimen
from titer.errors import InputError
from titer.interop.sbml import mathml
from titer.interop.sbml.elements import element
from titer.interop.sbml.metadata import annotation, notes
from titer.interop.sbml.names import infusion_sid
from titer.model import Challenge, Dosing, System
from titer.model.expression import Expression, number, symbol
from titer.model.system import TIME
from titer.units import conversion

HOURS = 24.0


def planned_challenges(system: System, regimen: Regimen, days: float) -> list[Challenge]:
    """Every dose of a regimen until a day, in the units of the system's states.

    Raises:
        InputError: a drug that the system has no model of; a length that no run can have.
    """
    checked = checked_days(days)
    return [dose for dose in doses_of(system, regimen, checked) if dose.day < checked]


def infused_states(system: System, doses: Sequence[Challenge]) -> list[str]:
    """States that an infusion runs into, in the system's order."""
    found = {dosing_of(system, dose.agent).state for dose in doses if dose.hours}
    return [state for state in system.states if state in found]


def events_of(system: System, doses: Sequence[Challenge], named: Mapping[str, str]) -> list[Element]:
    """The `event` elements of the doses, in order of time; `named` as in `mathml.math`.

    Raises:
        InputError: an agent that nothing takes; a day, an amount or a length below 0.
    """
    ordered = sorted(enumerate(doses, start=1), key=lambda one: one[1].day)
    return [event for k, dose in ordered for event in _events_of_one(system, dose, f"dose_{k}", named)]


def _events_of_one(system: System, dose: Challenge, sid: str, named: Mapping[str, str]) -> list[Element]:
    dosing = dosing_of(system, dose.agent)
    if not all(math.isfinite(value) and value >= 0 for value in (dose.day, dose.amount, dose.hours)):
        what = f"{dose.amount:g} {dosing.unit} of {dose.agent} on day {dose.day:g} over {dose.hours:g} h"
        raise InputError(what, right="finite numbers of 0 or more")
    told = f"{dose.agent} {dose.amount:g} {dosing.unit} on day {dose.day:g}"
    share = symbol(dosing.bioavailability) if dosing.bioavailability else number(1.0)
    if not dose.hours:
        moment, target = _moment(system, dosing, dose.day), symbol(dosing.state)
        return [_event(sid, told, moment, target, target + dose.amount * share, named)]
    told, length, rate = f"{told}, over {dose.hours:g} h", dose.hours / HOURS, infusion_rate(dosing.state)
    flow = dose.amount / length * share
    begins, ends = (_moment(system, dosing, day) for day in (dose.day, dose.day + length))
    return [
        _event(f"{sid}_begins", told, begins, rate, rate + flow, named),
        _event(f"{sid}_ends", told, ends, rate, rate - flow, named),
    ]


def infusion_rate(state: str) -> Expression:
    """What stands for the rate at which infusions run into a state, per day."""
    return symbol(infusion_sid(state))


def _moment(system: System, dosing: Dosing, day: float) -> Expression:
    """When a dose enters: its day, and the drug's lag."""
    if not dosing.lag:
        return number(day)
    return number(day) + symbol(dosing.lag) * conversion(system.units[dosing.lag], "day")


def _event(
    sid: str, told: str, moment: Expression, target: Expression, after: Expression, named: Mapping[str, str]
) -> Element:
    trigger = {"initialValue": "false", "persistent": "true"}
    assignment = element("eventAssignment", {"variable": named[target.digest]}, mathml.math(after, named))
    return element(
        "event",
        {"id": sid, "useValuesFromTriggerTime": "false"},
        *notes([told]),
        annotation("dose"),
        element("trigger", trigger, mathml.math(symbol(TIME) >= moment, named)),
        element("listOfEventAssignments", {}, assignment),
    )
