"""Protocols as data: what a label or a study does with doses when it sees a patient.

Rules act on values, with the label's own thresholds; grades play no part except for symptoms, which have no other
measure. A protocol is a set of rules of the kinds below, dose ladders, a calendar of visits and supportive treatments.

Precedence at a visit, for each drug; the first that applies is the decision:

1. stop for good (a `StopRule` fires; a hold or a delay has lasted longer than allowed; a toxicity at the lowest rung of
   a ladder that says so);
2. hold (a `HoldRule` fires);
3. stay held (until **every** hold rule of the drug is clear, not only the one that held: those that had a part in the
   hold by their `until`, the others by being known not to fire);
4. resume, at the same or a lower level; several rules of one hold cost one level;
5. reduce without a pause (`ReduceRule`);
6. go up again (`EscalateRule`);
7. change nothing.

On day 1 of a cycle the `CycleRule`s are asked besides: while one is not met, the whole cycle waits, and the calendar of
every drug with it. Meanwhile drugs are stopped, held and reduced as ever (not before the first dose of a plan); what is
held resumes when the cycle begins, and nothing goes up. `SupportRule`s add treatments whatever else is decided.
`StartRule`s act once, before the first dose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.clinic.conditions import Compare, Condition, leaves
from titer.dosing.regimen import Component
from titer.errors import InputError
from titer.model.declare import Source

Resume = Literal["same level", "next lower"]
AtFloor = Literal["stay", "stop"]
Kind = TypeVar("Kind", bound="Rule")


@dataclass(frozen=True)
class Ladder:
    """Dose levels of a drug, highest first; the last is the floor.

    A level is what is taken on a day of treatment, as labels write it: 10 mg twice daily is level 20.

    Args:
        drug, unit: what is lowered.
        rungs: levels, falling.
        wording, source: of the label.
        at_floor: what a further reduction does at the lowest rung: the dose stays, or the drug is stopped.
        strengths: sizes of capsules or tablets, in `unit`; doses are rounded down to a sum of them. Empty: any dose.
    """

    drug: str
    unit: str
    rungs: tuple[float, ...]
    wording: str
    source: Source
    at_floor: AtFloor = "stay"
    strengths: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        falling = all(high > low for high, low in zip(self.rungs, self.rungs[1:], strict=False))
        if not self.rungs or not falling or self.rungs[-1] <= 0:
            raise InputError(
                f"ladder of {self.drug} is {self.rungs}", right="positive dose levels, each lower than the one before"
            )

    def next_lower(self, amount: ArrayLike) -> NDArray:
        """The highest rung below each amount; the amount itself where there is none, which is never below the floor.

        Example:
            >>> Ladder("invented", "mg", (20.0, 10.0, 5.0), "", Source("none")).next_lower([20, 15, 5, 2])
            array([10., 10.,  5.,  2.])
        """
        dose, rising = np.asarray(amount, float), np.array(self.rungs[::-1])
        place = np.searchsorted(rising, dose * (1 - 1e-9), side="left") - 1
        return np.where(place >= 0, rising[np.maximum(place, 0)], dose)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule has.

    Args:
        name: what it protects from, unique in a protocol.
        wording: the label's words.
        source: where they stand.
        note: how unclear words were read, or that they are from memory.
    """

    name: str
    wording: str
    source: Source
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class HoldRule(Rule):
    """Hold a drug while something is wrong, resume it when it is right again.

    Args:
        drug: that is held.
        when: it is held.
        until: this rule is clear again.
        first_resume: dose after the first time this rule held, when no other rule of the drug held with it.
        later_resume: dose after every other time.
        first_dose: the level after the first time instead, in the ladder's unit ("resume at 3 mg"), and the next lower
            one for those who do not take more; None: as said.
        longest_day: a hold longer than this stops the drug for good; None: no limit.
    """

    drug: str
    when: Condition
    until: Condition
    first_resume: Resume = "same level"
    later_resume: Resume = "next lower"
    first_dose: float | None = None
    longest_day: int | None = None


@dataclass(frozen=True, kw_only=True)
class StopRule(Rule):
    """Stop drugs for good.

    Args:
        drugs: that are stopped; all of the plan where empty.
        when: they are.
        completes: whether the treatment is then over as planned ("twelve cycles at most"), not for what it did.
    """

    drugs: tuple[str, ...] = ()
    when: Condition
    completes: bool = False


