"""The pharmacology itself, declared with the words of the other folders; no algorithm lives here.

A model is one file with a `MODEL` in one of four folders, a population one file with a `POPULATION`. They are found by
looking into the folders, so adding one edits nothing else.

Example:
    >>> sorted(drugs())[:2]
    ['aspirin', 'dexamethasone']
    >>> models()["ikaros"].provides
    ('ikaros',)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Python puts a folder here under its own name when it is first imported; done now, so that the functions called `drugs`
# and `populations` below are not replaced by it later.
import titer.library.drugs
import titer.library.populations  # noqa: F401

if TYPE_CHECKING:
    from titer.clinic.course import ClinicPlan
    from titer.clinic.protocol import Protocol
    from titer.dosing.regimen import Regimen
    from titer.model import Model
    from titer.patients.population import PopulationModel

FOLDERS = ("drugs", "immune", "diseases", "side_effects")
MYELOMA = ("myeloma", "survival")  # files in diseases/
MYELOMA_DRUGS = ("lenalidomide", "dexamethasone")
# Drugs that Titer is made for. One without a model yet is refused by name, so that no other is proposed.
MADE_FOR = ("thalidomide", "lenalidomide", "pomalidomide", "dexamethasone", "BCG", "imiquimod")


def models() -> dict[str, Model]:
    """Every model of the library by its key, folder after folder, in the order of file names.

    Example:
        >>> models()["lenalidomide"].modulates
        ('ikaros.loss',)
    """
    return {model.key: model for folder in FOLDERS for model in _folder(folder).values()}


def drugs() -> dict[str, Model]:
    """Every model that takes doses, by the name of its drug."""
    return {dosing.drug: model for model in _folder("drugs").values() for dosing in model.doses}


def read_regimen(text: str) -> Regimen:
    """The regimen that a text describes, with the drugs of the library, their units and their routes.

    Every command and every script reads regimens here, so that what one of them understands none of them refuses.

    Raises:
        InputError: it points at the offending word; an unknown drug gets the nearest names.

    Example:
        >>> str(read_regimen("len 25 mg d1-21/28 + dex 40 mg weekly"))
        'lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly'
    """
    from titer.dosing.drugs import DrugForm
    from titer.dosing.parse import parse_regimen

    dosings = [dosing for model in drugs().values() for dosing in model.doses]
    known = {dosing.drug: DrugForm(dosing.unit, (dosing.route,)) for dosing in dosings}
    return parse_regimen(text, known, drugs_without_model())


def drugs_without_model() -> tuple[str, ...]:
    """Drugs that Titer is made for and has no model of yet.

    Example:
        >>> "lenalidomide" in drugs_without_model()
        False
    """
    known = {name.lower() for name in drugs()}
    return tuple(name for name in MADE_FOR if name.lower() not in known)


def dose_warnings(regimen: Regimen) -> list[str]:
    """A sentence for each drug given in more on one day than its model answers for; such a run extrapolates.

    All doses of a day count together: 40 mg twice daily is 80 mg.

    Example:
        >>> dose_warnings(read_regimen("lenalidomide 25 mg daily"))
        []
        >>> dose_warnings(read_regimen("dexamethasone 80 mg weekly"))[0].split(" (")[0]
        'dexamethasone 80 mg on one day is more than its model answers for, 40 mg'
    """
    from titer.clinic.prescription import highest_on_a_day

    told = []
    for drug, amount in highest_on_a_day(regimen).items():
        model = drugs()[drug]
        dosing = next(one for one in model.doses if one.drug == drug)
        if dosing.studied_up_to is not None and amount > dosing.studied_up_to * (1 + 1e-9):  # sums of shares round
            key, _, place = dosing.studied_at.partition(":")
            told.append(
                f"{drug} {amount:g} {dosing.unit} on one day is more than its model answers for, "
                f"{dosing.studied_up_to:g} {dosing.unit} ({model.sources[key].citation};{place})"
            )
    return told


def protocol_warnings(protocol: Protocol, regimen: Regimen) -> list[str]:
    """A sentence for each drug that other protocols of the library have rules for and this one has none for.

    A protocol without any rule is meant to have none.

    Example:
        >>> protocol_warnings(load_protocol("pomalidomide-us"), read_regimen("lenalidomide 25 mg daily"))
        ["no rule of 'pomalidomide and dexamethasone US' is about lenalidomide: it is given as planned"]
    """
    from titer.clinic.protocol import CycleRule, StopRule

    if not protocol.rules:
        return []
    for_all = any(isinstance(rule, StopRule | CycleRule) and not rule.drugs for rule in protocol.rules)
    ruled = {drug for one in protocols().values() for drug in one.drugs}
    left = [drug for drug in regimen.drugs if drug in ruled and drug not in protocol.drugs and not for_all]
    return [f"no rule of '{protocol.name}' is about {drug}: it is given as planned" for drug in left]


def relapsed_myeloma_models(given: Sequence[str] = MYELOMA_DRUGS) -> list[Model]:
    """What to assemble for relapsed myeloma: these drugs, the immune system, the disease, every side effect.

    Raises:
        InputError: a drug that the library does not have.
    """
    known = drugs()
    chosen = {model.key: model for model in (_pick(name, known, "drug") for name in given)}  # one may hold two drugs
    diseases = [_folder("diseases")[file] for file in MYELOMA]
    return [*chosen.values(), *_folder("immune").values(), *diseases, *_folder("side_effects").values()]


def populations() -> tuple[str, ...]:
    """Names of the populations, as the command line writes them ("relapsed-myeloma")."""
    return tuple(name.replace("_", "-") for name in _files("populations"))


def load_population(name: str) -> PopulationModel:
    """The population of that name; hyphens, underscores and case do not matter.

    Raises:
        InputError: no population of that name.

    Example:
        >>> load_population("relapsed-myeloma").covariate("age").unit
        'year'
    """
    wanted = name.strip().lower().replace("_", "-")
    known = {one: one for one in populations()}
    file = _pick(wanted, known, "population").replace("-", "_")
    return import_module(f"titer.library.populations.{file}").POPULATION


def protocols() -> dict[str, Protocol]:
    """Every protocol of the library, by the name that commands use.

    Example:
        >>> list(protocols())[:3]
        ['us-label', 'eu-label', 'none']
    """
    from titer.library.rules.protocols import PROTOCOLS

    return dict(PROTOCOLS)


def load_protocol(name: str | Path) -> Protocol:
    """The protocol of that name, or the one that a TOML file describes (docs/protocol_files.md).

    Raises:
        InputError: no protocol of that name; a file that is no protocol.

    Example:
        >>> load_protocol("us-label").rules[0].name
        'thrombocytopenia'
    """
    text = str(name).strip()
    if isinstance(name, Path) or text.lower().endswith(".toml"):
        from titer.clinic.protocol_file import read_protocol

        return read_protocol(text, known=protocols(), drugs=[*drugs(), *drugs_without_model()])
    known, wanted = protocols(), text.lower()
    if wanted not in known:
        from titer.errors import InputError, nearest

        alike = [one for one in known if wanted and wanted in one]
        raise InputError(f"the library has no protocol '{text}'", hint=nearest(wanted, alike or known))
    return known[wanted]


def load_plan(protocol: str | Path = "us-label") -> ClinicPlan:
    """How patients with myeloma are looked after under a set of dose rules: a name of `protocols`, or a TOML file.

    Raises:
        InputError: no protocol of that name; a file that is no protocol.

    Example:
        >>> load_plan("none").protocol.rules
        ()
    """
    from titer.library.rules.myeloma import CLINIC

    return replace(CLINIC, protocol=load_protocol(protocol))


@cache
def _folder(folder: str) -> dict[str, Model]:
    return {file: import_module(f"titer.library.{folder}.{file}").MODEL for file in _files(folder)}


def _files(folder: str) -> Iterable[str]:
    return sorted(path.stem for path in (Path(__file__).parent / folder).glob("*.py") if not path.stem.startswith("_"))


def _pick(name: str, known: dict[str, Any], kind: str) -> Any:
    if name not in known:
        from titer.errors import InputError, nearest

        raise InputError(f"the library has no {kind} '{name}'", hint=nearest(name, known))
    return known[name]
