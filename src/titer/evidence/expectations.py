"""Which prediction should meet which published number: drugs of one class, and dexamethasone, in relapsed myeloma.

A declared table. Every line links outcome rows to a simulation and to one figure of `titer.decisions.compare`. The role
says whether the number was used to set a parameter (`calibration`, so that meeting it shows only that the fit worked)
or not (`prediction`); it is read from the results of the calibration scripts. Remarks name what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from titer.evidence.calibrated import calibrated_rows

FULL_START = "us-label-planned-start"
Role = Literal["calibration", "prediction"]
POPULATION = "relapsed-myeloma"
HIGH_DOSE = "dexamethasone 40 mg days 1-4,9-12,17-20 of 28 for 4 cycles then 40 mg days 1-4 of 28"


@dataclass(frozen=True)
class Simulation:
    """One run of a regimen in a population.

    Args:
        name: short name used by the table below and by reports.
        regimen: regimen text.
        overrides: covariates that every patient gets instead of a sampled value.
        cycles: length of treatment at most, cycles of 28 days. 24 are about as long as the trials had followed their
            patients when the numbers were printed, so that events are counted over the same time.
        protocol: dose rules. A trial that gave everybody the full start dose has the label's rules without its lower
            start doses.
        remark: what differs from the trial for every row of this simulation.
    """

    name: str
    regimen: str
    overrides: Mapping[str, float] = field(default_factory=dict)
    cycles: int = 24
    population: str = POPULATION
    protocol: str = "us-label"
    remark: str = ""


@dataclass(frozen=True)
class Expectation:
    """Published rows and the figure that should meet them.

    Args:
        rows: ids of outcome rows; the values of several rows add up (DVT and PE to VTE).
        simulation: name of a `Simulation`.
        figure: key of an arm's figures.
        remark: what differs, in a sentence.
        within: relative half-width of the band that counts as met where neither an interval nor (for a percentage) a
            number of patients was printed.
    """

    rows: tuple[str, ...]
    simulation: str
    figure: str
    remark: str = ""
    within: float = 0.25

    @property
    def role(self) -> Role:
        """ "calibration" where a calibration script fitted one of the rows."""
        return "calibration" if calibrated_rows() & set(self.rows) else "prediction"


_POMALIDOMIDE = (
    "MM-002, MM-003, STRATUS: a median of five prior lines; here every patient has three, the most that the platelets "
    "were calibrated for. No number of pomalidomide's effects comes from a trial of it."
)
_THALIDOMIDE = "OPTIMUM: one to three prior lines. No number of its effects on myeloma comes from a trial of it."

SIMULATIONS: tuple[Simulation, ...] = (
    Simulation(
        "rd-weekly",
        "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28",
        remark="As TOURMALINE-MM1, placebo arm: 10 mg below CrCl 60, dexamethasone 20 mg above 75 years.",
    ),
    Simulation(
        "rd-high-dose",
        f"lenalidomide 25 mg days 1-21 of 28 + {HIGH_DOSE}",
        overrides={"thromboprophylaxis": 0.0, "prior_lines": 2.0},
        protocol=FULL_START,
        remark="MM-009/010: no thromboprophylaxis was asked for; about 62% had two or more lines, here all have two.",
    ),
    Simulation(
        "dexamethasone-high-dose",
        HIGH_DOSE,
        overrides={"thromboprophylaxis": 0.0, "prior_lines": 2.0},
        protocol=FULL_START,
        remark="Control arms of MM-009/010; differences as for rd-high-dose.",
    ),
    Simulation(
        "lenalidomide-alone",
        "lenalidomide 30 mg days 1-21 of 28",
        overrides={"prior_lines": 3.0},
        protocol=FULL_START,
        remark="MM-014: 67% had three or more prior lines; here every patient has three.",
    ),
    Simulation(
        "rd-weekly-chinese",
        "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28",
        overrides={"prior_lines": 3.0, "prior_imid": 1.0, "race_asian": 1.0, "race_white": 0.0, "race_black": 0.0},
        remark="MM-021: 57% had four or more prior lines, most had had thalidomide; renal start doses were used.",
    ),
    Simulation(
        "pomalidomide-weekly",
        "pomalidomide 4 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28",
        overrides={"prior_lines": 3.0, "prior_imid": 1.0},
        protocol="pomalidomide-us",
        remark=_POMALIDOMIDE,
    ),
    Simulation(
        "pomalidomide-alone",
        "pomalidomide 4 mg days 1-21 of 28",
        overrides={"prior_lines": 3.0, "prior_imid": 1.0},
        protocol="pomalidomide-us",
        remark=_POMALIDOMIDE,
    ),
    Simulation("thalidomide-100", "thalidomide 100 mg daily", protocol="thalidomide-us", remark=_THALIDOMIDE),
    Simulation("thalidomide-400", "thalidomide 400 mg daily", protocol="thalidomide-us", remark=_THALIDOMIDE),
)

_ONE_OF_TWO = "One of the two trials behind the pooled row; the spread between them is part of the picture."
_BY_COUNTS = "The trial's patients were also held and reduced for other reasons than counts, which are not simulated."
_AE_REPORT = "Adverse events as reported by investigators; the simulation grades every count it draws."

EXPECTATIONS: tuple[Expectation, ...] = (
    # ---- lenalidomide with weekly dexamethasone, 1-3 prior lines (TOURMALINE-MM1)
    Expectation(("IMID268",), "rd-weekly", "orr", "Independent review; the trial confirmed each response."),
    Expectation(("IMID585",), "rd-weekly", "median_dor_month", "Among responders."),
    # ---- lenalidomide with high-dose dexamethasone (MM-009/010)
    Expectation(("IMID085",), "rd-high-dose", "orr"),
    Expectation(("IMID109",), "rd-high-dose", "orr", _ONE_OF_TWO),
    Expectation(("IMID095",), "rd-high-dose", "vgpr_or_better", "CR and VGPR together."),
    Expectation(("IMID087",), "rd-high-dose", "cr", "Needs immunofixation, which the simulation lacks."),
    Expectation(("IMID089",), "rd-high-dose", "median_ttp_month"),
    Expectation(("IMID113",), "rd-high-dose", "median_ttp_month", _ONE_OF_TWO + " Earlier cut-off."),
    Expectation(("IMID101",), "rd-high-dose", "median_ttp_month", _ONE_OF_TWO + " Earlier cut-off."),
    Expectation(("IMID091",), "rd-high-dose", "median_dor_month", "Among responders."),
    Expectation(("IMID139",), "rd-high-dose", "neutropenia_g34", _AE_REPORT),
    Expectation(("IMID105",), "rd-high-dose", "neutropenia_g34", _ONE_OF_TWO),
    Expectation(("IMID115",), "rd-high-dose", "neutropenia_g34", _ONE_OF_TWO),
    Expectation(("IMID141",), "rd-high-dose", "thrombocytopenia_g34", _AE_REPORT),
    Expectation(("IMID117",), "rd-high-dose", "thrombocytopenia_g34", _ONE_OF_TWO),
    Expectation(("IMID143",), "rd-high-dose", "anaemia_g34", _AE_REPORT),
    Expectation(
        ("IMID133", "IMID137"),
        "rd-high-dose",
        "vte",
        "Serious DVT plus grade 3/4 PE; patients who had both are counted twice, and mild events are missing.",
    ),
    # ---- high-dose dexamethasone alone (control arms of MM-009/010)
    Expectation(("IMID086",), "dexamethasone-high-dose", "orr"),
    Expectation(("IMID088",), "dexamethasone-high-dose", "cr", "Needs immunofixation, which the simulation lacks."),
    Expectation(("IMID090",), "dexamethasone-high-dose", "median_ttp_month"),
    Expectation(("IMID092",), "dexamethasone-high-dose", "median_dor_month", "Among responders."),
    Expectation(("IMID116",), "dexamethasone-high-dose", "neutropenia_g34", _ONE_OF_TWO),
    Expectation(("IMID142",), "dexamethasone-high-dose", "thrombocytopenia_g34", _AE_REPORT),
    Expectation(("IMID144",), "dexamethasone-high-dose", "anaemia_g34", _AE_REPORT),
    Expectation(
        ("IMID134", "IMID138"),
        "dexamethasone-high-dose",
        "vte",
        "Serious DVT plus grade 3/4 PE, as above.",
    ),
    Expectation(("IMID120",), "dexamethasone-high-dose", "vte", _ONE_OF_TWO),
    # ---- lenalidomide alone, heavily pretreated (MM-014)
    Expectation(("IMID149",), "lenalidomide-alone", "orr"),
    Expectation(("IMID151",), "lenalidomide-alone", "median_ttp_month"),
    Expectation(("IMID154",), "lenalidomide-alone", "neutropenia_g34", _AE_REPORT),
    Expectation(("IMID155",), "lenalidomide-alone", "thrombocytopenia_g34", _AE_REPORT),
    # ---- lenalidomide with weekly dexamethasone, heavily pretreated, Chinese (MM-021)
    Expectation(("IMID255",), "rd-weekly-chinese", "orr"),
    # ---- pomalidomide with weekly dexamethasone (MM-002, MM-003, STRATUS) and alone (MM-002)
    Expectation(("IMID302",), "pomalidomide-weekly", "orr"),
    Expectation(("IMID300",), "pomalidomide-weekly", "median_pfs_month"),
    Expectation(("IMID564",), "pomalidomide-weekly", "median_pfs_month"),
    Expectation(("IMID304",), "pomalidomide-weekly", "median_dor_month", "Among responders."),
    Expectation(("IMID280",), "pomalidomide-weekly", "neutropenia_g34", _AE_REPORT),
    Expectation(("IMID555",), "pomalidomide-weekly", "neutropenia_g34", _AE_REPORT),
    Expectation(("IMID281",), "pomalidomide-weekly", "thrombocytopenia_g34", _AE_REPORT),
    Expectation(("IMID557",), "pomalidomide-weekly", "thrombocytopenia_g34", _AE_REPORT),
    Expectation(("IMID556",), "pomalidomide-weekly", "anaemia_g34", _AE_REPORT),
    Expectation(("IMID283",), "pomalidomide-weekly", "any_hold", _BY_COUNTS),
    Expectation(("IMID284",), "pomalidomide-weekly", "any_reduction", _BY_COUNTS),
    Expectation(("IMID295",), "pomalidomide-weekly", "vte"),
    Expectation(("IMID303",), "pomalidomide-alone", "orr"),
    Expectation(("IMID301",), "pomalidomide-alone", "median_pfs_month"),
    Expectation(("IMID305",), "pomalidomide-alone", "median_dor_month", "Among responders."),
    # ---- thalidomide alone (OPTIMUM)
    Expectation(("IMID375",), "thalidomide-100", "median_ttp_month"),
    Expectation(("IMID377",), "thalidomide-400", "median_ttp_month"),
)

# Figures put on record although the tables hold no row for them yet: (simulation, figure).
ON_RECORD: tuple[tuple[str, str], ...] = tuple(
    ("rd-weekly", figure)
    for figure in (
        "vgpr_or_better",
        "median_pfs_month",
        "median_ttp_month",
        "neutropenia_g34",
        "thrombocytopenia_g34",
        "anaemia_g34",
        "vte",
        "any_hold",
        "any_reduction",
        "relative_dose_intensity",
    )
)
