"""What the relapsed-myeloma setting leaves out, in sentences that commands and reports print beside the results."""

_LIMITS = (
    "Intervals come from the number of virtual patients. How well the typical parameters are known is not in them; see "
    "what a parameter does with --set, for instance --set lenalidomide.dc50=40.",
    "Every published response and toxicity rate behind the calibration was seen at 25 or 30 mg of lenalidomide. What "
    "other doses, thalidomide and pomalidomide do rests on assumed exposure-response (lenalidomide.dc50 and max_loss, "
    "those of the other two, the myeloma drive).",
    "Not modelled: {without_core}hyperglycaemia, mood and muscle effects of dexamethasone, rash, neuropathy, "
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

_IMMUNE_LIMITS = (
    "The immune core is a lung's, tuned by its authors to COVID-19. How often patients meet bacteria, and how many, is "
    "assumed (titer show immune). So are most of what drugs do to cells and cytokines, and the scores from which a "
    "flu-like illness or fatigue counts (titer show illness). Nothing was fitted to how often patients have any of it.",
    "Nobody gets antibiotics or antipyretics, is taken to hospital or dies of an infection: it lasts until neutrophils "
    "or antibody end it. Fever, flu-like illness and fatigue of other causes (other germs, the tumour, anaemia, the "
    "drugs) are missing. Dexamethasone lowers the cytokines that make a fever and lets no infection in: regimens with "
    "it show fewer fevers, where real patients have more infections.",
    "NK and T cells kill tumour cells in place of the one equation to which the disease was calibrated.",
)


def limits(*, immune: bool = False) -> tuple[str, ...]:
    """What a result leaves out.

    Args:
        immune: of patients who have the immune core.

    Example:
        >>> any("Not modelled: infection" in told for told in limits())
        True
        >>> any("Not modelled: infection" in told for told in limits(immune=True))
        False
    """
    told = tuple(one.replace("{without_core}", "" if immune else "infection, fatigue, ") for one in _LIMITS)
    return (*told, *_IMMUNE_LIMITS) if immune else told


# Of drugs whose effects on myeloma and blood counts were fitted to no trial of theirs.
PREDICTED = {
    "pomalidomide": (
        "what pomalidomide does to myeloma and blood counts is predicted from its potency, fitted to none of its "
        "trials, and too good: with dexamethasone, after three lines and another drug of the class, 42% respond and "
        "half are without progression for 6.4 months, where MM-002 saw 33% and 4.2; with fewer lines it is more (see "
        "it with --set prior_lines=3 --set prior_imid=1). Its label asks for two lines, with lenalidomide and a "
        "proteasome inhibitor"
    ),
    "thalidomide": (
        "what thalidomide does to myeloma and blood counts is predicted from its potency, fitted to none of its "
        "trials; neuropathy, somnolence and constipation, for which it is reduced and stopped, are not modelled"
    ),
}
