"""The table of published outcomes: every row is read, and what could not be read is refused."""

import math

import pytest

from titer.errors import InputError, StorageError
from titer.evidence.outcomes import (
    COLUMNS,
    UNITS,
    binomial_interval,
    find_outcome,
    load_outcomes,
    parse_outcomes,
)
from titer.units import parse_unit

ROWS = load_outcomes()
GOOD = "IMID001,lenalidomide,25 mg,RRMM,ORR,60.6,%,55,66,353,on treatment,Author 2009,yes"


def table(*lines):
    return "\n".join([",".join(COLUMNS), *lines])


def test_the_whole_table_is_read():
    assert len(ROWS) == 487
    assert sum(row.confirmed for row in ROWS) == 402


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_row_is_complete_and_sound(row):
    assert row.id.startswith("IMID")
    assert row.id[4:].isdigit()
    assert all([row.drug, row.regimen, row.population, row.endpoint, row.source])
    assert math.isfinite(row.value)
    assert (row.low is None) == (row.high is None)
    assert row.low is None or row.low <= row.value <= row.high
    assert row.n is None or row.n > 0
    assert not row.is_percentage or 0 <= row.value <= 100
    assert row.confirmed or "memory" in row.source


def test_ids_are_unique():
    assert len({row.id for row in ROWS}) == len(ROWS)


def test_every_unit_of_the_table_is_a_unit():
    used = {row.unit for row in ROWS}
    assert used == set(UNITS)  # a unit that no row uses any more is dropped from the translation
    for text in UNITS.values():
        parse_unit(text)


def test_find_outcome_names_near_ids_when_there_is_none():
    assert find_outcome("IMID085").value == 60.6
    with pytest.raises(InputError, match="no outcome row 'IMID999'"):
        find_outcome("IMID999")


def test_unknown_table_is_refused():
    with pytest.raises(InputError, match="imids"):
        load_outcomes("imid")


def test_a_good_row_is_read():
    (row,) = parse_outcomes(table(GOOD))
    assert (row.value, row.low, row.high, row.n, row.confirmed) == (60.6, 55.0, 66.0, 353, True)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (GOOD.replace("60.6", "sixty"), "number cannot be read"),
        (GOOD.replace("60.6", "nan"), "outside its interval"),
        (GOOD.replace("60.6", "70"), "outside its interval"),
        (GOOD.replace(",%,", ",parsecs,"), "unit 'parsecs' is not known"),
        (GOOD.replace(",yes", ",perhaps"), "confirmed is 'perhaps'"),
        (GOOD + ",surplus", "one too many"),
        (GOOD.rsplit(",", 1)[0], "field is missing"),
    ],
)
def test_a_damaged_row_is_refused(broken, message):
    with pytest.raises(StorageError, match=message):
        parse_outcomes(table(broken))


def test_doubled_ids_and_wrong_columns_are_refused():
    with pytest.raises(StorageError, match="IMID001 occurs twice"):
        parse_outcomes(table(GOOD, GOOD))
    with pytest.raises(StorageError, match="columns are"):
        parse_outcomes("id,drug\n1,2")


def test_binomial_interval_matches_published_example():
    # Newcombe 1998, Stat Med 17:857, table I, score method: 81/263 -> 0.2553 to 0.3662; 0/20 -> 0 to 0.1611.
    assert binomial_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert binomial_interval(0.0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
