"""The words that a scenario is declared with: models of the library, what happens to them, numbers to be met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from titer.errors import ModelError
from titer.source import Source

Statistic = Literal["start", "end", "max", "min", "day_of_max", "day_of_min", "at", "auc"]


@dataclass(frozen=True)
class Challenge:
    """An amount that enters a system at a time: an inoculum, an injection of endotoxin, a vaccine.

    Args:
        day: of the scenario; 0 is when its settling is over.
        agent: as `Dosing.drug` names it.
        amount: in the unit of that dosing.
        hours: length of an infusion; 0 for all at once.
    """

    day: float
    agent: str
    amount: float
    hours: float = 0.0


@dataclass(frozen=True)
class Check:
    """A number that the scenario must meet: a published one, or one of the published equations when run again.

    Args:
        series: output, signal or state, by its flat name.
        statistic: of the series from day 0 on; "at" reads it at `day`, "auc" is per day.
        expect: in `unit`.
        within: allowed relative difference; absolute where `absolute` is set.
        at: place in a source, "key: Table 2".
    """

    series: str
    statistic: Statistic
    expect: float
    unit: str
    within: float
    at: str
    day: float | None = None
    absolute: bool = False


@dataclass(frozen=True)
class Scenario:
    """One or more models run alone.

    Args:
        key: as `titer run` names it, one word with hyphens.
        title: one line.
        doc: what it shows, and what it does not.
        models: their keys.
        challenges: what enters, and when.
        days: length after the settling.
        shown: flat names of the series that are printed and plotted, in order.
        sources: key → source, for the checks.
        settle_days: run before day 0, so that the system comes to rest.
        step_h: time between stored values.
        changed: flat parameter → value, where it differs from the model's.
        checks: numbers to be met.
        observed: flat series → (day, value) pairs that were measured, in the series' unit, drawn beside it.
        observed_at: their place in a source, "key: Table 2".
        note: what to know before a number of it is believed, one or two sentences, printed below the series.
    """

    key: str
    title: str
    doc: str
    models: tuple[str, ...]
    challenges: tuple[Challenge, ...]
    days: float
    shown: tuple[str, ...]
    sources: Mapping[str, Source]
    settle_days: float = 0.0
    step_h: float = 1.0
    changed: Mapping[str, float] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    observed: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    observed_at: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.observed and self.observed_at.split(":")[0] not in self.sources:
            raise ModelError(
                f"source of '{self.observed_at}' is not declared", where=f"scenario '{self.key}', observed"
            )
        for check in self.checks:
            where = f"scenario '{self.key}', check of '{check.series}'"
            if check.statistic not in get_args(Statistic):
                raise ModelError(f"statistic '{check.statistic}' is not known", where=where)
            if check.at.split(":")[0] not in self.sources:
                raise ModelError(f"source of '{check.at}' is not declared", where=where)
            if (check.statistic == "at") != (check.day is not None):
                raise ModelError("a day belongs to the statistic 'at', and to no other", where=where)
