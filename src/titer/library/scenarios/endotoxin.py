"""2 ng/kg of endotoxin at once, in healthy volunteers: TNF first, then IL-6 and IL-8, IL-10, and fever last.

Another dose is not answered: below 2 ng/kg the model hardly responds (peaks of TNF after 0.5 and 1 ng/kg are 18 and
34 pg/mL, volunteers had 18 and 87), above it fever falls. Peaks were printed with three digits; their times are met
within a step of the stored values. The highest means of the volunteers lie within 12% of the peaks.
"""

from titer.library.scenarios._endotoxin_volunteers import BOLUS_HOURS, BOLUS_MEANS, by_day
from titer.library.sources import DE_GOEIJ_2013, DOBREVA_2021, RUN_AGAIN, WINDOLOSKI_2024
from titer.model import Challenge, Check, Scenario

AGAIN = "again: code of Windoloski 2024, map of Dobreva 2021"
PAIN = "endotoxin.pain_threshold"
MEANS = "windoloski: highest mean of 20 volunteers"

SCENARIO = Scenario(
    key="endotoxin",
    title="Endotoxin at once in healthy volunteers",
    doc=__doc__,
    models=("endotoxin", "fever", "symptoms"),
    challenges=(Challenge(0.0, "endotoxin", 2.0),),
    days=1.0,
    shown=("tnf", "il6", "il8", "il10", "temperature", "symptom_score", "fatigue", PAIN),
    sources={"windoloski": WINDOLOSKI_2024, "dobreva": DOBREVA_2021, "goeij": DE_GOEIJ_2013, "again": RUN_AGAIN},
    step_h=0.02,
    checks=(
        Check("tnf", "max", 366.0, "pg/mL", 0.01, AGAIN),
        Check("tnf", "day_of_max", 1.71, "h", 0.02, AGAIN, absolute=True),
        Check("il6", "max", 749.0, "pg/mL", 0.01, AGAIN),
        Check("il6", "day_of_max", 2.05, "h", 0.02, AGAIN, absolute=True),
        Check("il8", "max", 747.0, "pg/mL", 0.01, AGAIN),
        Check("il8", "day_of_max", 2.12, "h", 0.02, AGAIN, absolute=True),
        Check("il10", "max", 42.2, "pg/mL", 0.01, AGAIN),
        Check("il10", "day_of_max", 2.56, "h", 0.02, AGAIN, absolute=True),
        Check("temperature", "max", 38.81, "degC", 0.02, AGAIN, absolute=True),
        Check("temperature", "day_of_max", 3.6, "h", 0.1, AGAIN, absolute=True),
        Check("tnf", "max", 331.0, "pg/mL", 0.12, MEANS),
        Check("il6", "max", 702.0, "pg/mL", 0.12, MEANS),
        Check("il8", "max", 714.0, "pg/mL", 0.12, MEANS),
        Check("il10", "max", 43.6, "pg/mL", 0.12, MEANS),
        Check(PAIN, "at", 0.8 * 7.81, "", 0.05, "goeij: pressure pain threshold -20 (SE 4)% at 2 h", day=2 / 24),
        Check("temperature", "max", 38.92, "degC", 0.15, "dobreva: highest mean, at 3.5 h", absolute=True),
    ),
    observed=by_day(BOLUS_HOURS, BOLUS_MEANS),
    observed_at="windoloski: data files, means of 20 volunteers without outliers",
)
