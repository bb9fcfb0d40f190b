"""Other medicines, smoking and alcohol with the thalidomide class and dexamethasone.

Answers:  CYP1A2 inhibitors and smoking with pomalidomide; sedatives, slow heart and nerve damage with thalidomide;
          digoxin with lenalidomide; enzyme inducers with hormonal contraception and with dexamethasone.
Not for:  oestrogen, erythropoiesis-stimulating agents and doxorubicin, which stand in thrombosis.py.
"""

from titer.clinic.safety.conditions import diagnosed, documented, dose, flag, receives, taking, word
from titer.clinic.safety.declare import SafetyRule
from titer.library.labels._sources import CLASS_EU, LEN_US, POM_US, THAL_US, label, memory
from titer.library.labels.pregnancy import FEMALE, HORMONAL, POSSIBLE, using
from titer.source import Source

INHIBITOR = taking("strong_cyp1a2_inhibitor")
FLUVOXAMINE = label(
    POM_US,
    "section 7 (strong CYP1A2 inhibitors; fluvoxamine AUC x2.25); EU section 4.5 lists ciprofloxacin, enoxacin, "
    "fluvoxamine",
)
BROPHY = Source("Brophy et al. 1983, dexamethasone in phenytoin users: oral availability 0.53")

RULES = (
    SafetyRule(
        key="pomalidomide_cyp1a2_dose",
        about=("pomalidomide",),
        severity="block",
        when=(dose("pomalidomide", "start") > 2) & INHIBITOR,
        finding="a strong CYP1A2 inhibitor doubles exposure to pomalidomide",
        advice="Choose another medicine; else halve pomalidomide to 2 mg.",
        source=FLUVOXAMINE,
        limit="2 mg with a strong CYP1A2 inhibitor",
    ),
    SafetyRule(
        key="pomalidomide_cyp1a2",
        about=("pomalidomide",),
        severity="warn",
        when=~documented(dose("pomalidomide", "start") > 2) & INHIBITOR,
        finding="a strong CYP1A2 inhibitor doubles exposure to pomalidomide; the dose is already halved",
        advice="Choose another medicine where possible; count blood weekly.",
        source=FLUVOXAMINE,
    ),
    SafetyRule(
        key="pomalidomide_smoking",
        about=("pomalidomide",),
        severity="warn",
        when=flag("smoker"),
        finding="smoking lowers exposure to pomalidomide by a third (AUC -32%)",
        advice="Advise to stop smoking; efficacy may be lower.",
        source=label(POM_US, "section 7 and 12.3 (smoking)"),
    ),
    SafetyRule(
        key="lenalidomide_digoxin",
        about=("lenalidomide",),
        severity="warn",
        when=taking("digoxin"),
        finding="lenalidomide raises the peak of digoxin by 14%",
        advice="Measure digoxin in plasma now and then.",
        source=memory(LEN_US, "section 7.1 (digoxin)"),
    ),
    SafetyRule(
        key="lenalidomide_nephrotoxic",
        about=("lenalidomide",),
        severity="warn",
        when=documented(taking("nephrotoxic")),
        finding="a medicine that harms the kidney can raise exposure to lenalidomide",
        advice="Follow creatinine clearance; choose another medicine where possible.",
        source=label(LEN_US, "section 12.3: clearance is renal; the medicine acts through creatinine clearance"),
    ),
    SafetyRule(
        key="thalidomide_sedatives",
        about=("thalidomide",),
        severity="warn",
        when=taking("sedative"),
        finding="sedation adds up: opioids, benzodiazepines, antihistamines and other sedatives",
        advice="Lower or stop the sedative; no driving.",
        source=label(THAL_US, "section 7 (sedatives)"),
    ),
    SafetyRule(
        key="thalidomide_alcohol",
        about=("thalidomide",),
        severity="warn",
        when=documented(word("alcohol", "occasional", "regular")),
        finding="sedation by alcohol adds up",
        advice="No alcohol.",
        source=label(THAL_US, "section 7 (sedatives)"),
    ),
    SafetyRule(
        key="thalidomide_bradycardia",
        about=("thalidomide",),
        severity="warn",
        when=taking("slows_heart") | documented(flag("bradycardia") | diagnosed("bradycardia")),
        finding="slowing of the heart adds up (beta blockers, verapamil, diltiazem, digoxin)",
        advice="Follow the heart rate; watch for fainting.",
        source=label(THAL_US, "section 7 (medicines that cause bradycardia)"),
    ),
    SafetyRule(
        key="thalidomide_neurotoxic",
        about=("thalidomide",),
        severity="warn",
        when=receives("neurotoxic_partner"),
        finding="damage to nerves adds up (bortezomib, vincristine, platinum, didanosine)",
        advice="Examine the nerves monthly; choose another combination where possible.",
        source=label(THAL_US, "section 7 (medicines that cause peripheral neuropathy)"),
    ),
    SafetyRule(
        key="inducer_contraception",
        about=("imid",),
        severity="require",
        when=FEMALE & POSSIBLE & taking("enzyme_inducer") & using(*HORMONAL),
        finding="an enzyme inducer can make hormonal contraception fail",
        advice="Use two other effective or barrier methods.",
        source=label(THAL_US, "section 7 (hormonal contraceptives); the other labels alike"),
    ),
    SafetyRule(
        key="dexamethasone_contraception",
        about=("imid",),
        severity="warn",
        when=FEMALE & documented(using("combined_pill", "progestogen_pill")) & receives("corticosteroid"),
        finding="dexamethasone may lower the effect of contraceptive pills",
        advice="Choose another effective method.",
        source=label(CLASS_EU, "section 4.5 (oral contraceptives)"),
    ),
    SafetyRule(
        key="inducer_dexamethasone",
        about=("dexamethasone",),
        severity="warn",
        when=taking("enzyme_inducer"),
        finding="an enzyme inducer can halve exposure to dexamethasone",
        advice="Expect a weaker effect; choose another medicine where possible.",
        source=BROPHY,
    ),
    SafetyRule(
        key="thalidomide_seizures",
        about=("thalidomide",),
        severity="warn",
        when=documented(flag("seizures") | diagnosed("seizures")),
        finding="seizures, or a risk of them",
        advice="Watch closely for changes that may precipitate a seizure.",
        source=memory(THAL_US, "section 5 (seizures)"),
    ),
)
