"""Aspirin and enoxaparin that are started during treatment: a lower hazard of venous thromboembolism.

Answers:  how much of the hazard daily prophylaxis takes away, from the day it is begun, and how it wears off.
Not for:  bleeding, arterial events, a difference between agents (none was shown: 6.4% with aspirin, 8.2 with warfarin,
          5.0 with heparin), treatment doses.
Assumed:  the hazard ratio of any prophylaxis, once reached, is that of people who had it from the start, and patients
          who have it already (covariate `thromboprophylaxis`) gain nothing from more of it. A tablet of aspirin lasts
          for days (platelets do not recover, they are replaced), an injection for one: both rates and the amounts with
          half of the effect are chosen so that daily doses keep it near its full size.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.shared import PROPHYLAXIS
from titer.library.sources import CARRIER_2011, PALUMBO_2011, PLATELET_TURNOVER, TITER
from titer.model import Covariate, Dosing, Equations, Model, Output, Parameter, Population, State
from titer.model.expression import maximum


def equations(t, x, p, s):
    """What is left of each agent, the larger share of protection, the hazard ratio."""
    aspirin = x.aspirin / (p.aspirin_half + x.aspirin)
    enoxaparin = x.enoxaparin / (p.enoxaparin_half + x.enoxaparin)
    cover = maximum(aspirin, enoxaparin) * p.not_yet
    return Equations(
        rates={"aspirin": -p.aspirin_loss * x.aspirin, "enoxaparin": -p.enoxaparin_loss * x.enoxaparin},
        outputs={"cover": cover},
        signals={"clotting": 1 - (1 - p.prophylaxis) * cover},
    )


def individual(p, c):
    """Nobody is protected twice."""
    return {"not_yet": 1 - c.thromboprophylaxis}


# fmt: off
PARAMETERS = (
    PROPHYLAXIS,
    Parameter("not_yet", 1.0, "", "0 for who has prophylaxis already", "definition", "fixed"),
    Parameter("aspirin_loss", 0.173, "1/day", "loss of its action, half-life 4 days", "turnover: about a tenth of the platelets is replaced each day", "derived", note="a tenth a day is a half-life near 7 days; clotting recovers sooner, with the first fresh platelets"),
    Parameter("aspirin_half", 10.0, "mg", "amount with half of the protection", "titer: far below what daily 81-100 mg keep", "assumed"),
    Parameter("enoxaparin_loss", 2.38, "1/day", "loss of its action, half-life 7 h", "titer: half-life of anti-factor-Xa activity, from memory", "assumed"),
    Parameter("enoxaparin_half", 0.5, "mg", "amount with half of the protection", "titer: below what 40 mg leave after a day", "assumed"),
)
# fmt: on

MODEL = Model(
    key="thromboprophylaxis",
    name="thromboprophylaxis_titer",
    title="Aspirin and enoxaparin against thromboembolism",
    doc=__doc__,
    time="day",
    sources={"rates": CARRIER_2011, "agents": PALUMBO_2011, "turnover": PLATELET_TURNOVER, "titer": TITER},
    population=Population("myeloma on thalidomide with prophylaxis", n=659, at="agents: abstract"),
    states=(
        State("aspirin", "mg", "action of aspirin, as the amount last given that explains it"),
        State("enoxaparin", "mg", "enoxaparin in the body"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(Covariate("thromboprophylaxis", "", "1 on aspirin, heparin or an anticoagulant", 0.0),),
    individual=individual,
    outputs=(Output("cover", "", "share of full protection"),),
    provides=("clotting",),
    doses=(Dosing("aspirin", "aspirin"), Dosing("enoxaparin", "enoxaparin", route="sc")),
)
