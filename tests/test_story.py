"""One patient's story: every row of the ledger is told, and it can be read at a glance."""

import re
from dataclasses import replace

import numpy as np
import pytest

from stored_runs import ARMS, N, stored_run, stored_trial
from titer.errors import InputError
from titer.model.declare import Source
from titer.show.story import (
    MARKS,
    DrugWeek,
    Week,
    _outcome,
    _weeks,
    arms_with,
    day_mark,
    decision_text,
    news_rows,
    story_of,
)
from titer.show.story_text import LETTERS, SIGNS, can_show_signs, story_text
from titer.show.why import known_reasons, reasons_of, source_text
from titer.trials.columns import Words
from titer.trials.results import Results
from titer.trials.stored import read_table


def results():
    return Results.open(stored_run())


def story(patient, arm="A", days=None):
    return story_of(results(), patient, arm, days)


def rows(table, patient, arm):
    stored = read_table(stored_run(), table).to_pydict()
    own = [i for i, (p, a) in enumerate(zip(stored["patient"], stored["arm"], strict=True)) if (p, a) == (patient, arm)]
    return [{name: values[i] for name, values in stored.items()} for i in own]


def someone(action):
    """A patient and arm with a decision of that kind."""
    stored = read_table(stored_run(), "decisions").to_pydict()
    at = stored["action"].index(action)
    return stored["patient"][at], stored["arm"][at]


# ---- what is told is what is stored ----------------------------------------------------------------------------------


