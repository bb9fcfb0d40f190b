"""Tables and the report: figures written as they are, nothing from outside, nothing unescaped."""

import io
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from rich.console import Console

from titer.library import relapsed_myeloma_models
from titer.library.signals import SIGNALS
from titer.show.metrics import METRICS, figure_text, metric
from titer.show.report import Report, render_report, validation_rows
from titer.show.terminal import print_comparison, print_validation
from titer.trials.tables import letters

VOID = {"meta", "br", "img", "link", "hr", "input", "path", "use", "rect"}
NOT_REACHED = {"value": None, "low": None, "high": None}


def figures(value):
    return {m.key: {"value": value, "low": value - 0.021, "high": value + 0.021} for m in METRICS}


def result_of(n_regimens, text="lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"):
    arms = [{"regimen": f"{text} for {i + 6} cycles"} | figures(0.3 + i / 100) for i in range(n_regimens)]
    differences = [{"regimen": a["regimen"], "versus": text} | figures(-0.1 * i) for i, a in enumerate(arms[1:], 1)]
    return {"n": 1000, "seed": 1, "population": "relapsed-myeloma", "regimens": arms, "differences": differences}


def report_of(result, **changes):
    given = {
        "result": result,
        "question": [("Protocol", "US label")],
        "plots": [("A picture", "<svg><title>dot</title></svg>")],
        "population": [("age", "year", "66", "50 to 81")],
        "statuses": [("still treated at the end", 998), ("could not be integrated", 2)],
        "models": relapsed_myeloma_models(),
        "signals": SIGNALS,
        "manifest": {"seed": 1},
    }
    return render_report(Report(**given | changes))


class _Balance(HTMLParser):
    """Collects tags that are closed in the wrong order."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.mark.parametrize(
    ("value", "unit", "signed", "text"),
    [
        ({"value": 0.5, "low": 0.4, "high": 0.6}, "%", False, "50.0 [40.0–60.0]"),
        ({"value": 14.72, "low": 13.1, "high": None}, "months", False, "14.7 [13.1–NR]"),
        (NOT_REACHED, "months", False, "NR"),
        ({"value": -0.0001, "low": -0.01, "high": 0.01}, "%", True, "0.0 [-1.0, +1.0]"),
        (None, "%", False, "–"),
    ],
)
def test_figures_are_written_with_their_interval(value, unit, signed, text):
    assert figure_text(value, unit, signed=signed) == text


def test_metrics_are_those_of_the_json_object():
    from titer.decisions.compare import REPORTED
    from titer.trials.endpoints import ILLNESSES

    assert sorted(m.key for m in METRICS) == sorted([*REPORTED, *ILLNESSES])


def test_an_unknown_metric_is_shown_by_its_name():
    assert metric("rash_g34").label == "rash g34"


def test_letters_go_beyond_z():
    assert letters(28)[-2:] == ["A2", "B2"]
    assert len(set(letters(80))) == 80


@pytest.mark.parametrize("n_regimens", [1, 2, 3, 4, 7])
def test_tables_fit_in_100_columns_with_every_figure_whole(n_regimens):
    console = Console(width=100, record=True, file=io.StringIO())
    result = result_of(n_regimens)
    print_comparison(console, result)
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 100
    assert "…" not in text
    for arm in result["regimens"]:
        assert figure_text(arm["orr"], "%") in text
    for difference in result["differences"]:
        assert figure_text(difference["orr"], "%", signed=True) in text


def test_failures_are_printed():
    console = Console(width=100, record=True, file=io.StringIO())
    print_comparison(console, result_of(2), [{"completed": 997, "failed": 3}, {"completed": 1000}])
    assert "A: 3 of 1,000 patients could not be integrated" in console.export_text()


def test_report_holds_every_figure_status_and_own_number():
    result = result_of(3)
    page = report_of(result)
    for arm in result["regimens"]:
        assert figure_text(arm["median_pfs_month"], "months") in page
    assert "<td>could not be integrated</td><td>2</td>" in page
    models = relapsed_myeloma_models()
    own = [p for m in models for p in m.parameters if p.status in ("calibrated", "assumed")]
    assert f"The {len(own)} numbers that were calibrated or assumed" in page
    assert page.count("not a medical device") == 1


def test_report_needs_nothing_from_outside():
    page = report_of(result_of(2))
    links = re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)""", page) + re.findall(r"url\(([^)]*)\)", page)
    assert [link for link in links if not link.startswith("#")] == []
    assert "<script" not in page
    assert "@import" not in page


def test_report_is_well_formed_html():
    balance = _Balance()
    balance.feed(report_of(result_of(3)))
    assert balance.wrong == []
    assert balance.open == []


def test_report_escapes_text():
    page = report_of(result_of(1, text="<b>bold</b> & co"))
    assert "<b>bold" not in page
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; co" in page


def outcome(**changes):
    row = SimpleNamespace(id="IMID268", endpoint="ORR", source="Moreau 2016")
    given = {
        "rows": (row,),
        "simulation": "rd-weekly",
        "id": "IMID268",
        "confirmed": True,
        "published": 71.5,
        "published_low": 67.0,
        "published_high": 75.7,
        "unit": "%",
        "predicted": 74.0,
        "predicted_low": 71.0,
        "predicted_high": 77.0,
        "role": "prediction",
        "met": True,
        "remark": "",
        "reason": "",
    }
    given |= changes
    record = {name: value for name, value in given.items() if name != "rows"} | {"endpoint": row.endpoint}
    return SimpleNamespace(**given, as_record=lambda: record)


def test_published_rows_stand_beside_predictions():
    rows = validation_rows([outcome(), outcome(met=False, confirmed=False), outcome(met=None, reason="not reached")])
    assert rows[0]["published"] == "71.5 [67 to 75.7] %"
    assert rows[0]["predicted"] == "74 [71 to 77]"
    assert [row["met"] for row in rows] == ["yes", "no", "–"]
    assert rows[1]["id"].endswith("†")
    assert rows[2]["predicted"] == "not reached"
    assert "IMID268 †" in report_of(result_of(1), validation=rows)


def test_validation_table_counts_by_role():
    console = Console(width=100, record=True, file=io.StringIO())
    print_validation(console, [outcome(), outcome(met=False), outcome(role="calibration")])
    text = console.export_text()
    assert "prediction: 1 of 2 met, 1 missed, 0 not predicted" in text
    assert "calibration: 1 of 1 met" in text
