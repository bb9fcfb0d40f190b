"""One patient as known before treatment: the same record for safety checks, simulation and eligibility of a trial.

What is absent (or null) is not known; it is never taken as "no". Units are in the names. An unknown key, a value out of
range, or facts that contradict each other are refused.
"""

# No `from __future__ import annotations`: Pydantic reads annotations that are objects four times faster than texts,
# and `titer check` must answer at once.
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from titer.errors import InputError, nearest

Word = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200)]


def _flag(meaning: str) -> Any:
    return Field(default=None, strict=True, description=meaning)


def _number(meaning: str, low: float, high: float) -> Any:
    return Field(default=None, strict=True, ge=low, le=high, description=meaning)


def _word(meaning: str) -> Any:
    return Field(default=None, description=meaning)


def _list(meaning: str) -> Any:
    return Field(default=None, description=meaning, max_length=1000)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PregnancyTest(_Part):
    """One pregnancy test. Days are counted back from the first dose; 1 means 24 hours before, negative after it."""

    days_before_start: float | None = _number("days from the test to the first dose", -1000, 1000)
    sensitivity_miu_ml: float | None = _number("least hCG that the test finds, mIU/mL", 0, 10_000)
    result: Literal["negative", "positive"] | None = _word("result of the pregnancy test")


class Contraception(_Part):
    """One method of contraception in use, of the patient or of a man's partner."""

    method: Literal[
        "abstinence", "intrauterine_device", "levonorgestrel_iud", "hormonal_implant", "hormonal_injection",
        "combined_pill", "progestogen_pill", "hormonal_patch", "vaginal_ring", "tubal_ligation", "partner_vasectomy",
        "male_condom", "diaphragm", "cervical_cap", "spermicide", "withdrawal", "calendar",
    ] | None = _word("method of contraception")  # fmt: skip
    days_before_start: float | None = _number("days from the method's start to the first dose", -1000, 40_000)


class PriorTherapy(_Part):
    """One earlier line of treatment against the disease."""

    drugs: list[Word] | None = _list("drugs of an earlier treatment")
    response: Literal["sCR", "CR", "VGPR", "PR", "MR", "SD", "PD"] | None = _word("best response to it")
    ended_days_before_start: float | None = _number("days from its last dose to the first dose now", 0, 40_000)
    progressed: bool | None = _flag("whether the disease progressed on or after it")
    progression_days_after_end: float | None = _number(
        "days from its last dose to progression; 0 or less: progression while on it", -40_000, 40_000
    )


