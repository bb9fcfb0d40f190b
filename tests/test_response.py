"""Response from M-protein: hand-made courses with the answer the criteria give."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from titer.clinic.response import Response, respond
from titer.errors import InputError
from titer.library.rules.imwg import IMWG_2011, IMWG_2016

NAN = np.nan
R = Response

# baseline and monthly values, g/L → best, day of response, day of progression
COURSES = {
    "half lost, twice": ([40, 20, 20, 20], R.PARTIAL, 28, NAN),
    "just less than half": ([40, 20.1, 20.1, 20.1], R.MINOR, NAN, NAN),
    "half lost once only": ([40, 20, 26, 26], R.MINOR, NAN, NAN),
    "nine tenths, twice": ([23, 2.3, 2.3, 2.3], R.VERY_GOOD_PARTIAL, 28, NAN),
    "nine tenths at the last visit only": ([40, 18, 18, 4], R.PARTIAL, 28, NAN),
    "a quarter lost": ([40, 30, 30, 30], R.MINOR, NAN, NAN),
    "less than a quarter": ([40, 30.1, 30.1, 30.1], R.STABLE, NAN, NAN),
    "gone": ([40, 3, 0.4, 0.3], R.COMPLETE, 28, NAN),
    "at the immunofixation limit": ([40, 3, 0.5, 0.5], R.VERY_GOOD_PARTIAL, 28, NAN),
    "rise of 25% and 5 g/L, twice": ([40, 20, 20, 25, 25], R.PARTIAL, 28, 84),
    "rise once, then back": ([40, 20, 20, 25, 21], R.PARTIAL, 28, NAN),
    "rise of 25% but under 5 g/L": ([40, 12, 12, 16.9, 16.9], R.PARTIAL, 28, NAN),
    "5 g/L but under 25%": ([40, 30, 30, 36, 36], R.MINOR, NAN, NAN),
    "10 g/L from 50 g/L or more": ([60, 58, 58, 68, 68], R.STABLE, NAN, 84),
    "grows from the start": ([20, 26, 30, 35], R.PROGRESSION, NAN, 28),
    "missed visits are skipped": ([40, NAN, 18, NAN, 18, 25, NAN, 26], R.PARTIAL, 56, 140),
    "falls again after progression": ([40, 20, 20, 26, 26, 2, 2], R.PARTIAL, 28, 84),
    "one assessment": ([40, 10], R.STABLE, NAN, NAN),
    "never assessed": ([40, NAN, NAN], R.NOT_EVALUABLE, NAN, NAN),
    "no baseline and nothing else": ([NAN, NAN], R.NOT_EVALUABLE, NAN, NAN),
    "a rise that is judged from the confirmed nadir": ([40, 16, 18, 25, 25], R.PARTIAL, 28, 84),
}


def padded(course, width=8):
    return np.array(list(course) + [NAN] * (width - len(course)), float)


@pytest.mark.parametrize("name", COURSES)
def test_course_has_the_response_the_criteria_give(name):
    course, best, response_day, progression_day = COURSES[name]
    found = respond(28 * np.arange(len(course)), [course], IMWG_2016)
    assert Response(found.best[0]) is best
    np.testing.assert_array_equal(found.response_day[0], response_day)
    np.testing.assert_array_equal(found.progression_day[0], progression_day)


def test_progression_is_known_at_the_second_visit_and_dated_at_the_first():
    found = respond(28 * np.arange(5), [[40, 20, 20, 25, 25]], IMWG_2016)
    assert (found.progression_day[0], found.progression_seen_day[0]) == (84, 112)


def test_nadir_of_2016_is_confirmed_and_that_of_2011_is_not():
    dip = [[40, 20, 14, 20, 21, 21]]  # one low value; 20 and 21 are 25% and 5 g/L above 14 but not above 20
    days = 28 * np.arange(6)
    assert np.isnan(respond(days, dip, IMWG_2016).progression_day[0])
    assert respond(days, dip, IMWG_2011).progression_day[0] == 84


def test_progression_at_the_next_visit_confirms_no_response():
    found = respond(28 * np.arange(4), [[40, 18, 25, 25]], IMWG_2011)
    assert (found.best[0], found.progression_day[0]) == (R.STABLE, 56)
    assert np.isnan(found.response_day[0])


def test_without_confirmation_one_visit_is_enough():
    found = respond(28 * np.arange(4), [[40, 18, 26, 20]], IMWG_2011, confirm=False)
    assert (found.best[0], found.response_day[0], found.progression_day[0]) == (R.PARTIAL, 28, 56)


def test_cohort_equals_one_by_one():
    table = np.array([padded(course) for course, *_ in COURSES.values()])
    days = 28 * np.arange(table.shape[1])
    together = respond(days, table, IMWG_2016)
    assert len(table) > 10
    for row, values in enumerate(table):
        alone = respond(days, values[None], IMWG_2016)
        for name in ("best", "response_day", "progression_day", "progression_seen_day", "last_day", "nadir"):
            np.testing.assert_array_equal(getattr(together, name)[row], getattr(alone, name)[0])


def plain(days, values, criteria):
    """One patient, written a second time straight from the words: list all categories, then look for pairs."""
    seen = [(d, v) for d, v in zip(days, values, strict=True) if not np.isnan(v)]
    if len(seen) < 2:
        return R.NOT_EVALUABLE, NAN
    baseline, categories, nadirs = seen[0][1], [None], [seen[0][1]]
    for i in range(1, len(seen)):
        value, nadir = seen[i][1], min(nadirs)
        rise = value - nadir
        pd = (rise >= 0.25 * nadir and rise >= 5) or (nadir >= 50 and rise >= 10)
        fall = 1 - value / baseline
        level = R.STABLE + (fall >= 0.25) + (fall >= 0.5) + (fall >= 0.9)
        if value < 0.5 and level >= R.PARTIAL:
            level = R.COMPLETE
        categories.append(R.PROGRESSION if pd else level)
        nadirs.append(value if criteria.nadir == "lowest" else max(value, seen[i - 1][1]))
    stop = next((i for i in range(1, len(seen) - 1) if categories[i] == categories[i + 1] == R.PROGRESSION), None)
    considered = categories[1 : stop if stop else len(seen)]
    best = max((R.STABLE for c in considered if c != R.PROGRESSION), default=R.NOT_EVALUABLE)
    for one, two in pairwise(considered):
        best = max(best, min(one, two))
    if best < R.STABLE:
        best = R.PROGRESSION if stop else R.NOT_EVALUABLE
    return best, seen[stop][0] if stop else NAN


@settings(max_examples=150, deadline=None)
@given(hnp.arrays(float, (6, 7), elements=st.one_of(st.integers(1, 80).map(float), st.just(NAN))))
def test_tracker_equals_the_plain_definition(table):
    days = 28.0 * np.arange(table.shape[1])
    for criteria in (IMWG_2011, IMWG_2016):
        found = respond(days, table, criteria)
        for row, values in enumerate(table):
            best, progression = plain(days, values, criteria)
            assert found.best[row] == best
            np.testing.assert_array_equal(found.progression_day[row], progression)


@pytest.mark.parametrize(
    ("days", "values", "words"),
    [
        ([0, 28], [[1, 2, 3]], "shape"),
        ([0, 0], [[1, 2]], "do not increase"),
        ([0, 28], [[1, -2]], "-2 g/L"),
        ([0, 28], [[1, np.inf]], "inf g/L"),
    ],
)
def test_bad_input_is_refused(days, values, words):
    with pytest.raises(InputError, match=words):
        respond(days, values, IMWG_2016)