@dataclass(frozen=True, kw_only=True)
class ReduceRule(Rule):
    """Lower a drug by one rung without a pause.

    Args:
        drug: that is lowered.
        when: it is; it acts again only after it was not so in between.
        share: of the present level that is left, for "reduce by half"; None: the next rung.
    """

    drug: str
    when: Condition
    share: float | None = None


@dataclass(frozen=True, kw_only=True)
class EscalateRule(Rule):
    """Raise a drug to a level, where a label allows it.

    Args:
        drug: that is raised.
        when: it is, e.g. after three cycles with good counts; once per patient.
        to: new level, in the ladder's unit; patients at or above it are left alone.
        even_if_lowered: also for patients whose level a rule has lowered.
    """

    drug: str
    when: Condition
    to: float
    even_if_lowered: bool = False


@dataclass(frozen=True, kw_only=True)
class CycleRule(Rule):
    """What a new cycle needs on its day 1; without it the whole cycle waits.

    Args:
        needs: must be so. Not known means that the cycle waits for the value only where `wait_if_not_known`.
        drugs: of which at least one is still planned for the rule to matter; empty: any.
        first_cycle: the first cycle that needs it (1: also the start of treatment).
        longest_day: a longer delay stops `drugs` (all where empty) for good; None: no limit.
        lower_after_day: a delay of more than this starts the cycle with `drugs` one rung lower; None: never.
    """

    needs: Condition
    drugs: tuple[str, ...] = ()
    first_cycle: int = 2
    longest_day: int | None = None
    lower_after_day: int | None = None
    wait_if_not_known: bool = False


@dataclass(frozen=True, kw_only=True)
class SupportRule(Rule):
    """Give a supportive treatment.

    Args:
        when: it is given; not again while a course of it runs.
        give: doses of one course, days counted from the visit (start_day 1 is the day of the visit).
        only_held: only while one of these drugs is held; empty: always.
    """

    when: Condition
    give: Component
    only_held: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StartRule(Rule):
    """Another starting dose for some patients. The first rule of a drug, in order, that is so decides.

    Args:
        drug: whose start is changed.
        when: over facts known before treatment.
        dose: level in place of the planned one, in the ladder's unit; never raises what is planned. 0: not given.
        every_day: of the planned days of treatment every so many-th is used (2: every 48 h).
    """

    drug: str
    when: Condition
    dose: float
    every_day: int = 1


@dataclass(frozen=True)
class VisitPhase:
    """From this day on, a visit every so many days."""

    from_day: int
    every_day: int


@dataclass(frozen=True)
class Calendar:
    """When blood is counted. Days are counted from the first dose; all are whole weeks.

    Args:
        phases: in order; the first starts on day 0.
        while_held_every_day: interval while a drug is held or a cycle waits.
        wording, source: of the schedule.
    """

    phases: tuple[VisitPhase, ...]
    while_held_every_day: int
    wording: str
    source: Source

    def __post_init__(self) -> None:
        starts = [phase.from_day for phase in self.phases]
        steps = [phase.every_day for phase in self.phases] + [self.while_held_every_day]
        whole_weeks = all(day % 7 == 0 for day in starts + steps) and all(step > 0 for step in steps)
        if not starts or starts[0] != 0 or starts != sorted(set(starts)) or not whole_weeks:
            raise InputError(
                f"calendar with phases from days {starts}, every {steps[:-1]} days",
                right="phases in order, the first from day 0, all in whole weeks",
            )

    def planned(self, day: ArrayLike) -> NDArray[np.bool_]:
        """Whether the schedule has a visit on a day of the plan, for a patient who takes all drugs.

        Example:
            >>> monthly = Calendar((VisitPhase(0, 28),), 7, "", Source("none"))
            >>> monthly.planned([28, 35])
            array([ True, False])
        """
        days = np.asarray(day)
        starts = np.array([phase.from_day for phase in self.phases])
        steps = np.array([phase.every_day for phase in self.phases])
        now = np.maximum(np.searchsorted(starts, days, side="right") - 1, 0)
        return np.asarray((days - starts[now]) % steps[now] == 0, bool)

    def due(self, day: int, held: ArrayLike, plan_day: ArrayLike | None = None) -> NDArray[np.bool_]:
        """Who is seen on a day.

        Args:
            day: of the calendar, the same for all.
            held: whether any drug of the patient is held, or a cycle waits. Shape (n_patients,).
            plan_day: day of each patient's own plan, which lies behind the calendar after a delay; `day` for all where
                not given. Shape (n_patients,).
        """
        now = np.asarray(held, bool)
        own = np.full(now.shape, day) if plan_day is None else np.asarray(plan_day)
        return self.planned(own) | (now & (day % self.while_held_every_day == 0))