class PatientRecord(_Part):
    """What is known of one patient before the first dose.

    Every field may be absent: not known. `docs/safety.md` lists them by subject. Values are what a clinic has at hand;
    what follows from them (creatinine clearance, body mass index) is derived by `titer.patients.columns`.

    Example:
        >>> record = read_record({"sex": "female", "age_year": 34, "pregnant": True})
        >>> record.pregnant, record.anc_10e9_l
        (True, None)
    """

    # Who
    patient_id: Word | None = _word("name or number of the patient, told back and not interpreted")
    sex: Literal["female", "male"] | None = _word("sex")
    age_year: float | None = _number("age, year", 0, 120)
    weight_kg: float | None = _number("body weight, kg", 0.4, 500)
    height_cm: float | None = _number("height, cm", 20, 260)
    race: Literal["white", "black", "asian", "other"] | None = _word("race as reported")
    ecog: int | None = _number("ECOG performance status", 0, 4)
    smoker: bool | None = _flag("whether the patient smokes")
    alcohol: Literal["none", "occasional", "regular"] | None = _word("use of alcohol")

    # Laboratory and organs
    serum_creatinine_mg_dl: float | None = _number("creatinine in serum, mg/dL", 0.05, 40)
    crcl_ml_min: float | None = _number("creatinine clearance, mL/min", 0, 400)
    dialysis: bool | None = _flag("dialysis")
    child_pugh: Literal["none", "A", "B", "C"] | None = _word("Child-Pugh class; 'none' for a healthy liver")
    anc_10e9_l: float | None = _number("neutrophil count, 10^9/L", 0, 500)
    platelets_10e9_l: float | None = _number("platelet count, 10^9/L", 0, 5000)
    haemoglobin_g_l: float | None = _number("haemoglobin, g/L", 10, 300)
    lymphocytes_10e9_l: float | None = _number("lymphocyte count, 10^9/L", 0, 1000)
    m_protein_g_l: float | None = _number("M-protein in serum, g/L", 0, 200)

    # Pregnancy, and whether it is possible
    pregnant: bool | None = _flag("pregnancy status")
    breast_feeding: bool | None = _flag("breast-feeding")
    menarche: bool | None = _flag("whether menstruation has ever begun")
    menses_last_24_months: bool | None = _flag("menses at any time in the last 24 consecutive months")
    natural_amenorrhoea_year: float | None = _number(
        "years without menses that no cancer treatment or lactation explains, year", 0, 100
    )
    hysterectomy: bool | None = _flag("hysterectomy")
    bilateral_oophorectomy: bool | None = _flag("removal of both ovaries")
    bilateral_salpingectomy: bool | None = _flag("removal of both fallopian tubes")
    premature_ovarian_failure: bool | None = _flag("premature ovarian failure confirmed by a gynaecologist")
    xy_genotype: bool | None = _flag("XY genotype in a woman")
    turner_syndrome: bool | None = _flag("Turner syndrome")
    uterine_agenesis: bool | None = _flag("uterine agenesis")
    regular_cycles: bool | None = _flag("regular menstrual cycles")
    missed_period: bool | None = _flag("missed period, abnormal bleeding or abnormal pregnancy test")
    pregnancy_tests: list[PregnancyTest] | None = _list("pregnancy tests with day, sensitivity and result")
    contraception: list[Contraception] | None = _list("contraception in use with its start; [] for none")
    partner_can_become_pregnant: bool | None = _flag("sexual contact with a female who can become pregnant")
    partner_pregnant: bool | None = _flag("a pregnant partner")
    condom_use: bool | None = _flag("agreed use of a condom at every such contact")
    vasectomy: bool | None = _flag("vasectomy")
    plans_blood_donation: bool | None = _flag("plan to donate blood")
    plans_sperm_donation: bool | None = _flag("plan to donate sperm")

    # The programme around the prescription
    prescriber_certified: bool | None = _flag("prescriber and pharmacy certified in the programme")
    agreement_signed: bool | None = _flag("patient informed, agreement signed")
    days_supplied: float | None = _number("days of treatment in one prescription", 0, 1000)
    days_test_to_dispensing: float | None = _number("days from pregnancy test to dispensing", 0, 1000)

    # The disease and its earlier treatment
    diagnosis: Literal[
        "multiple_myeloma", "mds_del5q", "mds", "mantle_cell_lymphoma", "follicular_lymphoma",
        "marginal_zone_lymphoma", "chronic_lymphocytic_leukaemia", "kaposi_sarcoma", "erythema_nodosum_leprosum",
        "bladder_cancer", "actinic_keratosis", "superficial_basal_cell_carcinoma", "nodular_basal_cell_carcinoma",
        "genital_warts", "melanoma", "tuberculosis_prevention", "other",
    ] | None = _word("disease to be treated")  # fmt: skip
    prior_therapies: list[PriorTherapy] | None = _list("earlier treatments of the disease; [] for none")
    prior_lines: int | None = _number("number of earlier lines of treatment", 0, 50)
    prior_imid: bool | None = _flag("thalidomide, lenalidomide or pomalidomide before")
    prior_proteasome_inhibitor: bool | None = _flag("a proteasome inhibitor before")
    marrow_infiltrated: bool | None = _flag("plasma cells fill half of the marrow or more")
    high_risk_cytogenetics: bool | None = _flag("del(17p), t(4;14) or t(14;16)")
    abnormal_cytogenetics: bool | None = _flag("any abnormal cytogenetics")
    stem_cell_transplant: bool | None = _flag("autologous stem-cell transplant before this treatment")
    stem_cell_collection_planned: bool | None = _flag("plan to collect stem cells later")
    lenalidomide_cycles: float | None = _number("cycles of lenalidomide given so far", 0, 500)

    # Thrombosis and vessels
    vte_history: bool | None = _flag("venous thromboembolism before")
    arterial_event_history: bool | None = _flag("myocardial infarction or stroke before")
    surgery_days_ago: float | None = _number("days since the last surgery", 0, 40_000)
    recent_surgery: bool | None = _flag("surgery within the last 90 days")
    pelvic_hip_femur_fracture: bool | None = _flag("fracture of pelvis, hip or femur")
    central_venous_catheter: bool | None = _flag("central venous catheter")
    erythropoiesis_stimulating_agent: bool | None = _flag("an erythropoiesis-stimulating agent")
    thromboprophylaxis: Literal["none", "aspirin", "prophylactic_heparin", "anticoagulant"] | None = _word(
        "thromboprophylaxis; 'anticoagulant' for a therapeutic dose"
    )
    thromboprophylaxis_contraindicated: bool | None = _flag("a reason against every thromboprophylaxis")
    vascular_prosthesis_or_aneurysm: bool | None = _flag("arterial aneurysm, or a prosthesis of vessel, valve or joint")

    # Nerves and skin reactions to earlier treatment
    neuropathy_grade: int | None = _number("peripheral neuropathy, grade", 0, 4)
    bradycardia: bool | None = _flag("slow heart rate")
    seizures: bool | None = _flag("seizures, or a risk of them")
    prior_imid_severe_reaction: bool | None = _flag(
        "angioedema, anaphylaxis, grade 4 rash, or exfoliative or bullous skin reaction to a drug of this class"
    )

    # Immunity and infection
    organ_transplant: Literal[
        "none", "kidney", "liver", "heart", "lung", "pancreas", "bowel", "stem_cell", "other"
    ] | None = _word("transplanted organ; 'stem_cell' for an allogeneic transplant")  # fmt: skip
    immunodeficiency: bool | None = _flag("congenital or acquired immune deficiency")
    hiv: bool | None = _flag("HIV infection")
    mother_hiv: bool | None = _flag("an infant's mother with HIV, not yet excluded in the infant")
    mother_tnf_blocker: bool | None = _flag("an infant's mother on a TNF blocker in pregnancy")
    prednisone_mg_day: float | None = _number("corticosteroid, mg prednisone a day", 0, 5000)
    prednisone_days: float | None = _number("days of corticosteroid so far", 0, 40_000)
    radiotherapy: bool | None = _flag("radiotherapy now or lately")
    malignancy: bool | None = _flag("malignant disease")
    autoimmune_disease: bool | None = _flag("autoimmune disease (psoriasis, vitiligo, pemphigus, lupus, …)")
    graft_versus_host_disease: bool | None = _flag("graft-versus-host disease")
    hepatitis_b: Literal["none", "past", "active"] | None = _word("hepatitis B")
    temperature_c: float | None = _number("body temperature, degree Celsius", 25, 45)
    febrile_illness: bool | None = _flag("febrile illness now")
    active_tuberculosis: bool | None = _flag("active tuberculosis")
    tuberculin_positive: bool | None = _flag("positive tuberculin skin test")
    antibiotic_now: bool | None = _flag("an antibiotic for another infection")
    generalised_skin_infection: bool | None = _flag("generalised skin infection")

    # Bladder
    bladder_tumour: Literal[
        "ta_low_grade", "ta_high_grade", "t1_low_grade", "t1_high_grade", "cis", "muscle_invasive"
    ] | None = _word("stage and grade of the bladder tumour")  # fmt: skip
    bladder_high_risk: bool | None = _flag("high risk of recurrence of the bladder tumour")
    urinary_infection: bool | None = _flag("urinary infection not shown to be over by a negative culture")
    gross_haematuria: bool | None = _flag("visible blood in the urine")
    bladder_procedure_days_ago: float | None = _number("days since resection or biopsy in the bladder", 0, 40_000)
    traumatic_catheterisation_days_ago: float | None = _number("days since traumatic catheterisation", 0, 40_000)
    bladder_capacity_ml: float | None = _number("bladder capacity, mL", 0, 3000)
    prior_bcg: bool | None = _flag("BCG instilled into the bladder before")
    bcg_systemic_reaction: bool | None = _flag("systemic BCG reaction before")
    bcg_local_irritation: Literal["none", "mild", "moderate", "severe"] | None = _word(
        "bladder irritation after the last BCG instillation"
    )
    bcg_flu_like_hours: float | None = _number("hours of flu-like symptoms after the last BCG instillation", 0, 10_000)

    # Skin lesion
    lesion_site: Literal[
        "face", "scalp", "neck", "trunk", "arm", "hand", "leg", "foot", "external_genital", "perianal", "eyelid", "lip",
        "nose", "ear", "oral", "nostril", "ocular", "urethral", "intravaginal", "cervical", "rectal",
    ] | None = _word("site of the skin lesion")  # fmt: skip
    lesion_diameter_cm: float | None = _number("largest diameter of the lesion, cm", 0, 100)
    lesion_area_cm2: float | None = _number("skin area to be treated, cm2", 0, 20_000)
    lesion_count: int | None = _number("number of lesions", 0, 10_000)
    lesion_hyperkeratotic: bool | None = _flag("thick horny lesion")
    lesion_to_eye_nose_lip_hairline_cm: float | None = _number("distance to eyelid, nose, lip or hairline, cm", 0, 100)
    skin_broken: bool | None = _flag("open wound, unhealed surgery or broken skin at the site")
    sunburn: bool | None = _flag("sunburn at the site")
    uncircumcised: bool | None = _flag("uncircumcised")
    same_area_courses: int | None = _number("earlier courses on the same area", 0, 100)
    xeroderma_or_naevus_syndrome: bool | None = _flag("xeroderma pigmentosum or basal cell naevus syndrome")

    # As named by the patient's file; `titer.library.labels` knows which names it understands
    medications: list[Word] | None = _list("all medicines taken; [] for none")
    conditions: list[Word] | None = _list("other diagnoses; [] for none")
    allergies: list[Word] | None = _list("allergies; [] for none")
    incomplete_lists: list[Literal["medications", "conditions", "allergies"]] | None = _list(
        "lists that may lack some: what they do not name is not known"
    )

    def known(self) -> dict[str, Any]:
        """What is known, by the names of the fields; nested parts as dictionaries.

        Example:
            >>> read_record({"age_year": 34, "sex": None}).known()
            {'age_year': 34.0}
        """
        return self.model_dump(exclude_none=True)

    def covariates(self) -> dict[str, float | str]:
        """What a population model calls the known facts, with creatinine clearance and body size derived.

        Returns:
            Covariate → value in the unit of `titer.library.populations`; flags are 0 or 1. What is not known is absent.

        Example:
            >>> read_record({"sex": "female", "age_year": 34, "anc_10e9_l": 3.2}).covariates()
            {'age': 34.0, 'baseline_anc': 3.2, 'sex_female': 1.0}
        """
        from titer.patients.columns import PatientColumns

        return PatientColumns.from_records([self]).covariates(0)


