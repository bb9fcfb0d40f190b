"""Lenalidomide by mouth: one compartment, mostly renal clearance, loss of Ikaros, less TNF (Chen 2007 and others).

Answers:  plasma level and exposure at 2.5-50 mg by renal function and weight, with food, in healthy people, during a
          dialysis session; how fast Ikaros and Aiolos are degraded at that level.
Not for:  the shape of absorption in the first half hour (three to seven transits in the source models), children.
Assumed:  half-degrading level and largest degradation as remembered from cell lines (DC50 67-87 nM) and as seen in
          blood for the class (12-33% of Aiolos left); one Ikaros for tumour, marrow and T cells. Half-level of the fall
          of TNF as remembered from cultures (100 nM), largest fall as thalidomide's there. The class lowers IL-6 and
          IL-1 beta and raises IL-10 of stimulated blood too; without a level, none of it is here. TNF follows the whole
          level in plasma: the 30% that protein binds are less than the doubt about its half-level.
Conflict: 1. Clearance at CrCl 90 mL/min is 7.25 (Liang), 11.7 (MDS), 12 (Hughes), 14 L/h (Guglieri-Lopez); 11 is used.
          2. The slope on CrCl is 0.22 as a power in Hughes, about 1 in the renal study, none in Liang. The line used
          gives 1.98, 2.96 and 5.91 times the normal AUC at CrCl 38, 22 and 6 mL/min; the renal study saw 2.4, 3.4 and
          4.6.
          3. A single 10 mg dose peaked at 188 ng/mL in MDS, at steady state 168; the model gives 147 for both.
          4. A high-fat meal lowers Cmax by 50% (review, used here) or 36% (older label).
          5. AUC of patients is 1.57 times that of healthy people (label), 1.41 from the 29% lower clearance (used
          here).
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import (
    CHEN_2007,
    CHEN_2017,
    CONNARN_2018,
    HUGHES_2019,
    IKAROS_MEMORY,
    MDS_2006,
    SCHAFER_2018,
    TITER,
    TNF_IC50_MEMORY,
)
from titer.model import Anchor, Covariate, Dosing, Equations, Model, Output, Parameter, Population, State
from titer.model.expression import minimum, where


def equations(t, x, p, s):
    """Absorption, elimination, exposure; and the factors on the loss of Ikaros and on TNF."""
    conc = x.central / p.v * p.ng_per_ug
    clearance = p.cl + p.dialysis * p.cl_dialysis
    strength = p.max_loss / (1 - p.max_loss)  # loss rate added at saturation, as a multiple of the normal one
    degradation = 1 + strength * conc / (p.dc50 * (1 + strength) + conc)
    return Equations(
        rates={
            "gut": -p.ka * x.gut,
            "central": p.ka * x.gut - clearance * x.central / p.v,
            "auc": conc,
        },
        outputs={"conc": conc, "degradation": degradation},
        modulates={
            "ikaros.loss": degradation,
            "tnf.production": 1 - p.max_tnf * conc / (p.tnf_ic50 + conc),
        },
    )


def individual(p, c):
    """Renal function, weight, food, and patient against healthy volunteer."""
    healthy = where(c.is_patient > 0.5, 1.0, 1 / p.patient_ratio)
    renal = p.cl_renal * minimum(c.crcl, p.crcl_cap)
    return {
        "cl": (p.cl_nonrenal + renal) * healthy,
        "v": p.v_typical * (c.weight / p.weight_typical) * healthy,
        "ka": p.ka + c.fed * (p.ka_fed - p.ka),
        "bioavailability": 1 + c.fed * (p.bioavailability_fed - 1),
    }


# fmt: off
PARAMETERS = (
    Parameter("ka", 2.6, "1/h", "absorption, fasted", "mds: tmax 1.0 h (IMID005)", "derived", cv=0.5, note="spread rounded from the transit rate's 61-67% in two models"),
    Parameter("cl", 11.0, "L/h", "apparent clearance of a patient with CrCl 90 mL/min", "renal: line below at 90 mL/min", "derived", cv=0.33),
    Parameter("v", 55.0, "L", "apparent volume of a patient of 75 kg", "mds: AUC and half-life (IMID001, IMID004)", "derived", cv=0.35),
    Parameter("cl_nonrenal", 1.11, "L/h", "apparent clearance without kidneys", "renal: AUC ratios, scaled to 11 L/h at CrCl 90", "derived"),
    Parameter("cl_renal", 0.110, "L/h/(mL/min)", "apparent clearance per creatinine clearance", "renal: AUC ratios, scaled to 11 L/h at CrCl 90", "derived"),
    Parameter("crcl_cap", 120.0, "mL/min", "creatinine clearance above which clearance rises no more", "titer: top of the studied range", "assumed"),
    Parameter("v_typical", 55.0, "L", "apparent volume at the typical weight", "mds: AUC and half-life (IMID001, IMID004)", "derived"),
    Parameter("weight_typical", 75.0, "kg", "weight that the typical volume belongs to", "titer: middle of the studied patients", "assumed"),
    Parameter("patient_ratio", 0.71, "", "clearance and volume of patients over those of healthy people", "popPK: abstract", "estimated"),
    Parameter("bioavailability", 1.0, "", "absorbed fraction relative to fasting", "definition", "fixed"),
    Parameter("bioavailability_fed", 0.8, "", "AUC after a high-fat meal over fasting", "review: food effect", "estimated"),
    Parameter("ka_fed", 0.41, "1/h", "absorption after a high-fat meal", "review: Cmax -50% (IMID019) with AUC -20%", "derived"),
    Parameter("dialysis", 0.0, "", "1 while a dialysis session runs; an event sets it", "definition", "fixed"),
    Parameter("cl_dialysis", 7.7, "L/h", "apparent clearance of the dialyser", "renal: 31% of the body's drug removed in 4 h (IMID012)", "derived"),
    Parameter("dc50", 20.0, "ng/mL", "level that degrades half of what can be degraded (77 nM)", "cells: EC50 67-87 nM", "assumed"),
    Parameter("max_loss", 0.92, "", "largest loss of Ikaros at steady level", "class: 12-33% of Aiolos left in blood (IMID655-656)", "assumed"),
    Parameter("tnf_ic50", 25.9, "ng/mL", "level with half of the fall of TNF (100 nM)", "tnf: IC50 about 100 nM", "assumed"),
    Parameter("max_tnf", 0.7, "", "largest fall of what is made of TNF", "titer: as thalidomide in culture, 50-70%", "assumed"),
    Parameter("ng_per_ug", 1000.0, "ng/ug", "unit conversion", "definition", "fixed"),
)
ANCHORS = (
    Anchor("auc_10mg", "conc", "auc", ((0.0, "lenalidomide", 10.0),), 72.0, 852.3, "ng*h/mL", 0.15, "mds: IMID001"),
    Anchor("cmax_10mg", "conc", "max", ((0.0, "lenalidomide", 10.0),), 24.0, 168.0, "ng/mL", 0.15, "mds: IMID003"),
    Anchor("half_life", "conc", "half_life", ((0.0, "lenalidomide", 10.0),), 24.0, 3.72, "h", 0.1, "mds: IMID004"),
    Anchor("tmax", "conc", "time_of_max", ((0.0, "lenalidomide", 10.0),), 24.0, 1.0, "h", 0.1, "mds: IMID005"),
    Anchor(
        "half_life_healthy", "conc", "half_life", ((0.0, "lenalidomide", 25.0),), 24.0, 3.5, "h", 0.1,
        "review: IMID021", covariates={"is_patient": 0.0},
    ),
)
# fmt: on

MODEL = Model(
    key="lenalidomide",
    name="lenalidomide_titer",
    title="Lenalidomide: oral one-compartment PK and degradation of Ikaros, less TNF",
    doc=__doc__,
    time="h",
    sources={
        "renal": CHEN_2007,
        "review": CHEN_2017,
        "popPK": CONNARN_2018,
        "hughes": HUGHES_2019,
        "mds": MDS_2006,
        "cells": IKAROS_MEMORY,
        "class": SCHAFER_2018,
        "tnf": TNF_IC50_MEMORY,
        "titer": TITER,
    },
    population=Population(
        "adults with myeloma or myelodysplasia; renal line from people without cancer", at="renal: Table 1"
    ),
    states=(
        State("gut", "mg", "drug still to be absorbed"),
        State("central", "mg", "drug in the body"),
        State("auc", "ng*h/mL", "area under the concentration since the start"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(
        Covariate("crcl", "mL/min", "creatinine clearance (Cockcroft-Gault)", 90.0),
        Covariate("weight", "kg", "body weight", 75.0),
        Covariate("fed", "", "1 when doses follow a high-fat meal", 0.0),
        Covariate("is_patient", "", "1 for a patient, 0 for a healthy volunteer", 1.0),
    ),
    individual=individual,
    outputs=(
        Output("conc", "ng/mL", "plasma concentration"),
        Output("degradation", "", "loss of Ikaros, multiple of normal"),
    ),
    modulates=("ikaros.loss", "tnf.production"),
    doses=(
        Dosing(
            "lenalidomide",
            "gut",
            bioavailability="bioavailability",
            studied_up_to=50.0,
            studied_at="popPK: abstract, 5-400 mg; day after day the model answers for 2.5-50 mg",
        ),
    ),
    correlations=(("cl", "v", 0.85),),  # Hughes 2019: covariance 0.247 of variances 0.296 and 0.284
    anchors=ANCHORS,
)
