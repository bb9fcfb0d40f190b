"""`titer trial`: what it prints, what it writes, how it refuses."""

import json
from html.parser import HTMLParser

import pytest

from titer.cli import run
from titer.trials.stored import read_manifest, read_table, tables
from titer.trials.study_file import read_study

STUDY = """
name = "small <trial> & Co"
patients = 36
follow_up_month = 8
[[arms]]
name = "d"
regimen = "dexamethasone 40 mg days 1-4,9-12,17-20 of 28"
[[arms]]
name = "Rd <b>"
regimen = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly"
at_progression = "stop"
[randomisation]
strata = ["age >= 65 year"]
[[published]]
arm = "Rd <b>"
figure = "orr"
rows = ["IMID085"]
remark = "Another regimen."
"""


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    return path


class Page(HTMLParser):
    """Tags of a page, to see that nothing from outside is in it."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.sources = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sources += [
            value for name, value in attrs if name in ("src", "href") and not (value or "").startswith("#")
        ]


def test_the_example_works_as_it_is_printed(tmp_path, capsys):
    assert run(["trial", "--example"]) == 0
    path = tmp_path / "study.toml"
    path.write_text(capsys.readouterr().out)
    assert read_study(path).patients == 300


def test_a_trial_is_printed_and_written(study, tmp_path, capsys):
    out = tmp_path / "results"
    assert run(["trial", str(study), "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    for words in ("36 candidates screened", "hazard ratio", "Overall response", "IMID085", "report.html", "boundary"):
        assert words in shown, words
    assert all(len(line) <= 100 for line in shown.splitlines() if "report.html" not in line)
    expected = {"patients", "parameters", "visits", "doses", "decisions", "events", "status", "assessments", "entry"}
    assert set(tables(out)) == expected | {"analysis"}
    for table in expected - {"parameters"}:
        assert read_table(out, table).column_names[:3] == ["patient", "arm", "regimen"]
    manifest = read_manifest(out)
    assert manifest["study"]["patients"] == 36
    assert manifest["what"] == "trial"
    told = json.loads((out / "trial.json").read_text())
    assert told["flow"]["randomised"] == 36
    page = Page((out / "report.html").read_text())
    assert page.sources == []
    assert "script" not in page.tags
    assert "b" not in page.tags  # the arm's name is text
    assert page.tags.count("svg") >= 4


def test_json_is_one_object_and_the_same_with_and_without_a_folder(study, tmp_path, capsys):
    assert run(["trial", str(study), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert run(["trial", str(study), "--json", "--out", str(tmp_path / "o"), "--chunk", "10"]) == 0
    assert json.loads(capsys.readouterr().out) == first
    assert {"flow", "looks", "arms", "comparisons", "forest", "baseline", "cut"} <= set(first)


def test_repeated_trials_give_power_and_type_1_error(study, tmp_path, capsys):
    out = tmp_path / "many"
    assert run(["trial", str(study), "--repeat", "2", "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "Power" in shown
    assert "Type I error" in shown
    told = json.loads((out / "repeat.json").read_text())
    assert told["planned"]["trials"] == 2
    assert set(tables(out / "null")) == {"patients", "assessments", "events", "entry"}
    assert Page((out / "report.html").read_text()).sources == []
    assert run(["trial", str(study), "--repeat", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == told


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "no study file"),
        (["nothing.toml"], "there is no file"),
        (["STUDY", "--resume"], "--resume without --out"),
        (["STUDY", "--repeat", "0"], "repeat"),
        (["STUDY", "--worker-kind", "ants"], "ants"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_run(study, capsys, arguments, expected):
    given = [str(study) if one == "STUDY" else one for one in arguments]
    assert run(["trial", *given]) == 2
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("IMID085", "IMID9999", r"IMID9999"),
        ('figure = "orr"', 'figure = "orrr"', "no figure 'orrr'"),
        ('arm = "Rd <b>"\nfigure', 'arm = "Rd"\nfigure', "no arm 'Rd'"),
    ],
)
def test_published_rows_that_there_are_not_are_refused(study, capsys, old, new, expected):
    study.write_text(STUDY.replace(old, new))
    assert run(["trial", str(study), "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert expected in error["what"]
    assert "[[published]] number 1" in error["where"]


def test_a_bad_file_is_told_by_table_and_key(study, capsys):
    study.write_text(STUDY.replace("strata", "stratta"))
    assert run(["trial", str(study)]) == 2
    told = capsys.readouterr().err
    assert "study.toml, table [randomisation]" in told
    assert "'strata'" in told
