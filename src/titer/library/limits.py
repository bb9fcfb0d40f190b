"""What the relapsed-myeloma setting leaves out, in sentences that reports print beside the results."""

LIMITS = (
    "Intervals come from the number of virtual patients. How well the typical parameters are known is not in them; see "
    "what a parameter does with --set, for instance --set lenalidomide.dc50=40.",
    "Every published response and toxicity rate behind the calibration was seen at 25 or 30 mg of lenalidomide. What "
    "other doses do rests on assumed exposure-response (lenalidomide.dc50, lenalidomide.max_loss, the myeloma drive).",
    "Not modelled: infection, hyperglycaemia, mood and muscle effects of dexamethasone, rash, fatigue, neuropathy, "
    "second cancers, transfusions, growth factors. A regimen with more dexamethasone looks safer than it is.",
    "Doses are given as the regimen says: no lower start below a creatinine clearance of 60 mL/min (the US label "
    "starts at 10 mg), no 20 mg of dexamethasone above 75 years. The protocol holds and lowers lenalidomide for "
    "neutrophils and platelets only; nobody stops for toxicity, and a thromboembolism changes no dose.",
    "Counts are reported as often as the protocol's calendar says. A regimen with a rest week is then seen at its "
    "best, so compare regimens by the rows of true weekly counts.",
)
