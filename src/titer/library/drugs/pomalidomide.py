"""Pomalidomide by mouth: two compartments (Li 2015), loss of Ikaros, less TNF.

Answers:  plasma level and exposure at 0.5-10 mg by sex, weight, total protein, smoking, liver, dialysis and inhibition
          of CYP1A2, in patients and healthy people; how fast Ikaros and Aiolos are degraded at that level.
Not for:  children; food (no relevant effect); ketoconazole or carbamazepine alone (none either). What the myeloma and
          marrow models make of the loss of Ikaros was calibrated for lenalidomide 25 mg alone and with dexamethasone,
          after one to three lines; no rate seen under pomalidomide entered any number. Patients of its trials had a
          median of five lines, where the platelets of the library fall far below what was seen.
Assumed:  half-degrading level as remembered from cell lines (EC50 24 and 22 nM), largest degradation as lenalidomide's;
          one Ikaros for tumour, marrow and T cells. Largest fall of TNF as thalidomide's in culture, by the whole
          level in plasma (12-44% are bound). Effects of covariates multiply.
Conflict: 1. At 4 mg, AUC at steady state is 514 (Li 2015, men), 671 (women), 780 (Li 2017) and about 400 ng*h/mL
          (label). Clearance is 1.107 times Li 2015, so that three men and one woman have a mean of 500; Li 2017 has
          5.13 L/h.
          2. The label's Cmax of 75 ng/mL cannot be reached with the published volume: 4 mg in 70 L are 57 ng/mL. Its
          volume at steady state is 62-138 L, the published two are 141.
          3. Half-lives of the label, 9.5 h in healthy people and 7.5 h in myeloma, come to 6.9 h (from 24 to 72 h) and,
          under daily doses, 10.1 h (from 12 to 24 h); the published second compartment of patients ends with 21 h.
          4. CRBN binds pomalidomide with a Kd of 157 nM (lenalidomide 178 nM) or 3 uM, by assay; neither orders the
          potency of the class, so degradation has a level of its own.
          5. Smokers had 14% more Cmax at 32% less AUC; here their Cmax is lower too.
          6. 4 mg on days 1-21 of 28 with dexamethasone 40 mg weekly after three lines (600 patients, 12 cycles) gives
          response in 42% (33%, MM-002; alone 27 and 18%), neutropenia of grade 3-4 in 42% (48-50%, MM-003 and STRATUS),
          thrombocytopenia in 31% (22-24%), anaemia in 14% (33%), and an interruption in 18% (67%, any cause).
          7. With the published ratio of clearances to Li 2015's own, healthy men come to 9.4 L/h (8.52 printed).
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import (
    CRBN_MEMORY,
    LI_2015,
    LI_2017,
    LI_2018,
    LI_2019_LIVER,
    POMALYST_LABEL,
    SCHAFER_2018,
    TITER,
    TNF_IC50_POMALIDOMIDE,
)
from titer.model import Anchor, Covariate, Dosing, Equations, Model, Output, Parameter, Population, State
from titer.model.expression import where


def equations(t, x, p, s):
    """Absorption, distribution, elimination, exposure; the factors on the loss of Ikaros and on TNF."""
    conc = x.central / p.v * p.ng_per_ug
    exchanged = p.q * (x.central / p.v - x.peripheral / p.v_peripheral)
    clearance = p.cl + p.session * p.cl_dialyser
    strength = p.max_loss / (1 - p.max_loss)  # loss rate added at saturation, as a multiple of the normal one
    degradation = 1 + strength * conc / (p.dc50 * (1 + strength) + conc)
    return Equations(
        rates={
            "gut": -p.ka * x.gut,
            "central": p.ka * x.gut - clearance * x.central / p.v - exchanged,
            "peripheral": exchanged,
            "auc": conc,
        },
        outputs={"conc": conc, "degradation": degradation},
        modulates={
            "ikaros.loss": degradation,
            "tnf.production": 1 - p.max_tnf * conc / (p.tnf_ic50 + conc),
        },
    )


def individual(p, c):
    """Sex, size, protein, patient against volunteer, smoking, liver, dialysis, CYP1A2."""
    healthy = c.is_patient < 0.5
    impaired = where(
        c.child_pugh < 1.5, p.auc_child_pugh_a, where(c.child_pugh < 2.5, p.auc_child_pugh_b, p.auc_child_pugh_c)
    )
    exposure = where(c.child_pugh < 0.5, 1.0, impaired) * (1 + c.strong_cyp1a2_inhibitor * (p.auc_cyp1a2 - 1))
    slowed = (1 - p.female_less * c.sex_female) * (1 + c.dialysis * (p.dialysis_ratio - 1))
    size = (c.weight / p.weight_typical) ** p.weight_power
    protein = 1 + p.per_protein * (c.total_protein - p.protein_typical)
    return {
        "cl": p.cl_typical
        * slowed
        * (1 + c.smoker * (p.smoker_ratio - 1))
        / exposure
        * where(healthy, 1 / p.cl_ratio, 1.0),
        "v": p.v_typical * size * protein * where(healthy, 1 / p.v_ratio, 1.0),
        "v_peripheral": p.v_peripheral_typical * where(healthy, 1 / p.v_peripheral_ratio, 1.0),
        "q": p.q_typical * where(healthy, 1 / p.q_ratio, 1.0),
        "lag": where(healthy, p.lag_healthy, p.lag_patient),
    }


# fmt: off
PARAMETERS = (
    Parameter("ka", 1.25, "1/h", "absorption", "popPK: final model", "estimated", omega2=0.976),
    Parameter("cl", 8.61, "L/h", "apparent clearance of a man with myeloma", "label: AUC about 400 ng*h/mL (IMID030) and popPK: 7.78 L/h (IMID039), see conflict 1", "derived", omega2=0.168),
    Parameter("v", 69.9, "L", "apparent central volume of a patient of 78.3 kg", "popPK: final model", "estimated", omega2=0.0352),
    Parameter("v_peripheral", 71.5, "L", "apparent peripheral volume of a patient", "popPK: final model", "estimated"),
    Parameter("q", 3.75, "L/h", "apparent clearance between compartments of a patient", "popPK: final model", "estimated"),
    Parameter("lag", 0.206, "h", "time from intake to absorption in a patient", "popPK: final model", "estimated"),
    Parameter("cl_typical", 8.61, "L/h", "apparent clearance at the typical covariates", "label: AUC about 400 ng*h/mL (IMID030) and popPK: 7.78 L/h (IMID039), see conflict 1", "derived"),
    Parameter("v_typical", 69.9, "L", "apparent central volume at the typical weight and protein", "popPK: final model", "estimated"),
    Parameter("v_peripheral_typical", 71.5, "L", "apparent peripheral volume of patients", "popPK: final model", "estimated"),
    Parameter("q_typical", 3.75, "L/h", "apparent clearance between compartments of patients", "popPK: final model", "estimated"),
    Parameter("lag_patient", 0.206, "h", "time from intake to absorption in patients", "popPK: final model", "estimated"),
    Parameter("lag_healthy", 0.385, "h", "time from intake to absorption in healthy people", "popPK: final model", "estimated"),
    Parameter("cl_ratio", 0.913, "", "clearance of patients over that of healthy people", "popPK: final model", "estimated"),
    Parameter("v_ratio", 1.20, "", "central volume of patients over that of healthy people", "popPK: final model", "estimated"),
    Parameter("v_peripheral_ratio", 8.46, "", "peripheral volume of patients over that of healthy people", "popPK: final model", "estimated"),
    Parameter("q_ratio", 3.71, "", "clearance between compartments of patients over that of healthy people", "popPK: final model", "estimated"),
    Parameter("weight_typical", 78.3, "kg", "weight that the typical volume belongs to", "popPK: final model", "fixed"),
    Parameter("weight_power", 0.686, "", "power of weight on the central volume", "popPK: final model", "estimated", structural=True),
    Parameter("protein_typical", 73.0, "g/L", "total protein that the typical volume belongs to", "popPK: final model", "fixed"),
    Parameter("per_protein", 0.00609, "L/g", "change of the central volume by total protein", "popPK: final model", "estimated"),
    Parameter("female_less", 0.234, "", "share by which women clear less", "popPK: final model (IMID041)", "estimated"),
    Parameter("smoker_ratio", 1.48, "", "clearance of smokers over that of others", "inhibitors: AUC -32.3% (IMID051)", "derived"),
    Parameter("auc_cyp1a2", 2.251, "", "AUC with a strong inhibitor of CYP1A2 over that without", "inhibitors: fluvoxamine (IMID049)", "estimated"),
    Parameter("auc_child_pugh_a", 1.512, "", "AUC in Child-Pugh class A over that with a healthy liver", "liver: abstract (IMID054)", "estimated"),
    Parameter("auc_child_pugh_b", 1.575, "", "the same in class B", "liver: abstract (IMID055)", "estimated"),
    Parameter("auc_child_pugh_c", 1.72, "", "the same in class C", "label: hepatic impairment, +72%", "estimated"),
    Parameter("dialysis_ratio", 0.724, "", "clearance on days between dialysis over that of others", "renal: final model (IMID045)", "estimated"),
    Parameter("session", 0.0, "", "1 while a dialysis session runs; an event sets it", "definition", "fixed"),
    Parameter("cl_dialyser", 12.0, "L/h", "apparent clearance of the dialyser", "renal: final model (IMID046)", "estimated"),
    Parameter("dc50", 6.3, "ng/mL", "level that degrades half of what can be degraded (23 nM)", "cells: EC50 24 and 22 nM", "assumed"),
    Parameter("max_loss", 0.92, "", "largest loss of Ikaros at steady level", "class: 12-33% of Aiolos left in blood (IMID655-656)", "assumed"),
    Parameter("tnf_ic50", 3.55, "ng/mL", "level with half of the fall of TNF (13 nM)", "tnf: IC50 13 nM", "estimated"),
    Parameter("max_tnf", 0.7, "", "largest fall of what is made of TNF", "titer: as thalidomide in culture, 50-70%", "assumed"),
    Parameter("ng_per_ug", 1000.0, "ng/ug", "unit conversion", "definition", "fixed"),
)
ANCHORS = (
    Anchor("tmax", "conc", "time_of_max", ((0.0, "pomalidomide", 4.0),), 24.0, 2.5, "h", 0.25, "label: 2-3 h (IMID035)"),
    Anchor("auc_4mg_man", "auc", "end", ((0.0, "pomalidomide", 4.0),), 240.0, 400.0, "ng*h/mL", 0.2, "label: about 400 (IMID030); with women 500, see conflict 1"),
)
# fmt: on

MODEL = Model(
    key="pomalidomide",
    name="pomalidomide_li2015",
    title="Pomalidomide: oral two-compartment PK, degradation of Ikaros, less TNF",
    doc=__doc__,
    time="h",
    sources={
        "popPK": LI_2015,
        "renal": LI_2017,
        "inhibitors": LI_2018,
        "liver": LI_2019_LIVER,
        "label": POMALYST_LABEL,
        "cells": CRBN_MEMORY,
        "class": SCHAFER_2018,
        "tnf": TNF_IC50_POMALIDOMIDE,
        "titer": TITER,
    },
    population=Population("96 healthy adults and 144 with myeloma", n=240, at="popPK: abstract"),
    states=(
        State("gut", "mg", "drug still to be absorbed"),
        State("central", "mg", "drug in the central compartment"),
        State("peripheral", "mg", "drug in the peripheral compartment"),
        State("auc", "ng*h/mL", "area under the concentration since the start"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(
        Covariate("sex_female", "", "1 for women", 0.0),
        Covariate("weight", "kg", "body weight", 78.3),
        Covariate("total_protein", "g/L", "total protein in serum", 73.0),
        Covariate("smoker", "", "1 for a smoker", 0.0),
        Covariate("child_pugh", "", "hepatic impairment: 0 none, 1 class A, 2 class B, 3 class C", 0.0),
        Covariate("dialysis", "", "1 on dialysis", 0.0),
        Covariate("strong_cyp1a2_inhibitor", "", "1 with a strong inhibitor of CYP1A2", 0.0),
        Covariate("is_patient", "", "1 for a patient, 0 for a healthy volunteer", 1.0),
    ),
    individual=individual,
    outputs=(
        Output("conc", "ng/mL", "plasma concentration"),
        Output("degradation", "", "loss of Ikaros, multiple of normal"),
    ),
    modulates=("ikaros.loss", "tnf.production"),
    doses=(Dosing("pomalidomide", "gut", lag="lag", studied_up_to=10.0, studied_at="popPK: abstract, 0.5-10 mg"),),
    correlations=(("cl", "v", 0.78),),  # covariance 0.0599 of variances 0.168 and 0.0352
    anchors=ANCHORS,
)
