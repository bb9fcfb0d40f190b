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

# Python puts a folder here under its own name when it is first imported; done now, so that the functions below that are
# called like these folders are not replaced by them later.
import titer.library.drugs
import titer.library.populations
import titer.library.scenarios
import titer.library.threats  # noqa: F401

if TYPE_CHECKING:
    from titer.clinic.course import ClinicPlan
    from titer.clinic.protocol import Protocol
    from titer.dosing.regimen import Regimen
    from titer.model import Model, Scenario, Threat
    from titer.patients.population import PopulationModel

FOLDERS = ("drugs", "immune", "immune.published", "diseases", "side_effects")
MYELOMA = ("myeloma", "survival")  # files in diseases/
MYELOMA_IMMUNE = ("ikaros", "killing")  # files in immune/
# The immune core, files in immune/, from the threat to what the body feels.
CORE = ("antigen", "innate", "lymphocytes", "nk", "cytokines", "humoral", "acute_phase", "fever", "symptoms")
MYELOMA_CORE = ("ikaros", "coactivation", "steroid", "effectors", "illness")  # files in immune/, beside the core
INFECTION = "extracellular-bacterium"  # what patients with an immune core meet
MYELOMA_DRUGS = ("lenalidomide", "dexamethasone")
# Drugs that Titer is made for. One without a model yet is refused by name, so that no other is proposed.
MADE_FOR = ("thalidomide", "lenalidomide", "pomalidomide", "dexamethasone", "BCG", "imiquimod")


def models() -> dict[str, Model]:
    """Every model of the library by its key, folder after folder, in the order of file names.

    Example:
        >>> models()["lenalidomide"].modulates
        ('ikaros.loss', 'tnf.production')
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
    """A sentence for each drug given in more, or in less, on one day than its model answers for.

    Such a run extrapolates.

    All doses of a day count together: 40 mg twice daily is 80 mg.

    Example:
        >>> dose_warnings(read_regimen("lenalidomide 25 mg daily"))
        []
        >>> dose_warnings(read_regimen("dexamethasone 80 mg weekly"))[0].split(" (")[0]
        'dexamethasone 80 mg on one day is more than its model answers for, 40 mg'
    """
    from titer.clinic.prescription import amounts_on_a_day

    return [
        told
        for drug, amounts in amounts_on_a_day(regimen).items()
        for told in outside_studied(drugs()[drug], drug, *amounts)
    ]


def outside_studied(model: Model, drug: str, lowest: float, highest: float) -> list[str]:
    """What to say where the smallest or largest amount of a day lies outside of what a model answers for.

    Example:
        >>> outside_studied(models()["endotoxin"], "endotoxin", 1.0, 2.0)[0].split(" (")[0]
        'endotoxin 1 ng/kg on one day is less than its model answers for, 2 ng/kg'
    """
    dosing = next(one for one in model.doses if one.drug == drug)
    low, high = dosing.studied_from, dosing.studied_up_to
    key, _, place = dosing.studied_at.partition(":")
    beyond = []
    if low is not None and lowest < low * (1 - 1e-9):  # sums of shares round
        beyond.append((lowest, "less", low))
    if high is not None and highest > high * (1 + 1e-9):
        beyond.append((highest, "more", high))
    return [
        f"{drug} {amount:g} {dosing.unit} on one day is {word} than its model answers for, "
        f"{limit:g} {dosing.unit} ({model.sources[key].citation};{place})"
        for amount, word, limit in beyond
    ]


def effect_warnings(regimen: Regimen) -> list[str]:
    """A sentence for each drug whose effects on myeloma and blood counts were fitted to no trial of it.

    Example:
        >>> effect_warnings(read_regimen("lenalidomide 25 mg daily"))
        []
        >>> effect_warnings(read_regimen("thalidomide 200 mg daily"))[0].split(",")[0]
        'what thalidomide does to myeloma and blood counts is predicted from its potency'
    """
    from titer.library.limits import PREDICTED

    return [PREDICTED[drug] for drug in regimen.drugs if drug in PREDICTED]


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


def relapsed_myeloma_models(given: Sequence[str] = MYELOMA_DRUGS, *, immune: bool = False) -> list[Model]:
    """What to assemble for relapsed myeloma: these drugs, the immune system, the disease, every side effect.

    Args:
        given: drugs.
        immune: the immune core with bacteria as its threat, and killing of tumour cells by its cells, in place of the
            one equation that `killing` has for it.

    Raises:
        InputError: a drug that the library does not have.
    """
    known = drugs()
    chosen = {model.key: model for model in (_pick(name, known, "drug") for name in given)}  # one may hold two drugs
    diseases = [_folder("diseases")[file] for file in MYELOMA]
    if immune:
        defence = [*(_folder("immune")[file] for file in MYELOMA_CORE), *core_models(threats()[INFECTION])]
    else:
        defence = [_folder("immune")[file] for file in MYELOMA_IMMUNE]
    return [*chosen.values(), *defence, *diseases, *_folder("side_effects").values()]


def core_models(threat: Threat | None = None) -> list[Model]:
    """The immune core, closed on itself: what to assemble to see the body answer.

    Args:
        threat: whose numbers the tissue has (one of `threats`); those of the file itself where None.

    Example:
        >>> [model.key for model in core_models()][:3]
        ['antigen', 'innate', 'lymphocytes']
    """
    from titer.model import with_threat

    immune = _folder("immune")
    members = [immune[file] for file in CORE]
    return members if threat is None else [with_threat(members[0], threat), *members[1:]]


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


def load_plan(protocol: str | Path = "us-label", *, immune: bool = False) -> ClinicPlan:
    """How patients with myeloma are looked after under a set of dose rules: a name of `protocols`, or a TOML file.

    Args:
        protocol: the rules.
        immune: patients have the immune core: they meet bacteria, and fever, flu-like illness and fatigue are noted.

    Raises:
        InputError: no protocol of that name; a file that is no protocol.

    Example:
        >>> load_plan("none").protocol.rules
        ()
    """
    from titer.library.rules.myeloma import CLINIC, CLINIC_WITH_ILLNESSES

    return replace(CLINIC_WITH_ILLNESSES if immune else CLINIC, protocol=load_protocol(protocol))


def threats() -> dict[str, Threat]:
    """Every threat of the library, by the name that commands use.

    Example:
        >>> "virus" in threats()
        True
    """
    found = (import_module(f"titer.library.threats.{file}").THREAT for file in _files("threats"))
    return {threat.key: threat for threat in found}


def scenarios() -> dict[str, Scenario]:
    """Every model that can be run alone with what was published of it, by the name that commands use.

    Example:
        >>> "endotoxin" in scenarios()
        True
    """
    found = (import_module(f"titer.library.scenarios.{file}").SCENARIO for file in _files("scenarios"))
    return {scenario.key: scenario for scenario in found}


@cache
def _folder(folder: str) -> dict[str, Model]:
    return {file: import_module(f"titer.library.{folder}.{file}").MODEL for file in _files(folder)}


def _files(folder: str) -> Iterable[str]:
    return sorted(
        path.stem
        for path in (Path(__file__).parent / folder.replace(".", "/")).glob("*.py")
        if not path.stem.startswith("_")
    )


def _pick(name: str, known: dict[str, Any], kind: str) -> Any:
    if name not in known:
        from titer.dosing.drugs import nearest_drug
        from titer.errors import InputError, nearest

        hint = nearest_drug(name, known) if kind == "drug" else nearest(name, known)
        raise InputError(f"the library has no {kind} '{name}'", hint=hint)
    return known[name]
