"""Which earlier treatments pomalidomide asks for.

Answers:  at least two earlier therapies with lenalidomide and a proteasome inhibitor, and progression on or within 60
          days of the last (US); with both lenalidomide and bortezomib and progression on the last (EU); with
          bortezomib in the regimen, one earlier therapy with lenalidomide (EU).
Assumed:  earlier treatments are listed in order of time, the last one last; "progression on the last therapy" (EU)
          counts progression on it and within 60 days, as the trial behind it (MM-003) did.
"""

from titer.clinic.safety.conditions import documented, first_known, flag, gives, lists, number, some
from titer.clinic.safety.declare import SafetyRule
from titer.library.labels._sources import POM_EU, POM_US, label

US = label(POM_US, "section 1.1 (indication): at least two prior therapies, progression on or within 60 days")
EU = label(POM_EU, "section 4.1 (indication, with dexamethasone)")
EU_BORTEZOMIB = label(POM_EU, "section 4.1 (indication, with bortezomib and dexamethasone)")
MYELOMA = ("multiple_myeloma",)
LINES = number("prior_lines")
HAD_LENALIDOMIDE = some("prior_therapies", lists("drugs", "lenalidomide", of="prior_therapies"))
HAD_PROTEASOME_INHIBITOR = some("prior_therapies", lists("drugs", "proteasome_inhibitor", of="prior_therapies"))
HAD_BORTEZOMIB = some("prior_therapies", lists("drugs", "bortezomib", of="prior_therapies"))
SOON = number("progression_days_after_end", of="prior_therapies") <= 60
PROGRESSED = some(
    "prior_therapies",
    flag("is_last", of="prior_therapies")
    & (documented(SOON) | (flag("progressed", of="prior_therapies") & SOON)),  # a day of progression says it happened
)
WITH_BORTEZOMIB = gives("bortezomib")

RULES = (
    SafetyRule(
        key="pomalidomide_two_therapies_us",
        about=("pomalidomide",),
        severity="block",
        when=LINES < 2,
        finding="fewer than two earlier therapies",
        advice="Not indicated yet.",
        source=US,
        authority=("US",),
        limit="2 earlier therapies",
        indications=MYELOMA,
        topic="pomalidomide_therapies",
    ),
    SafetyRule(
        key="pomalidomide_two_therapies_eu",
        about=("pomalidomide",),
        severity="block",
        when=~WITH_BORTEZOMIB & (LINES < 2),
        finding="fewer than two earlier therapies",
        advice="Not indicated yet with dexamethasone alone.",
        source=EU,
        authority=("EU",),
        limit="2 earlier therapies (with bortezomib: 1)",
        indications=MYELOMA,
        topic="pomalidomide_therapies",
    ),
    SafetyRule(
        key="pomalidomide_prior_lenalidomide",
        about=("pomalidomide",),
        severity="block",
        when=~HAD_LENALIDOMIDE,
        finding="no earlier therapy with lenalidomide",
        advice="Not indicated yet.",
        source=US,
        limit="lenalidomide before",
        indications=MYELOMA,
    ),
    SafetyRule(
        key="pomalidomide_prior_proteasome_inhibitor_us",
        about=("pomalidomide",),
        severity="block",
        when=~(documented(flag("prior_proteasome_inhibitor")) | HAD_PROTEASOME_INHIBITOR),
        finding="no earlier therapy with a proteasome inhibitor",
        advice="Not indicated yet.",
        source=US,
        authority=("US",),
        limit="any proteasome inhibitor before (2013: bortezomib)",
        indications=MYELOMA,
        topic="pomalidomide_prior_proteasome_inhibitor",
    ),
    SafetyRule(
        key="pomalidomide_prior_bortezomib_eu",
        about=("pomalidomide",),
        severity="block",
        when=~WITH_BORTEZOMIB & ~HAD_BORTEZOMIB,
        finding="no earlier therapy with bortezomib",
        advice="Not indicated yet with dexamethasone alone.",
        source=EU,
        authority=("EU",),
        limit="bortezomib before",
        indications=MYELOMA,
        topic="pomalidomide_prior_proteasome_inhibitor",
    ),
    SafetyRule(
        key="pomalidomide_progression_us",
        about=("pomalidomide",),
        severity="block",
        when=~PROGRESSED,
        finding="no progression on the last therapy or within 60 days of its end",
        advice="Not indicated yet.",
        source=US,
        authority=("US",),
        limit="progression on or within 60 days of the last therapy",
        indications=MYELOMA,
        topic="pomalidomide_progression",
    ),
    SafetyRule(
        key="pomalidomide_progression_eu",
        about=("pomalidomide",),
        severity="block",
        when=~WITH_BORTEZOMIB & ~PROGRESSED,
        finding="no progression on the last therapy",
        advice="Not indicated yet with dexamethasone alone.",
        source=EU,
        authority=("EU",),
        limit="progression on the last therapy",
        indications=MYELOMA,
        topic="pomalidomide_progression",
        note="progression within 60 days of the end counts as on the last therapy, as in MM-003",
    ),
    SafetyRule(
        key="pomalidomide_bortezomib_eu",
        about=("pomalidomide",),
        severity="block",
        when=WITH_BORTEZOMIB & (LINES < 1),
        finding="no earlier therapy",
        advice="With bortezomib and dexamethasone: after at least one therapy with lenalidomide.",
        source=EU_BORTEZOMIB,
        authority=("EU",),
        limit="1 earlier therapy with lenalidomide",
        indications=MYELOMA,
        elsewhere="US: this combination is not in the label",
    ),
)
PRIOR_IMID = first_known(flag("prior_imid"), some("prior_therapies", lists("drugs", "imid", of="prior_therapies")))
