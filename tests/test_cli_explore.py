"""`titer explore` from the words typed to the files written."""

import csv
import json
import re
import shlex
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from titer.cli import run
from titer.library import threats
from titer.show.course_text import number_text

ROOT = Path(__file__).parent.parent
QUICK = ["--threat", "virus", "--days", "3"]
CELLS = ("dendritic", "macrophages", "tissue_neutrophils", "nk", "th1", "effector_t", "treg")


def printed(capsys, *arguments, code=0):
    assert run(["explore", *arguments]) == code
    return capsys.readouterr()


def as_json(capsys, *arguments, code=0):
    return json.loads(printed(capsys, *arguments, "--json", code=code).out)


def test_without_a_threat_all_are_listed(capsys):
    shown = printed(capsys).out
    assert all(f"{key} " in shown for key in threats())
    assert max(map(len, shown.splitlines())) <= 100
    [virus] = [line for line in shown.splitlines() if line.startswith("virus ")]
    assert virus.split("  ")[-1].strip() == threats()["virus"].title
    assert all(told in virus for told in ("1e6 copies/mL", "tissue, blood", " 60 "))
    rows = as_json(capsys)["threats"]
    assert [row["name"] for row in rows] == list(threats())
    assert rows[-1] == {
        "name": "virus",
        "title": threats()["virus"].title,
        "dose": 1e6,
        "dose_unit": "copies/mL",
        "place": "tissue",
        "places": ["tissue", "blood"],
        "days": 60.0,
    }


def test_json_has_exactly_the_promised_shape(capsys):
    shown = as_json(capsys, "--threat", "virus", "--dose", "1e6")
    n = len(shown["time_day"])
    assert shown["time_day"] == sorted(shown["time_day"])
    assert {"antigen", "il6", "tnf", "ifn_gamma", "temperature", "symptom_score", *CELLS} <= set(shown["series"])
    for one in shown["series"].values():
        assert set(one) == {"unit", "values"}
        assert len(one["values"]) == n
    assert set(shown["peaks"]) == set(shown["series"])
    for name, peak in shown["peaks"].items():
        assert set(peak) == {"value", "unit", "day"}
        assert peak["value"] == max(shown["series"][name]["values"])
        assert peak["unit"] == shown["series"][name]["unit"]
    assert shown["cleared_day"] is None or shown["cleared_day"] > 0
    assert (shown["threat"], shown["dose"], shown["dose_unit"]) == ("virus", 1e6, "copies/mL")


def test_the_table_fits_and_says_what_became_of_the_threat(capsys):
    shown = printed(capsys, *QUICK).out
    assert max(map(len, shown.splitlines())) <= 100
    assert "IL-6, pg/mL" in shown
    assert "not cleared by day 3." in shown
    assert "infected cells  " in shown  # no unit: a number of them
    assert "Days count from the first challenge." in shown


def test_a_drug_stands_beside_the_course_without_it(capsys):
    arguments = [*QUICK, "--drug", "lenalidomide 25 mg daily", "--lead", "14"]
    shown = printed(capsys, *arguments).out
    assert "begun 14 days before" in shown
    assert "lowest ANC, 10^9/L" in shown
    assert "With lenalidomide 25 mg daily:" in shown
    assert max(len(line.rstrip()) for line in shown.splitlines() if "  " in line) <= 80  # the table, in any terminal
    assert max(map(len, shown.splitlines())) <= 100
    told = as_json(capsys, *arguments)
    assert told["drug"] == "lenalidomide 25 mg daily"
    assert told["with_drug"]["lows"]["anc"]["value"] < 3.0
    assert len(told["with_drug"]["series"]["antigen"]["values"]) == len(told["time_day"])


def test_more_than_a_drug_was_studied_at_is_warned_of(capsys):
    captured = printed(capsys, *QUICK, "--drug", "dexamethasone 80 mg weekly")
    assert captured.err.startswith("Warning: dexamethasone 80 mg on one day is more than its model answers for")


