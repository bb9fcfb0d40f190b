"""A body of five equations that meets a threat, for tests of `explore` that need no immune core."""

from titer.library.sources import TITER
from titer.model import Dosing, Equations, Model, Parameter, Population, State, Threat
from titer.model.expression import maximum

VOLUME_ML = 10.0


def equations(t, x, p, s):
    """A threat decays, TNF and temperature follow it, antibody comes late and stays."""
    seen = x.threat / (p.half + x.threat)
    return Equations(
        rates={
            "threat": -p.decay * x.threat * (1 + x.igg / p.half_igg),
            "tnf": p.loss * (p.tnf_rest + p.tnf_yield * seen * s.factor("tnf.production") - x.tnf),
            "fever": p.loss * (p.fever_yield * maximum(x.tnf - p.tnf_rest, 0.0) / p.tnf_yield - x.fever),
            "igm": p.igm_made * seen - p.igg_loss * x.igm,
            "igg": p.igg_made * x.igm - p.igg_loss * x.igg,
        },
        signals={
            "antigen": x.threat / p.tissue_volume,
            "tnf": x.tnf,
            "temperature": p.normal + x.fever,
            "symptom_score": x.fever / p.degree,
            "igm": x.igm,
            "antibody": x.igg,
        },
    )


def _parameter(name, value, unit, **more):
    return Parameter(name, value, unit, name, "titer: invented for tests", "assumed", **more)


BODY = Model(
    key="antigen",
    name="antigen_fake",
    title="A body of five equations",
    doc="Answers: nothing. Not for: anything. Assumed: all of it.",
    time="h",
    sources={"titer": TITER},
    population=Population("nobody"),
    states=(
        State("threat", "CFU", "bacteria"),
        State("tnf", "pg/mL", "TNF in plasma", start="tnf_rest"),
        State("fever", "degC", "rise of the temperature"),
        State("igm", "nmol/L", "IgM"),
        State("igg", "nmol/L", "IgG"),
    ),
    parameters=(
        _parameter("tissue_volume", VOLUME_ML, "CFU*mL"),
        _parameter("half", 100.0, "CFU"),
        _parameter("decay", 0.1, "1/h", cv=0.2),
        _parameter("loss", 0.5, "1/h"),
        _parameter("tnf_rest", 10.0, "pg/mL"),
        _parameter("tnf_yield", 100.0, "pg/mL", cv=0.4),
        _parameter("fever_yield", 3.0, "degC"),
        _parameter("normal", 36.8, "degC"),
        _parameter("degree", 0.2, "degC"),
        _parameter("igm_made", 0.1, "nmol/L/h"),
        _parameter("igg_made", 0.01, "1/h"),
        _parameter("igg_loss", 0.001, "1/h"),
        _parameter("half_igg", 1.0, "nmol/L"),
    ),
    equations=equations,
    doses=(Dosing("threat", "threat", "CFU", "tissue"),),
    provides=("antigen", "tnf", "temperature", "symptom_score", "igm", "antibody"),
)

THREAT = Threat(
    key="fake-bacterium",
    title="A bacterium of the tests",
    doc="",
    unit="CFU",
    dose=1e4,
    days=10.0,
    sources={"titer": TITER},
    numbers=(),
)
