"""What codes of a FHIR bundle mean for a patient record: LOINC, SNOMED CT, ICD-10, procedure codes, answers.

Tables are lines of `system code seen display`. `seen` names the published list in which the code was read with this
meaning (`SEEN`); `-` marks one that is written from memory, and `confirmed` is then False. `docs/fhir.md` is made from
these tables. A code says no more than it means: one that leaves open what a rule must know sets no field and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from titer.interop.fhir.medicines import MEDICINES

SEEN = {
    "atc": "WHO ATC/DDD index, 2026",
    "atc21": "WHO ATC/DDD index, 2021 (older code)",
    "cm": "ICD-10-CM, 2021",
    "fhir": "HL7 FHIR R4 terminology",
    "ips": "HL7 International Patient Summary guide",
    "mcode": "HL7 mCODE guide",
    "nlm": "NLM clinical tables (LOINC names)",
    "nmdp": "CIBMTR reporting guide of the NMDP",
    "ohdsi": "OHDSI Phenotype Library, 2026",
    "opensafely": "OpenSAFELY code lists",
    "public": "public FHIR examples, several sources alike",
    "synthea": "Synthea modules",
    "uscore": "HL7 US Core guide",
    "who": "WHO ICD-10, 2019",
    "-": "from memory",
}
SYSTEMS = {
    "sct": ("SNOMED CT", ("http://snomed.info/sct",)),
    "loinc": ("LOINC", ("http://loinc.org",)),
    "icd": (
        "ICD-10",
        (
            "http://hl7.org/fhir/sid/icd-10-cm",
            "http://hl7.org/fhir/sid/icd-10",
            "http://hl7.org/fhir/sid/icd-10-gm",
            "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
        ),
    ),
    "rx": ("RxNorm", ("http://www.nlm.nih.gov/research/umls/rxnorm",)),
    "atc": ("ATC", ("http://www.whocc.no/atc", "http://fhir.de/CodeSystem/bfarm/atc")),
    "cpt": ("CPT", ("http://www.ama-assn.org/go/cpt",)),
    "pcs": ("ICD-10-PCS", ("http://www.cms.gov/Medicare/Coding/ICD10", "http://hl7.org/fhir/sid/icd-10-pcs")),
    "omb": ("CDC race", ("urn:oid:2.16.840.1.113883.6.238",)),
    "absent": ("IPS absent", ("http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",)),
    "null": ("HL7 null flavor", ("http://terminology.hl7.org/CodeSystem/v3-NullFlavor",)),
    "use": ("HL7 list use", ("http://terminology.hl7.org/CodeSystem/list-example-use-codes",)),
    "interpretation": (
        "HL7 interpretation",
        ("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",),
    ),
}
SHORT_NAME = {url: short for short, (_, urls) in SYSTEMS.items() for url in urls}

Holds = Literal["while present", "in remission", "for life"]
DAYS_AGO = "days ago"  # the value is the number of days from the procedure to the reference date
PREGNANCY_TEST = "pregnancy_tests"


@dataclass(frozen=True)
class Code:
    """One code of a table.

    Args:
        system: short name in `SYSTEMS`.
        code: as the system writes it.
        display: what it stands for.
        seen: key of `SEEN`.
        meaning: what it says of the patient; None for codes that only answer a question.
    """

    system: str
    code: str
    display: str
    seen: str
    meaning: Meaning

    @property
    def confirmed(self) -> bool:
        """Whether the code was read with this meaning in a published list."""
        return self.seen != "-"


@dataclass(frozen=True)
class Meaning:
    """What a code says of the patient.

    Args:
        says: the word for it; for a condition it goes into the record's list of conditions.
        facts: field of the record → value.
        holds: a condition counts `while present` (active, recurrence, relapse), `in remission` too, or `for life`.
        note: what the code leaves open.
    """

    says: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    holds: Holds = "while present"
    note: str = ""


@dataclass(frozen=True)
class Quantity:
    """A number: field of the record, and what one of each unit is in the field's unit; no field: read, not used."""

    says: str
    fact: str
    unit: str
    units: Mapping[str, float]
    codes: str
    note: str = ""


@dataclass(frozen=True)
class Question:
    """A coded observation: answers, each with the value of the field; None where the answer says "not known"."""

    says: str
    fact: str
    codes: str
    answers: str
    values: Mapping[str, Any]
    note: str = ""