@pytest.mark.parametrize("patient", range(0, N, 5))
@pytest.mark.parametrize("arm", ["A", "B"])
def test_every_row_of_the_ledger_is_in_the_story(patient, arm):
    told, json = story(patient, arm), story(patient, arm).as_json()
    for table in ("visits", "decisions", "doses", "events", "status"):
        assert len(json[table]) == len(rows(table, patient, arm)), table
    dose_days = {(row["drug"], row["minute"] // 1440) for row in rows("doses", patient, arm)}
    marked = sum(mark != "none" for week in told.weeks for drug in week.drugs.values() for mark in drug.marks)
    assert marked == len(dose_days) > 50
    decisions, events = rows("decisions", patient, arm), rows("events", patient, arm)
    news = news_rows([row["action"] for row in decisions], [row["drug"] for row in decisions])
    assert sum(len(week.notes) for week in told.weeks) == sum(news) + len(events)
    seen = sum(
        row[f"{test}_reported"] == row[f"{test}_reported"]
        for row in rows("visits", patient, arm)
        for test in ("anc", "platelets", "haemoglobin", "m_protein")
    )
    assert sum(len(week.seen) for week in told.weeks) == seen


@pytest.mark.parametrize("patient", range(0, N, 5))
def test_every_line_of_text_has_its_row(patient):
    told = story(patient)
    text = story_text(told)
    body = text.split("\n\n")[1]
    weeks = re.findall(r"^ *(\d+) +(\d+) ", body, re.M)
    assert [int(day) for _, day in weeks] == [week.day for week in told.weeks if not week.empty]
    assert len(re.findall(r"└ day", body)) == sum(len(week.notes) for week in told.weeks)
    signs = sum(body.count(SIGNS[mark]) for mark in MARKS if mark != "none")
    assert signs == sum(mark != "none" for week in told.weeks for drug in week.drugs.values() for mark in drug.marks)


def test_a_hold_is_seen_where_it_was():
    patient, arm = someone("hold")
    day = next(row["day"] for row in rows("decisions", patient, arm) if row["action"] == "hold")
    week = next(week for week in story(patient, arm).weeks if week.day == day)
    assert "held" in week.drugs["lenalidomide"].marks
    assert [note.text for note in week.notes if note.text.startswith("hold lenalidomide")]
    assert week.looked


def test_a_lower_dose_is_seen_with_its_amount():
    patient, arm = someone("resume lower")
    told = story(patient, arm)
    lowered = [week.drugs["lenalidomide"] for week in told.weeks if "lowered" in week.drugs["lenalidomide"].marks]
    assert lowered
    assert all(0 < amount < 25 for drug in lowered for amount in drug.amounts)
    assert "◐" in story_text(told)


def test_events_are_told_on_their_days():
    stored = read_table(stored_run(), "events").to_pydict()
    patient, arm, day = stored["patient"][0], stored["arm"][0], stored["day"][0]
    notes = [note for week in story(patient, arm).weeks for note in week.notes]
    assert day in [note.day for note in notes]


# ---- how it is told --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("patient", range(0, N, 4))
@pytest.mark.parametrize("signs", [True, False])
def test_it_fits_in_a_hundred_columns(patient, signs):
    for arm in ("A", "B"):
        text = story_text(story(patient, arm), 100, signs=signs)
        assert max(len(line) for line in text.splitlines()) <= 100
        assert all(line == line.rstrip() for line in text.splitlines())


def test_a_poor_terminal_gets_letters():
    patient, arm = someone("resume lower")
    text = story_text(story(patient, arm), signs=False, reasons=reasons_of(stored_run(), story(patient, arm)))
    assert text.isascii()
    assert LETTERS["held"] in text
    assert can_show_signs("utf-8")
    assert not can_show_signs("latin-1")
    assert not can_show_signs("no such encoding")


def test_the_legend_explains_every_mark_that_is_used_and_no_other():
    text = story_text(story(0, "B"))
    legend = text[text.index("Marks, one a day") :]
    body = text[: text.index("Marks, one a day")]
    for mark, sign in SIGNS.items():
        if mark != "none":
            assert (sign in body) == (sign in legend), mark


def test_days_cut_the_story_to_whole_weeks():
    told = story(0, days=(30, 40))
    assert [week.day for week in told.weeks] == [28, 35]
    assert {row["day"] for row in told.rows["visits"]} == {28, 35}
    assert story_text(story(0, days=(5000, 6000))).count("week") >= 1


def test_reasons_are_the_words_of_the_label():
    patient, arm = someone("hold")
    told = story(patient, arm)
    reasons = reasons_of(stored_run(), told)
    acted = {note.rule for week in told.weeks for note in week.notes if note.rule}
    assert {reason.rule for reason in reasons} == acted
    assert all(len(reason.wording) > 20 and reason.source for reason in reasons)
    assert f"“{reasons[0].wording[:20]}" in story_text(told, reasons=reasons)
    assert known_reasons(stored_run(), arm)


def test_a_source_from_memory_says_so():
    assert "from memory" in source_text(Source("Somebody 2001", confirmed=False))
    assert source_text(Source("Somebody 2001", doi="10.1/x")) == "Somebody 2001, doi 10.1/x"


# ---- parts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("planned", "given", "reason", "mark"),
    [
        ([], [], [], "none"),
        ([25.0], [25.0], ["planned"], "full"),
        ([10.0, 10.0], [10.0, 10.0], ["planned", "planned"], "full"),
        ([25.0], [20.0], ["lowered"], "lowered"),
        ([25.0], [0.0], ["held"], "held"),
        ([25.0], [0.0], ["missed"], "missed"),
        ([25.0], [0.0], ["stopped"], "stopped"),
        ([10.0], [15.0], ["raised"], "raised"),
        ([0.3], [0.3], ["support"], "support"),
        ([25.0], [24.0], ["rounded"], "lowered"),
        ([0.0], [0.0], ["planned"], "full"),
    ],
)
def test_the_mark_of_a_day(planned, given, reason, mark):
    words = sorted(set(reason)) or ["planned"]
    codes = np.array([words.index(word) for word in reason], int)
    assert day_mark({"planned": np.array(planned), "given": np.array(given), "reason": Words(codes, words)}) == mark


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("hold", "hold len 25 mg (low: ANC 0.91)"),
        ("resume", "resume len 20 mg (low: ANC 0.91)"),
        ("resume lower", "resume len lower: 25 mg → 20 mg (low: ANC 0.91)"),
        ("reduce", "reduce len: 25 mg → 20 mg (low: ANC 0.91)"),
        ("escalate", "raise len: 25 mg → 20 mg (low: ANC 0.91)"),
        ("stop", "stop len 25 mg for good (low: ANC 0.91)"),
        ("delay cycle", "delay the cycle of len (low: ANC 0.91)"),
        ("give", "give len 20 mg (low: ANC 0.91)"),
    ],
)
def test_a_decision_in_words(action, text):
    row = {"action": action, "drug": "len", "rule": "low", "signal": "anc", "value": 0.9123, "dose_before": 25.0}
    assert decision_text({**row, "dose_after": 20.0}, "mg") == text


def test_a_decision_without_a_value_names_its_rule_only():
    row = {"action": "stop", "drug": "len", "rule": "too long", "signal": "", "value": None}
    assert decision_text({**row, "dose_before": 5.0, "dose_after": 0.0}, "mg") == "stop len 5 mg for good (too long)"


def test_supportive_treatments_are_told_under_their_weeks():
    told = story(0)
    give = DrugWeek(("support",) * 5 + ("none",) * 2, (0.3,), "mg")
    none = DrugWeek(("none",) * 7, (), "mg")
    weeks = tuple(
        replace(week, drugs={**week.drugs, "filgrastim": give if week.number == 3 else none}) for week in told.weeks
    )
    text = story_text(replace(told, weeks=weeks))
    assert text.count("+ filgrastim: ◆◆◆◆◆··  0.3 mg".replace("··  ", "·· ")) == 1
    assert "◆ supportive treatment" in text


def test_many_drugs_still_fit():
    told = story(0)
    week = told.weeks[0].drugs["lenalidomide"]
    names = [f"a drug with a long name {i}" for i in range(6)]
    weeks = tuple(replace(one, drugs=dict.fromkeys(names, week)) for one in told.weeks)
    text = story_text(replace(told, weeks=weeks))
    assert max(map(len, text.splitlines())) <= 100
    assert all(f"+ {name}" in text or name[:10] in text for name in names)


