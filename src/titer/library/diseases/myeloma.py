"""Multiple myeloma as M-protein under treatment, driven by signals alone (shape and scale of Srimani 2022).

A drive to die collects three actions: loss of Ikaros in the tumour cell (through IRF4 and MYC, days), killing by NK
and T cells (weeks), and a glucocorticoid, which also primes the cell for the loss of Ikaros (synergy). Where the drive
is 1, as under lenalidomide 25 mg on days 1-21 with dexamethasone 40 mg weekly, the tumour falls towards
exp(-sensitivity), as in Srimani's fit. Weaker drives let it fall less far and leave part of its growth uncontrolled. A
resistant clone, small at the start, grows on and is the relapse of those who responded.

Answers:  M-protein over months in relapsed myeloma for any dose and combination of drugs that act on these signals.
Not for:  light-chain or non-secretory disease, extramedullary disease, other mechanisms of killing.
Assumed:  sensitivity differs between patients but does not change in one; resistance is a clone present from the
          start; growth stops at 150 g/L (Collins 2023); priming saturates, because dexamethasone on 12 days of 28 did
          no better beside lenalidomide than once a week (MM-009/010 against TOURMALINE-MM1).
Conflict: 1. Untreated growth is 0.122 /week (Collins, Gallaher), 0.030 (Li 2025), 0.010 on treatment (Srimani); the
          calibrated 0.047 lies among them.
          2. Srimani's M-protein regrows so slowly that it alone would show progression at a median of 27 months; the
          source's PFS (15 months) is a hazard of its own. Here progression is read from M-protein, which therefore
          regrows sooner in those who respond poorly: medians agree over the first year, the upper quartile does not.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import COLLINS_2023, OUTCOMES, SRIMANI_2022, TITER
from titer.model import Covariate, Equations, Model, Output, Parameter, Population, State
from titer.model.expression import exp, log, maximum, minimum


def equations(t, x, p, s):
    """Drive to die, fall of the sensitive tumour, growth that escapes control, and the resistant clone."""
    loss = 1 - s.ikaros
    wanted = (
        p.kill_ikaros * loss
        + p.kill_immune * (s.immune_killing - 1)
        + p.kill_glucocorticoid * s.glucocorticoid
        + p.kill_synergy * loss * x.priming / (p.priming_half + x.priming)
    )
    drive = maximum(x.drive, 0.0)
    burden = (x.response + x.clone) / (1 + p.clone_start)
    m_protein = p.m_protein_start * burden
    growth = p.growth * maximum(1 - m_protein / p.m_protein_top, 0.0)
    control = minimum(maximum(drive * p.sensitivity / p.sensitivity_typical, 0.0), 1.0)
    uncontrolled = growth * (1 - control)
    excess = maximum(x.response - x.ceiling * exp(-p.sensitivity * drive), 0.0)
    return Equations(
        rates={
            "priming": p.k_priming * (s.glucocorticoid - x.priming),
            "drive": p.k_drive * (wanted - x.drive),
            "response": uncontrolled * x.response - p.k_response * excess,
            "ceiling": uncontrolled * x.ceiling,
            "clone": growth * (1 - p.clone_control * minimum(drive, 1.0)) * x.clone,
        },
        outputs={"kill": drive},
        signals={"m_protein": m_protein, "tumour_burden": burden},
    )


def individual(p, c):
    """Earlier lines and earlier IMiDs lower the sensitivity; high-risk cytogenetics speed up response and growth."""
    lines = minimum(maximum(c.prior_lines, 1.0), p.lines_most)
    return {
        "m_protein_start": c.baseline_m_protein,
        "sensitivity": p.sensitivity_typical
        + p.sensitivity_naive * (1 - c.prior_imid)
        - p.sensitivity_line * (lines - p.lines_typical),
        "clone_start": p.clone_start * exp(p.clone_line * (lines - p.lines_typical)),
        "k_response": p.k_response * exp(c.high_risk_cytogenetics * log(p.high_risk_response)),
        "growth": p.growth * exp(c.high_risk_cytogenetics * log(p.high_risk_growth)),
    }


# fmt: off
PARAMETERS = (
    Parameter("m_protein_start", 23.0, "g/L", "M-protein at the start", "srimani: median baseline (IMID264)", "fixed"),
    Parameter("m_protein_top", 150.0, "g/L", "M-protein at which growth stops", "collins: growth equation", "fixed"),
    Parameter("k_drive", 0.15, "1/day", "rate at which the drive follows its signals; half-life 4.6 days", "titer: IRF4 and MYC fall in 1-3 days, cells die over the days after", "assumed"),
    Parameter("kill_ikaros", 0.99, "", "drive from complete loss of Ikaros", "outcomes: IMID149, IMID085; evidence.calibration.myeloma", "calibrated"),
    Parameter("kill_immune", 0.454, "", "drive per doubling of immune killing", "outcomes: IMID149, IMID085; evidence.calibration.myeloma", "calibrated"),
    Parameter("kill_glucocorticoid", 1, "", "drive from full glucocorticoid action", "outcomes: IMID086; evidence.calibration.myeloma", "calibrated"),
    Parameter("kill_synergy", 0.667, "", "added drive at complete loss of Ikaros in a fully primed cell", "outcomes: IMID268, IMID085; evidence.calibration.myeloma", "calibrated"),
    Parameter("k_priming", 0.1, "1/day", "rate at which priming follows the glucocorticoid; half-life 7 days", "titer: choice", "assumed"),
    Parameter("priming_half", 0.0776, "", "priming with half of the synergy", "outcomes: IMID085 against IMID268; evidence.calibration.myeloma", "calibrated"),
    Parameter("k_response", 0.0344, "1/day", "rate of fall of the tumour while the drive is on", "srimani: kR = exp(-6.70) /h is 0.0294 /day over whole cycles; evidence.calibration.myeloma", "calibrated", omega2=0.655),
    Parameter("sensitivity", 1.95, "", "-log of the depth reached at drive 1", "srimani: Yss = exp(-1.95)", "estimated", sd=1.546),
    Parameter("sensitivity_typical", 1.95, "", "sensitivity of the typical patient, who had an IMiD before", "srimani: Yss = exp(-1.95)", "estimated"),
    Parameter("sensitivity_naive", 0.557, "", "added when no IMiD was given before", "srimani: Yss x0.573", "estimated"),
    Parameter("sensitivity_line", 0.734, "", "lost per earlier line above the typical number", "outcomes: IMID149 against IMID268; evidence.calibration.myeloma", "calibrated"),
    Parameter("lines_typical", 1.4, "", "mean number of earlier lines in the source trial", "srimani: 1-3 lines, most one", "assumed"),
    Parameter("lines_most", 5.0, "", "earlier lines beyond which sensitivity falls no more", "titer: range of the outcome rows", "assumed"),
    Parameter("growth", 0.00666, "1/day", "growth of uncontrolled tumour (0.047 per week)", "outcomes: IMID090, IMID151; evidence.calibration.myeloma", "calibrated", omega2=0.197),
    Parameter("clone_start", 0.00533, "", "resistant clone at the start, fraction of the tumour", "outcomes: IMID089, IMID101, IMID113; evidence.calibration.myeloma", "calibrated", omega2=2.21),
    Parameter("clone_line", 0.547, "", "log of the clone gained per earlier line above the typical number", "outcomes: IMID089, IMID101, IMID113; evidence.calibration.myeloma", "calibrated"),
    Parameter("clone_control", 0.247, "", "part of the clone's growth that drive 1 stops", "outcomes: IMID089, IMID101, IMID113; evidence.calibration.myeloma", "calibrated"),
    Parameter("high_risk_response", 1.59, "", "speed of response with high-risk cytogenetics", "srimani: covariate on kR", "estimated"),
    Parameter("high_risk_growth", 1.45, "", "growth with high-risk cytogenetics", "srimani: hazard ratio 1.59^0.798 of progression", "derived"),
)
# fmt: on

MODEL = Model(
    key="myeloma",
    name="myeloma_titer",
    title="Multiple myeloma: M-protein driven by Ikaros, immune killing and glucocorticoid",
    doc=__doc__,
    time="day",
    sources={"srimani": SRIMANI_2022, "collins": COLLINS_2023, "outcomes": OUTCOMES, "titer": TITER},
    population=Population(
        "relapsed or refractory myeloma after 1-3 lines, TOURMALINE-MM1", n=467, at="srimani: Table 1"
    ),
    states=(
        State("drive", "", "drive of the tumour cell to die; 1 under lenalidomide 25 mg with weekly dexamethasone"),
        State("priming", "", "glucocorticoid action remembered by the tumour cell"),
        State("response", "", "sensitive tumour, fraction of the start", start=1.0),
        State("ceiling", "", "what the sensitive tumour would come back to without a drive", start=1.0),
        State("clone", "", "resistant clone, fraction of the tumour at the start", start="clone_start"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(
        Covariate("baseline_m_protein", "g/L", "M-protein before treatment", 23.0),
        Covariate("prior_lines", "", "earlier lines of treatment", 1.4),
        Covariate("prior_imid", "", "1 if an IMiD was given before", 1.0),
        Covariate("high_risk_cytogenetics", "", "1 with del(17p), t(4;14) or t(14;16)", 0.0),
    ),
    individual=individual,
    outputs=(Output("kill", "", "drive to die"),),
    reads=("ikaros", "immune_killing", "glucocorticoid"),
    provides=("m_protein", "tumour_burden"),
)