def read_lines(text: str) -> list[tuple[str, str, str, str]]:
    """System, code, seen and display of each line of a table."""
    rows = [line.split(maxsplit=3) for line in text.strip().splitlines() if line.strip()]
    return [(system, code, seen, display) for system, code, seen, display in rows]


CELLS = {
    **dict.fromkeys(("10*9/L", "10^9/L", "x10^9/L", "x10*9/L", "10*3/uL", "10^3/uL", "x10^3/uL", "10*3/mm3"), 1.0),
    **dict.fromkeys(("K/uL", "G/L", "thou/uL", "Thousand/uL"), 1.0),
    **dict.fromkeys(("/uL", "/mm3", "10*6/L", "10^6/L"), 0.001),
    "10*12/L": 1000.0,
}
MG_DL_OF_CREATININE = 1 / 88.4  # mg/dL in one umol/L; molar mass 113.12 g/mol
MG_DL_OF_BILIRUBIN = 1 / 17.1  # mg/dL in one umol/L; molar mass 584.7 g/mol
G_L_OF_HAEMOGLOBIN = 16.114  # g/L in one mmol/L of haemoglobin monomer (16,114 g/mol)
QUANTITIES = (
    Quantity(
        "neutrophil count", "anc_10e9_l", "10^9/L", CELLS,
        """
        loinc 751-8 ohdsi Neutrophils [#/volume] in Blood by Automated count
        loinc 26499-4 ohdsi Neutrophils [#/volume] in Blood
        loinc 753-4 ohdsi Neutrophils [#/volume] in Blood by Manual count
        """,
    ),
    Quantity(
        "platelet count", "platelets_10e9_l", "10^9/L", CELLS,
        """
        loinc 777-3 ohdsi Platelets [#/volume] in Blood by Automated count
        loinc 26515-7 ohdsi Platelets [#/volume] in Blood
        loinc 49497-1 ohdsi Platelets [#/volume] in Blood by Estimate
        """,
    ),
    Quantity(
        "lymphocyte count", "lymphocytes_10e9_l", "10^9/L", CELLS,
        """
        loinc 731-0 synthea Lymphocytes [#/volume] in Blood by Automated count
        loinc 26474-7 nmdp Lymphocytes [#/volume] in Blood
        """,
    ),
    Quantity(
        "haemoglobin", "haemoglobin_g_l", "g/L",
        {"g/L": 1.0, "g/dL": 10.0, "mmol/L": G_L_OF_HAEMOGLOBIN},
        """
        loinc 718-7 ohdsi Hemoglobin [Mass/volume] in Blood
        loinc 20509-6 ohdsi Hemoglobin [Mass/volume] in Blood by calculation
        loinc 59260-0 nmdp Hemoglobin [Moles/volume] in Blood
        """,
    ),
    Quantity(
        "creatinine", "serum_creatinine_mg_dl", "mg/dL",
        {"mg/dL": 1.0, "mg/L": 0.1, "umol/L": MG_DL_OF_CREATININE, "mmol/L": 1000 * MG_DL_OF_CREATININE},
        """
        loinc 2160-0 synthea Creatinine [Mass/volume] in Serum or Plasma
        loinc 38483-4 nlm Creatinine [Mass/volume] in Blood
        loinc 14682-9 nlm Creatinine [Moles/volume] in Serum or Plasma
        """,
    ),
    Quantity(
        "creatinine clearance", "crcl_ml_min", "mL/min", {"mL/min": 1.0, "mL/s": 60.0},
        """
        loinc 35591-7 public Creatinine renal clearance predicted by Cockcroft-Gault formula
        loinc 2164-2 nmdp Creatinine renal clearance in 24 hour Urine and Serum or Plasma
        """,
    ),
    Quantity(
        "estimated glomerular filtration rate", "", "mL/min/1.73 m2", {"mL/min/{1.73_m2}": 1.0, "mL/min": 1.0},
        """
        loinc 33914-3 nlm Glomerular filtration rate by MDRD, per 1.73 m2
        loinc 62238-1 nlm Glomerular filtration rate by CKD-EPI, per 1.73 m2
        loinc 98979-8 nmdp Glomerular filtration rate by CKD-EPI 2021, per 1.73 m2
        loinc 77147-7 synthea Glomerular filtration rate by MDRD or CKD-EPI, per 1.73 m2
        loinc 48643-1 nlm Glomerular filtration rate by MDRD among black population, per 1.73 m2
        loinc 50044-7 nlm Glomerular filtration rate by MDRD among female population, per 1.73 m2
        """,
        "no creatinine clearance: the labels dose by Cockcroft-Gault",
    ),
    Quantity(
        "weight", "weight_kg", "kg",
        {"kg": 1.0, "g": 0.001, "[lb_av]": 0.45359237, "lb": 0.45359237, "lbs": 0.45359237},
        """
        loinc 29463-7 ohdsi Body weight
        loinc 3141-9 ohdsi Body weight Measured
        """,
    ),
    Quantity(
        "height", "height_cm", "cm",
        {"cm": 1.0, "m": 100.0, "mm": 0.1, "[in_i]": 2.54, "[in_us]": 2.54, "in": 2.54, "[ft_i]": 30.48},
        "loinc 8302-2 synthea Body height",
    ),
    Quantity(
        "body temperature", "temperature_c", "Cel",
        {"Cel": 1.0, "°C": 1.0, "C": 1.0, "[degF]": 5 / 9, "°F": 5 / 9, "F": 5 / 9, "K": 1.0},
        """
        loinc 8310-5 ohdsi Body temperature
        loinc 8331-1 ohdsi Oral temperature
        """,
    ),
    Quantity(
        "M-protein", "m_protein_g_l", "g/L", {"g/L": 1.0, "g/dL": 10.0, "mg/dL": 0.01},
        """
        loinc 33358-3 public Protein.monoclonal [Mass/volume] in Serum or Plasma by Electrophoresis
        loinc 51435-6 public Protein.monoclonal band 1 [Mass/volume] in Serum or Plasma by Electrophoresis
        """,
    ),
    Quantity(
        "bilirubin", "", "mg/dL", {"mg/dL": 1.0, "umol/L": MG_DL_OF_BILIRUBIN},
        """
        loinc 1975-2 synthea Bilirubin.total [Mass/volume] in Serum or Plasma
        loinc 14631-6 nlm Bilirubin.total [Moles/volume] in Serum or Plasma
        loinc 42719-5 nlm Bilirubin.total [Mass/volume] in Blood
        """,
        "one of the five parts of the Child-Pugh class, which is not worked out from it",
    ),
    Quantity(
        "hCG", "", "mIU/mL", {"m[IU]/mL": 1.0, "mIU/mL": 1.0, "[IU]/L": 1.0, "IU/L": 1.0, "U/L": 1.0},
        """
        loinc 21198-7 mcode Choriogonadotropin.beta subunit [Units/volume] in Serum or Plasma
        loinc 20415-6 mcode Choriogonadotropin.beta subunit [Units/volume] in Serum or Plasma, third standard
        """,
        "a concentration is not read as a negative or positive test",
    ),
)  # fmt: skip
OFFSET = {"[degF]": -32.0, "°F": -32.0, "F": -32.0, "K": -273.15}  # added before the factor