def test_quiet_weeks_are_told_as_one():
    told = story(0)
    nothing = {drug: DrugWeek(("none",) * 7, (), "mg") for drug in told.weeks[0].drugs}
    quiet = tuple(Week(number, 7 * (number - 1), {}, False, nothing, ()) for number in range(30, 41))
    assert "weeks 30 to 40: nothing seen" in story_text(replace(told, weeks=(*told.weeks, *quiet)))


@pytest.mark.parametrize(
    ("patient", "arm", "said"), [(N, "A", f"0 to {N - 1}"), (-1, "A", "0 to"), (0, "C", "known: A, B")]
)
def test_who_is_not_there_is_refused(patient, arm, said):
    with pytest.raises(InputError) as told:
        story(patient, arm)
    assert said in str(told.value)


def test_a_comparison_has_everybody_in_every_arm():
    assert arms_with(results(), 3) == ["A", "B"]
    assert story(3, "B").regimen == ARMS[1]


def test_a_crossover_is_told_with_its_day_and_its_drugs():
    people = read_table(stored_trial(), "patients").to_pydict()
    at = next(i for i, day in enumerate(people["crossover_day"]) if day == day)
    patient, arm, day = (people[name][at] for name in ("patient", "arm", "crossover_day"))
    run = Results.open(stored_trial())
    assert arms_with(run, patient) == [arm]
    told = story_of(run, patient, arm)
    notes = [note for week in told.weeks for note in week.notes]
    assert [note.day for note in notes if note.text.startswith("crossover")] == [day]
    week = next(week for week in told.weeks if week.day == day)
    assert set(week.drugs["lenalidomide"].marks) - {"none"}
    text = story_text(told, reasons=reasons_of(stored_trial(), told))
    assert "drugs ended on day" in text
    assert "×" in "".join(
        story_text(story_of(run, p, a)) for p, a in zip(people["patient"], people["arm"], strict=True)
    )
    with pytest.raises(InputError, match=f"arm {arm}"):
        story_of(run, patient, next(other for other in run.arms if other != arm))


# ---- cycles that wait ------------------------------------------------------------------------------------------------


def waiting_tables():
    """Two drugs whose cycle waits from day 28 for two weeks; the second week nobody was seen."""
    days = [28, 28, 35, 35, 42, 42]
    drugs = Words(np.array([0, 1] * 3, np.int8), ["len", "dex"])
    decisions = {
        "patient": np.zeros(6, np.int64),
        "day": np.array(days),
        "drug": drugs,
        "action": Words(np.array([0, 0, 0, 0, 1, 1], np.int8), ["delay cycle", "start cycle"]),
        "rule": Words(np.zeros(6, np.int8), ["low"]),
        "signal": Words(np.zeros(6, np.int8), ["anc"]),
        "value": np.array([0.9, 0.9, np.nan, np.nan, 1.6, 1.6]),
        "dose_before": np.full(6, 25.0),
        "dose_after": np.full(6, 25.0),
    }
    doses = {
        "patient": np.zeros(4, np.int64),
        "drug": Words(np.array([0, 1, 0, 1], np.int8), ["len", "dex"]),
        "minute": np.array([21, 21, 42, 42]) * 1440,
        "planned": np.full(4, 25.0),
        "given": np.full(4, 25.0),
        "reason": Words(np.zeros(4, np.int8), ["planned"]),
        "unit": np.full(4, "mg", object),
    }
    visits = {"patient": np.zeros(1, np.int64), "day": np.array([28]), "anc_reported": np.array([0.9])}
    events = {"patient": np.empty(0, np.int64), "day": np.empty(0), "event": Words(np.empty(0, np.int8), ["vte"])}
    people = {"patient": np.zeros(1, np.int64)}
    return {"visits": visits, "doses": doses, "decisions": decisions, "events": events, "patients": people}


def test_a_week_of_waiting_is_one_line_with_its_own_mark():
    weeks = _weeks(waiting_tables())
    told = {week.day: week for week in weeks}
    assert [note.text for note in told[28].notes] == ["delay the cycle of len, dex (low: ANC 0.90)"]
    assert [note.text for note in told[35].notes] == ["delay the cycle of len, dex (low)"]
    assert all(set(told[day].drugs["len"].marks) == {"waiting"} for day in (28, 35))
    assert "waiting" not in told[21].drugs["dex"].marks + told[42].drugs["dex"].marks
    text = story_text(replace(story(0), weeks=weeks))
    assert text.count(SIGNS["waiting"] * 7) == 4
    assert f"{SIGNS['waiting']} waiting for a cycle" in text
    assert f"{SIGNS['none']} no dose" in text


def test_weeks_of_waiting_are_counted_once_for_all_drugs():
    patient = {"best_response": Words(np.zeros(1, np.int8), ["partial"]), "response_day": np.array([np.nan])}
    status = {"day": np.empty(0), "status": Words(np.empty(0, np.int8), ["completed"])}
    told = _outcome(patient, status, waiting_tables()["decisions"])
    assert told[1] == "2 weeks waiting for a cycle"
