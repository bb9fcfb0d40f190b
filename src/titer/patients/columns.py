"""Facts of many patients, column by column, each with a mask of what is known.

The same rules that check one patient screen a hundred thousand: a record, a list of records and a sampled cohort all
become `PatientColumns`. What is not known stays so; nothing is filled in but what follows from other facts (`DERIVED`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

from titer.errors import InputError, ModelError, nearest
from titer.patients.cohort import Cohort
from titer.patients.formulas import body_mass_index, body_surface_area, cockcroft_gault
from titer.patients.record import ONLY_MEN, ONLY_WOMEN, RECENT_SURGERY_DAYS, PatientRecord

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Kind = Literal["number", "flag", "word", "words", "parts"]


@dataclass(frozen=True)
class Fact:
    """What is kept of a patient under one name.

    Args:
        name: as in a patient's file; the unit is in it.
        kind: a number, a flag, a word of `words`, a list of free words, or a list of parts with facts of their own.
        meaning: in words, with the unit.
        words: of a word.
        parts: of a list of parts.
        derived_from: the facts it follows from; none for a fact of the file.
        whole: a whole number.
    """

    name: str
    kind: Kind
    meaning: str
    words: tuple[str, ...] = ()
    parts: tuple[Fact, ...] = ()
    derived_from: tuple[str, ...] = ()
    whole: bool = False


def _fact(name: str, field: FieldInfo) -> Fact:
    meaning = field.description or ""
    kinds = [one for one in get_args(field.annotation) if one is not type(None)]
    kind = kinds[0]
    if kind is bool:
        return Fact(name, "flag", meaning)
    if kind in (int, float):
        return Fact(name, "number", meaning, whole=kind is int)
    if get_origin(kind) is Literal:
        return Fact(name, "word", meaning, words=get_args(kind))
    if get_origin(kind) is not list:
        return Fact(name, "word", meaning)
    part = get_args(kind)[0]
    if not hasattr(part, "model_fields"):
        return Fact(name, "words", meaning)
    parts = tuple(_fact(key, one) for key, one in part.model_fields.items())
    last = Fact("is_last", "flag", "the last of the list", derived_from=(name,))
    return Fact(name, "parts", meaning, parts=(*parts, last))


DERIVED = (
    Fact("bmi_kg_m2", "number", "body mass index, kg/m2", derived_from=("weight_kg", "height_cm")),
    Fact("bsa_m2", "number", "body surface area (Mosteller), m2", derived_from=("weight_kg", "height_cm")),
    Fact(
        "prednisone_mg_kg_day",
        "number",
        "corticosteroid, mg prednisone per kg and day",
        derived_from=("prednisone_mg_day", "weight_kg"),
    ),
    Fact(
        "crcl_method", "word", "how creatinine clearance is known", ("given", "Cockcroft-Gault"), (), ("crcl_ml_min",)
    ),
    Fact("on_thromboprophylaxis", "flag", "any thromboprophylaxis", derived_from=("thromboprophylaxis",)),
)
# Every fact by its name: those of a patient's file, then the derived ones.
FACTS: dict[str, Fact] = {name: _fact(name, field) for name, field in PatientRecord.model_fields.items()}
FACTS |= {fact.name: fact for fact in DERIVED}

# Fact → covariate of a population (titer.library.populations). Numbers and flags, one to one; units agree.
COVARIATES = {
    "age_year": "age",
    "weight_kg": "weight",
    "height_cm": "height",
    "serum_creatinine_mg_dl": "serum_creatinine",
    "crcl_ml_min": "crcl",
    "bsa_m2": "bsa",
    "race": "race",
    "prior_lines": "prior_lines",
    "prior_imid": "prior_imid",
    "prior_proteasome_inhibitor": "prior_proteasome_inhibitor",
    "high_risk_cytogenetics": "high_risk_cytogenetics",
    "marrow_infiltrated": "marrow_infiltrated",
    "m_protein_g_l": "baseline_m_protein",
    "haemoglobin_g_l": "baseline_haemoglobin",
    "platelets_10e9_l": "baseline_platelets",
    "anc_10e9_l": "baseline_anc",
    "vte_history": "vte_history",
    "recent_surgery": "recent_surgery",
    "on_thromboprophylaxis": "thromboprophylaxis",
}
RACES = ("white", "black", "asian")
CLEARANCE_INPUTS = ("age_year", "weight_kg", "serum_creatinine_mg_dl", "sex")


@dataclass(frozen=True, eq=False)
class Column:
    """Values of one fact, with what is known of them. Arrays are of shape (n_patients,), or (1,) for all alike."""

    values: NDArray[Any]
    known: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class WordLists:
    """A list of free words for each patient, kept as the patients (places) that have each word.

    Args:
        rows: word in lower case → places, increasing.
        known: whether the patient's list is known as a whole, so that a word it lacks is a "no"; an empty list is. A
            list that may lack some has words and is not known.
        n: number of patients.
    """

    rows: Mapping[str, NDArray[np.int64]]
    known: NDArray[np.bool_]
    n: int

    def any_of(self, words: Iterable[str]) -> NDArray[np.bool_]:
        """Whether a patient has one of the words. Shape (n_patients,)."""
        found = np.zeros(self.n, bool)
        for word in words:
            if word in self.rows:
                found[self.rows[word]] = True
        return found


@dataclass(frozen=True, eq=False)
class Parts:
    """Lists of parts of all patients, one below the other.

    Args:
        owner: place of the patient of each part. Shape (n_parts,).
        columns: facts of the parts; the columns that hold lists of words have n_parts "patients".
        known: whether the patient's list is known. Shape (n_patients,).
    """

    owner: NDArray[np.int64]
    columns: Mapping[str, Column | WordLists]
    known: NDArray[np.bool_]


class PatientColumns:
    """Facts of patients as arrays. Make them with `from_records` or `from_cohort`.

    Args:
        ids: patient numbers. Shape (n_patients,).
        columns: fact → what is known of it; a fact that is absent is known of nobody.

    Example:
        >>> from titer.patients.record import read_record
        >>> columns = PatientColumns.from_records([read_record({"age_year": 34}), read_record({})])
        >>> column = columns.column("age_year")
        >>> column.known.tolist(), float(column.values[0])
        ([True, False], 34.0)
    """

    def __init__(self, ids: NDArray[np.int64], columns: Mapping[str, Column | WordLists | Parts]) -> None:
        self.ids = np.asarray(ids, np.int64)
        self._columns = dict(columns)
        self._derive()

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def from_records(cls, records: Sequence[PatientRecord]) -> PatientColumns:
        """Columns of some records; patient numbers are their places."""
        known = [record.known() for record in records]
        names = {name for one in known for name in one}
        columns = {name: _gather(FACTS[name], known) for name in FACTS if name in names}
        _open_lists(columns)
        return cls(np.arange(len(records)), columns)

    @classmethod
    def from_cohort(cls, cohort: Cohort, assume: Mapping[str, Any] | None = None) -> PatientColumns:
        """Columns of a sampled cohort.

        Args:
            cohort: virtual patients, with covariates as `COVARIATES` names them. Others are left out.
            assume: facts to hold of every patient that the cohort says nothing about, as in a patient's file, e.g.
                `{"medications": [], "pregnant": False}`. Without them such facts are not known.

        Raises:
            InputError: an assumed fact that does not exist, is out of range, or is known of the cohort already.
        """
        columns = _from_covariates(cohort)
        _assume(columns, assume or {}, len(cohort))
        _open_lists(columns)
        return cls(cohort.ids, columns)

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts that something is known of."""
        return tuple(self._columns)

    def column(self, name: str) -> Column:
        """Values of a number, flag or word. Unknown values are 0, False or "".

        Raises:
            ModelError: no such fact, or one that is a list.
        """
        found = self._columns.get(name)
        if found is None:
            kind = known_fact(name).kind
            empty = {"number": 0.0, "flag": False}.get(kind, "")
            return Column(np.array([empty]), np.zeros(1, bool))
        if not isinstance(found, Column):
            raise ModelError(f"fact '{name}' is a list", right="word_lists(name) or parts(name)")
        return found

    def word_lists(self, name: str) -> WordLists:
        """Lists of free words (medications, conditions, allergies)."""
        found = self._columns.get(known_fact(name).name)
        if found is None:
            return WordLists({}, np.zeros(1, bool), len(self))
        if not isinstance(found, WordLists):
            raise ModelError(f"fact '{name}' is no list of words", right="column(name) or parts(name)")
        return found

    def parts(self, name: str) -> Parts:
        """Lists of parts (pregnancy_tests, contraception, prior_therapies)."""
        found = self._columns.get(known_fact(name).name)
        if found is None:
            return Parts(np.zeros(0, np.int64), {}, np.zeros(1, bool))
        if not isinstance(found, Parts):
            raise ModelError(f"fact '{name}' is no list of parts", right="column(name) or word_lists(name)")
        return found

    def value(self, name: str, place: int) -> Any:
        """One patient's value of a number, flag or word; None where it is not known."""
        column = self.column(name)
        known, values = np.broadcast_to(column.known, len(self)), np.broadcast_to(column.values, len(self))
        return values[place].item() if known[place] else None

    def take(self, place: int) -> PatientColumns:
        """One patient alone."""
        return PatientColumns(self.ids[[place]], {name: _take(column, place) for name, column in self._columns.items()})

    def record(self, place: int) -> PatientRecord:
        """One patient as a record: what is known, with what follows from it.

        Example:
            >>> from titer.patients.record import read_record
            >>> columns = PatientColumns.from_records([read_record({"age_year": 34, "medications": ["aspirin"]})])
            >>> columns.record(0).known()
            {'age_year': 34.0, 'medications': ['aspirin']}
        """
        from titer.patients.record import read_record

        alone = self.take(place)
        facts = (fact for fact in FACTS.values() if not fact.derived_from)
        return read_record({fact.name: _value(alone._columns.get(fact.name), fact, 0) for fact in facts})

    def covariates(self, place: int) -> dict[str, float | str]:
        """One patient's known facts as covariates of a population; flags are 0 or 1."""
        found: dict[str, float | str] = {}
        for fact, covariate in COVARIATES.items():
            value = self.value(fact, place)
            if value is not None:
                found[covariate] = value if isinstance(value, str) else float(value)
        sex, race = self.value("sex", place), self.value("race", place)
        if sex is not None:
            found["sex_female"] = float(sex == "female")
        if race is not None:
            found |= {f"race_{name}": float(race == name) for name in RACES}
        return found

    def _derive(self) -> None:
        """Facts that follow from others; a fact that is given stays as it is."""
        self._rule_out_by_sex()
        age, weight, creatinine = (self.column(name) for name in CLEARANCE_INPUTS[:3])
        sex, height = self.column("sex"), self.column("height_cm")
        with np.errstate(divide="ignore", invalid="ignore"):
            clearance = cockcroft_gault(age.values, weight.values, creatinine.values, sex.values == "female")
            mass_index = body_mass_index(weight.values, height.values)
            surface = body_surface_area(weight.values, height.values)
        known = age.known & weight.known & creatinine.known & sex.known & (age.values < 140)
        given = self.column("crcl_ml_min").known
        self._fill("crcl_method", np.where(given, "given", "Cockcroft-Gault"), given | known)
        self._fill("crcl_ml_min", clearance, known)
        self._fill("bmi_kg_m2", mass_index, weight.known & height.known)
        self._fill("bsa_m2", surface, weight.known & height.known)
        steroid = self.column("prednisone_mg_day")
        per_kg = steroid.values / np.where(weight.known, weight.values, 1.0)
        self._fill("prednisone_mg_kg_day", per_kg, steroid.known & weight.known)
        menarche = self.column("menarche")
        self._fill("menses_last_24_months", np.zeros(1, bool), menarche.known & ~menarche.values)
        agent = self.column("thromboprophylaxis")
        self._fill("on_thromboprophylaxis", agent.values != "none", agent.known)
        days = self.column("surgery_days_ago")
        self._fill("recent_surgery", days.values <= RECENT_SURGERY_DAYS, days.known)
        owners = self._columns.get("prior_therapies")
        if isinstance(owners, Parts):
            self._fill("prior_lines", np.bincount(owners.owner, minlength=len(self)).astype(float), owners.known)

    def _rule_out_by_sex(self) -> None:
        sex = self.column("sex")
        for names, other in ((ONLY_WOMEN, "male"), (ONLY_MEN, "female")):
            ruled_out = sex.known & (sex.values == other)
            if ruled_out.any():
                for name in names:
                    self._fill(name, np.zeros(1, bool), ruled_out)

    def _fill(self, name: str, values: NDArray[Any], known: NDArray[np.bool_]) -> None:
        if not known.any():
            return
        given = self.column(name)
        merged = np.where(given.known, given.values, np.where(known, values, given.values))
        self._columns[name] = Column(merged, given.known | known)


