"""Random protocols, cohorts and attendance for the laws of the clinic."""

from __future__ import annotations

from hypothesis import strategies as st

from clinic_protocols import WORDS, weekly
from clinic_runs import regimen
from titer.clinic.attendance import Attendance
from titer.clinic.conditions import AllOf, AnyOf, Compare, Happened
from titer.clinic.protocol import (
    CycleRule,
    EscalateRule,
    HoldRule,
    Ladder,
    Protocol,
    ReduceRule,
    StartRule,
    StopRule,
    SupportRule,
)
from titer.dosing.regimen import Component

LADDERS = {
    "lenalidomide": (25.0, 20.0, 15.0, 10.0, 5.0),
    "dexamethasone": (40.0, 20.0, 10.0),
    "pomalidomide": (4.0, 3.0, 2.0, 1.0),
}
REGIMENS = [
    regimen("lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"),
    regimen("lenalidomide 12.5 mg twice daily days 1-14 of 21"),
    regimen("lenalidomide 10 mg daily for 8 weeks then 15 mg daily + dexamethasone 20 mg weekly"),
    regimen("dexamethasone 40 mg days 1-4 of 28 + lenalidomide 15 mg every 48 h"),
]
CROSSOVER = regimen("pomalidomide 4 mg days 1-21 of 28 + dexamethasone 20 mg weekly")
BODIES = {"weights": (), "shows": ("neuropathy", "temperature")}
COUNTS = {"anc": (0.3, 2.5), "platelets": (20.0, 150.0)}
limits = st.floats(0.0, 1.0)
drugs = st.sampled_from(sorted(LADDERS))


def _between(share, signal):
    low, high = COUNTS[signal]
    return round(low + share * (high - low), 3)


@st.composite
def falls(draw):
    """A count that falls, and the same count that has recovered."""
    signal, share = draw(st.sampled_from(sorted(COUNTS))), draw(limits)
    days, higher = draw(st.sampled_from([0, 0, 7])), 1 + draw(st.sampled_from([0.0, 0.0, 0.5]))
    limit = _between(share, signal)
    low = Compare(signal, "<", limit, "10^9/L", for_day=days)
    clear = Compare(signal, ">=", round(limit * higher, 6), "10^9/L")
    extra = draw(st.sampled_from(["none", "fever", "nerves", "share"]))
    if extra == "fever":
        return AnyOf((low, AllOf((low, Compare("temperature", ">=", 37.8, "degC"))))), clear
    if extra == "nerves":
        return AnyOf((low, Compare("neuropathy", ">=", 3.0, "grade"))), AllOf(
            (clear, Compare("neuropathy", "<=", 2.0, "grade"))
        )
    if extra == "share":
        return AnyOf((low, Compare(signal, "<", 0.3, "", of="share of baseline"))), clear
    return low, clear


@st.composite
def rules(draw, name):
    kind = draw(st.sampled_from(["hold", "hold", "hold", "stop", "reduce", "escalate", "cycle", "support", "start"]))
    drug, (when, until) = draw(drugs), draw(falls())
    level, days = draw(st.sampled_from(LADDERS[drug])), draw(st.sampled_from([None, 14, 28]))
    if kind == "hold":
        resume = st.sampled_from(["same level", "next lower"])
        first = draw(st.sampled_from([None, level]))
        return HoldRule(name=name, drug=drug, when=when, until=until, first_resume=draw(resume),
                        later_resume=draw(resume), first_dose=first, longest_day=days, **WORDS)  # fmt: skip
    if kind == "stop":
        condition = draw(st.sampled_from([Happened("vte"), Compare("neuropathy", ">=", 4.0, "grade")]))
        return StopRule(name=name, drugs=draw(st.sampled_from([(), (drug,)])), when=condition, **WORDS)
    if kind == "reduce":
        return ReduceRule(name=name, drug=drug, when=when, share=draw(st.sampled_from([None, 0.5])), **WORDS)
    if kind == "escalate":
        after = Compare("cycles_since_change", ">=", 2.0)
        return EscalateRule(name=name, drug=drug, when=AllOf((after, until)), to=level,
                            even_if_lowered=draw(st.booleans()), **WORDS)  # fmt: skip
    if kind == "cycle":
        return CycleRule(name=name, needs=until, drugs=draw(st.sampled_from([(), (drug,)])), longest_day=days,
                         lower_after_day=draw(st.sampled_from([None, 7])) if drug in LADDERS else None,
                         first_cycle=draw(st.sampled_from([1, 2])), wait_if_not_known=draw(st.booleans()),
                         **WORDS)  # fmt: skip
    if kind == "support":
        give = Component("filgrastim", 5.0, "mg", n_days=draw(st.sampled_from([3, 10, None])))
        return SupportRule(name=name, when=when, give=give, only_held=draw(st.sampled_from([(), (drug,)])), **WORDS)
    return StartRule(name=name, drug=drug, when=Compare("age", ">", draw(st.sampled_from([65.0, 75.0])), "year"),
                     dose=level, every_day=draw(st.sampled_from([1, 2])), **WORDS)  # fmt: skip


@st.composite
def rule_sets(draw):
    return tuple(draw(rules(f"rule {i}")) for i in range(draw(st.integers(1, 5))))


@st.composite
def ladders(draw):
    return tuple(
        Ladder(drug, "mg", rungs, "", WORDS["source"], at_floor=draw(st.sampled_from(["stay", "stop"])),
               strengths=draw(st.sampled_from([(), (rungs[-1], rungs[0])])))
        for drug, rungs in LADDERS.items()
    )  # fmt: skip


calendars = st.sampled_from([weekly(), weekly((0, 7), (56, 14)), weekly((0, 14)), weekly((0, 7), held=14)])
attendances = st.sampled_from([Attendance(), Attendance(0.2), Attendance(0.1, 3, 0.1, 0.5), Attendance(window_day=6)])
afters = st.sampled_from(["end", "follow", CROSSOVER])


@st.composite
def protocols(draw):
    """None where the rules contradict each other."""
    from titer.errors import InputError

    try:
        return Protocol("random", draw(rule_sets()), draw(ladders()), draw(calendars), draw(st.sampled_from([28, 14])))
    except InputError:
        return None
