"""Conditions as text: what is understood, what is refused and where the error points."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titer.clinic.condition_text import describe_condition, parse_condition
from titer.clinic.conditions import AllOf, AnyOf, Compare, Happened
from titer.clinic.observables import OBSERVABLES
from titer.errors import InputError

LOW = Compare("anc", "<", 1.0, "10^9/L")
HOT = Compare("temperature", ">=", 38.5, "degC")
VTE = Happened("vte")

UNDERSTOOD = [
    ("anc < 1.0 10^9/L", LOW),
    ("ANC<1.0 10^9/L", LOW),
    ("anc < 1000 /uL", LOW),
    ("anc < 1000/mcL", LOW),
    ("anc < 1000 cells/mm3", LOW),
    ("anc < 1 x 10^9/L", LOW),
    ("anc < 1x10^9/L", LOW),
    ("anc < 1e9/L", LOW),
    ("anc ≤ 0.5 10^9/L", Compare("anc", "<=", 0.5, "10^9/L")),
    ("haemoglobin < 8 g/dL", Compare("haemoglobin", "<", 80.0, "g/L")),
    ("anc < 0.5 10^9/L for 7 d", Compare("anc", "<", 0.5, "10^9/L", for_day=7)),
    ("anc < 0.5 10^9/L for 2 weeks", Compare("anc", "<", 0.5, "10^9/L", for_day=14)),
    ("platelets < 50% of baseline", Compare("platelets", "<", 0.5, "", "share of baseline")),
    ("platelets < 0.5 of baseline for 7 days", Compare("platelets", "<", 0.5, "", "share of baseline", 7)),
    ("baseline platelets >= 100 10^9/L", Compare("platelets", ">=", 100.0, "10^9/L", "baseline")),
    ("neuropathy >= grade 2", Compare("neuropathy", ">=", 2.0, "grade")),
    ("neuropathy >= 2 grade", Compare("neuropathy", ">=", 2.0, "grade")),
    ("temperature >= 38.5 °C", HOT),
    ("temperature>=38.5degC", HOT),
    ("dialysis >= 1", Compare("dialysis", ">=", 1.0)),
    ("age > 75 years", Compare("age", ">", 75.0, "year")),
    ("day < 28 day", Compare("day", "<", 28.0, "day")),
    ("day < 4 weeks", Compare("day", "<", 28.0, "day")),
    ("crcl < 1.8 L/h", Compare("crcl", "<", 30.0, "mL/min")),
    ("vte", VTE),
    ("VTE within 30 d", Happened("vte", 30)),
    ("(vte)", VTE),
    ("anc < 1 10^9/L and temperature >= 38.5 degC", AllOf((LOW, HOT))),
    ("anc < 1 10^9/L and temperature >= 38.5 degC or vte", AnyOf((AllOf((LOW, HOT)), VTE))),
    ("vte or anc < 1 10^9/L and temperature >= 38.5 degC", AnyOf((VTE, AllOf((LOW, HOT))))),
    ("anc < 1 10^9/L and (temperature >= 38.5 degC or vte)", AllOf((LOW, AnyOf((HOT, VTE))))),
    ("vte and (vte and vte)", AllOf((VTE, AllOf((VTE, VTE))))),
]

REFUSED = [  # text, the piece under the carets, words of the error
    ("", "", "not complete"),
    ("anc", "", "not compared with anything"),
    ("anc <", "", "limit is missing"),
    ("anc < low", "low", "'low' is not a number"),
    ("anc < 1.0", "1.0", "has no unit"),
    ("neuropathy >= 2", "2", "has no unit"),
    ("anc < 1 mg", "mg", "cannot be turned into"),
    ("anc < 1 foo", "foo", "is not a unit"),
    ("anc < 1 9^9^9^9/L", "1 9^9^9^9/L", "has two numbers"),
    ("anc < 1,000 /uL", "1,000 /uL", "has two numbers"),
    ("anc < 1 000 /uL", "1 000 /uL", "has two numbers"),
    ("anc < 1'000 /uL", "1'000 /uL", "has two numbers"),
    ("anc < 1,0 10^9/L", "1,0 10^9/L", "has two numbers"),
    ("anc < 1.0 x 10e9/L", "1.0 x 10e9/L", "has two numbers"),
    ("age > 7 5 year", "7 5 year", "has two numbers"),
    ("cycle > 3 mg", "mg", "cycle has no unit"),
    ("temperature > 101 degF", "degF", "is in 'degF'"),
    ("rash > 2 mg", "mg", "is in 'mg'"),
    ("neutrophils < 1 10^9/L", "neutrophils", "is not known"),
    ("anc = 1 10^9/L", "=", "between a value and a limit"),
    ("anc != 1 10^9/L", "!=", "between a value and a limit"),
    ("vte < 1", "<", "vte is an event"),
    ("vte for 3 d", "for", "vte is an event"),
    ("vte within 3", "", "no unit of time"),
    ("vte within 3.5 d", "3.5", "not a number of days"),
    ("anc < 1 10^9/L for 7", "", "no unit of time"),
    ("anc < 1 10^9/L for -7 d", "-7", "not a number of days"),
    ("baseline vte", "vte", "has no baseline"),
    ("platelets < 50 10^9/L of baseline", "50", "plain number or a percentage"),
    ("platelets < 50% of normal", "normal", "followed by 'baseline'"),
    ("not vte", "not", "'not' is not one of the words"),
    ("and vte", "and", "a name is missing"),
    ("vte and", "", "not complete"),
    ("vte vte", "vte", "does not belong here"),
    ("anc < 1 10^9/L vte", "vte", "does not belong here"),
    ("(vte", "(", "bracket is not closed"),
    ("vte)", ")", "does not belong here"),
    ("(vte vte)", "vte", "does not belong here"),
    ("anc < 1e999 10^9/L", "1e999", "too large"),
    ("!", "!", "cannot be read"),
    ("(" * 25 + "vte" + ")" * 25, "(", "brackets inside each other"),
]


@pytest.mark.parametrize(("text", "meant"), UNDERSTOOD)
def test_text_is_understood(text, meant):
    assert parse_condition(text) == meant


@pytest.mark.parametrize(("text", "piece", "words"), REFUSED)
def test_text_is_refused_and_the_place_is_shown(text, piece, words):
    with pytest.raises(InputError, match=r".") as caught:
        parse_condition(text)
    assert words in caught.value.what
    _, shown, carets = caught.value.where.split("\n")
    marked = "".join(a for a, b in zip(shown, carets.replace("here", "    "), strict=False) if b == "^")
    assert marked == piece


def test_a_misspelt_name_gets_the_nearest_one():
    with pytest.raises(InputError) as caught:
        parse_condition("platelet < 50 10^9/L")
    assert "'platelets'" in caught.value.hint


def test_what_is_no_text_or_too_long_is_refused():
    with pytest.raises(InputError, match="not int"):
        parse_condition(5)
    with pytest.raises(InputError, match="characters"):
        parse_condition("vte or " * 400 + "vte")


VALUES = [one for one in OBSERVABLES.values() if one.kind != "event"]
EVENTS = [one.name for one in OBSERVABLES.values() if one.kind == "event"]
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
RELATIONS = st.sampled_from(["<", "<=", ">", ">="])


@st.composite
def comparisons(draw):
    one = draw(st.sampled_from(VALUES))
    measured = one.kind in ("laboratory", "sign", "symptom")
    of = draw(st.sampled_from(["value", "baseline", "share of baseline"])) if measured else "value"
    unit = "" if of == "share of baseline" else one.unit
    limit = draw(NUMBERS if one.most is None or of != "value" else st.floats(0, one.most))
    return Compare(one.name, draw(RELATIONS), limit, unit, of, draw(st.integers(0, 999_999)))


LEAVES = comparisons() | st.builds(Happened, st.sampled_from(EVENTS), st.none() | st.integers(0, 999_999))
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AllOf(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(CONDITIONS)
def test_every_condition_reads_back_as_itself(condition):
    assert parse_condition(describe_condition(condition)) == condition


PIECES_TEXT = """
anc platelets vte < >= 1.0 7 10^9/L % of baseline for within d and or ( ) grade rash - × µ mg K day not
1e400 ² ** __import__ level 9^9^9
"""
PIECES = st.sampled_from(PIECES_TEXT.split())


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_text_is_a_condition_or_an_input_error(text):
    try:
        condition = parse_condition(text)
    except InputError:
        return
    assert parse_condition(describe_condition(condition)) == condition
