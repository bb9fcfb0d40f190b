"""Regimen text: what is understood, what is refused, and that the canonical text means the same."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titer.dosing.clauses import KEYWORDS, ROUTES
from titer.dosing.drugs import INFUSED, DrugForm
from titer.dosing.parse import parse_regimen
from titer.dosing.regimen import Component, Regimen
from titer.errors import InputError

DRUGS = ["lenalidomide", "dexamethasone", "pomalidomide", "thalidomide"]
UNITS = {**dict.fromkeys(DRUGS, "mg"), "bcg": "CFU", "il-2": "IU"}
RD = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"
DAYS_1_21 = tuple(range(1, 22))


def parse(text):
    return parse_regimen(text, UNITS)


def only(text):
    (component,) = parse(text).components
    return component


def test_combination_is_read_as_written():
    lenalidomide, dexamethasone = parse(RD).components
    assert lenalidomide == Component("lenalidomide", 25.0, days=DAYS_1_21, cycle_length=28)
    assert dexamethasone == Component("dexamethasone", 40.0, days=(1, 8, 15, 22), cycle_length=28)
    assert parse(RD).drugs == ("lenalidomide", "dexamethasone")
    assert parse(RD).cycle_length == 28


SAME = {
    RD: [
        RD.upper(),
        RD.replace("-", "–").replace(" + ", "+"),
        "len 25mg d1-21/28 plus dex 40 mg d1,8,15,22/28",
        "lenalidomide 25 mg qd, days 1 to 21 of a 28-day cycle and dexamethasone 40 mg on days 1, 8, 15 & 22 of 28",
        "lenalidomide 0.025 g once daily d1-d21 q28d with dexamethasone 40000 ug days 1,8,15 and 22 every 4 weeks",
        "lenalidomide 25 mg 3 weeks on, 1 week off + dexamethasone 40 mg days 22,15,8,1 of 28",
        "lenalidomide 25 mg 21 days on 7 days off + dexamethasone 40 milligrams weekly days 1-28 of 28",
    ],
    "lenalidomide 10 mg daily": [
        *[
            "lenalidomide 10 mg " + s
            for s in ("qd", "od", "every day", "q24h", "once a day", "1x/day", "seven times a week")
        ],
        "lenalidomide 10 mg/day",
        "lenalidomide 10 mg per day",
        "lenalidomide 10 mg each day",
    ],
    "lenalidomide 10 mg weekly": [
        *[
            "lenalidomide 10 mg " + s
            for s in ("every 7 days", "q1w", "once a week", "every week", "1x/week", "q168h", "day 1 of 7")
        ],
    ],
    "lenalidomide 10 mg every 2 days": [
        *[
            "lenalidomide 10 mg " + s
            for s in (
                "every other day",
                "q48h",
                "qod",
                "every 48 h",
                "every two days",
                "day 1 of 2",
                "once every 2 days",
            )
        ],
        *[
            "lenalidomide 10 mg " + s
            for s in ("once every other day", "once q48h", "1 time every 2 days", "once each 48 hours")
        ],
    ],
    "lenalidomide 10 mg twice daily": [
        *[
            "lenalidomide 10 mg " + s
            for s in ("BID", "q12h", "2 times a day", "2x daily", "twice a day", "every 12 hours")
        ],
    ],
    "lenalidomide 10 mg days 1,3,5 of 7": [
        *[
            "lenalidomide 10 mg " + s
            for s in ("3 times a week", "three times weekly", "3x/week", "tiw", "3 x per week")
        ],
    ],
    "lenalidomide 10 mg oral daily for 12 weeks": [
        "lenalidomide 10 mg daily by mouth for 84 days",
        "lenalidomide 10 mg per os daily for 12 weeks",
        "lenalidomide 10 mg daily orally x 3 cycles",
        "lenalidomide 10 mg po daily for up to 12 wk",
    ],
    "dexamethasone 20 mg iv weekly over 90 min": ["dexamethasone 20 mg intravenously over 1.5 h weekly"],
    "dexamethasone 40 mg daily for 1 day": ["dexamethasone 40 mg once"],
    "lenalidomide 15 mg days 1,3,5,7,9,11,13,15,17,19,21 of 28": ["lenalidomide 15 mg every 48 h days 1-21 of 28"],
    "lenalidomide 25 mg days 1-21 of 28": [
        *[
            "lenalidomide 25 mg " + s
            for s in (
                "for 21 days every 28 days",
                "daily for 21 days every 28 days",
                "for 21 days, repeated every 4 weeks",
                "for 21 days q28d",
                "for 3 weeks every 28-days",
                "for 21 of 28 days",
                "for 21 days of each 28-day cycle",
                "for 3 weeks out of 4 weeks",
                "daily x 21 days then 7 days off",
                "daily for 21 days then 7 days off",
                "daily for 3 weeks, followed by 1 week of rest",
                "21/28",
                "21/28 days",
                "21 of 28 days",
            )
        ],
    ],
    "lenalidomide 25 mg oral days 1-21 of 28": ["lenalidomide 25 mg PO daily x 21 days then 7 days off"],
    "lenalidomide 25 mg days 1-21 of 28 for 6 cycles": ["len 25 mg for 21 days every 28 days for 6 cycles"],
    "dexamethasone 4 mg days 1-5 of 7": ["dex 4 mg for 5 days a week", "dex 4 mg daily for 5 days every week"],
    "dexamethasone 4 mg twice daily for 10 days": ["dex 4 mg for 10 days every 12 h"],
    "dexamethasone 40 mg every 28 days": ["dex 40 mg once every 28 days"],
    "lenalidomide 25 mg days 1 of 28 for 3 weeks": ["len 25 mg day 1 of 28 for 21 days"],
    "thalidomide 50 mg daily from day 57": ["thalidomide 50 mg daily from cycle 3", "thal 50 mg daily starting week 9"],
    "bcg 500000000 CFU intravesical weekly for 6 weeks": ["BCG 5e8 cfu intravesical once weekly for 6 weeks"],
}


@pytest.mark.parametrize(("canonical", "text"), [(c, t) for c, texts in SAME.items() for t in [c, *texts]])
def test_texts_that_mean_the_same_give_equal_regimens(canonical, text):
    assert parse(text) == parse(canonical)
    assert str(parse(text)) == str(parse(canonical))


@pytest.mark.parametrize("canonical", SAME)
def test_canonical_text_stays_as_it_is(canonical):
    assert str(parse(canonical)) == canonical


def test_then_starts_when_the_part_before_ends_and_keeps_what_it_does_not_change():
    first, second = parse("dex 40 mg po days 1-4,9-12,17-20 of 28 for 4 cycles then 40 mg days 1-4 of 28").components
    assert (first.n_days, second.start_day, second.route, second.days) == (112, 113, "oral", (1, 2, 3, 4))
    up = parse("lenalidomide 10 mg daily for 3 cycles then 15 mg for 10 days then dexamethasone 4 mg daily").components
    assert [(c.drug, c.amount, c.days, c.start_day, c.n_days) for c in up] == [
        ("lenalidomide", 10.0, (1,), 1, 84),
        ("lenalidomide", 15.0, (1,), 85, 10),
        ("dexamethasone", 4.0, (1,), 95, None),
    ]


def test_cycles_of_a_daily_drug_are_those_of_its_partner():
    daily, _ = parse("thalidomide 100 mg daily for 4 cycles + dexamethasone 40 mg days 1-4 of 21").components
    assert daily.n_days == 84


def test_an_interval_that_is_no_whole_day_is_kept_in_hours():
    odd = only("dexamethasone 4 mg every 36 h")
    assert (odd.every_h, odd.cycle_length) == (36, 3)
    assert odd.doses_between(0, 4) == [0, 36 * 60, 72 * 60]


def test_units_are_converted_without_rounding():
    assert only("lenalidomide 0.3 g daily").amount == 300.0
    assert only("lenalidomide 2500 mcg daily").amount == 2.5
    assert only("lenalidomide 2500 µg daily").amount == 2.5
    assert only("il-2 600000 IU daily").unit == "IU"
    assert only("lenalidomide 0 mg daily").amount == 0.0


REFUSED = [  # text, the word that the carets stand under, what is said, what helps
    ("lenalidomde 25 mg daily", "lenalidomde", "not known", "'lenalidomide'"),
    ("x 25 mg daily", "x", "not known", "known: "),
    ("len -25 mg daily", "-", "negative", "0 mg or more"),
    ("len nan mg daily", "nan", "not a number", "25 mg"),
    ("len inf mg daily", "inf", "not a number", "25 mg"),
    ("len 1e999 mg daily", "1e999", "impossible", "finite"),
    ("len 2000 g daily", "2000", "impossible", "1 kg"),
    ("len 25 mL daily", "mL", "not a unit in which lenalidomide", "a mass"),
    ("len 1 sachet daily", "sachet", "strengths differ", "an amount in mg"),
    ("len 25 mg percutaneous daily", "percutaneous", "not understood", "daily"),
    ("len 25 IU daily", "IU", "not a unit in which lenalidomide", "a mass"),
    ("bcg 81 mg weekly", "mg", "not a unit in which bcg", "CFU"),
    ("len 25 daily", "daily", "has no unit", "25 mg"),
    ("len 1 capsule daily", "capsule", "strengths differ", "mg"),
    ("dex 25 mg/m2 daily", "m", "body surface area", "1.8 m2"),
    ("dex 0.5 mg/kg daily", "kg", "body weight", "75 kg"),
    ("len 2,5 mg daily", ",", "comma", "'2.5 mg'"),
    ("len 25 mg days 1-30 of 28", "30", "day 30 of a cycle of 28 days", "days 1 to 28"),
    ("len 25 mg day 30 of 28", "30", "day 30 of a cycle of 28 days", "days 1 to 28"),
    ("len 25 mg days 1-30 every 28 days", "days", "day 30 of a cycle of 28 days", "days 1 to 28"),
    ("len 25 mg days 0-3 of 28", "0", "is 0", "from 1"),
    ("len 25 mg days 1.5 of 28", "1.5", "is 1.5", "whole number"),
    ("len 25 mg days 21-1 of 28", "1", "backwards", "'days 1-21'"),
    ("len 25 mg days 1,8,8 of 28", "8", "named twice", ""),
    ("len 25 mg days 1-21", "days", "lack the length", "'days 1-21 of 28'"),
    ("len 25 mg days 1-21 of 4000", "4000", "is 4000", "366"),
    ("len 25 mg every 0 h", "0", "is 0", "from 1"),
    ("len 25 mg every 2", "the end", "unit of time", "48 h"),
    ("len 25 mg every 1001 h", "1001", "does not repeat", "whole days"),
    ("len 25 mg every 36 h days 1-21 of 28", "36", "cannot be joined", "24, 48"),
    ("len 25 mg 8 times a week", "8", "8 times a week", "twice daily"),
    ("len 25 mg 7 times a day", "7", "divide a day", "1, 2, 3"),
    ("len 25 mg 3 times daily weekly tiw", "tiw", "given twice", "'weekly'"),
    ("len 25 mg daily weekly", "weekly", "contradict", "one of the two"),
    ("len 25 mg daily daily", "daily", "given twice", "gave it first"),
    ("len 25 mg every 28 days for 21 days", "21", "would be a single dose", "'days 1-21 of 28'"),
    ("dex 40 mg weekly once", "once", "would be a single dose", "'once'"),
    ("len 25 mg for 30 days of 28", "30", "30 days on", "no more of them"),
    ("dex 40 mg 5/7", "5", "for 5 days, or days 1-5 of 7", "'for 5 days'"),
    ("dex 20 mg biweekly", "biweekly", "twice a week or every 2 weeks", "'every 2 weeks'"),
    ("dex 20 mg bi-weekly", "bi", "twice a week or every 2 weeks", "'twice a week'"),
    ("len 10 mg daily then 7 days off", "7", "where an amount", "'21 days on 7 days off'"),
    ("len 10 mg daily then off", "off", "a pause", "'21 days on 7 days off'"),
    ("len 10 mg daily off", "off", "after how many days", "'days 1-21 of 28'"),
    ("len 2.5.5 mg daily", ".", "'2.5.5' is not a number", "2.5 mg"),
    ("len .5 mg daily", ".", "begins with a point", "'0.5'"),
    ("len 25 mg monthly", "monthly", "not a fixed number", "weeks"),
    ("len 25 mg daily for 3 months", "months", "not a fixed number", "weeks"),
    ("len 25 mg daily at bedtime", "at", "hour of the day", "leave it out"),
    ("len 25 mg dayly", "dayly", "not understood", "'daily'"),
    ("len 25 mg 21 daily", "21", "stands alone", "3 times a week"),
    ("len 25 mg", "len", "has no schedule", "'daily'"),
    ("len", "the end", "has no amount", "25 mg"),
    ("", "the end", "empty", "days 1-21 of 28"),
    ("25 mg lenalidomide daily", "25", "begins with the drug", "name first"),
    ("len 25 mg daily +", "the end", "nothing follows", "days 1-21 of 28"),
    ("len 25 mg daily + len 10 mg weekly", "len", "twice on day 1", "then"),
    ("len 25 mg daily then 10 mg", "10", "never ends", "for 4 cycles"),
    ("len 25 mg daily for 0 weeks", "0", "is 0", "from 1"),
    ("dex 4 mg iv over 0.3 min daily", "0.3", "0.3 min", "whole minutes"),
    ("dex 4 mg iv sc daily", "sc", "given twice", "'iv'"),
    ("dex 4 mg po over 30 min daily", "30", "no infusion", "iv"),
    ("dex 4 mg iv over 30 min daily for 2 days then 4 mg daily nonsense", "nonsense", "not understood", "dex"),
]


@pytest.mark.parametrize(("text", "word", "what", "helps"), REFUSED)
def test_refusal_points_at_the_word_and_shows_what_is_right(text, word, what, helps):
    with pytest.raises(InputError) as caught:
        parse(text)
    error = caught.value
    place, line, carets = error.where.split("\n")
    assert what in error.what
    assert helps in error.right + error.hint
    assert line == "  " + text
    if word != "the end":
        begin, end = carets.index("^"), carets.rindex("^") + 1
        assert line[begin:end] == word
    assert place.startswith("the end" if word == "the end" else f"'{word}'")


@pytest.mark.parametrize(
    ("text", "word", "what", "right"),
    [
        ("lenalidomide 25 mg iv daily", "iv", "not given by route 'iv'", "oral"),
        ("dex 4 mg weekly + lenalidomide 25 mg sc daily", "sc", "not given by route 'sc'", "oral"),
        ("lenalidomide 25 mg over 2 h daily", "2", "route 'oral', and that is no infusion", "no 'over …'"),
        ("rituximab 500 mg sc over 2 h weekly", "sc", "not given by route 'sc'", "iv or oral"),
    ],
)
def test_a_route_that_the_drug_does_not_have_is_refused(text, word, what, right):
    forms = {"lenalidomide": DrugForm(routes=("oral",)), "dexamethasone": DrugForm(routes=("oral", "iv"))}
    forms["rituximab"] = DrugForm(routes=("iv", "oral"))
    with pytest.raises(InputError) as caught:
        parse_regimen(text, forms)
    assert what in caught.value.what
    assert right in caught.value.right
    assert caught.value.where.startswith(f"'{word}'")
    assert parse_regimen("dex 20 mg iv over 30 min weekly", forms).components[0].infusion_minutes == 30
    assert parse_regimen("rituximab 500 mg over 4 h weekly", forms).components[0].infusion_minutes == 240


def test_every_reading_with_the_library_is_the_same():
    """What `titer regimen` understands, a comparison runs: both go through `titer.library.read_regimen`."""
    import titer
    from titer.library import read_regimen

    assert titer.parse_regimen(RD) == read_regimen(RD)
    for read in (titer.parse_regimen, read_regimen):
        for text in ("lenalidomide 25 mg iv daily", "lenalidomide 25 mg over 2 h daily"):
            with pytest.raises(InputError, match="route"):
                read(text)
    source = Path(titer.__file__).parent
    # A check reads drugs that have labels and no model yet; nobody else picks which drugs, units and routes are known.
    own = {source / "library" / "__init__.py", source / "library" / "labels" / "__init__.py"}
    imported = re.compile(r"^\s*from titer\.dosing\.parse import", re.MULTILINE)  # and not in an example (">>> from")
    callers = {path for path in source.rglob("*.py") if imported.search(path.read_text())}
    assert {path for path in callers if path.parent.name != "dosing"} == own


def test_examples_in_errors_are_about_the_drug_at_hand():
    with pytest.raises(InputError) as caught:
        parse_regimen("lenalidomide 15 mg nonsense", ["dexamethasone", "lenalidomide"])
    assert caught.value.right.startswith("'lenalidomide 15 mg days 1-21 of 28'")
    with pytest.raises(InputError) as caught:
        parse_regimen("dex 4 mg weekly + il-2", {"dexamethasone": "mg", "il-2": "IU"})
    assert caught.value.right.startswith("'il-2 25 IU days")


def test_tablets_can_follow_an_infusion():
    first, second = parse("dexamethasone 20 mg iv over 30 min weekly for 2 weeks then 20 mg po").components
    assert (first.route, first.infusion_minutes) == ("iv", 30)
    assert (second.route, second.infusion_minutes) == ("oral", 0)


def test_an_unclear_beginning_of_a_drug_is_refused():
    with pytest.raises(InputError, match="beginning of several drugs") as caught:
        parse_regimen("lena 5 mg daily", ["lenalidomide", "lenabasum"])
    assert caught.value.right == "lenabasum or lenalidomide"


@st.composite
def components(draw):
    shape = draw(st.sampled_from(["cycle", "odd"]))
    route = draw(st.sampled_from(["", *ROUTES]))
    infusions = [0, 30, 60, 120, 75] if route in ("", *INFUSED) else [0]
    common = {
        "drug": draw(st.sampled_from(DRUGS)),
        "amount": draw(st.floats(0, 1e6, allow_subnormal=False)),
        "route": route,
        "start_day": draw(st.integers(1, 1000)),
        "n_days": draw(st.none() | st.integers(1, 3000)),
        "infusion_minutes": draw(st.sampled_from(infusions)),
    }
    if shape == "odd":
        return Component(**common, every_h=36, cycle_length=3)
    length = draw(st.integers(1, 60))
    days = draw(st.sets(st.integers(1, length), min_size=1))
    n = draw(st.sampled_from([1, 1, 2, 3, 4, 6]))
    return Component(**common, days=tuple(sorted(days)), cycle_length=length, times=tuple(range(0, 1440, 1440 // n)))


@st.composite
def regimens(draw):
    made = draw(st.lists(components(), min_size=1, max_size=4, unique_by=lambda component: component.drug))
    last = made[-1]
    if last.n_days is not None and draw(st.booleans()):
        later = draw(components())
        fields = {**vars(later), "drug": last.drug, "start_day": last.end_day + 1}
        fields.pop("offsets", None)
        made.append(Component(**fields))
    return Regimen("", tuple(made))


@settings(deadline=None)
@given(regimens())
def test_canonical_text_reads_back_as_an_equal_regimen(regimen):
    assert parse(str(regimen)) == regimen


SIGNS = ["mg", "g", "h", "of", "+", "-", ",", "/", "times", "week", "cycles", "off", "m2", "^"]
WORDS = st.sampled_from([*KEYWORDS, *DRUGS, *SIGNS]) | st.integers(0, 40).map(str) | st.text(max_size=4)
PHRASES = st.sampled_from(
    [
        "days 1-3 of 28",
        "d1,8/21",
        "for 2 weeks",
        "for 3 cycles",
        "every 36 h",
        "q2d",
        "bid",
        "then 5 mg",
        "then dex 1 mg daily",
        "+ dex 4 mg weekly",
        "and pom 4 mg daily",
        "over 2 h",
        "from day 3",
        "from cycle 2",
        "po",
        "3x/week",
        "daily",
        "once",
    ]
)


@settings(deadline=None, max_examples=300)
@given(
    st.lists(WORDS, max_size=14) | st.lists(PHRASES | WORDS, max_size=3) | st.lists(PHRASES, max_size=7), st.randoms()
)
def test_any_text_gives_a_regimen_or_an_input_error(words, random):
    try:
        regimen = parse(" ".join([random.choice(["", "lenalidomide 25 mg"]), *words]))
    except InputError:
        return
    assert parse(str(regimen)) == regimen


@pytest.mark.parametrize("not_text", [None, 25, b"lenalidomide 25 mg daily"])
def test_what_is_not_text_is_refused(not_text):
    with pytest.raises(InputError, match="a regimen is a text"):
        parse(not_text)


def test_a_text_too_long_to_be_a_regimen_is_refused():
    with pytest.raises(InputError, match="characters"):
        parse("lenalidomide 25 mg daily + " * 1000)


REAL_DRUGS = (
    "iberdomide",
    "avadomide",
    "prednisone",
    "betamethasone",
    "hydrocortisone",
    "bortezomib",
    "melphalan",
    "methotrexate",
    "imiquimod",
    "BCG",
    "leflunomide",
    "dexmedetomidine",
)


@pytest.mark.parametrize("drug", REAL_DRUGS)
def test_no_drug_is_proposed_for_another(drug):
    from titer.library import drugs_without_model, read_regimen

    for word in (drug, drug[:4]):
        with pytest.raises(InputError) as caught:
            read_regimen(f"{word} 100 mg daily")
        assert "did you mean" not in caught.value.hint
    if drug in drugs_without_model():
        with pytest.raises(InputError, match=f"no model of {drug} yet"):
            read_regimen(f"{drug} 100 mg daily")


def test_a_slip_of_the_pen_gets_the_drug_that_was_meant():
    from titer.library import read_regimen

    slips = (("lenalidomid", "lenalidomide"), ("dexametasone", "dexamethasone"), ("Lenolidomide", "lenal"))
    of_the_class = (("thalidomid", "thalidomide"), ("pomalidomid", "pomalidomide"), ("pomolidomide", "pomal"))
    for slip, drug in (*slips, *of_the_class):
        with pytest.raises(InputError) as caught:
            read_regimen(f"{slip} 10 mg daily")
        assert f"did you mean '{drug}" in caught.value.hint


def test_a_dose_above_those_studied_is_told():
    from titer.library import dose_warnings, read_regimen

    assert dose_warnings(read_regimen("lenalidomide 50 mg daily + dexamethasone 40 mg weekly")) == []
    [told] = dose_warnings(read_regimen("lenalidomide 2500 mg daily for 1 week then 2500 mg weekly"))
    assert "lenalidomide 2500 mg on one day is more than its model answers for, 50 mg (Connarn" in told


def test_the_smallest_and_largest_amounts_of_a_day_are_found():
    from titer.clinic.prescription import amounts_on_a_day
    from titer.library import read_regimen

    regimen = read_regimen("lenalidomide 10 mg twice daily for 1 week then 5 mg weekly + dexamethasone 40 mg weekly")
    assert amounts_on_a_day(regimen) == {"lenalidomide": (5.0, 20.0), "dexamethasone": (40.0, 40.0)}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("lenalidomide 25 mg every 1 h", "lenalidomide 600 mg"),
        ("dexamethasone 40 mg twice daily", "dexamethasone 80 mg"),
        ("lenalidomide 10 mg daily for 40 weeks then 30 mg twice daily", "lenalidomide 60 mg"),
    ],
)
def test_all_doses_of_a_day_count_together(text, amount):
    from titer.library import dose_warnings, read_regimen

    [told] = dose_warnings(read_regimen(text))
    assert f"{amount} on one day" in told
    halved = read_regimen("lenalidomide 25 mg twice daily + dexamethasone 20 mg twice daily days 1,8 of 28")
    assert dose_warnings(halved) == []


def test_every_example_of_the_guide_runs_with_the_library():
    from titer.library import read_regimen

    guide = (Path(__file__).parents[1] / "docs" / "regimens.md").read_text()
    examples = re.findall(r"^    ((?:[a-z]+) [\d.]+ ?mg .*)$", guide, re.M)
    assert len(examples) >= 12
    for text in examples:
        assert read_regimen(text).drugs


def test_every_example_of_the_guide_is_understood():
    guide = (Path(__file__).parents[1] / "docs" / "regimens.md").read_text()
    accepted = re.findall(r"^    ((?:[a-z]+) [\d.]+ ?mg .*)$", guide, re.M)
    assert len(accepted) >= 12
    for text in accepted:
        assert str(parse(str(parse(text)))) == str(parse(text))
    meanings = re.findall(r"^\| `(.+?)` \| `(.+?)` \|", guide, re.M)
    assert len(meanings) >= 12
    for written, read in meanings:
        assert parse(f"lenalidomide 25 mg {written}") == parse(f"lenalidomide 25 mg {read}"), written


def test_reading_a_regimen_in_mg_loads_neither_pint_nor_scipy():
    code = "import sys; from titer.dosing.parse import parse_regimen as p; from titer.dosing.calendar import calendar; "
    code += "calendar(p('len 0.025 g daily', ['lenalidomide'])); print({'pint', 'scipy', 'sympy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
