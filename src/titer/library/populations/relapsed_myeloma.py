"""Adults with relapsed myeloma after one to three earlier lines, as in TOURMALINE-MM1 (both arms, 2012-2014).

Answers:  who enters a trial of lenalidomide and dexamethasone in relapsed myeloma: body size, kidney function, blood
          counts, M-protein, earlier treatment, risk of thrombosis, and how these hang together.
Not for:  newly diagnosed patients, more than three lines, creatinine clearance below 30 mL/min, dialysis, children.
Assumed:  every correlation, the effect of sex, race and earlier lines on size and counts, spread where a source prints a
          range only, thromboprophylaxis, history of thrombosis: each is marked on its line.
Fitted:   where a source prints a median and a range, the distribution below was chosen so that samples of the source's size
          have that median and about that range (tests/test_relapsed_myeloma.py); such numbers are `derived`.
Conflict: 1. High-risk cytogenetics: 20.8% of all patients, but 27% of those who were tested (24% were not). The share of
          all is used, as the source's M-protein model codes the untested as standard risk.
          2. Creatinine clearance: medians 77.9 (all treated) and 80.8 mL/min (patients with M-protein of 10 g/L or more);
          79 in ASPIRE. The first is used.
          3. MM-009/010 let patients with creatinine up to 2.5 mg/dL in and asked for no clearance; here 30 mL/min is the
          limit, as in TOURMALINE-MM1. The lowest clearance printed there is 20.2 mL/min: a few broke the rule.
Entry:    ANC of 1.0 or more, platelets of 75 or more (30 where plasma cells fill half of the marrow), creatinine
          clearance of 30 mL/min or more, M-protein of 10 g/L or more.
"""
# ruff: noqa: E501 - a number and its home stand on one line

import numpy as np

from titer.model.declare import Source
from titer.patients.distributions import Categorical, Derived, LogNormal, Normal, Truncated, yes_no
from titer.patients.formulas import body_surface_area, cockcroft_gault
from titer.patients.population import PopulationModel, SampledCovariate

LEAST_CRCL = 30.0  # mL/min, entry
LEAST_ANC = 1.0  # 10^9/L, entry
LEAST_PLATELETS, LEAST_PLATELETS_INFILTRATED = 75.0, 30.0  # 10^9/L, entry
LEAST_M_PROTEIN = 10.0  # g/L, measurable disease in the source's efficacy set


def highest_creatinine(c):
    """Serum creatinine at which creatinine clearance is just high enough to enter, mg/dL."""
    return cockcroft_gault(c.age, c.weight, 1.0, c.sex_female) / LEAST_CRCL


def creatinine_clearance(c):
    """Cockcroft-Gault with actual weight, mL/min."""
    return cockcroft_gault(c.age, c.weight, c.serum_creatinine, c.sex_female)


def lowest_platelets(c):
    """Platelets needed to enter, 10^9/L."""
    return np.where(c.marrow_infiltrated > 0.5, LEAST_PLATELETS_INFILTRATED, LEAST_PLATELETS)


def by_lines(one, two, three):
    """A number that depends on earlier lines: one, two, three or more."""
    return lambda c: np.where(c.prior_lines < 1.5, one, np.where(c.prior_lines < 2.5, two, three))


