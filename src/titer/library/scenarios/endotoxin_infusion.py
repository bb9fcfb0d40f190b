"""2 ng/kg of endotoxin over four hours: everything comes later, IL-10 rises threefold higher.

The model has another set of numbers here than after a bolus (`INFUSION` of its file). The highest means of the
volunteers, five samples in six hours, lie within 20% of the peaks of the curve.
"""

from titer.library.immune.published.endotoxin import INFUSION
from titer.library.scenarios._endotoxin_volunteers import INFUSION_HOURS, INFUSION_MEANS, by_day
from titer.library.sources import WINDOLOSKI_2024
from titer.model import Challenge, Check, Scenario

MEANS = "windoloski: highest mean of the volunteers"

SCENARIO = Scenario(
    key="endotoxin-infusion",
    title="Endotoxin over four hours in healthy volunteers",
    doc=__doc__,
    models=("endotoxin", "fever", "symptoms"),
    challenges=(Challenge(0.0, "endotoxin", 2.0, hours=4.0),),
    days=1.0,
    shown=("tnf", "il6", "il8", "il10", "temperature", "symptom_score", "fatigue", "endotoxin.pain_threshold"),
    sources={"windoloski": WINDOLOSKI_2024},
    step_h=0.05,
    changed={f"endotoxin.{name}": value for name, value in INFUSION.items()},
    checks=(
        Check("tnf", "max", 532.0, "pg/mL", 0.2, MEANS),
        Check("il6", "max", 707.0, "pg/mL", 0.2, MEANS),
        Check("il8", "max", 456.0, "pg/mL", 0.2, MEANS),
        Check("il10", "max", 136.0, "pg/mL", 0.2, MEANS),
    ),
    observed=by_day(INFUSION_HOURS, INFUSION_MEANS),
    observed_at="windoloski: data files, means without outliers",
)
