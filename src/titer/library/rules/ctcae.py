"""CTCAE grades of blood counts, versions 4.03, 5 and 6.

Answers:  which grade a neutrophil count, platelet count or haemoglobin has in each version.
Not for:  grades that need judgement (transfusion indicated, life-threatening, death), which a value alone cannot give.
Assumed:  nothing; limits as published, 1000/mm3 being 1.0 x 10^9/L.
"""

from titer.clinic.grading import LLN, GradeTable
from titer.errors import InputError, nearest
from titer.model.declare import Source

# The three documents were read as quoted, criterion by criterion, in the lab grading tables of the open-source R
# package admiral (pharmaverse/admiral, data-raw/adlb_grading/ncictcaev4.json, ncictcaev5.json, ncictcaev6.json).
V4 = Source("NCI Common Terminology Criteria for Adverse Events v4.03, 2010, as tabled in pharmaverse/admiral")
V5 = Source("NCI Common Terminology Criteria for Adverse Events v5.0, 2017, as tabled in pharmaverse/admiral")
V6 = Source("NCI Common Terminology Criteria for Adverse Events v6.0, 2025, as tabled in pharmaverse/admiral")

_NEUTROPHILS = {
    1: "<LLN - 1500/mm3; <LLN - 1.5 x 10e9/L",
    2: "<1500 - 1000/mm3; <1.5 - 1.0 x 10e9/L",
    3: "<1000 - 500/mm3; <1.0 - 0.5 x 10e9/L",
    4: "<500/mm3; <0.5 x 10e9/L",
}
_NEUTROPHILS_V6 = {
    1: "<1500 - 1000/mm3; <1.5 - 1.0 x 10e9/L",
    2: "<1000 - 500/mm3; <1.0 - 0.5 x 10e9/L",
    3: "<500 - 100/mm3; <0.5 - 0.1 x 10e9/L",
    4: "<100/mm3; <0.1 x 10e9/L",
}
_PLATELETS = {
    1: "<LLN - 75,000/mm3; <LLN - 75.0 x 10e9/L",
    2: "<75,000 - 50,000/mm3; <75.0 - 50.0 x 10e9/L",
    3: "<50,000 - 25,000/mm3; <50.0 - 25.0 x 10e9/L",
    4: "<25,000/mm3; <25.0 x 10e9/L",
}
_PLATELETS_V6 = _PLATELETS | {
    3: "<50,000 - 10,000/mm3; <50.0 - 10.0 x 10e9/L; transfusion indicated",
    4: "<10,000/mm3; <10.0 x 10e9/L; life-threatening consequences; urgent intervention indicated",
}
_ANAEMIA = {
    1: "Hemoglobin (Hgb) <LLN - 10.0 g/dL; <LLN - 6.2 mmol/L; <LLN - 100 g/L",
    2: "Hgb <10.0 - 8.0 g/dL; <6.2 - 4.9 mmol/L; <100 - 80 g/L",
    3: "Hgb <8.0 g/dL; <4.9 mmol/L; <80 g/L; transfusion indicated",
    4: "Life-threatening consequences; urgent intervention indicated",
}

_ANC_BELOW: dict[int, float | str] = {1: LLN, 2: 1.5, 3: 1.0, 4: 0.5}
_PLATELETS_BELOW: dict[int, float | str] = {1: LLN, 2: 75.0, 3: 50.0, 4: 25.0}
_HAEMOGLOBIN_BELOW: dict[int, float | str] = {1: LLN, 2: 100.0, 3: 80.0}

TABLES = (
    GradeTable("anc", "4.03", "Neutrophil count decreased", "10^9/L", _ANC_BELOW, _NEUTROPHILS, V4),
    GradeTable("anc", "5", "Neutrophil count decreased", "10^9/L", _ANC_BELOW, _NEUTROPHILS, V5),
    GradeTable(
        "anc", "6", "Neutrophil count decreased", "10^9/L", {1: 1.5, 2: 1.0, 3: 0.5, 4: 0.1}, _NEUTROPHILS_V6, V6
    ),
    GradeTable("platelets", "4.03", "Platelet count decreased", "10^9/L", _PLATELETS_BELOW, _PLATELETS, V4),
    GradeTable("platelets", "5", "Platelet count decreased", "10^9/L", _PLATELETS_BELOW, _PLATELETS, V5),
    GradeTable("platelets", "6", "Thrombocytopenia", "10^9/L", {1: LLN, 2: 75.0, 3: 50.0, 4: 10.0}, _PLATELETS_V6, V6),
    GradeTable("haemoglobin", "4.03", "Anemia", "g/L", _HAEMOGLOBIN_BELOW, _ANAEMIA, V4),
    GradeTable("haemoglobin", "5", "Anemia", "g/L", _HAEMOGLOBIN_BELOW, _ANAEMIA, V5),
    GradeTable("haemoglobin", "6", "Anemia", "g/L", _HAEMOGLOBIN_BELOW, _ANAEMIA, V6),
)
VERSIONS = ("4.03", "5", "6")
_ALIASES = {"4": "4.03", "4.0": "4.03", "5.0": "5", "6.0": "6"}


def ctcae(test: str, version: str | float) -> GradeTable:
    """The table of a test in a version of CTCAE.

    Raises:
        InputError: no table of that test or version.

    Example:
        >>> ctcae("platelets", 6).below[4]
        10.0
    """
    wanted = _ALIASES.get(str(version), str(version))
    for table in TABLES:
        if (table.test, table.version) == (test, wanted):
            return table
    if wanted not in VERSIONS:
        raise InputError(f"CTCAE version '{version}' is not known", right="one of " + ", ".join(VERSIONS))
    raise InputError(f"CTCAE has no table here for '{test}'", hint=nearest(test, {t.test for t in TABLES}))
