"""What the relapsed-myeloma setting leaves out, in sentences that reports print beside the results."""

LIMITS = (
    "Intervals come from the number of virtual patients. How well the typical parameters are known is not in them; see "
    "what a parameter does with --set, for instance --set lenalidomide.dc50=40.",
    "Every published response and toxicity rate behind the calibration was seen at 25 or 30 mg of lenalidomide. What "
    "other doses do rests on assumed exposure-response (lenalidomide.dc50, lenalidomide.max_loss, the myeloma drive).",
    "Not modelled: infection, hyperglycaemia, mood and muscle effects of dexamethasone, rash, fatigue, neuropathy, "
    "second cancers. A regimen with more dexamethasone looks safer than it is. Growth factors and transfusions "
    "are given only where a protocol says so.",
    "The labels' rules on rash, allergy, dialysis and other toxicity are written down but not evaluated, since these "
    "patients have none of them: what holds and lowers lenalidomide is neutrophils and platelets, nobody stops for "
    "toxicity, and a thromboembolism changes no dose. The labels' lower starts for impaired kidneys and for "
    "dexamethasone above 75 years are part of them; trials may have started everybody at the planned dose "
    "(us-label-planned-start).",
    "Counts are reported as often as the protocol's calendar says. A regimen with a rest week is then seen at its "
    "best, so compare regimens by the rows of true weekly counts.",
)