def test_people_have_a_band_and_the_same_seed_gives_the_same_people(capsys):
    arguments = [*QUICK, "--patients", "5", "--seed", "3"]
    first = as_json(capsys, *arguments)
    assert set(first["series"]["il6"]) == {"unit", "values", "low", "high"}
    assert as_json(capsys, *arguments, "--threads", "1") == first
    peak = first["peaks"]["il6"]
    assert peak["low"] < peak["value"] < peak["high"]
    shown = printed(capsys, *arguments).out
    [head] = [line for line in shown.splitlines() if "at rest" in line]
    assert head.split() == ["at", "rest", "peak", "5-95%", "on", "day"]
    assert f" {number_text(peak['low'])}–{number_text(peak['high'])} " in shown
    assert "cleared by day 3 in 0% of people." in shown
    assert "medians of each person's own" in shown


def test_people_with_a_drug_have_both_ranges_in_the_width(capsys):
    shown = printed(capsys, *QUICK, "--patients", "3", "--drug", "lenalidomide 25 mg daily").out
    [head] = [line for line in shown.splitlines() if "at rest" in line]
    assert head.count("5-95%") == 2
    assert max(map(len, shown.splitlines())) <= 100
    assert "…" not in shown


def test_a_dose_that_cannot_be_followed_is_named(capsys):
    captured = printed(capsys, "--threat", "virus", "--dose", "1e300", code=1)
    assert captured.err.startswith("SolveError: ")
    assert "a dose nearer the usual 1e+06 copies/mL, since 1e+300 is 1e+294 times as much" in captured.err


def test_a_further_encounter_has_a_table_of_its_own(capsys):
    shown = printed(capsys, *QUICK, "--again", "2").out
    assert "First encounter, day 0" in shown
    assert "Second encounter, day 2" in shown


def test_a_challenge_of_blood_arrives_there(capsys):
    tissue, blood = (as_json(capsys, *QUICK, "--place", place) for place in ("tissue", "blood"))
    assert blood["place"] == "blood"
    assert blood["series"]["antigen"]["values"] != tissue["series"]["antigen"]["values"]


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf", ".csv", ".parquet"])
def test_a_file_is_written_by_its_ending(tmp_path, capsys, ending):
    path = tmp_path / f"course{ending}"
    printed(capsys, *QUICK, "--drug", "lenalidomide 25 mg daily", "--out", str(path))
    assert path.stat().st_size > 1000
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    if ending == ".csv":
        with path.open() as file:
            rows = list(csv.DictReader(file))
        assert {row["drug"] for row in rows} == {"", "lenalidomide 25 mg daily"}
        assert float(rows[1]["antigen [1/mL]"]) > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--threat", "viruss"], "the library has no threat 'viruss'"),
        ([*QUICK, "--dose", "0"], "a dose of 0 copies/mL"),
        ([*QUICK, "--dose", "-5"], "a dose of -5 copies/mL"),
        ([*QUICK, "--dose", "nan"], "a dose of nan copies/mL"),
        (["--threat", "tumour-cell", "--place", "blood"], "a challenge in 'blood'"),
        (["--threat", "virus", "--days", "0"], "a run of 0 days"),
        (["--threat", "virus", "--days", "nan"], "a run of nan days"),
        ([*QUICK, "--again", "-1"], "a further encounter on day -1"),
        ([*QUICK, "--drug", "nothingmab 5 mg daily"], "nothingmab"),
        ([*QUICK, "--lead", "3"], "a drug that begins 3 days before, and no drug"),
        ([*QUICK, "--lead", "-1"], "a drug that begins -1 days before"),
        ([*QUICK, "--set", "innate.nothing=1"], "there is no parameter 'innate.nothing'"),
        ([*QUICK, "--set", "innate.alertness=nan"], "innate.alertness"),
        ([*QUICK, "--patients", "0"], "--patients"),
        ([*QUICK, "--out", "course.doc"], "no ending that says what to write"),
    ],
)
def test_what_cannot_be_used_leaves_with_2_and_one_shape(capsys, arguments, message):
    captured = printed(capsys, *arguments, code=2)
    assert captured.err.startswith("InputError: ")
    assert message in captured.err
    assert captured.out == ""
    assert message.split("'")[0] in as_json(capsys, *arguments, code=2)["error"]["what"]