def _open_lists(columns: dict[str, Column | WordLists | Parts]) -> None:
    """Lists that may lack some are not known as a whole; their words stay."""
    named = columns.get("incomplete_lists")
    if not isinstance(named, WordLists):
        return
    for name, places in named.rows.items():
        listed = columns.get(name)
        if isinstance(listed, WordLists):
            listed.known[places if len(listed.known) > 1 else 0] = False


def _take(column: Column | WordLists | Parts, place: int) -> Column | WordLists | Parts:
    known = column.known[[place if len(column.known) > 1 else 0]]
    if isinstance(column, Column):
        return Column(column.values[[place if len(column.values) > 1 else 0]], known)
    if isinstance(column, WordLists):
        rows = {word: np.zeros(1, np.int64) for word, places in column.rows.items() if place in places}
        return WordLists(rows, known, 1)
    own = np.flatnonzero(column.owner == place)
    columns = {name: _pick(inner, own) for name, inner in column.columns.items()}
    return Parts(np.zeros(len(own), np.int64), columns, known)


def _pick(column: Column | WordLists, places: NDArray[np.int64]) -> Column | WordLists:
    """Some of the parts, in order."""
    if isinstance(column, Column):
        return Column(column.values[places], column.known[places])
    rows = {word: np.flatnonzero(np.isin(places, found)) for word, found in column.rows.items()}
    return WordLists(rows, column.known[places], len(places))


