"""Thalidomide by mouth: one compartment, absorption limited by dissolution, weak loss of Ikaros, less TNF.

Answers:  plasma level and exposure at 50-400 mg in Western adults; how fast Ikaros and Aiolos are degraded at that
          level; what is left of the production of TNF and IL-12, and how much more IL-10 is made.
Not for:  enantiomers; Japanese patients without changing `cl` and `v` (conflict 1); neuropathy, somnolence and
          constipation, which no model of the library has yet; erythema nodosum leprosum. What the myeloma and marrow
          models make of the loss of Ikaros was calibrated for lenalidomide 25 mg; no rate seen under thalidomide
          entered any number.
Assumed:  nobody published a population model: clearance and volume are means of the studies. Half-degrading level 3.2
          uM, the middle of what is remembered from cell lines (1-10 uM), largest degradation as lenalidomide's; it
          counts all of the drug in plasma, as the myeloma model was calibrated. Cytokines follow at once the share that
          is not bound to protein, and what was given to a culture counts as unbound. Enough of it stops IL-12. IL-10
          doubles at most, with the half-level of TNF. IL-6, IL-8 and IL-1 beta are not touched directly.
Conflict: 1. Clearance is 9.6-10.8 L/h (label, healthy men, myeloma), but 5.5 L/h in Japanese patients; 10.5 is used.
          2. Half-life is 5.5 h (label, 200 mg), 7.3 (myeloma, and label at 400 mg) and 8.7 (healthy men); 6.6 is used.
          3. After 200 mg the peak was 1.15 (healthy men) and 1.76 ug/mL (label), here 1.25; after 50 mg 0.62, here
          0.31; after 400 mg 2.8 (label) and 3.4 (leprosy), here 2.5, at 5.7 h (label 4.3).
          4. TNF of stimulated monocytes fell by 40% at 1 ug/mL (used, with 50-70% as the most), 57% of the life of its
          mRNA was left at 50 ug/mL, and an IC50 of 194 uM (50 ug/mL) is remembered. In mice it fell by 93%, or rose.
          5. The same action on TNF is seen in two ways. In volunteers who met 4 ng/kg of endotoxin, AUC of IL-6 fell by
          56%, TNF by 32% and IL-8 by 30%, of which only IL-6 was significant (4 against 19). Here `endotoxin`, which
          answers for 2 ng/kg, gives -64, -32 and -69%: IL-8 is missed. Taken to 4 ng/kg, far above the threshold, it
          gives -21, -25 and -36%: then IL-6 is missed. Areas are of 24 h and count what is there at rest; above rest
          TNF falls by 46%, and which of them was printed is not known. IL-8 goes with the cells that make it: less TNF
          leaves 81% fewer active monocytes. Each of them makes 1.5 times the IL-8 and 1.9 times the IL-6, since IL-10
          holds back less of both, and IL-6 less of itself. An antibody against TNF took both down in chimpanzees too
          (van der Poll 1994), and no source was found for a drug that spares IL-8. The unbound share is the label's, not
          fitted; but that it counts, and not all of the drug, was decided with these figures in view, so that meeting
          them is no independent test. It also hangs on the threshold of that model: 10% more or less of the share gives
          -76 or -44% of IL-6, -45 or -17% of TNF. In bowel disease, 300 mg for 12 weeks left TNF of cells stimulated
          outside the body at 36-39% and IL-6 unchanged; here TNF of the core at rest is left at 75%, a miss. With all
          of the drug in place of the unbound, TNF would be left at 61%, and endotoxin give -90, -61 and -88%. In
          tuberculosis less TNF and more interferon gamma was made (Tramontana 1995).
          6. CRBN binds thalidomide with a Kd of 0.25 or 30 uM, by assay.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import (
    BAUDITZ_2002,
    CHEN_1989,
    CRBN_MEMORY,
    KAMIKAWA_2006,
    MOREIRA_1993,
    MOREIRA_1997,
    SAMPAIO_1991,
    SCHAFER_2018,
    SHANNON_2007,
    THALIDOMIDE_2004,
    THALIDOMIDE_ANALOGS_1996,
    THALOMID_LABEL,
    TITER,
    TNF_IC50_MEMORY,
    TRAMONTANA_1995,
    VAN_DER_POLL_1994,
)
from titer.model import Anchor, Dosing, Equations, Model, Output, Parameter, Population, State
from titer.model.expression import minimum


def equations(t, x, p, s):
    """Absorption no faster than dissolution, elimination, exposure; the factors on Ikaros and cytokines."""
    conc = x.central / p.v * p.ng_per_ug
    absorbed = minimum(p.ka * x.gut, p.fastest)
    strength = p.max_loss / (1 - p.max_loss)  # loss rate added at saturation, as a multiple of the normal one
    degradation = 1 + strength * conc / (p.dc50 * (1 + strength) + conc)
    free = p.unbound * conc
    action = free / (p.half_cytokines + free)
    return Equations(
        rates={
            "gut": -absorbed,
            "central": absorbed - p.cl / p.v * x.central,
            "auc": conc,
        },
        outputs={"conc": conc, "degradation": degradation},
        modulates={
            "ikaros.loss": degradation,
            "tnf.production": 1 - p.max_tnf * action,
            "il12.production": p.half_il12 / (p.half_il12 + free),
            "il10.production": 1 + p.gain_il10 * action,
        },
    )


# fmt: off
PARAMETERS = (
    Parameter("ka", 0.41, "1/h", "absorption", "healthy: half-life 1.70 h (IMID059)", "derived", cv=0.6, note="SD 1.05 h of 8 men"),
    Parameter("fastest", 82.0, "mg/h", "fastest absorption, by dissolution", "titer: that of 200 mg, since Cmax rises less than the dose above it", "assumed"),
    Parameter("cl", 10.5, "L/h", "apparent clearance", "healthy: 10.41 L/h; label: 10.2-11.0 L/h (IMID068, IMID072, IMID076)", "derived", cv=0.2),
    Parameter("v", 100.0, "L", "apparent volume", "label: 80 L (IMID075); healthy: 121 L (IMID060)", "derived", cv=0.35),
    Parameter("lag", 0.41, "h", "time from intake to absorption", "healthy: IMID063", "estimated"),
    Parameter("dc50", 820.0, "ng/mL", "level that degrades half of what can be degraded (3.2 uM)", "cells: EC50 1-10 uM, its geometric middle", "assumed"),
    Parameter("max_loss", 0.92, "", "largest loss of Ikaros at steady level", "class: 12-33% of Aiolos left in blood (IMID655-656)", "assumed"),
    Parameter("max_tnf", 0.7, "", "largest fall of what is made of TNF", "partial: 50-70% in vivo and in vitro", "derived"),
    Parameter("unbound", 0.40, "", "share in plasma that is not bound to protein", "label: bound 55% (R) and 66% (S), their mean", "derived"),
    Parameter("half_cytokines", 750.0, "ng/mL", "unbound level with half of the action on TNF and IL-10", "monocytes: TNF -40% at 1 ug/mL, of 70% at most", "derived"),
    Parameter("half_il12", 454.0, "ng/mL", "unbound level that halves what is made of IL-12", "bowel: -48% (IMID477) as a mean over the day, at 300 mg daily and 0.48 ug/mL unbound", "derived"),
    Parameter("gain_il10", 1.0, "", "largest rise of what is made of IL-10", "mice: doubled in serum after 200 mg/kg; rises in human cells too (partial: abstract)", "assumed"),
    Parameter("ng_per_ug", 1000.0, "ng/ug", "unit conversion", "definition", "fixed"),
)
ANCHORS = (
    Anchor("auc_200mg", "auc", "end", ((0.0, "thalidomide", 200.0),), 96.0, 20900.0, "ng*h/mL", 0.15, "myeloma: IMID540"),
    Anchor("cmax_200mg", "conc", "max", ((0.0, "thalidomide", 200.0),), 24.0, 1150.0, "ng/mL", 0.15, "healthy: IMID057"),
    Anchor("tmax_200mg", "conc", "time_of_max", ((0.0, "thalidomide", 200.0),), 24.0, 4.39, "h", 0.15, "healthy: IMID058"),
    Anchor("half_life", "conc", "half_life", ((0.0, "thalidomide", 200.0),), 48.0, 7.3, "h", 0.15, "myeloma: IMID541"),
)
# fmt: on

MODEL = Model(
    key="thalidomide",
    name="thalidomide_titer",
    title="Thalidomide: oral one-compartment PK, degradation of Ikaros, cytokines of monocytes",
    doc=__doc__,
    time="h",
    sources={
        "healthy": CHEN_1989,
        "label": THALOMID_LABEL,
        "myeloma": THALIDOMIDE_2004,
        "japan": KAMIKAWA_2006,
        "cells": CRBN_MEMORY,
        "class": SCHAFER_2018,
        "monocytes": SAMPAIO_1991,
        "partial": THALIDOMIDE_ANALOGS_1996,
        "mrna": MOREIRA_1993,
        "ic50": TNF_IC50_MEMORY,
        "mice": MOREIRA_1997,
        "bowel": BAUDITZ_2002,
        "volunteers": SHANNON_2007,
        "chimpanzees": VAN_DER_POLL_1994,
        "tuberculosis": TRAMONTANA_1995,
        "titer": TITER,
    },
    population=Population("healthy adults and adults with myeloma, most of them Western", at="healthy: abstract"),
    states=(
        State("gut", "mg", "drug still to be absorbed"),
        State("central", "mg", "drug in the body"),
        State("auc", "ng*h/mL", "area under the concentration since the start"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    outputs=(
        Output("conc", "ng/mL", "plasma concentration"),
        Output("degradation", "", "loss of Ikaros, multiple of normal"),
    ),
    modulates=("ikaros.loss", "tnf.production", "il12.production", "il10.production"),
    doses=(Dosing("thalidomide", "gut", lag="lag", studied_up_to=400.0, studied_at="label: 50-400 mg"),),
    anchors=ANCHORS,
)
