"""What is followed during treatment with the thalidomide class: counts, nerves, organs, second cancers."""

from titer.clinic.safety.conditions import ALWAYS
from titer.clinic.safety.declare import Authority, SafetyRule
from titer.library.labels._sources import CLASS_EU, CLASS_US, LEN_US, POM_US, THAL_EU, THAL_US, label, memory
from titer.source import Source

MYELOMA = ("multiple_myeloma", "multiple_myeloma_maintenance")
BOTH: tuple[Authority, ...] = ("US", "EU")


def follow(
    key: str,
    about: tuple[str, ...],
    finding: str,
    advice: str,
    source: Source,
    indications: tuple[str, ...] = (),
    authority: tuple[Authority, ...] = BOTH,
) -> SafetyRule:
    """Something to be followed in everybody who takes the drug."""
    return SafetyRule(
        key=key,
        about=about,
        severity="inform",
        when=ALWAYS,
        finding=finding,
        advice=advice,
        source=source,
        authority=authority,
        indications=indications,
    )


RULES = (
    follow(
        "lenalidomide_counts_myeloma",
        ("lenalidomide",),
        "blood counts in myeloma",
        "Weekly in cycles 1 and 2, on days 1 and 15 of cycle 3, then every 28 days; weekly while held.",
        memory(LEN_US, "sections 2.1 and 5.3"),
        MYELOMA,
    ),
    follow(
        "lenalidomide_counts_mds",
        ("lenalidomide",),
        "blood counts in myelodysplastic syndrome",
        "Weekly for 8 weeks, then at least monthly.",
        label(LEN_US, "boxed warning and section 5.3"),
        ("mds_del5q", "mds"),
    ),
    follow(
        "lenalidomide_counts_mantle_cell",
        ("lenalidomide",),
        "blood counts in mantle cell lymphoma",
        "Weekly in cycle 1, every 2 weeks in cycles 2-4, then monthly.",
        label(LEN_US, "2017, section 5.3"),
        ("mantle_cell_lymphoma",),
    ),
    follow(
        "pomalidomide_counts",
        ("pomalidomide",),
        "blood counts",
        "Weekly for 8 weeks, then monthly.",
        memory(POM_US, "section 5 (haematological toxicity)"),
    ),
    follow(
        "thalidomide_counts",
        ("thalidomide",),
        "white cells with differential",
        "Now and then, more often in HIV infection; hold below 0.75 x10^9/L neutrophils.",
        memory(THAL_US, "section 5 (neutropenia)"),
    ),
    follow(
        "thalidomide_nerves",
        ("thalidomide",),
        "peripheral nerves",
        "Examine before, monthly for 3 months, then now and then; stop at drug-induced neuropathy (EU: by grade).",
        memory(f"{THAL_US} and {THAL_EU}", "sections 5 and 4.4 (peripheral neuropathy)"),
    ),
    follow(
        "thalidomide_taking",
        ("thalidomide",),
        "how to take it",
        "Once daily at bedtime, at least 1 hour after the evening meal.",
        label(THAL_US, "section 2"),
    ),
    follow(
        "thrombosis_signs",
        ("imid",),
        "signs of thrombosis",
        "Tell the patient: short breath, chest pain, swelling of arm or leg, sudden weakness.",
        label(CLASS_US, "boxed warning and section 5"),
    ),
    follow(
        "organs_imid",
        ("lenalidomide", "pomalidomide"),
        "liver, kidney and thyroid",
        "Liver enzymes, creatinine clearance and thyroid function before treatment and regularly.",
        memory(CLASS_US, "section 5 (hepatotoxicity, thyroid)"),
    ),
    follow(
        "second_cancers",
        ("lenalidomide", "pomalidomide", "thalidomide"),
        "second cancers",
        "Screen as usual for age before and during treatment; more frequent after melphalan and transplant.",
        label(CLASS_EU, "section 4.4 (second primary malignancies)"),
        MYELOMA,
    ),
    follow(
        "stem_cells_within_four_cycles",
        ("lenalidomide",),
        "stem cells for a transplant",
        "If a transplant is possible, collect stem cells within 4 cycles.",
        label(LEN_US, "section 2 and 5 (mobilisation within 4 cycles)"),
        ("multiple_myeloma",),
    ),
)