def commands_of(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lines = [
        line.split(" #")[0].strip()
        for block in re.findall(r"```bash\n(.*?)```", text, re.S)
        for line in block.splitlines()
    ]
    return [shlex.split(line)[1:] for line in lines if line.startswith("titer ")]


def test_the_commands_of_the_pages_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    commands = commands_of("immune.md") + commands_of("threats.md")
    assert len(commands) > 10
    for words in commands:
        fewer = [
            "5" if before in ("--patients", "-n") else word for before, word in zip(["", *words], words, strict=False)
        ]
        assert run(fewer) == 0, words
    assert capsys.readouterr().err.count("Warning") <= len(commands)
    assert {path.name for path in tmp_path.iterdir()} == {"endotoxin.png", "virus.png"}


def test_the_python_of_the_page_runs(capsys):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "immune.md").read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {})
    assert "Peak(value=" in capsys.readouterr().out


def test_every_threat_has_its_picture_and_its_words():
    page = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
    for key, threat in threats().items():
        picture = ROOT / "docs" / "images" / f"threat_{key.replace('-', '_')}.png"
        assert f"## {threat.title}\n" in page
        assert f"images/{picture.name}" in page
        assert 10_000 < picture.stat().st_size < 150_000
    pictures = {path.name for path in (ROOT / "docs" / "images").glob("threat_*.png")}
    assert set(re.findall(r"images/(threat_.*?\.png)", page)) == pictures


def numbers_and_words(text):
    """The numbers of a text, and the text without them."""
    pattern = r"-?\d[\d,]*\.?\d*(?:e-?\d+)?"
    return [float(one.replace(",", "")) for one in re.findall(pattern, text)], re.sub(pattern, "#", text)


def test_the_output_in_the_readme_is_what_is_printed(capsys):
    [block] = re.findall(r"```text\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    parts = re.findall(r"\$ titer (.*)\n((?:[^$\n].*\n)+)", block)
    assert len(parts) == 2
    for command, output in parts:
        assert run(shlex.split(command)) == 0
        printed_lines = capsys.readouterr().out.splitlines()
        for line in output.splitlines():
            assert line in printed_lines


def test_the_page_of_threats_is_what_its_script_writes():
    """To bring it up to date: python examples/threat_pictures.py docs."""
    specification = spec_from_file_location("threat_pictures", ROOT / "examples" / "threat_pictures.py")
    script = module_from_spec(specification)
    specification.loader.exec_module(script)
    page = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
    sections = [script.section(script.explored(key), script.picture_of(key)) for key in script.LOOK_AT]
    sections += [write(found, picture) for write, found, picture in script.extras()]
    assert [one.splitlines()[0] for one in sections] == re.findall(r"^## .*", page, re.M)
    for written in sections:
        title = written.splitlines()[0]
        shown = title + page.split(title)[1].split("\n## ")[0].rstrip("\n") + "\n"
        numbers, words = numbers_and_words(written)
        own, own_words = numbers_and_words(shown)
        assert words == own_words
        assert own == pytest.approx(numbers, rel=0.02, abs=0.11)  # last digits differ between processors


def test_a_threat_and_the_map_of_the_core_can_be_shown(capsys):
    assert run(["show", "virus"]) == 0
    shown = capsys.readouterr().out
    assert all(number.name in shown for number in threats()["virus"].numbers)
    assert max(map(len, shown.splitlines())) <= 100
    assert run(["show", "immune"]) == 0
    shown = capsys.readouterr().out
    assert "danger [–]" in shown
    assert "0.07 1/day" in shown  # what patients with an immune core meet
