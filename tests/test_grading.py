"""CTCAE grades at every boundary, in SI and US units."""

import numpy as np
import pytest

from titer.clinic.grading import NO_GRADE, grade, worst_grade
from titer.errors import InputError, UnitError
from titer.library.rules.ctcae import TABLES, VERSIONS, ctcae

# (test, version, lower limit of normal, {limit: grade at the limit, grade just below}); the numbers are written out
# here from the published tables, not read from the data under test.
BOUNDARIES = [
    ("anc", "4.03", 2.0, {2.0: (0, 1), 1.5: (1, 2), 1.0: (2, 3), 0.5: (3, 4)}),
    ("anc", "5", 2.0, {2.0: (0, 1), 1.5: (1, 2), 1.0: (2, 3), 0.5: (3, 4)}),
    ("anc", "6", 2.0, {2.0: (0, 0), 1.5: (0, 1), 1.0: (1, 2), 0.5: (2, 3), 0.1: (3, 4)}),
    ("platelets", "4.03", 150.0, {150.0: (0, 1), 75.0: (1, 2), 50.0: (2, 3), 25.0: (3, 4)}),
    ("platelets", "5", 150.0, {150.0: (0, 1), 75.0: (1, 2), 50.0: (2, 3), 25.0: (3, 4)}),
    ("platelets", "6", 150.0, {150.0: (0, 1), 75.0: (1, 2), 50.0: (2, 3), 25.0: (3, 3), 10.0: (3, 4)}),
    ("haemoglobin", "4.03", 120.0, {120.0: (0, 1), 100.0: (1, 2), 80.0: (2, 3), 65.0: (3, 3)}),
    ("haemoglobin", "5", 120.0, {120.0: (0, 1), 100.0: (1, 2), 80.0: (2, 3), 65.0: (3, 3)}),
    ("haemoglobin", "6", 120.0, {120.0: (0, 1), 100.0: (1, 2), 80.0: (2, 3), 65.0: (3, 3)}),
]
US_UNIT = {"anc": "1/uL", "platelets": "1/uL", "haemoglobin": "g/dL"}
US_FACTOR = {"anc": 1000.0, "platelets": 1000.0, "haemoglobin": 0.1}


def test_every_table_is_among_the_boundaries():
    assert {(t.test, t.version) for t in TABLES} == {(test, version) for test, version, _, _ in BOUNDARIES}
    assert {t.version for t in TABLES} == set(VERSIONS)


@pytest.mark.parametrize(("test", "version", "lln", "limits"), BOUNDARIES)
@pytest.mark.parametrize("us_units", [False, True])
def test_grade_changes_exactly_at_each_limit(test, version, lln, limits, us_units):
    factor, unit = (US_FACTOR[test], US_UNIT[test]) if us_units else (1.0, None)
    for limit, (at, below) in limits.items():
        values = np.array([limit, limit * (1 - 1e-6)]) * factor
        graded = grade(values, ctcae(test, version), lln=lln * factor, unit=unit)
        assert graded.tolist() == [at, below], (limit, unit)


def test_missing_value_has_no_grade():
    assert grade([np.nan, 0.2], ctcae("anc", "5"), lln=2.0).tolist() == [NO_GRADE, 4]


def test_unknown_limit_of_normal_gives_no_grade_only_where_it_matters():
    assert grade([3.0, 1.6, 1.4], ctcae("anc", "5")).tolist() == [NO_GRADE, NO_GRADE, 2]
    assert grade([3.0, 1.6, 1.4], ctcae("anc", "5"), lln=[2.0, np.nan, np.nan]).tolist() == [0, NO_GRADE, 2]
    assert grade([3.0, 1.6, 1.4], ctcae("anc", "6")).tolist() == [0, 0, 1]


def test_the_same_count_is_graded_differently_by_version():
    assert [int(grade(0.3, ctcae("anc", v))) for v in VERSIONS] == [4, 4, 3]
    assert [int(grade(20.0, ctcae("platelets", v))) for v in VERSIONS] == [4, 4, 3]


def test_grades_keep_the_shape_and_worst_is_taken_over_time():
    values = np.array([[3.0, 0.9, np.nan], [np.nan, np.nan, np.nan]])
    grades = grade(values, ctcae("anc", "5"), lln=2.0)
    assert grades.shape == values.shape
    assert worst_grade(grades).tolist() == [3, NO_GRADE]


@pytest.mark.parametrize("bad", [-0.1, np.inf])
def test_impossible_value_is_refused(bad):
    with pytest.raises(InputError, match="anc is"):
        grade([1.0, bad], ctcae("anc", "5"))


def test_unit_of_another_dimension_is_refused():
    with pytest.raises(UnitError):
        grade([1.0], ctcae("anc", "5"), unit="g/L")


@pytest.mark.parametrize(
    ("test", "version", "words"), [("anc", "7", "version '7'"), ("anx", "5", "did you mean 'anc'")]
)
def test_unknown_table_is_an_error(test, version, words):
    with pytest.raises(InputError) as caught:
        ctcae(test, version)
    assert words in str(caught.value)


def test_tables_keep_the_wording_and_source_of_each_grade():
    assert len(TABLES) == 9
    for table in TABLES:
        assert table.source.citation
        assert set(table.below) <= set(table.wording)
        numbers = [limit for _, limit in sorted(table.below.items()) if not isinstance(limit, str)]
        assert numbers == sorted(numbers, reverse=True)