# fmt: off
COVARIATES = (
    SampledCovariate("age", "year", "age", Truncated(Normal(66.0, 9.8), low=30.0, high=91.0), "mm1: Suppl. Table 4, median 66 (30-91)", "derived"),
    SampledCovariate("sex_female", "", "1 for women", yes_no(0.433), "mm1: Suppl. Table 4", "fixed"),
    SampledCovariate("race", "", "race as reported", Categorical(("white", "black", "asian", "other"), (0.850, 0.018, 0.089, 0.043)), "mm1: Suppl. Table 4, other and not reported together", "fixed"),
    SampledCovariate("race_white", "", "1 for white", Derived(lambda c: c.race == "white"), "definition", "derived"),
    SampledCovariate("race_black", "", "1 for black", Derived(lambda c: c.race == "black"), "definition", "derived"),
    SampledCovariate("race_asian", "", "1 for Asian", Derived(lambda c: c.race == "asian"), "definition", "derived"),
    SampledCovariate("height", "cm", "height", Normal(lambda c: 173.0 - 13.0 * c.sex_female - 6.0 * c.race_asian, 6.8), "titer: adults of this age, women 13 cm and Asian patients 6 cm smaller", "assumed"),
    SampledCovariate("weight", "kg", "body weight", Truncated(LogNormal(lambda c: 81.5 * (1 - 0.145 * c.sex_female) * (1 - 0.16 * c.race_asian), 0.19), low=36.0, high=151.0), "ixazomib: Table 2, median 75.5 (36.7-151), BSA 1.87 (1.5-2.25 at 5 and 95%)", "derived", note="shares of women and Asian patients in the difference assumed"),
    SampledCovariate("bsa", "m^2", "body surface area (Mosteller)", Derived(lambda c: body_surface_area(c.weight, c.height)), "definition", "derived"),
    SampledCovariate("serum_creatinine", "mg/dL", "creatinine in serum", Truncated(LogNormal(lambda c: 1.01 - 0.20 * c.sex_female, 0.26), low=0.3, high=highest_creatinine), "mm1: Suppl. Table 4, clearance median 77.9 (20.2-231); entry", "derived", note="women 0.2 mg/dL lower assumed"),
    SampledCovariate("crcl", "mL/min", "creatinine clearance (Cockcroft-Gault, actual weight)", Derived(creatinine_clearance), "definition", "derived"),
    SampledCovariate("prior_lines", "", "earlier lines of treatment, 3 for three or more", Categorical((1.0, 2.0, 3.0), (0.597, 0.290, 0.113)), "mm1: Table 1, one line 59.7%; split of two and three from moreau", "derived"),
    SampledCovariate("prior_imid", "", "1 if thalidomide or lenalidomide was given before", yes_no(by_lines(0.44, 0.66, 0.82)), "mm1: Suppl. Table 4, 55.0% of all", "derived", note="rise with lines assumed"),
    SampledCovariate("prior_proteasome_inhibitor", "", "1 if a proteasome inhibitor was given before", yes_no(by_lines(0.63, 0.73, 0.80)), "mm1: Table 1, 67.9% of all", "derived", note="rise with lines assumed"),
    SampledCovariate("high_risk_cytogenetics", "", "1 with del(17p), t(4;14) or t(14;16); untested counts as 0", yes_no(0.208), "mm1: Table 1", "fixed"),
    SampledCovariate("marrow_infiltrated", "", "1 if plasma cells fill half of the marrow or more", yes_no(0.15), "titer: no source", "assumed"),
    SampledCovariate("baseline_m_protein", "g/L", "M-protein before treatment", Truncated(LogNormal(21.0, 0.62), low=LEAST_M_PROTEIN, high=110.0), "mm1: Table 1, median 23 (10-102), IMID264", "derived"),
    SampledCovariate("baseline_haemoglobin", "g/L", "haemoglobin before treatment", Truncated(Normal(lambda c: 120.0 - 7.0 * c.sex_female - 3.0 * (c.prior_lines - 1), 16.5), low=65.0, high=175.0), "mm1: Suppl. Table 4, median 115 (68-170)", "derived", note="women 7 g/L and each further line 3 g/L lower assumed"),
    SampledCovariate("baseline_platelets", "10^9/L", "platelets before treatment", Truncated(LogNormal(lambda c: 210.0 * 0.94 ** (c.prior_lines - 1) * np.where(c.marrow_infiltrated > 0.5, 0.75, 1.0), 0.38), low=lowest_platelets, high=700.0), "mm1: Suppl. Table 4, median 197 (35-666); entry", "derived", note="6% lower by each further line and 25% in a filled marrow assumed"),
    SampledCovariate("baseline_anc", "10^9/L", "neutrophils before treatment", Truncated(LogNormal(lambda c: 3.4 * 0.90 ** (c.prior_lines - 1), 0.39), low=LEAST_ANC, high=15.0), "class: median 3.0-3.5, 2.5-3.0 after three lines, spread 35-45%; entry", "assumed"),
    SampledCovariate("vte_history", "", "1 after an earlier thromboembolism", yes_no(0.05), "titer: no source", "assumed"),
    SampledCovariate("recent_surgery", "", "1 after surgery within 90 days", yes_no(0.04), "titer: no source", "assumed"),
    SampledCovariate("thromboprophylaxis", "", "1 on aspirin, heparin or an anticoagulant", yes_no(0.95), "mm2: entry asked for aspirin or heparin; some stop", "assumed"),
    SampledCovariate("fed", "", "1 when doses follow a high-fat meal", Derived(lambda c: 0.0), "titer: the label allows both; a light meal counts as fasting", "assumed"),
    SampledCovariate("is_patient", "", "1 for a patient, 0 for a healthy volunteer", Derived(lambda c: 1.0), "definition", "fixed"),
)

# Of the underlying normals. No source prints any of them; signs and rough sizes are clinical knowledge.
CORRELATIONS = (
    ("height", "weight", 0.45),  # assumed: as in adults in general
    ("age", "weight", -0.10),  # assumed: weight falls in old age
    ("age", "serum_creatinine", 0.10),  # assumed: loss of kidney function outweighs loss of muscle
    ("weight", "serum_creatinine", 0.10),  # assumed: muscle
    ("serum_creatinine", "baseline_haemoglobin", -0.20),  # assumed: renal anaemia
    ("baseline_m_protein", "baseline_haemoglobin", -0.30),  # assumed: marrow displaced by tumour
    ("baseline_m_protein", "baseline_platelets", -0.10),  # assumed: marrow displaced by tumour
    ("baseline_haemoglobin", "baseline_platelets", 0.10),  # assumed: one marrow
    ("baseline_platelets", "baseline_anc", 0.25),  # assumed: one marrow
)
# fmt: on

POPULATION = PopulationModel(
    name="relapsed-myeloma",
    title="Relapsed myeloma after one to three earlier lines, as in TOURMALINE-MM1",
    doc=__doc__,
    sources={
        "mm1": Source(
            "Srimani et al. 2022 CPT Pharmacometrics Syst Pharmacol 11:1085, Table 1 (n = 467) and Supplementary Table 4 "
            "(n = 720), TOURMALINE-MM1, as transcribed in the public model library nlmixr2lib",
            doi="10.1002/psp4.12815",
        ),
        "ixazomib": Source(
            "Gupta et al. 2017 Clin Pharmacokinet 56:1355, Table 2 (n = 755, most of them from TOURMALINE-MM1), as "
            "transcribed in nlmixr2lib",
            doi="10.1007/s40262-017-0526-4",
        ),
        "moreau": Source(
            "Moreau et al. 2016 N Engl J Med 374:1621, Table 1", doi="10.1056/NEJMoa1516282", confirmed=False
        ),
        "mm2": Source("Trial record NCT01850524 (TOURMALINE-MM2), inclusion criteria"),
        "class": Source("Notes on neutropenia of this drug class: baselines used with Friberg models", confirmed=False),
        "titer": Source("This package: an assumption nobody published"),
    },
    covariates=COVARIATES,
    correlations=CORRELATIONS,
)