@dataclass(frozen=True)
class Protocol:
    """Rules of a study or label, with the visits that they need.

    Args:
        name: shown to people.
        rules: of any kind; where several act on one drug at once, the first in this order is named in the ledger.
        ladders: of the drugs whose dose can be changed.
        calendar: of blood counts.
        response_every_day: interval of M-protein assessments, day.

    Raises:
        InputError: names that come twice; a rule that lowers or raises a drug without a ladder, to a rung that the
            ladder lacks (unreachable), or in another unit; two rules of one drug that contradict each other (one's
            `until` lies inside the other's or its own `when`, so that the drug could never resume; two start rules of
            which the first hides the second entirely).
    """

    name: str
    rules: tuple[Rule, ...]
    ladders: tuple[Ladder, ...]
    calendar: Calendar
    response_every_day: int = 28

    def __post_init__(self) -> None:
        from titer.clinic.soundness import check_protocol  # it reads the kinds of rules above

        check_protocol(self)

    @property
    def drugs(self) -> tuple[str, ...]:
        """Drugs that a rule names, each once, in the order of the rules."""
        return tuple(dict.fromkeys(drug for rule in self.rules for drug in drugs_of(rule)))

    @property
    def signals(self) -> tuple[str, ...]:
        """Values and events that the rules look at, each once."""
        found = (leaf for rule in self.rules for condition in conditions_of(rule) for leaf in leaves(condition))
        return tuple(dict.fromkeys(leaf.signal if isinstance(leaf, Compare) else leaf.event for leaf in found))

    def ladder(self, drug: str) -> Ladder | None:
        return next((ladder for ladder in self.ladders if ladder.drug == drug), None)

    def of_kind(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """The rules of one kind, in order.

        Example:
            >>> Protocol("none", (), (), Calendar((VisitPhase(0, 7),), 7, "", Source("none"))).of_kind(HoldRule)
            ()
        """
        return tuple(rule for rule in self.rules if isinstance(rule, kind))

    def decided_drugs(self, drugs: Sequence[str]) -> tuple[str, ...]:
        """Those of some drugs that are decided about at every visit: a rule can hold, stop, reduce or raise them."""
        deciding = [rule for rule in self.rules if isinstance(rule, HoldRule | StopRule | ReduceRule | EscalateRule)]
        named = {drug for rule in deciding for drug in (drugs_of(rule) or drugs)}
        return tuple(drug for drug in drugs if drug in named)

    def for_drugs(self, drugs: Sequence[str]) -> Protocol:
        """The same protocol with the rules of these drugs, and those that are about any drug."""
        kept = (rule for rule in self.rules if not drugs_of(rule) or set(drugs_of(rule)) & set(drugs))
        return replace(self, rules=tuple(kept))

    def without_actions(self) -> Protocol:
        """The same visits, and no rule."""
        return replace(self, name=f"{self.name}, no action", rules=(), ladders=())


def drugs_of(rule: Rule) -> tuple[str, ...]:
    """The drugs that a rule is about; none where it is about all of the plan.

    A treatment that a rule gives is not among them.
    """
    if isinstance(rule, HoldRule | ReduceRule | EscalateRule | StartRule):
        return (rule.drug,)
    if isinstance(rule, StopRule | CycleRule):
        return rule.drugs
    return rule.only_held if isinstance(rule, SupportRule) else ()


def conditions_of(rule: Rule) -> tuple[Condition, ...]:
    """The conditions of a rule: what fires it first, then what clears it."""
    if isinstance(rule, HoldRule):
        return (rule.when, rule.until)
    if isinstance(rule, CycleRule):
        return (rule.needs,)
    return (rule.when,) if isinstance(rule, StopRule | ReduceRule | EscalateRule | SupportRule | StartRule) else ()