YES_NO = {"positive": True, "negative": False, "not known": None}
QUESTIONS = (
    Question(
        "pregnancy status", "pregnant", "loinc 82810-3 ips Pregnancy status",
        """
        sct 77386006 ips positive
        loinc LA15173-0 ips positive
        sct 60001007 ips negative
        loinc LA26683-5 ips negative
        sct 146799005 ips not known
        sct 152231000119106 ips not known
        sct 261665006 uscore not known
        sct 102874004 ips not known
        loinc LA4489-6 ips not known
        null UNK fhir not known
        """,
        YES_NO,
    ),
    Question(
        "pregnancy test", PREGNANCY_TEST,
        """
        loinc 2106-3 public Choriogonadotropin (pregnancy test) [Presence] in Urine
        loinc 2118-8 - Choriogonadotropin (pregnancy test) [Presence] in Serum or Plasma
        loinc 2110-5 - Choriogonadotropin.beta subunit (pregnancy test) [Presence] in Serum or Plasma
        """,
        """
        sct 10828004 ohdsi positive
        sct 260373001 ohdsi positive
        loinc LA6576-8 ohdsi positive
        loinc LA9633-4 ohdsi positive
        interpretation POS fhir positive
        sct 260385009 ohdsi negative
        sct 260415000 ohdsi negative
        loinc LA6577-6 ohdsi negative
        interpretation NEG fhir negative
        interpretation IND fhir not known
        """,
        {"positive": "positive", "negative": "negative", "not known": None},
        "days are counted to the reference date, as if the first dose were on that day; the sensitivity is not told",
    ),
    Question(
        "HIV test", "hiv",
        """
        loinc 7917-8 synthea HIV 1 Ab [Presence] in Serum
        loinc 56888-1 - HIV 1+2 Ab+HIV1 p24 Ag [Presence] in Serum or Plasma by Immunoassay
        """,
        """
        sct 10828004 ohdsi positive
        sct 260373001 ohdsi positive
        loinc LA6576-8 ohdsi positive
        interpretation POS fhir positive
        interpretation RR fhir positive
        sct 260385009 ohdsi negative
        sct 260415000 ohdsi negative
        loinc LA6577-6 ohdsi negative
        interpretation NEG fhir negative
        interpretation NR fhir negative
        interpretation IND fhir not known
        """,
        YES_NO,
    ),
    Question(
        "tobacco smoking", "smoker", "loinc 72166-2 mcode Tobacco smoking status",
        """
        sct 449868002 mcode positive
        sct 428041000124106 ips positive
        sct 77176002 ips positive
        sct 428071000124103 - positive
        sct 428061000124105 - positive
        loinc LA18976-3 - positive
        loinc LA18977-1 - positive
        loinc LA18979-7 - positive
        loinc LA18981-3 - positive
        loinc LA18982-1 - positive
        sct 8517006 synthea negative
        sct 266919005 synthea negative
        sct 8392000 fhir negative
        loinc LA15920-4 ips negative
        loinc LA18978-9 ips negative
        sct 266927001 ips not known
        loinc LA18980-5 - not known
        """,
        YES_NO,
    ),
)  # fmt: skip
RACES = """
omb 2106-3 public white
omb 2054-5 public black
omb 2028-9 uscore asian
omb 1002-5 uscore other
omb 2076-8 public other
omb 2131-1 public other
"""
# What says that a list is empty. "No known drug allergy" is among them: the rules ask for allergies to medicines only.
NONE_KNOWN = """
absent no-known-medications ips medications
absent no-medication-info ips unknown
absent no-known-problems ips conditions
absent no-problem-info ips unknown
absent no-known-allergies ips allergies
absent no-allergy-info ips unknown
absent no-known-medication-allergies ips allergies
sct 787481004 ips medications
sct 160245001 ips conditions
sct 716186003 ips allergies
sct 409137002 ips allergies
sct 160244002 public allergies
"""


