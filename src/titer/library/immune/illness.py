"""Illness as a clinic counts it: how long a fever, a flu-like illness or fatigue has lasted.

Answers:  on which day a patient first had a fever that lasts, and whether neutrophils were low then (febrile
          neutropenia, CTCAE: below 1.0 x10^9/L with 38.0 degC or more for over an hour); on which day a flu-like
          illness or fatigue first was moderate (CTCAE grade 2: limits what one does outside of caring for oneself).
Not for:  single readings of 38.3 degC or more, which also count in CTCAE; sepsis; what antipyretics do; mild and
          severe illness told apart; fatigue of other causes than illness (anaemia, the tumour, drugs).
Assumed:  once a fever has broken, its length is forgotten within an hour or so, so that two short ones are not one long, and
          so with illness and fatigue. CTCAE grades symptoms by what they hinder, and nobody has put grades beside the
          flu-like score of 0 to 28. Patients with cancer are hindered by a fatigue of 4 of 10, which is then called
          moderate: here 2 of 5 (the highest of both scales is the worst), and in a flu-like illness that much of three
          of its five symptoms. Volunteers after 1-2 ng/kg of endotoxin have scores of 6 to 12 at their worst
          (remembered). A flu-like illness has to last an hour, as a fever, and fatigue a day and its night, since that
          of grade 2 is not relieved by rest (rules/myeloma.py).
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import CTCAE_5, ENDOTOXIN_SCORE, FATIGUE_CUTPOINTS, TITER
from titer.model import Equations, Model, Parameter, Population, State
from titer.model.expression import both, where


def equations(t, x, p, s):
    """Clocks that run while it lasts and fall back when it is over."""
    fever = s.temperature >= p.fever
    lasting = {
        "fever_h": fever,
        "febrile_neutropenia_h": both(fever, s.anc < p.neutropenia),
        "flu_like_h": s.symptom_score >= p.moderate_illness,
        "fatigue_h": s.fatigue >= p.moderate_fatigue,
    }
    return Equations(rates={clock: where(on, 1.0, -p.forgetting * getattr(x, clock)) for clock, on in lasting.items()})


# fmt: off
PARAMETERS = (
    Parameter("fever", 38.0, "degC", "temperature from which a patient has a fever", "ctcae: febrile neutropenia, sustained temperature", "fixed"),
    Parameter("neutropenia", 1.0, "10^9/L", "neutrophil count below which a fever is one of neutropenia", "ctcae: febrile neutropenia, ANC <1000/mm3", "fixed"),
    Parameter("moderate_illness", 6.0, "", "flu-like score, 0 to 28, from which an illness is moderate (grade 2)", "score: 2 of 5 in three of its five symptoms; no grades were published", "assumed"),
    Parameter("moderate_fatigue", 2.0, "", "fatigue, 0 to 5, from which it is moderate (grade 2)", "fatigue: 4 of 10; the scale of 5 is titer's", "assumed"),
    Parameter("forgetting", 2.0, "1/h", "how fast the length of a fever, illness or fatigue is forgotten when it is over", "titer: within about an hour", "assumed"),
)
# fmt: on

MODEL = Model(
    key="illness",
    name="illness_titer",
    title="Length of a fever, a flu-like illness and fatigue",
    doc=__doc__,
    time="h",
    sources={"ctcae": CTCAE_5, "score": ENDOTOXIN_SCORE, "fatigue": FATIGUE_CUTPOINTS, "titer": TITER},
    population=Population("adults"),
    states=(
        State("fever_h", "h", "how long the present fever has lasted"),
        State("febrile_neutropenia_h", "h", "how long the present fever has lasted with neutropenia"),
        State("flu_like_h", "h", "how long the present flu-like illness has been moderate"),
        State("fatigue_h", "h", "how long the present fatigue has been moderate"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    reads=("temperature", "anc", "symptom_score", "fatigue"),
)
