"""The clock of a course: what happens at one tick, for the whole cohort.

At a tick, those whose visit is due are seen, the response is assessed, therapy ends for those who progressed, the
protocol decides for the others, and the doses of the coming week are made; then the bodies run on to the next tick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol as Interface

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.clinic.assay import Laboratory
from titer.clinic.attendance import Diary
from titer.clinic.chart import Chart
from titer.clinic.decide import decide
from titer.clinic.doses import Doses
from titer.clinic.ledger import Ledger
from titer.clinic.observables import OBSERVABLES, event_of
from titer.clinic.plan import BLOOD_COUNT, M_PROTEIN, ClinicPlan, End, lines_of
from titer.clinic.prescription import Prescription
from titer.clinic.protocol import SupportRule
from titer.clinic.response import Response, ResponseTracker
from titer.clinic.rulebook import RuleBook
from titer.clinic.start import start_drugs
from titer.clinic.steps import Visit
from titer.clinic.support import Support
from titer.clinic.therapy import Therapy
from titer.dosing.regimen import Component, Regimen

DAYS_PER_TICK = 7
MEASURED = ("laboratory", "sign", "symptom")  # kinds of observables that bodies can show
Flags = NDArray[np.bool_]
Values = Mapping[str, NDArray]


class Bodies(Interface):
    """What the clock needs of the integrated patients (`clinic.bodies.EngineBodies`)."""

    def look(self, days_ago: int = 0) -> Mapping[str, NDArray]:
        """True values now, or so many days ago where they were kept: signal → shape (n_patients,)."""
        ...

    def run(self, until_day: float, doses: Doses, keep_days: int = 0) -> None:
        """Take the doses and go on to that day; keep the values of so many days before it."""
        ...

    def stop(self, rows: NDArray[np.bool_]) -> None:
        """These are no longer integrated."""
        ...

    def failed(self) -> NDArray[np.bool_]:
        """Whose integration has failed. Shape (n_patients,)."""
        ...

    def stopped_at(self) -> NDArray:
        """Day up to which each patient was integrated. Shape (n_patients,)."""
        ...

    def event_days(self) -> Mapping[str, NDArray]:
        """Day of each watched event, NaN where it has not happened."""
        ...

    def without_effect(self) -> frozenset[str]:
        """Drugs that can be given and do nothing here, for want of a model."""
        ...


@dataclass
class Clock:
    """A cohort on its way; made by `Clock.starting`, moved by `tick`."""

    bodies: Bodies
    patients: NDArray[np.int64]
    plan: ClinicPlan
    book: RuleBook
    prescription: Prescription
    support: Support
    laboratory: Laboratory
    diary: Diary
    chart: Chart
    therapy: Therapy
    trackers: tuple[ResponseTracker, ...]
    ledger: Ledger
    components: tuple[Component, ...]
    facts: Values
    leave_day: NDArray
    days: NDArray[np.int64]
    true: dict[str, NDArray[np.float32]]
    observed: dict[str, NDArray[np.float32]]
    active: Flags  # still observed
    treated: Flags  # on the drugs of a plan
    end_day: NDArray
    end: NDArray[np.int8]
    line_end_day: NDArray  # when each line of treatment ended. Shape (n_patients, n_lines)
    line_end: NDArray[np.int8]
    crossed_day: NDArray
    delayed: NDArray[np.int32]  # days of delays in lines that are over
    assessments: list[dict[str, NDArray]] = field(default_factory=list)

    @classmethod
    def starting(
        cls,
        bodies: Bodies,
        patients: NDArray[np.int64],
        regimen: Regimen,
        plan: ClinicPlan,
        days: NDArray[np.int64],
        seed: int,
        facts: Values,
        leave_day: NDArray,
        plan_days: int | None,
    ) -> Clock:
        """Everybody before the first dose."""
        n, lines, protocol = len(patients), lines_of(regimen, plan), plan.protocol
        prescription = Prescription(lines, protocol, int(days[-1]), plan_days=plan_days)
        book, looked = rule_book(bodies, plan, prescription.drugs, facts)
        supports = [one.rule.give for one in book.supports]
        kept = {rule.name: rule.give for rule in book.protocol.of_kind(SupportRule)}
        components = (*prescription.components, *kept.values())
        drugs = tuple(dict.fromkeys(component.drug for component in components))
        places = [len(prescription.components) + list(kept).index(one.rule.name) for one in book.supports]
        return cls(
            bodies=bodies,
            patients=patients,
            plan=plan,
            book=book,
            prescription=prescription,
            support=Support(book, n, tuple(places), tuple(drugs.index(give.drug) for give in supports)),
            laboratory=Laboratory(plan.assays, seed, patients, len(days), day_to_day=plan.day_to_day, exact=plan.exact),
            diary=Diary(plan.attendance, seed, patients, len(days)),
            chart=Chart(n, book.conditions()),
            therapy=Therapy.starting(prescription.first_levels(0, n), len(book.protocol.rules)),
            trackers=tuple(ResponseTracker(n, plan.criteria, confirm=plan.confirm) for _ in lines),
            ledger=_ledger(patients, plan, book, components),
            components=components,
            facts=facts,
            leave_day=leave_day,
            days=days,
            true={signal: _empty(n, len(days)) for signal in looked},
            observed={signal: _empty(n, len(days)) for signal in looked},
            active=np.ones(n, bool),
            treated=np.ones(n, bool),
            end_day=np.full(n, float(days[-1])),
            end=np.full(n, End.COMPLETED, np.int8),
            line_end_day=np.full((n, len(lines)), np.nan),
            line_end=np.full((n, len(lines)), End.COMPLETED, np.int8),
            crossed_day=np.full(n, np.nan),
            delayed=np.zeros(n, np.int32),
        )

    def tick(self, tick: int) -> None:
        """One week: look, assess, decide, dose, and run on."""
        day = int(self.days[tick])
        self.close_ended(day)
        if tick == 0:
            self._start(self.active, 0, 0)
        self._record_true(tick)
        here, drawn = self.diary.comes(tick), self._drawn(tick)
        self._assess_response(tick, day, drawn, self.active & here)
        visit, counts = self._see(tick, day, drawn, here)
        if tick + 1 == len(self.days):
            return
        until = int(self.days[tick + 1])
        self._decide(visit, counts)
        treated = self.active & self.treated
        doses = self.prescription.doses(day, until, self.therapy, treated, self.diary)
        given = self.support.doses(day, until, self.active)
        doses = Doses.join([doses, given]) if len(given.row) else doses
        self.ledger.add_doses(doses.row, doses.columns())
        self.bodies.run(float(until), doses, self.plan.attendance.window_day)

    # ---- who is still there ------------------------------------------------------------------------------------------

    def close_ended(self, day: int) -> None:
        """Observation of those who left, died or whose integration failed has ended."""
        event_day, terminal = self.bodies.event_days(), [e.name for e in self.plan.events if e.terminal]
        failed = self.active & self.bodies.failed()
        last = np.where(failed, self.bodies.stopped_at(), np.inf)
        for name in terminal:
            last = np.fmin(last, event_day[name])
        left = self.active & (self.leave_day <= day) & (self.leave_day < last)
        if left.any():
            self.bodies.stop(left)
            self._close(left, self.leave_day, End.WITHDRAWN)
        for name in terminal:
            self._close(self.active & ~np.isnan(event_day[name]), event_day[name], End.EVENT)
        failed &= self.active
        if failed.any():
            self._close(failed, self.bodies.stopped_at(), End.FAILED)

    def _close(self, rows: Flags, day: ArrayLike, end: End) -> None:
        self._end_line(rows & self.treated, day, end)
        self.end_day[rows] = np.broadcast_to(np.asarray(day, float), rows.shape)[rows]
        self.end[rows] = end
        self.active &= ~rows

    def _end_line(self, rows: Flags, day: ArrayLike, end: End) -> None:
        """The drugs of the present plan end for good."""
        line, plan_over = self.therapy.line[rows], self.prescription.last_day(self.therapy)[rows]
        day = np.broadcast_to(np.asarray(day, float), rows.shape)[rows]
        # What comes after the whole plan was given ends no treatment.
        self.line_end_day[rows, line] = np.minimum(day, plan_over)
        self.line_end[rows, line] = np.where(plan_over <= day, End.COMPLETED, end)
        self.treated &= ~rows

    # ---- what is seen ------------------------------------------------------------------------------------------------

    def _record_true(self, tick: int) -> None:
        true = self.bodies.look()
        for signal, column in self.true.items():
            column[self.active, tick] = true[signal][self.active]

    def _drawn(self, tick: int) -> Values:
        """True values on the day on which each patient's blood was drawn."""
        days_ago = self.diary.drawn_days_ago(tick)
        if days_ago is None or tick == 0:
            return self.bodies.look()
        past = [self.bodies.look(k) for k in range(self.plan.attendance.window_day + 1)]
        return {signal: np.choose(days_ago, [values[signal] for values in past]) for signal in self.true}

    def _report(self, signal: str, tick: int, drawn: Values, seen: Flags) -> NDArray:
        """What is reported of those who are seen, NaN for the others."""
        value = np.where(seen, self.laboratory.report(signal, tick, drawn[signal]), np.nan)
        self.observed[signal][:, tick] = value
        return value

    def _see(self, tick: int, day: int, drawn: Values, here: Flags) -> tuple[Visit, dict[str, NDArray]]:
        """Who is seen, with what is reported of them."""
        therapy, treated = self.therapy, self.active & self.treated
        ongoing = self.prescription.ongoing(therapy, day) & treated[:, None]
        therapy.held &= self.prescription.ongoing(therapy, day)  # a drug whose plan is over is held no more
        plan_day, length = therapy.plan_day(day), self.prescription.cycle_lengths[therapy.line]
        ahead = -plan_day % length
        begins = treated & (ahead < DAYS_PER_TICK)
        due = self.book.protocol.calendar.due(day, therapy.held.any(axis=1) | therapy.waiting, plan_day)
        if self.book.cycles:
            due |= begins & (ongoing & ~therapy.stopped).any(axis=1)
        seen = treated & due & here
        counts = {signal: self._report(signal, tick, drawn, seen) for signal in self.true if signal != M_PROTEIN}
        cycle = (plan_day + np.where(ahead < DAYS_PER_TICK, ahead, 0)) // length + 1
        planned = self.prescription.follow_plan(therapy, day)
        return Visit(day, seen, ongoing, plan_day, begins, cycle, planned), counts

    # ---- response ----------------------------------------------------------------------------------------------------

    def _assess_response(self, tick: int, day: int, drawn: Values, here: Flags) -> None:
        if day % self.book.protocol.response_every_day:
            return
        line = self.therapy.line
        over = np.choose(line, [~np.isnan(tracker.progression_day) for tracker in self.trackers]).astype(bool)
        assessed = here & ~over if self.plan.stop_at_progression else here
        reported = self._report(M_PROTEIN, tick, drawn, assessed)
        progressed = np.zeros(len(line), bool)
        for number, tracker in enumerate(self.trackers):
            own = tracker.assess(day, np.where(line == number, reported, np.nan))
            progressed |= own
        self._note_assessment(day, ~np.isnan(reported), reported, progressed)
        if self.plan.stop_at_progression and progressed.any():
            self._progress(day, progressed, reported)

    def _note_assessment(self, day: int, assessed: Flags, reported: NDArray, progressed: Flags) -> None:
        rows = np.flatnonzero(assessed)
        best = np.choose(self.therapy.line, [tracker.best for tracker in self.trackers])
        self.assessments.append(
            {
                "row": rows,
                "day": np.full(len(rows), day, np.int32),
                "line": self.therapy.line[rows],
                "m_protein": reported[rows],
                "response": best[rows].astype(np.int8),
                "progressed": progressed[rows],
            }
        )

    def _progress(self, day: int, progressed: Flags, reported: NDArray) -> None:
        """Drugs stop for good; then observation ends, goes on without drugs, or the crossover begins."""
        therapy = self.therapy
        planned = self.prescription.ongoing(therapy, day) & ~therapy.stopped
        stopped = planned & (progressed & self.treated)[:, None]
        self.ledger.add_stops(day, stopped, therapy.dose, therapy.level, reported)
        self._end_line(progressed & self.treated, day, End.PROGRESSION)
        self.support.end(progressed, day)
        if self.plan.after_progression == "end":
            self.bodies.stop(progressed)
            self._close(progressed, day, End.PROGRESSION)
        elif len(self.prescription.plans) > 1:
            crossing = progressed & (therapy.line == 0)
            self._start(crossing, day, 1)
            self.trackers[1].assess(day, np.where(crossing, reported, np.nan))  # the value to respond from

    # ---- decisions ---------------------------------------------------------------------------------------------------

    def _start(self, rows: Flags, day: int, line: int) -> None:
        """Begin a line of treatment."""
        if not rows.any():
            return
        if line:
            self.delayed[rows] += self.therapy.delay[rows]
            self.therapy.cross_over(rows, day)
            self.crossed_day[rows], self.treated[rows] = day, True
        planned = self.prescription.first_levels(line, len(rows))
        made = start_drugs(self.book, self.therapy, rows, planned, self.facts)
        if len(made):
            self.ledger.add_decisions(day, made, self.facts)

    def _decide(self, visit: Visit, counts: dict[str, NDArray]) -> None:
        book = self.book
        if book.protocol.rules and (visit.seen.any() or (book.cycles and visit.begins.any())):
            values, events = self._values(visit, counts), self._events()
            self.chart.open(visit.day, visit.seen, values, events, self.therapy.begun)
            made = decide(book, self.chart, self.therapy, visit)
            made += self.support.decide(self.chart, self.therapy, visit, self.active & self.treated)
            looked = values | {name: visit.day - day for name, day in events.items()}
            seen = {name: looked[name] for name in book.protocol.signals if name in looked}
            for decisions in made:
                self.ledger.add_decisions(visit.day, decisions, seen)
        self._end_without_drugs(visit)

    def _values(self, visit: Visit, counts: dict[str, NDArray]) -> dict[str, NDArray]:
        """What a rule can look at; each for all patients, or for all patients and drugs."""
        asked, therapy = self.book.signals, self.therapy
        values = counts | dict(self.facts)
        values[M_PROTEIN] = self.observed[M_PROTEIN][:, visit.day // DAYS_PER_TICK].astype(float)
        if "day" in asked:
            values["day"] = (visit.day - therapy.begun).astype(float)
        if "cycle" in asked:
            values["cycle"] = visit.cycle.astype(float)
        if "level" in asked:
            values["level"] = therapy.dose.copy()
        if "cycles_since_change" in asked:
            length = self.prescription.cycle_lengths[therapy.line]
            values["cycles_since_change"] = therapy.cycles_since_change(visit.plan_day, length)
        if "responding" in asked:
            best = np.choose(therapy.line, [tracker.best for tracker in self.trackers])
            values["responding"] = (best >= Response.PARTIAL).astype(float)
        return values

    def _events(self) -> dict[str, NDArray]:
        """Latest day of every event that rules may ask for, watched or given."""
        found = {name: day for name, day in self.bodies.event_days().items() if name in OBSERVABLES}
        for drug, day in self.support.given.items():
            if name := event_of(drug):
                found[name] = np.fmax(found[name], day) if name in found else day
        return found

    def _end_without_drugs(self, visit: Visit) -> None:
        """Treatment of those who have no drug left, while the plan still had one, is over; they are followed on."""
        stopped = visit.ongoing & self.therapy.stopped
        left = visit.ongoing & ~self.therapy.stopped
        over = np.asarray(stopped.any(axis=1) & ~left.any(axis=1), bool)
        if over.any():
            harmed = (stopped & (self.therapy.cap > 0) & ~self.therapy.completed).any(axis=1)  # a cap of 0: never given
            self._end_line(over & ~harmed, visit.day, End.COMPLETED)
            self._end_line(over & harmed, visit.day, End.TOXICITY)
            self.support.end(over, visit.day)
            self.therapy.waiting[over] = False


def rule_book(
    bodies: Bodies, plan: ClinicPlan, drugs: tuple[str, ...], facts: Mapping[str, ArrayLike]
) -> tuple[RuleBook, tuple[str, ...]]:
    """The rules that this run can apply, and the signals that are looked at."""
    asked, shown = plan.protocol.signals, bodies.look()
    further = [name for name in asked if OBSERVABLES[name].kind in MEASURED and name in shown]
    looked = tuple(dict.fromkeys((*BLOOD_COUNT, M_PROTEIN, *further)))
    supports = {event_of(rule.give.drug) for rule in plan.protocol.for_drugs(drugs).of_kind(SupportRule)}
    known = {*looked, *facts, *bodies.event_days(), *supports}
    signals = tuple(dict.fromkeys((*asked, M_PROTEIN)))
    book = RuleBook.of(plan.protocol, drugs, known, signals)
    for one in book.supports:
        if one.rule.give.drug in bodies.without_effect():
            told = f"{one.rule.give.drug} is given without effect: this run has no model of it"
            book.not_evaluated[one.rule.name] = told
    return book, looked


def _ledger(patients: NDArray[np.int64], plan: ClinicPlan, book: RuleBook, components: Sequence[Component]) -> Ledger:
    units = {component.drug: component.unit for component in reversed(components)}
    drugs = tuple(dict.fromkeys(component.drug for component in components))
    stop_rule = f"progression ({plan.criteria.name})"
    return Ledger(patients, drugs, book.protocol, stop_rule, M_PROTEIN, book.signals, [units[drug] for drug in drugs])


def _empty(n_patients: int, n_ticks: int) -> NDArray[np.float32]:
    return np.full((n_patients, n_ticks), np.nan, np.float32)
