"""CDS Hooks cards: the shape that the specification asks for."""

import json

import pytest

from safety_cases import MAN, PATIENTS, PD, RD, TD, screened
from titer.clinic.safety.findings import Finding, meaning_of
from titer.interop.cards import make_card, make_cards


@pytest.mark.parametrize("regimen", [RD, PD, TD])
@pytest.mark.parametrize("patient", [*PATIENTS.values(), {}, {**MAN, "allergies": ["thalidomide", "xyz"]}])
def test_cards_have_the_attributes_of_the_specification(patient, regimen):
    findings = screened(patient, regimen).findings(0)
    response = json.loads(json.dumps(make_cards(findings), allow_nan=False))
    assert set(response) == {"cards"}
    open_severities = {one.severity for one in findings if one.missing}
    assert len(response["cards"]) == sum(not one.missing for one in findings) + len(open_severities) > 5
    for card in response["cards"]:
        assert set(card) == {"summary", "indicator", "detail", "source"}
        assert 0 < len(card["summary"]) < 140
        assert card["indicator"] in ("info", "warning", "critical")
        assert card["source"]["label"]
    for finding in findings:
        details = [card["detail"] for card in response["cards"] if finding.rule in card["detail"]]
        assert finding.missing or any(finding.advice in detail for detail in details)
        asked = [meaning_of(name, finding.lacking) for name in finding.missing]
        assert all(any(one in detail for detail in details) for one in asked)
    order = [("critical", "warning", "info").index(card["indicator"]) for card in response["cards"]]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("severity", "status", "indicator"),
    [
        ("block", "found", "critical"),
        ("block", "not known", "warning"),
        ("require", "found", "warning"),
        ("warn", "not understood", "warning"),
        ("inform", "found", "info"),
    ],
)
def test_only_what_surely_blocks_is_critical(severity, status, indicator):
    finding = Finding("rule", status, severity, ("x",), ("US",), "found", "Do.", {}, source="label")
    assert make_card(finding)["indicator"] == indicator


def test_a_long_summary_is_cut_and_the_detail_is_whole():
    finding = Finding("rule", "found", "warn", ("x",), ("US",), "word " * 60, "Do.", {}, source="label")
    card = make_card(finding)
    assert len(card["summary"]) < 140
    assert card["summary"].endswith("…")
    assert finding.finding in card["detail"]


def test_only_the_facts_that_are_missing_are_asked_for():
    findings = screened({"weight_kg": 70, "sex": "female"}, "lenalidomide 25 mg days 1-21 of 28").findings(0)
    asked = {name: one.lacking.get(name) for one in findings for name in one.missing}
    assert asked["bmi_kg_m2"] == ("height_cm",)
    assert asked["crcl_ml_min"] == ("age_year", "serum_creatinine_mg_dl")
    details = "\n".join(card["detail"] for card in make_cards(findings)["cards"])
    assert "(crcl_ml_min, or age_year and serum_creatinine_mg_dl)" in details
    assert "weight_kg" not in details