@cache
def code_table(kind: Literal["Condition", "Procedure"]) -> dict[tuple[str, str], Code]:
    """System and code → what it says, for conditions or procedures. ICD-10 codes are written without the point."""
    from titer.interop.fhir.conditions import CONDITIONS, PROCEDURES

    table: dict[tuple[str, str], Code] = {}
    for meaning, lines in CONDITIONS if kind == "Condition" else PROCEDURES:
        for system, code, seen, display in read_lines(lines):
            table[system, code.replace(".", "") if system == "icd" else code] = Code(
                system, code, display, seen, meaning
            )
    return table


@cache
def medicine_table() -> dict[tuple[str, str], Code]:
    """System and code → the medicine.

    Example:
        >>> medicine_table()["atc", "L04AD02"].meaning.says
        'tacrolimus'
    """
    table = {}
    for line in MEDICINES.strip().splitlines():
        name, _, codes = line.partition(": ")
        for piece in filter(None, codes.split(", ")):
            system, code, seen = piece.split()
            table[system, code] = Code(system, code, name, seen, Meaning(name))
    return table


def find_code(table: Mapping[tuple[str, str], Code], system: str, code: str) -> Code | None:
    """The entry of a code; an ICD-10 code that is not listed has the meaning of the category it belongs to.

    Args:
        table: of `code_table` or `medicine_table`.
        system: as FHIR writes it, an address.
        code: as in the bundle.

    Example:
        >>> find_code(code_table("Condition"), "http://hl7.org/fhir/sid/icd-10-cm", "C90.01").code
        'C90.0'
    """
    short = SHORT_NAME.get(system, "")
    plain = code.replace(".", "").upper() if short == "icd" else code
    if short != "icd":
        return table.get((short, plain))
    for length in range(len(plain), 0, -1):
        found = table.get((short, plain[:length]))
        if found:
            return found
    return None
