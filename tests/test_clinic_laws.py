"""The laws of the ledger, over random protocols, regimens, attendance and patients.

1. A rule set that always re-issues the plan gives exactly the static run.
2. Replaying the ledger as a fixed schedule gives the trajectories of the adaptive run.
3. Two notations of one rule set give one ledger.
And: a patient's course does not depend on the cohort, nor on the order of rules about other drugs.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from clinic_protocols import NEVER_ACT, WORDS, at_least, below, weekly
from clinic_runs import LD, N, decisions, plan, replay, run
from clinic_strategies import BODIES, REGIMENS, afters, attendances, protocols
from titer.clinic.conditions import AllOf, Compare
from titer.clinic.course import End, WatchedEvent
from titer.clinic.doses import Reason
from titer.clinic.protocol import CycleRule, HoldRule, Protocol, StartRule, drugs_of
from titer.clinic.protocol_file import parse_protocol, write_protocol
from titer.clinic.therapy import Action

EVENTS = (WatchedEvent("vte", "vte.cumulative_hazard"), WatchedEvent("death", "death.cumulative_hazard", terminal=True))
HAZARDS = {"vte": 0.001, "death": 0.0005}
NEVER, ALWAYS, NOBODY = below("anc", -1.0), at_least("anc", -1.0), Compare("age", ">", 200.0, "year")
QUICK = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
DAYS = 28 * 5
many = {
    "protocol": protocols(),
    "given_plan": st.sampled_from(REGIMENS),
    "attendance": attendances,
    "after": afters,
    "slope": st.sampled_from([0.03, 0.06, 0.1]),
    "growth": st.sampled_from([0.004, 0.015]),
}


def course_of(protocol, given_plan, attendance, after, slope, growth, patients=range(16)):
    looked_after = plan(protocol, attendance=attendance, after_progression=after, events=EVENTS)
    own = np.array(patients)
    facts = {"age": 60.0 + (own % 3) * 10}
    leave = np.where(own % 7 == 3, 50.0 + own, np.inf)
    body = BODIES | {"slope": slope, "growth": growth, "hazards": HAZARDS}
    return run(given_plan, looked_after, patients, DAYS, facts=facts, leave_day=leave, **body)


def assert_same_course(left, right, rows=slice(None), *, visits=True):
    for name in left.true.keys() & right.true.keys():  # signals that only one of the rule sets asks for are in one only
        np.testing.assert_array_equal(left.true[name], right.true[name][rows])
        if visits:
            np.testing.assert_array_equal(left.observed[name], right.observed[name][rows])
    for name in ("end_day", "end", "therapy_end_day", "therapy_end", "crossover_day", "crossover_end", "delay_day"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name)[rows])


def assert_same_tables(left, right, tables=("decisions", "doses")):
    for table in tables:
        a, b = left.ledger.tables()[table], right.ledger.tables()[table]
        assert set(a) == set(b)
        for name in a:
            np.testing.assert_array_equal(a[name], b[name])


def silent(rule):
    """The same rule, which never acts."""
    if isinstance(rule, CycleRule):
        return replace(rule, needs=ALWAYS, wait_if_not_known=False)
    if isinstance(rule, StartRule):
        return replace(rule, when=NOBODY)
    return replace(rule, when=NEVER)


@QUICK
@given(**many)
def test_rules_that_never_act_give_exactly_the_static_run(protocol, **rest):
    assume(protocol is not None)
    starts = [rule for rule in protocol.rules if isinstance(rule, StartRule)][
        :1
    ]  # two that are never so hide each other
    rules = [silent(r) for r in protocol.rules if not isinstance(r, StartRule) or r in starts]
    watching, static = (course_of(replace(protocol, rules=tuple(r)), **rest) for r in (rules, ()))
    assert_same_course(watching, static, visits=False)  # a rule about cycles asks for a visit on their day 1
    assert_same_tables(watching, static, ["doses"])
    assert set(watching.ledger.tables()["decisions"]["action"]) <= {Action.NONE, Action.START_CYCLE, Action.STOP}
    assert {r["rule"] for r in decisions(watching, action=Action.STOP)} <= {"progression (IMWG 2016)"}


@QUICK
@given(**many)
def test_replaying_the_ledger_gives_the_adaptive_run(protocol, **rest):
    assume(protocol is not None)
    course = course_of(protocol, **rest)
    again = replay(course, **BODIES, slope=rest["slope"], growth=rest["growth"])
    for name, values in course.true.items():
        if name == "neuropathy":  # a grade: the floor of a sum, which may round across a whole number
            continue
        seen = ~np.isnan(values)
        np.testing.assert_allclose(again[name][seen], values[seen], rtol=1e-6)  # stored as float32


@QUICK
@given(**many)
def test_two_notations_of_one_rule_set_give_one_ledger(protocol, **rest):
    assume(protocol is not None)
    read = parse_protocol(write_protocol(protocol))
    assert read == protocol
    python, file = course_of(protocol, **rest), course_of(read, **rest)
    assert_same_course(python, file)
    assert_same_tables(python, file)
    assert python.ledger.words == file.ledger.words


@QUICK
@given(**many)
def test_a_patient_has_the_same_course_alone_and_in_a_cohort(protocol, **rest):
    assume(protocol is not None)
    few = [2, 3, 11]
    cohort, part = course_of(protocol, **rest), course_of(protocol, **rest, patients=few)
    assert_same_course(part, cohort, few)
    for table, own in part.ledger.tables().items():
        whole = cohort.ledger.tables()[table]
        mine = np.isin(whole["patient"], few)
        for name in own:
            np.testing.assert_array_equal(own[name], whole[name][mine])


@QUICK
@given(**many, order=st.randoms(use_true_random=False))
def test_the_order_of_rules_about_different_drugs_never_matters(protocol, order, **rest):
    assume(protocol is not None)
    by_drug = {}
    for rule in protocol.rules:
        by_drug.setdefault(drugs_of(rule) if len(drugs_of(rule)) == 1 else (), []).append(rule)
    shared = by_drug.pop((), [])
    shared += [rule for group in by_drug.values() for rule in group if isinstance(rule, CycleRule)]
    groups = [[rule for rule in group if not isinstance(rule, CycleRule)] for group in by_drug.values()]
    order.shuffle(groups)
    left = replace(protocol, rules=tuple(rule for rule in protocol.rules if rule not in shared))
    right = replace(protocol, rules=tuple(rule for group in groups for rule in group))
    assert len(left.rules) == len(right.rules)
    one, other = course_of(left, **rest), course_of(right, **rest)
    assert_same_course(one, other)
    plain = [[dict(sorted(row.items())) for row in decisions(c)] for c in (one, other)]
    for rows in plain:
        rows.sort(key=lambda row: (row["day"], row["patient"], row["drug"], row["rule"]))
    assert str(plain[0]) == str(plain[1])


@QUICK
@given(**many)
def test_what_a_ledger_can_never_say(protocol, **rest):
    """No dose of a drug that is stopped, held or waits; a drug resumes only when it was held."""
    assume(protocol is not None)
    course = course_of(protocol, **rest)
    table, words = course.ledger.tables()["doses"], course.ledger.words
    off = np.isin(table["reason"], (Reason.HELD, Reason.STOPPED, Reason.MISSED))
    assert (table["given"][off] == 0).all()
    assert (
        table["given"][table["reason"] == Reason.PLANNED] == table["planned"][table["reason"] == Reason.PLANNED]
    ).all()
    end = course.end_day[np.searchsorted(course.patients, table["patient"])]
    assert (table["minute"] < end * 1440).all()
    held, stopped = {}, {}
    for row in decisions(course):
        key = row["patient"], row["drug"]
        now = held.get(key, False)
        line = row["day"] >= course.crossover_day[list(course.patients).index(row["patient"])]
        if row["action"] == Action.HOLD:
            assert not now
        if row["action"] in (Action.STAY_HELD, Action.RESUME, Action.RESUME_LOWER):
            assert now
        if row["action"] not in (Action.NONE, Action.START_CYCLE, Action.GIVE, Action.DELAY_CYCLE):
            held[key] = row["action"] in (Action.HOLD, Action.STAY_HELD)
        if row["action"] not in (Action.GIVE, Action.START_LOWER) and key in stopped:
            assert line
            assert stopped[key] == "progression (IMWG 2016)"
        if row["action"] == Action.STOP:
            stopped[key] = row["rule"]
            own = (table["patient"] == row["patient"]) & (table["drug"] == words["drug"].index(row["drug"]))
            later = own & (table["minute"] >= row["day"] * 1440)
            if row["rule"] != "progression (IMWG 2016)":
                assert (table["given"][later] == 0).all()


def test_random_protocols_do_everything_that_can_be_decided():
    """The laws above are about something: all actions and reasons come about in a few dozen random courses."""
    seen, ends = set(), set()

    @settings(max_examples=50, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(**many)
    def collect(protocol, **rest):
        if protocol is None:
            return
        course = course_of(protocol, **rest)
        tables = course.ledger.tables()
        seen.update(Action(code) for code in np.unique(tables["decisions"]["action"]))
        seen.update(Reason(code) for code in np.unique(tables["doses"]["reason"]))
        ends.update(End(code) for code in np.unique(course.therapy_end))

    collect()
    missing = ({*Action} | {*Reason}) - seen
    assert not missing
    assert ends >= {End.PROGRESSION, End.EVENT, End.WITHDRAWN, End.TOXICITY, End.COMPLETED}


@pytest.mark.parametrize("signal", ["platelets", "anc"])
def test_a_hold_in_the_rest_week_changes_no_trajectory(signal):
    """Held on day 22 and resumed on day 29: nothing was planned in between."""
    day = Compare("day", ">=", 21.0, "day")
    rule = HoldRule(
        name="rest", drug="lenalidomide", when=AllOf((day, Compare("day", "<", 28.0, "day"))),
        until=Compare("day", ">=", 28.0, "day"), later_resume="same level", **WORDS
    )  # fmt: skip
    resting = Protocol("rest", (rule,), (), weekly())
    left, right = (run(LD, plan(p, stop_at_progression=False), range(N), 56) for p in (resting, NEVER_ACT))
    assert [r["day"] for r in decisions(left, action=Action.HOLD)] == [21] * N
    assert [r["day"] for r in decisions(left, action=Action.RESUME)] == [28] * N
    np.testing.assert_array_equal(left.true[signal], right.true[signal])