def read_record(data: Any) -> PatientRecord:
    """The record that a patient file's object describes.

    Args:
        data: what the JSON of a patient file holds: an object whose keys are fields of `PatientRecord`.

    Raises:
        InputError: not an object; an unknown key, with the nearest one; a value of another kind, out of range or not
            among the words; facts that contradict each other.

    Example:
        >>> read_record({"age": 34})  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        titer.errors.InputError: the patient file has no key 'age'. ... Try: did you mean 'age_year'?.
    """
    if not isinstance(data, Mapping):
        raise InputError(f"the patient is {_kind(data)}, not an object", right='e.g. {"sex": "female", "age_year": 34}')
    if not all(isinstance(key, str) for key in data):
        raise InputError("the patient file has a key that is not a text", right="keys such as 'age_year'")
    try:
        record = PatientRecord.model_validate(dict(data))
    except ValidationError as error:
        raise _told(error) from None
    _refuse_contradictions(record)
    return record


def read_json(text: str) -> Any:
    """JSON as the standard has it: no key twice, no NaN or Infinity.

    Raises:
        InputError: no JSON, with line and column; a key twice; NaN or Infinity; nested too deep.

    Example:
        >>> read_json('{"sex": "male"}')
        {'sex': 'male'}
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"the patient file is no JSON: {error.msg}", where=where, right="one JSON object") from None
    except (RecursionError, ValueError) as error:  # ValueError: a number with thousands of digits
        raise InputError(f"the patient file cannot be read: {error}", right="one JSON object") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise InputError(f"the key '{key}' is given twice", right="each key once")
        made[key] = value
    return made


def _refuse_constant(word: str) -> float:
    raise InputError(f"the patient file holds {word}", right="finite numbers; leave out what is not known")


KINDS = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", type(None): "null"}
WANTED = {
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "string_type": "a text",
    "list_type": "a list, [] for none",
    "finite_number": "a finite number",
    "string_too_short": "a text that is not empty",
    "string_too_long": "a text of at most 200 characters",
    "too_long": "at most 1000 of them",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
PARTS: dict[str, type[BaseModel]] = {
    "pregnancy_tests": PregnancyTest,
    "contraception": Contraception,
    "prior_therapies": PriorTherapy,
}
MOST_TOLD = 20  # faults of a file that are told one by one
LIMITS = {"greater_than_equal": ("ge", "or more"), "less_than_equal": ("le", "or less")}


def _kind(value: Any) -> str:
    return "an object" if isinstance(value, Mapping) else KINDS.get(type(value), type(value).__name__)


def _told(error: ValidationError) -> InputError:
    """All complaints as one error: one in the four parts, several in a list with what would be right of each."""
    told = [_told_one(dict(one)) for one in error.errors(include_url=False)]
    if len(told) == 1:
        return told[0]
    listed = [_in_a_list(number, one) for number, one in enumerate(told[:MOST_TOLD], 1)]
    more = f"; and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
    what = f"{len(told)} things to put right: {'; '.join(listed)}{more}"
    return InputError(what, where="patient file", right="see each of them", hint="leave out what is not known")


def _in_a_list(number: int, one: InputError) -> str:
    place = one.where.removeprefix("patient file").removeprefix(", ")
    help_ = f"{one.right}; {one.hint}" if "did you mean" in one.hint else one.right
    return f"({number}) {one.what}{f', at {place}' if place else ''} (right: {help_})"


def _told_one(complaint: dict[str, Any]) -> InputError:
    *path, key = complaint["loc"]
    where = _place([*path])
    if complaint["type"] == "extra_forbidden":
        names = _fields_at(path)
        unknown = str(key)[:60]
        right = "a key that docs/safety.md lists" if not path else f"one of {', '.join(names)}"
        return InputError(
            f"the patient file has no key '{unknown}'", where=where, right=right, hint=_nearest_key(unknown, names)
        )
    name = key if isinstance(key, str) else f"{path[-1]}[{key}]"
    shown = _shown(complaint["input"])
    return InputError(f"{name} is {shown}", where=where, right=_right(complaint), hint=_hint(complaint))


def _place(path: list[Any]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    return f"patient file, {text}" if text else "patient file"


def _fields_at(path: list[Any]) -> list[str]:
    return list(PARTS[path[0]].model_fields) if path else list(PatientRecord.model_fields)


def _nearest_key(key: str, names: list[str]) -> str:
    """Names that begin as the key does come first: a key without its unit ("crcl") is the usual slip."""
    word = key.lower().replace("-", "_").replace(" ", "_")
    alike = [name for name in names if name.startswith(word) or word.startswith(name)]
    return nearest(word, alike if alike and len(word) > 1 else names)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value[:60]}'"
    return json.dumps(value) if isinstance(value, bool) else f"{value:g}" if _is_number(value) else _kind(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _right(complaint: dict[str, Any]) -> str:
    kind = complaint["type"]
    if kind in LIMITS:
        key, words = LIMITS[kind]
        return f"{complaint['ctx'][key]:g} {words}"
    if kind == "literal_error":
        return re.sub(r"\s+", " ", complaint["ctx"]["expected"])
    return WANTED.get(kind, complaint["msg"])


def _hint(complaint: dict[str, Any]) -> str:
    if complaint["type"] == "literal_error" and isinstance(complaint["input"], str):
        return nearest(complaint["input"], re.findall(r"'([^']*)'", complaint["ctx"]["expected"]))
    return "leave out what is not known" if complaint["type"].endswith("_type") else ""


ONLY_WOMEN = (
    "pregnant",
    "breast_feeding",
    "menarche",
    "menses_last_24_months",
    "hysterectomy",
    "bilateral_oophorectomy",
    "bilateral_salpingectomy",
    "premature_ovarian_failure",
    "xy_genotype",
    "turner_syndrome",
    "uterine_agenesis",
    "regular_cycles",
    "missed_period",
)
ONLY_MEN = ("vasectomy", "uncircumcised", "plans_sperm_donation")
CANNOT_BE_PREGNANT = ("hysterectomy", "uterine_agenesis", "bilateral_oophorectomy")
RECENT_SURGERY_DAYS = 90  # the window of the SAVED score
CLEARANCE_FACTOR = 2.0  # a given and a computed clearance further apart than this: one of the numbers is a slip
CLEARANCE_ON_DIALYSIS = 60.0  # mL/min; nobody with more is dialysed for kidney failure


def _refuse_contradictions(record: PatientRecord) -> None:
    """Refuse facts that cannot hold together, each with both of them named."""
    _refuse_by_sex(record)
    if record.pregnant:
        for name in CANNOT_BE_PREGNANT:
            if getattr(record, name):
                raise _contradiction("pregnant is true", f"{name} is true")
        if record.menarche is False:
            raise _contradiction("pregnant is true", "menarche is false")
    if record.menses_last_24_months:
        if record.menarche is False:
            raise _contradiction("menses_last_24_months is true", "menarche is false")
        if (record.natural_amenorrhoea_year or 0) >= 2:
            years = f"natural_amenorrhoea_year is {record.natural_amenorrhoea_year:g}"
            raise _contradiction("menses_last_24_months is true", years)
    _refuse_surgery(record)
    _refuse_therapies(record)
    _refuse_clearance(record)


def _refuse_by_sex(record: PatientRecord) -> None:
    names = {"male": ONLY_WOMEN, "female": ONLY_MEN}.get(record.sex or "", ())
    for name in names:
        if getattr(record, name):
            raise _contradiction(f"sex is {record.sex}", f"{name} is true")
    if record.sex == "male" and any(test.result == "positive" for test in record.pregnancy_tests or []):
        raise _contradiction("sex is male", "a pregnancy test is positive")


def _refuse_surgery(record: PatientRecord) -> None:
    if record.surgery_days_ago is None or record.recent_surgery is None:
        return
    if record.recent_surgery != (record.surgery_days_ago <= RECENT_SURGERY_DAYS):
        raise _contradiction(
            f"recent_surgery is {json.dumps(record.recent_surgery)}",
            f"surgery_days_ago is {record.surgery_days_ago:g}",
            f"'recent' means within {RECENT_SURGERY_DAYS} days",
        )


def _refuse_therapies(record: PatientRecord) -> None:
    therapies = record.prior_therapies
    if therapies is None:
        return
    if record.prior_lines is not None and record.prior_lines != len(therapies):
        raise _contradiction(f"prior_lines is {record.prior_lines}", f"prior_therapies holds {len(therapies)}")
    for place, therapy in enumerate(therapies):
        if therapy.progressed is False and therapy.progression_days_after_end is not None:
            raise _contradiction(
                f"prior_therapies[{place}].progressed is false",
                f"progression_days_after_end is {therapy.progression_days_after_end:g}",
            )


def _refuse_clearance(record: PatientRecord) -> None:
    given = record.crcl_ml_min
    if given is None:
        return
    if record.dialysis and given > CLEARANCE_ON_DIALYSIS:
        raise _contradiction("dialysis is true", f"crcl_ml_min is {given:g}")
    computed = _cockcroft_gault(record)
    if computed and not 1 / CLEARANCE_FACTOR <= given / computed <= CLEARANCE_FACTOR and not record.dialysis:
        raise _contradiction(
            f"crcl_ml_min is {given:g}",
            f"age, weight, creatinine and sex give {computed:.0f} mL/min (Cockcroft-Gault)",
            "a clearance within a factor of 2 of the computed one, or only one of the two",
        )


def _cockcroft_gault(record: PatientRecord) -> float | None:
    from titer.patients.formulas import cockcroft_gault

    age, weight, creatinine = record.age_year, record.weight_kg, record.serum_creatinine_mg_dl
    if record.sex is None or age is None or weight is None or creatinine is None or age >= 140:
        return None
    return float(cockcroft_gault(age, weight, creatinine, float(record.sex == "female")))


def _contradiction(one: str, other: str, right: str = "") -> InputError:
    return InputError(
        f"{one} and {other} contradict each other", where="patient file", right=right or "leave out the wrong one"
    )
