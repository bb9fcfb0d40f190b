"""How exactly a clinic sees blood counts and M-protein.

Answers:  scatter of a reported value around the true one, in one patient, from visit to visit.
Not for:  differences between laboratories (for M-protein 25%, against 12% within one: Dutch quality scheme, 73
          laboratories, doi 10.1515/cclm-2020-1810); the residual errors of fitted models, which also hold what the
          model misses (Srimani 2022: M-protein 21.8% and 0.5 g/L, platelets 16% and 28.1 x 10^9/L) and are no assay
          errors.
Assumed:  one central laboratory; deviations of a patient independent from visit to visit; the day-to-day scatter of
          healthy people holds in patients.
Read in:  analytical precision, Abbott CELL-DYN 3200 operator's manual, 2001, tables 4.8 and 4.9 (N = 20).
"""

from titer.clinic.assay import Assay
from titer.model.declare import Source

FRASER = Source("Within-subject biological variation of hematological quantities, Arch Pathol Lab Med 1992;116:825-826")
COSKUN = Source(
    "Coskun et al. 2020, Clin Chem Lab Med 58:25, meta-analysis of 20 blood count quantities", "10.1515/cclm-2019-0658"
)
KATZMANN = Source(
    "Katzmann et al. 2011, Clin Chem 57:1687, 90 stable patients with M-spikes", "10.1373/clinchem.2011.171314"
)

ASSAYS = (
    Assay(
        "anc", "10^9/L", proportional=0.035, additive=0.0, day_to_day=0.14, source=COSKUN, status="assumed",
        at="proportional: white cells <2.7% (CELL-DYN 3200) and about 2.2% for the share of neutrophils; day to day: "
        "leukocyte quantities range from 5 to 15% (abstract), neutrophils near the top, 14% remembered",
    ),
    Assay(
        "platelets", "10^9/L", proportional=0.04, additive=0.0, day_to_day=0.076, source=FRASER, status="derived",
        at="day to day: mean of 6.7% (men) and 8.6% (women); proportional: <4.0% (CELL-DYN 3200, 150-400 x 10^9/L)",
    ),
    Assay(
        "haemoglobin", "g/L", proportional=0.01, additive=0.0, day_to_day=0.028, source=FRASER, status="derived",
        at="day to day: 2.8%; proportional: <1.0% (CELL-DYN 3200)",
    ),
    Assay(
        "m_protein", "g/L", proportional=0.022, additive=0.25, day_to_day=0.078, source=KATZMANN, status="derived",
        at="day to day: 7.8%; proportional: total 8.1% less 7.8%, as variances; additive: assumed, so that 1 g/L is "
        "seen with the poor precision that all laboratories report for it",
    ),
)  # fmt: skip