def _value(column: Column | WordLists | Parts | None, fact: Fact, place: int) -> Any:
    """What a patient's file would hold under a fact; None where it is not known."""
    known = column is not None and column.known[place if len(column.known) > 1 else 0]
    if isinstance(column, WordLists):
        words = [word for word, places in column.rows.items() if place in places]
        return words if known or words else None
    if column is None or not known:
        return None
    if isinstance(column, Parts):
        inner = [one for one in fact.parts if not one.derived_from]
        return [
            {one.name: _value(column.columns.get(one.name), one, row) for one in inner}
            for row in np.flatnonzero(column.owner == place).tolist()
        ]
    value = column.values[place if len(column.values) > 1 else 0].item()
    return int(value) if fact.kind == "number" and fact.whole else value


def known_fact(name: str) -> Fact:
    """The fact of that name.

    Raises:
        ModelError: there is none, with the nearest names.

    Example:
        >>> known_fact("crcl_ml_min").meaning
        'creatinine clearance, mL/min'
    """
    if name not in FACTS:
        raise ModelError(f"there is no fact '{name}' of a patient", hint=nearest(name, FACTS))
    return FACTS[name]


def _gather(fact: Fact, known: Sequence[Mapping[str, Any]]) -> Column | WordLists | Parts:
    given = [one.get(fact.name) for one in known]
    mask = np.array([value is not None for value in given], bool)
    if fact.kind == "words":
        return WordLists(_rows_of_words(given), mask, len(given))
    if fact.kind == "parts":
        return _gather_parts(fact, given, mask)
    return Column(_array(fact.kind, given), mask)


