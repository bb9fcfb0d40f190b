"""Flu-like illness and fatigue: what the body feels of its cytokines and its fever.

The score is that of human endotoxaemia: headache, nausea, shivers, muscle pain and back pain of 0 to 5 each, and 3 for
vomiting. Fatigue follows the score and outlasts it by days.

Answers:  how ill a typical person feels, and when, after endotoxin, in infection and after interferon.
Not for:  single symptoms, mood, cortisol (which explains part of the late illness), habituation to interferon.
Assumed:  all sizes. Published are the scale, how long symptoms last (2-4 h; here 3.1 h above half of the highest score),
          and that mood and the rise of IL-6 explain 28.5% of how ill 128 volunteers felt in the first 6 h; no mean score
          could be read. Largest parts are set so that 2 ng/kg of endotoxin give 9 of 28 (remembered: 6-12); half-levels
          are those of fever, so that interferon makes ill where it gives fever. IL-1 acts where it is made (blocking it
          in blood made symptoms milder, not fever), which TNF and IL-6 stand for. In 200 virtual people IL-6 then
          explains a fifth of the spread of the highest score.
Conflict: on another scale, 22 volunteers were as ill 1.5 h after 2 ng/kg as after 3 h, and a third of that was left after
          7 h (questionnaire: abstract). Here illness is half as strong at 1.5 h, strongest at 2.5 h, and a seventh is left
          after 7 h, since nothing but cytokines and heat drives it.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import (
    DOBREVA_2021,
    ENDOTOXIN_SCORE,
    ENDOTOXIN_SCORE_MEMORY,
    ENDOTOXIN_SICKNESS_2017,
    ROFERON_SMPC,
    SICKNESS_QUESTIONNAIRE_2017,
    TITER,
)
from titer.model import Equations, Model, Parameter, Population, State
from titer.model.expression import maximum, minimum


def equations(t, x, p, s):
    """Both follow what drives them, the score within an hour, fatigue within days."""
    felt = p.tnf_part * _share(s.tnf_rise, p.tnf_half) + p.il6_part * _share(s.il6_rise, p.il6_half)
    felt = felt + p.ifn_part * _share(s.ifn_alpha_rise, p.ifn_half) + p.heat_part * maximum(s.temperature - p.warm, 0.0)
    wanted = minimum(p.sensitivity * felt, p.worst)
    tired = p.fatigue_worst * x.score / (p.fatigue_half + x.score)
    return Equations(
        rates={"score": (wanted - x.score) / p.delay, "tiredness": (tired - x.tiredness) / p.fatigue_delay},
        signals={"symptom_score": x.score, "fatigue": x.tiredness},
    )


def _share(rise, half):
    """Share of the largest part: 1/2 at `half`, nothing below rest."""
    above = maximum(rise, 0.0)
    return above / (half + above)


# fmt: off
PARAMETERS = (
    Parameter("tnf_part", 10.0, "", "largest part of TNF in the score", "memory: with IL-6 and heat 9 of 28 after 2 ng/kg", "assumed"),
    Parameter("il6_part", 6.0, "", "largest part of IL-6", "memory: as for TNF", "assumed"),
    Parameter("ifn_part", 7.0, "", "largest part of type I interferon", "titer: so that all parts make 27.5, nearly the highest score", "assumed"),
    Parameter("heat_part", 1.0, "1/degC", "part of each degree of fever", "titer: 4.5 at the ceiling of fever", "assumed"),
    Parameter("tnf_half", 185, "pg/mL", "rise of TNF for half of its part", "dobreva: half-level of fever", "assumed"),
    Parameter("il6_half", 560, "pg/mL", "rise of IL-6 for half of its part", "dobreva: half-level of fever", "assumed"),
    Parameter("ifn_half", 168, "pg/mL", "rise of type I interferon for half of its part", "roferon: 3 x 2020/36 pg/mL, as in fever", "assumed"),
    Parameter("warm", 37.5, "degC", "temperature from which warmth is felt", "titer: above everybody's rest", "assumed"),
    Parameter("sensitivity", 1.0, "", "own score for the same cytokines, multiple of the typical person's", "sickness: IL-6 and mood explain 28.5% of the spread", "assumed", cv=0.3, note="spread assumed"),
    Parameter("delay", 0.5, "h", "time by which the score follows", "score: flu-like symptoms for 2-4 h", "assumed"),
    Parameter("worst", 28.0, "", "highest score", "score: 0-28 in all", "fixed"),
    Parameter("fatigue_worst", 5.0, "", "worst fatigue", "titer: scale of one symptom", "assumed"),
    Parameter("fatigue_half", 7.0, "", "score for half of it", "titer: a quarter of the highest score", "assumed"),
    Parameter("fatigue_delay", 48.0, "h", "time by which fatigue follows", "titer: 24-72 h", "assumed"),
)
# fmt: on

MODEL = Model(
    key="symptoms",
    name="symptoms_titer",
    title="Flu-like symptoms and fatigue",
    doc=__doc__,
    time="h",
    sources={
        "score": ENDOTOXIN_SCORE,
        "memory": ENDOTOXIN_SCORE_MEMORY,
        "sickness": ENDOTOXIN_SICKNESS_2017,
        "questionnaire": SICKNESS_QUESTIONNAIRE_2017,
        "dobreva": DOBREVA_2021,
        "roferon": ROFERON_SMPC,
        "titer": TITER,
    },
    population=Population("healthy adults"),
    states=(
        State("score", "", "flu-like score, 0 to 28"),
        State("tiredness", "", "fatigue, 0 to 5"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    reads=("tnf_rise", "il6_rise", "ifn_alpha_rise", "temperature"),
    provides=("symptom_score", "fatigue"),
)
