"""Planned doses and the calendar: whole minutes, counted the plain way."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from titer.dosing.calendar import calendar
from titer.dosing.parse import parse_regimen
from titer.dosing.regimen import Component, planned_doses
from titer.errors import InputError

DRUGS = ["lenalidomide", "dexamethasone"]
RD = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"
SCHEDULES = st.builds(
    lambda length, days, times, start, n: Component(
        "a",
        1.0,
        days=tuple(sorted({1 + d % length for d in days})),
        cycle_length=length,
        times=times,
        start_day=start,
        n_days=n,
    ),
    st.integers(1, 40),
    st.sets(st.integers(0, 39), min_size=1),
    st.sampled_from([(0,), (0, 720), (0, 480, 960)]),
    st.integers(1, 60),
    st.none() | st.integers(1, 90),
)


def parse(text):
    return parse_regimen(text, DRUGS)


def plain_doses(component, start_day, end_day):
    """The definition: look at every day in turn."""
    found = []
    for day in range(start_day, end_day):
        treated = day - (component.start_day - 1)
        over = component.n_days is not None and treated >= component.n_days
        if treated >= 0 and not over and treated % component.cycle_length + 1 in component.days:
            found += [day * 1440 + time for time in component.times]
    return found


@given(SCHEDULES, st.integers(0, 150), st.integers(0, 150))
def test_doses_are_those_of_a_day_by_day_look(component, start_day, n):
    assert component.doses_between(start_day, start_day + n) == plain_doses(component, start_day, start_day + n)


@given(SCHEDULES, st.integers(0, 80), st.integers(0, 80))
def test_splitting_a_window_changes_nothing(component, first, second):
    parts = component.doses_between(0, first) + component.doses_between(first, first + second)
    assert parts == component.doses_between(0, first + second)


@settings(max_examples=40)
@given(st.integers(1, 400), st.integers(0, 90))
def test_an_odd_interval_is_a_plain_multiple_of_hours(hours, n_days):
    assume(np.lcm(hours, 24) // 24 <= 366)
    doses = parse(f"dex 4 mg every {hours} h").components[0].doses_between(0, n_days)
    assert doses == list(range(0, n_days * 1440, hours * 60))


def test_planned_doses_are_in_order_and_keep_amounts_and_durations():
    table = planned_doses(parse(RD + " + dexamethasone 8 mg iv over 2 h day 28 of 28"), 56)
    assert len(table) == 2 * (21 + 4 + 1)
    assert (np.diff(table["minute"]) >= 0).all()
    assert table["component"][:3].tolist() == [0, 1, 0]
    assert table["amount"].sum() == 2 * (21 * 25 + 4 * 40 + 8)
    assert set(table["duration"][table["component"] == 2]) == {120}
    assert table["minute"].dtype == np.int64


def test_placebo_and_an_empty_plan_have_tables_too():
    assert planned_doses(parse("lenalidomide 0 mg daily"), 3)["amount"].tolist() == [0.0, 0.0, 0.0]
    assert len(planned_doses(parse(RD), 0)) == 0


def test_calendar_adds_up():
    lenalidomide, dexamethasone = calendar(parse(RD))
    assert lenalidomide.amounts == (25.0,) * 21 + (0.0,) * 7
    assert (lenalidomide.n_doses, lenalidomide.total, lenalidomide.average) == (21, 525.0, 18.75)
    assert [day + 1 for day, amount in enumerate(dexamethasone.amounts) if amount] == [1, 8, 15, 22]
    assert (dexamethasone.rhythm, dexamethasone.unit) == ("dexamethasone 40 mg days 1,8,15,22 of 28", "mg")


def test_calendar_of_a_later_cycle_shows_the_phase_of_that_cycle():
    regimen = parse("dexamethasone 40 mg days 1-4,9-12,17-20 of 28 for 4 cycles then 40 mg days 1-4 of 28")
    assert [row.n_doses for row in calendar(regimen, 4)] == [12, 0]
    assert [row.n_doses for row in calendar(regimen, 5)] == [0, 4]
    assert calendar(regimen, 5)[1].first_day == 112


def test_calendar_adds_doses_of_one_day():
    (row,) = calendar(parse("dexamethasone 4 mg twice daily"))
    assert row.amounts == (8.0,) * 28
    assert row.n_doses == 56


def test_a_cycle_before_the_first_is_refused():
    with pytest.raises(InputError, match="cycle is 0"):
        calendar(parse(RD), 0)
