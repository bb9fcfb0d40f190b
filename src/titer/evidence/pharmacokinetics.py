"""Published exposure to the drugs, and the dip of platelets, against the typical person of each model.

The model of lenalidomide has one compartment and first-order absorption, so that area, peak, its time and half-life
are closed forms of `ka`, `cl` and `v`, which the model's own covariate relations give for the people of each study.
Those of pomalidomide and thalidomide, and the dip, are integrated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from titer.evidence.expectations import Role
from titer.evidence.profiles import Profile, profile
from titer.model import Model

# Creatinine clearance standing for each group of the renal study, mL/min. Assumed: the study prints ranges only.
NORMAL, NORMAL_AND_MILD, MILD, MODERATE, SEVERE, ESRD = 100.0, 85.0, 65.0, 38.0, 22.0, 6.0
SESSION_H = 4.0
HEALTHY: Mapping[str, float] = {"is_patient": 0.0}


@dataclass(frozen=True)
class Disposition:
    """One-compartment oral kinetics of one person.

    Args:
        ka: absorption, 1/h.
        cl: apparent clearance, L/h.
        v: apparent volume, L.
        bioavailability: relative to fasting.
    """

    ka: float
    cl: float
    v: float
    bioavailability: float = 1.0

    @property
    def ke(self) -> float:
        """Elimination, 1/h."""
        return self.cl / self.v

    @property
    def half_life(self) -> float:
        """Half-life of the slower of absorption and elimination, h: the terminal one."""
        return math.log(2) / min(self.ka, self.ke)

    @property
    def time_of_peak(self) -> float:
        """Time of the highest level after one dose, h. The limit 1/ka where ka equals ke."""
        if math.isclose(self.ka, self.ke, rel_tol=1e-9):
            return 1 / self.ka
        return math.log(self.ka / self.ke) / (self.ka - self.ke)

    def area(self, dose: float) -> float:
        """Area under the level of one dose (mg) to infinity, ng*h/mL."""
        return 1000 * self.bioavailability * dose / self.cl

    def peak(self, dose: float) -> float:
        """Highest level after one dose (mg), ng/mL."""
        return 1000 * self.bioavailability * dose / self.v * math.exp(-self.ke * self.time_of_peak)

    def peak_at_steady_state(self, dose: float, interval: float = 24.0) -> float:
        """Highest level of a dose (mg) every `interval` h for long, ng/mL.

        Example:
            >>> round(Disposition(ka=1.0, cl=10.0, v=20.0).peak_at_steady_state(10.0, 1e6), 3)
            250.0
        """
        if math.isclose(self.ka, self.ke, rel_tol=1e-6):  # a limit; beside it the formula loses 10 of 16 digits
            return replace(self, ka=self.ke * (1 + 1e-5)).peak_at_steady_state(dose, interval)
        absorbed, gone = (1 - math.exp(-k * interval) for k in (self.ka, self.ke))
        time = math.log(self.ka * gone / (self.ke * absorbed)) / (self.ka - self.ke)
        shape = math.exp(-self.ke * time) / gone - math.exp(-self.ka * time) / absorbed
        return 1000 * self.bioavailability * dose / self.v * self.ka / (self.ka - self.ke) * shape


@dataclass(frozen=True)
class Exposure:
    """A published number on exposure and the closed form that should meet it.

    Args:
        rows: id of the outcome row.
        name: what is predicted.
        setting: who, in words.
        predict: the prediction, in the unit of the row.
        role: "calibration" where the row was used to set a parameter.
        remark: what differs.
        within: relative half-width of the band that counts as met where no interval was printed.
    """

    rows: tuple[str, ...]
    name: str
    setting: str
    predict: Callable[[], float] = field(repr=False)
    role: Role
    remark: str = ""
    within: float = 0.25


def lenalidomide(**covariates: float) -> Disposition:
    """Kinetics of a typical person with these covariates; the model's defaults stand in for the others.

    Example:
        >>> lenalidomide(crcl=30.0).cl < lenalidomide(crcl=90.0).cl
        True
    """
    from titer.library.drugs.lenalidomide import MODEL

    values = typical_parameters(MODEL, **covariates)
    return Disposition(values["ka"], values["cl"], values["v"], values["bioavailability"])


def typical_parameters(model: Model, **covariates: float) -> dict[str, float]:
    """Every parameter of a model for a typical person with these covariates."""
    values = {parameter.name: parameter.value for parameter in model.parameters}
    given = {covariate.name: covariate.default for covariate in model.covariates} | covariates
    if model.individual is not None:
        individual = model.individual(SimpleNamespace(**values), SimpleNamespace(**given))
        values |= {name: float(value) for name, value in individual.items()}
    return values


def _area_increase(crcl: float) -> float:
    area = lenalidomide(crcl=crcl, **HEALTHY).area(25.0)
    return 100 * (area / lenalidomide(crcl=NORMAL_AND_MILD, **HEALTHY).area(25.0) - 1)


def _renal_fraction(crcl: float) -> float:
    return 100 * (1 - lenalidomide(crcl=0.0, **HEALTHY).cl / lenalidomide(crcl=crcl, **HEALTHY).cl)


def _removed_by_dialysis() -> float:
    from titer.library.drugs.lenalidomide import MODEL

    person = lenalidomide(crcl=ESRD, **HEALTHY)
    dialyser = MODEL.parameter("cl_dialysis").value
    total = person.cl + dialyser
    return 100 * dialyser / total * (1 - math.exp(-total / person.v * SESSION_H))


def _food_on_peak() -> float:
    fed, fasted = lenalidomide(fed=1.0, **HEALTHY), lenalidomide(fed=0.0, **HEALTHY)
    return 100 * (fed.peak(25.0) / fasted.peak(25.0) - 1)


def _renal_slope() -> float:
    return 100 * (lenalidomide(crcl=90.0).cl - lenalidomide(crcl=89.0).cl) / lenalidomide(crcl=90.0).cl


def _renal_exponent() -> float:
    return math.log(lenalidomide(crcl=90.0).cl / lenalidomide(crcl=45.0).cl) / math.log(2)


def _half_life_increase() -> float:
    return lenalidomide(crcl=(MODERATE + SEVERE) / 2).half_life / lenalidomide(crcl=NORMAL).half_life


def _platelet_dip() -> float:
    from titer.evidence.calibration.platelets import predict

    return 100 * (1 - predict({})["25 mg", "nadir"])


def parameter(drug: str, name: str, **covariates: float) -> float:
    """A number of a drug's model for a typical person with these covariates.

    Example:
        >>> parameter("pomalidomide", "cl", sex_female=1.0) < parameter("pomalidomide", "cl")
        True
    """
    from titer.library import drugs

    return typical_parameters(drugs()[drug], **covariates)[name]


def area(drug: str, dose: float, **covariates: float) -> float:
    """Area under the level of one dose (mg) to infinity, ng*h/mL, where all of a dose enters."""
    return 1000 * dose / parameter(drug, "cl", **covariates)


def _ratio(of: Callable[..., float], **covariates: float) -> float:
    """What covariates change, in percent of what it is without."""
    return 100 * of(**covariates) / of()


def _pomalidomide(**covariates: float) -> float:
    return area("pomalidomide", 4.0, **covariates)


def _pomalidomide_peak(**covariates: float) -> float:
    return profile("pomalidomide", 4.0, 12.0, **HEALTHY, **covariates).peak


def _pomalidomide_of_both_sexes() -> float:
    return 0.75 * _pomalidomide() + 0.25 * _pomalidomide(sex_female=1.0)


def _thalidomide(dose: float) -> Profile:
    return profile("thalidomide", dose, 48.0)


def _thalidomide_half_life() -> float:
    return math.log(2) * parameter("thalidomide", "v") / parameter("thalidomide", "cl")


_MDS = "myelodysplasia, CrCl 90, 75 kg"
_RENAL = "people without cancer"
_GROUP = "The study prints ranges of CrCl; the value standing for each group is assumed."
_URINE = "Predicted as the renal share of clearance; the study's recovery stopped with its collection. " + _GROUP
_TYPICAL = "patient, CrCl 90, 75 kg"
_MAN, _ADULT = "man with myeloma, 78 kg", "adult"
_LIVER = "Everybody else is as without the impairment."
_FROM_MEAN = "One model for studies that disagree; see the conflicts in the model's file."
_POOLED = "One of several population models that disagree; see the conflicts in the model's file."

# fmt: off
MEASURES: tuple[Exposure, ...] = (
    Exposure(("IMID001",), "AUC of 10 mg", _MDS, lambda: lenalidomide().area(10.0), "calibration",
             "Area to infinity; the study's ends with the last sample."),
    Exposure(("IMID002",), "Cmax of 10 mg", _MDS, lambda: lenalidomide().peak(10.0), "prediction",
             "Mean of 12 peaks, each at its own time; the typical peak is lower."),
    Exposure(("IMID003",), "Cmax of 10 mg, daily", _MDS, lambda: lenalidomide().peak_at_steady_state(10.0),
             "prediction", "Mean of 12 peaks, each at its own time; the typical peak is lower."),
    Exposure(("IMID004",), "half-life", _MDS, lambda: lenalidomide().half_life, "calibration"),
    Exposure(("IMID005",), "time of Cmax", _MDS, lambda: lenalidomide().time_of_peak, "calibration"),
    Exposure(("IMID008",), "renal share", _RENAL, lambda: _renal_fraction(NORMAL), "prediction", _URINE),
    Exposure(("IMID009",), "renal share", _RENAL, lambda: _renal_fraction(MILD), "prediction", _URINE),
    Exposure(("IMID010",), "renal share", _RENAL, lambda: _renal_fraction(MODERATE), "prediction", _URINE),
    Exposure(("IMID012",), "removed by dialysis", _RENAL, _removed_by_dialysis, "calibration",
             "Share of the body's drug that the dialyser takes in 4 h."),
    Exposure(("IMID015",), "AUC increase", _RENAL, lambda: _area_increase(MODERATE), "calibration", _GROUP),
    Exposure(("IMID016",), "AUC increase", _RENAL, lambda: _area_increase(SEVERE), "calibration", _GROUP),
    Exposure(("IMID017",), "AUC increase", _RENAL, lambda: _area_increase(ESRD), "calibration", _GROUP),
    Exposure(("IMID019",), "Cmax change with food", "healthy", _food_on_peak, "calibration",
             "An older label has -36%."),
    Exposure(("IMID021",), "half-life", "healthy", lambda: lenalidomide(**HEALTHY).half_life, "prediction"),
    Exposure(("IMID022",), "AUC ratio, patients to healthy", "CrCl 90 in both",
             lambda: lenalidomide().area(25.0) / lenalidomide(**HEALTHY).area(25.0), "prediction",
             "The patients were older, with lower CrCl; here CrCl is the same."),
    Exposure(("IMID023",), "time of Cmax", _TYPICAL, lambda: lenalidomide().time_of_peak, "prediction",
             "Printed as a range over patients, without a middle."),
    Exposure(("IMID024",), "CL/F", _TYPICAL, lambda: lenalidomide().cl, "prediction", _POOLED),
    Exposure(("IMID025",), "V/F", _TYPICAL, lambda: lenalidomide().v, "prediction", _POOLED),
    Exposure(("IMID027",), "half-life at CrCl 30 / normal", _TYPICAL, _half_life_increase, "prediction", _GROUP),
    Exposure(("IMID532",), "V/F", _TYPICAL, lambda: lenalidomide().v, "prediction", _POOLED),
    Exposure(("IMID533",), "CL/F per mL/min of CrCl", _TYPICAL, _renal_slope, "prediction", _POOLED),
    Exposure(("IMID534",), "CL/F", _TYPICAL, lambda: lenalidomide().cl, "prediction", _POOLED),
    Exposure(("IMID535",), "V/F", _TYPICAL, lambda: lenalidomide().v, "prediction", _POOLED),
    Exposure(("IMID536",), "power of CrCl on CL/F", "CrCl 45 to 90", _renal_exponent, "prediction", _POOLED),
    Exposure(("IMID030",), "AUC of 4 mg", "three men and one woman", _pomalidomide_of_both_sexes, "calibration",
             "The clearance lies between the label's and the population model's."),
    Exposure(("IMID033",), "half-life", "healthy",
             lambda: profile("pomalidomide", 4.0, 72.0, **HEALTHY).half_life(24, 72), "prediction", "From 24 to 72 h."),
    Exposure(("IMID034",), "half-life, daily", _MAN,
             lambda: profile("pomalidomide", 4.0, 240.0, every=24.0).half_life(228, 239.9), "prediction",
             "From 12 to 24 h after the tenth dose; the second compartment is slower."),
    Exposure(("IMID035",), "time of Cmax", _MAN, lambda: profile("pomalidomide", 4.0, 12.0).time_of_peak, "prediction"),
    Exposure(("IMID036",), "CL/F", _MAN, lambda: parameter("pomalidomide", "cl"), "prediction", _POOLED),
    Exposure(("IMID037",), "V/F, both compartments", _MAN,
             lambda: parameter("pomalidomide", "v") + parameter("pomalidomide", "v_peripheral"), "prediction"),
    Exposure(("IMID039",), "CL/F", _MAN, lambda: parameter("pomalidomide", "cl"), "calibration", _POOLED),
    Exposure(("IMID040",), "CL/F", "healthy man", lambda: parameter("pomalidomide", "cl", **HEALTHY), "prediction",
             "By the published ratio, from a clearance that is 1.107 times the published one."),
    Exposure(("IMID041",), "CL/F, women to men", "myeloma",
             lambda: _ratio(lambda **c: parameter("pomalidomide", "cl", **c), sex_female=1.0) - 100, "calibration"),
    Exposure(("IMID042",), "CL/F", _MAN, lambda: parameter("pomalidomide", "cl"), "prediction", _POOLED),
    Exposure(("IMID045",), "CL/F ratio on dialysis", "day without dialysis",
             lambda: _ratio(lambda **c: parameter("pomalidomide", "cl", **c), dialysis=1.0) / 100, "calibration"),
    Exposure(("IMID046",), "clearance by the dialyser", "dialysis", lambda: parameter("pomalidomide", "cl_dialyser"),
             "calibration"),
    Exposure(("IMID047",), "AUC increase on dialysis", "day without dialysis",
             lambda: _ratio(_pomalidomide, dialysis=1.0) - 100, "prediction"),
    Exposure(("IMID049",), "AUC ratio with fluvoxamine", "healthy",
             lambda: _ratio(_pomalidomide, strong_cyp1a2_inhibitor=1.0), "calibration"),
    Exposure(("IMID050",), "Cmax ratio with fluvoxamine", "healthy",
             lambda: _ratio(_pomalidomide_peak, strong_cyp1a2_inhibitor=1.0), "prediction"),
    Exposure(("IMID051",), "AUC change in smokers", "healthy", lambda: _ratio(_pomalidomide, smoker=1.0) - 100,
             "calibration"),
    Exposure(("IMID054",), "AUC increase", "Child-Pugh A", lambda: _ratio(_pomalidomide, child_pugh=1.0) - 100,
             "calibration"),
    Exposure(("IMID055",), "AUC increase", "Child-Pugh B", lambda: _ratio(_pomalidomide, child_pugh=2.0) - 100,
             "calibration"),
    Exposure(("IMID542",), "Cmax ratio", "Child-Pugh A", lambda: _ratio(_pomalidomide_peak, child_pugh=1.0),
             "prediction", _LIVER),
    Exposure(("IMID543",), "Cmax ratio", "Child-Pugh B", lambda: _ratio(_pomalidomide_peak, child_pugh=2.0),
             "prediction", _LIVER),
    Exposure(("IMID057",), "Cmax of 200 mg", _ADULT, lambda: _thalidomide(200.0).peak / 1000, "prediction", _FROM_MEAN),
    Exposure(("IMID058",), "time of Cmax", _ADULT, lambda: _thalidomide(200.0).time_of_peak, "prediction"),
    Exposure(("IMID059",), "absorption half-life", _ADULT, lambda: math.log(2) / parameter("thalidomide", "ka"),
             "calibration"),
    Exposure(("IMID060",), "half-life", _ADULT, _thalidomide_half_life, "calibration", _FROM_MEAN),
    Exposure(("IMID063",), "lag", _ADULT, lambda: parameter("thalidomide", "lag"), "calibration"),
    Exposure(("IMID065",), "CL/F", _ADULT, lambda: parameter("thalidomide", "cl"), "prediction", "Japanese patients."),
    Exposure(("IMID067",), "AUC of 100 mg", _ADULT, lambda: area("thalidomide", 100.0) / 1000, "prediction",
             "Japanese patients."),
    Exposure(("IMID068",), "AUC of 50 mg", _ADULT, lambda: area("thalidomide", 50.0) / 1000, "calibration"),
    Exposure(("IMID069",), "Cmax of 50 mg", _ADULT, lambda: _thalidomide(50.0).peak / 1000, "prediction", _FROM_MEAN),
    Exposure(("IMID072",), "AUC of 200 mg", _ADULT, lambda: area("thalidomide", 200.0) / 1000, "calibration"),
    Exposure(("IMID073",), "Cmax of 200 mg", _ADULT, lambda: _thalidomide(200.0).peak / 1000, "prediction", _FROM_MEAN),
    Exposure(("IMID075",), "half-life", _ADULT, _thalidomide_half_life, "calibration", _FROM_MEAN),
    Exposure(("IMID076",), "AUC of 400 mg", _ADULT, lambda: area("thalidomide", 400.0) / 1000, "calibration"),
    Exposure(("IMID078",), "time of Cmax, 400 mg", _ADULT, lambda: _thalidomide(400.0).time_of_peak, "prediction"),
    Exposure(("IMID079",), "half-life at 400 mg", _ADULT, _thalidomide_half_life, "prediction"),
    Exposure(("IMID081",), "Cmax of 400 mg", _ADULT, lambda: _thalidomide(400.0).peak / 1000, "prediction",
             "Patients with leprosy."),
    Exposure(("IMID083",), "half-life at 400 mg", _ADULT, _thalidomide_half_life, "prediction",
             "Patients with leprosy."),
    Exposure(("IMID084",), "time of Cmax", _ADULT, lambda: _thalidomide(200.0).time_of_peak, "prediction"),
    Exposure(("IMID540",), "AUC of 200 mg", _ADULT, lambda: area("thalidomide", 200.0) / 1000, "prediction"),
    Exposure(("IMID541",), "half-life", _ADULT, _thalidomide_half_life, "prediction", _FROM_MEAN),
    Exposure(("IMID265",), "lowest platelets of a cycle", "patient on 25 mg days 1-21", _platelet_dip, "calibration",
             "The nadirs of the same paper's platelet model were fitted."),
)
# fmt: on