def _array(kind: Kind, given: Sequence[Any]) -> NDArray[Any]:
    if kind == "number":
        return np.array([0.0 if value is None else value for value in given], float)
    if kind == "flag":
        return np.array([bool(value) for value in given], bool)
    return np.array([value or "" for value in given], str)


def _rows_of_words(given: Sequence[Any]) -> dict[str, NDArray[np.int64]]:
    places: dict[str, dict[int, None]] = {}
    for place, words in enumerate(given):
        for word in words or ():
            places.setdefault(" ".join(word.lower().split()), {})[place] = None
    return {word: np.fromiter(found, np.int64) for word, found in places.items()}


def _gather_parts(fact: Fact, given: Sequence[Any], mask: NDArray[np.bool_]) -> Parts:
    rows = [(place, part) for place, parts in enumerate(given) for part in parts or ()]
    dicts = [part for _, part in rows]
    owner = np.array([place for place, _ in rows], np.int64)
    columns = {one.name: _gather(one, dicts) for one in fact.parts if not one.derived_from}
    last = np.ones(len(rows), bool)
    last[:-1] = owner[1:] != owner[:-1]
    columns["is_last"] = Column(last, np.ones(len(rows), bool))
    return Parts(owner, columns, mask)  # type: ignore[arg-type]  # parts hold no parts of their own


def _from_covariates(cohort: Cohort) -> dict[str, Column | WordLists | Parts]:
    columns: dict[str, Column | WordLists | Parts] = {}
    everybody = np.ones(1, bool)
    for fact, covariate in COVARIATES.items():
        if covariate in cohort.columns:
            values = cohort.columns[covariate]
            columns[fact] = Column(values > 0.5 if FACTS[fact].kind == "flag" else values, everybody)
    if "sex_female" in cohort.columns:
        columns["sex"] = Column(np.where(cohort.columns["sex_female"] > 0.5, "female", "male"), everybody)
    if "thromboprophylaxis" in cohort.columns:  # the cohort does not say which agent, so only "none" is known
        none = cohort.columns["thromboprophylaxis"] < 0.5
        columns["thromboprophylaxis"] = Column(np.where(none, "none", ""), none)
    return columns


def _assume(columns: dict[str, Column | WordLists | Parts], assumed: Mapping[str, Any], n: int) -> None:
    """Fill what is not known of the cohort with facts that hold of everybody."""
    from titer.patients.record import read_record

    for name, value in read_record(assumed).known().items():
        present, fact = columns.get(name), FACTS[name]
        if isinstance(present, Column) and not present.known.all():
            filled = np.where(present.known, present.values, _array(fact.kind, [value]))
            columns[name] = Column(filled, np.ones(1, bool))
        elif present is not None:
            what = f"'{name}' is assumed, and the cohort has it"
            raise InputError(what, right="assume only what the cohort does not say")
        else:
            columns[name] = _of_everybody(fact, value, n)


def _of_everybody(fact: Fact, value: Any, n: int) -> Column | WordLists | Parts:
    everybody = np.ones(1, bool)
    if fact.kind == "words":
        return WordLists({word.lower(): np.arange(n) for word in value}, everybody, n)
    if fact.kind != "parts":
        return Column(_array(fact.kind, [value]), everybody)
    parts = _gather_parts(fact, [value] * n if value else [], everybody)
    return Parts(parts.owner, parts.columns, everybody)
