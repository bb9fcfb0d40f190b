"""Study files: TOML in, a `Study` out. Every refusal says file, table and key, and names the nearest known key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from titer.errors import InputError, nearest
from titer.trials.study import LONGEST_MONTH, Crossover, Randomisation, Study

LARGEST_FILE = 1_000_000  # bytes
Place = tuple[str | int, ...]
# What would be right, by Pydantic's kind of error; {…} are entries of its context.
RIGHT = {
    "int_type": "a whole number, without quotes",
    "int_from_float": "a whole number",
    "float_type": "a number, without quotes",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "a text in quotes",
    "string_too_short": "a text that is not empty",
    "string_too_long": "at most {max_length} characters",
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "literal_error": "{expected}",
    "tuple_type": "a list in [ ]; of tables, one [[…]] for each",
    "list_type": "a list in [ ]",
    "dict_type": "a table of keys and values",
    "model_type": "a table of keys and values",
    "too_long": "at most {max_length} entries",
    "too_short": "at least {min_length} of them",
    "union_tag_not_found": '"stop", "follow" or {{ crossover = "…" }}',
}


def read_study(path: str | Path) -> Study:
    """The study that a TOML file describes.

    Only its shape is checked here; `titer.trials.design.design_of` reads regimens, protocols and conditions.

    Args:
        path: of the file, UTF-8.

    Raises:
        InputError: the file is missing, too large, no TOML, or says something that a study cannot have.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "study.toml"
        ...     written = path.write_text(example_study(), encoding="utf-8")
        ...     read_study(path).arm_names
        ('dexamethasone', 'lenalidomide + dexamethasone')
    """
    file = Path(path)
    return parse_study(_text_of(file), name=file.name)


def parse_study(text: str, *, name: str = "study.toml") -> Study:
    """The study that a TOML text describes.

    Args:
        text: TOML.
        name: of the file, for errors.

    Raises:
        InputError: as `read_study`.

    Example:
        >>> arm = '[[arms]]\\nname = "a"\\nregimen = "lenalidomide 25 mg daily"'
        >>> parse_study(f'name = "s"\\npatients = 20\\n{arm}').seed
        1
    """
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:  # ValueError: a number of too many digits
        raise InputError(
            f"the file is not TOML: {str(error) or type(error).__name__}", where=name, hint="titer trial --example"
        ) from None
    try:
        study = Study.model_validate(told)
    except ValidationError as error:
        raise _first_error(error, name) from None
    except RecursionError:
        raise InputError("tables lie too deep inside each other", where=name, hint="titer trial --example") from None
    _check_names(study, name)
    _check_randomisation(study, name)
    _check_times(study, name)
    _check_analysis(study, name)
    return study


def example_study() -> str:
    """A commented study file that works; `titer trial --example` prints it.

    Example:
        >>> parse_study(example_study()).patients
        300
    """
    return files("titer.trials").joinpath("example.toml").read_text(encoding="utf-8")


def _text_of(file: Path) -> str:
    if not file.exists():
        raise InputError(f"there is no file '{file}'", hint="titer trial --example > study.toml")
    if not file.is_file():
        raise InputError(f"'{file}' is not a file", right="a study file in TOML", hint="titer trial --example")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"'{file}' cannot be read: {error.strerror or error}") from None
    if len(content) > LARGEST_FILE:
        raise InputError(f"'{file}' has {len(content):,} bytes", right=f"at most {LARGEST_FILE:,}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"'{file}' is not UTF-8 text (byte {error.start + 1})", hint="save it as UTF-8, without formatting"
        ) from None


def _first_error(error: ValidationError, name: str) -> InputError:
    """The most telling of the errors: a misspelt key comes before the key that is missing for it."""
    found = error.errors(include_url=False)
    deep = [one for one in found if not any(_inside(other["loc"], one["loc"]) for other in found)]
    rank = {"extra_forbidden": 0, "missing": 2}
    return _as_input_error(min(deep, key=lambda one: rank.get(one["type"], 1)), name)


def _inside(place: Place, outer: Place) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def _as_input_error(one: Any, name: str) -> InputError:
    place = tuple(part for part in one["loc"] if part not in ("word", "table", "[key]"))
    kind, context = one["type"], one.get("ctx", {})
    table, key = place[:-1], str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        known = _keys_of(table)
        return InputError(f"the key '{key}' is not known", where=_where(name, table), hint=nearest(key, known))
    if kind == "missing":
        return InputError(f"the key '{key}' is missing", where=_where(name, table), hint=_line_for(key))
    if kind == "value_error":
        return InputError(str(context["error"]), where=_where(name, place))
    right = RIGHT[kind].format(**context) if kind in RIGHT else one["msg"]
    if place and isinstance(place[-1], int):
        what, table, key = f"entry {place[-1] + 1} of '{place[-2]}'", place[:-2], str(place[-2])
    else:
        what = f"'{key}'"
    return InputError(f"{what} is {_shown(one['input'])}", where=_where(name, table, key), right=right)


def _shown(value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _line_for(key: str) -> str:
    lines = {
        "name": 'name = "…"',
        "patients": "patients = 300",
        "arms": "a table [[arms]] with name and regimen for each arm; titer trial --example",
        "regimen": 'regimen = "lenalidomide 25 mg days 1-21 of 28"',
        "crossover": '{ crossover = "name of an arm" }',
    }
    return lines.get(key, "titer trial --example")


def _where(name: str, table: Place, key: str = "") -> str:
    """File, table and key, in the words of TOML."""
    parts = [name]
    if table and table[0] in ("arms", "published"):
        number = next((part + 1 for part in table[1:] if isinstance(part, int)), None)
        parts.append(f"tables [[{table[0]}]]" if number is None else f"table [[{table[0]}]] number {number}")
        table = tuple(part for part in table[1:] if not isinstance(part, int))
        parts += [f"'{part}'" for part in table]
    elif table:
        parts.append("table [" + ".".join(str(part) for part in table) + "]")
    else:
        parts.append("top of the file")
    return ", ".join([*parts, f"key '{key}'"] if key else parts)


def _keys_of(table: Place) -> list[str]:
    """Keys that a table may have."""
    kind: Any = Study
    for part in table:
        if isinstance(part, int):
            continue
        fields = {field.alias or key: field for key, field in kind.model_fields.items()}
        kind = next(_tables_in(fields[str(part)].annotation), Study)
    return [field.alias or key for key, field in kind.model_fields.items()]


def _tables_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not None or isinstance(annotation, UnionType | type(Union)):
        for part in get_args(annotation):
            yield from _tables_in(part)


def _check_names(study: Study, name: str) -> None:
    names = study.arm_names
    twice = next((one for i, one in enumerate(names) if one in names[:i]), None)
    if twice is not None:
        raise InputError(f"two arms are called '{twice}'", where=f"{name}, tables [[arms]]", right="each name once")
    if study.analysis.reference and study.analysis.reference not in names:
        told = study.analysis.reference
        where = _where(name, ("analysis",), "reference")
        raise InputError(f"there is no arm '{told}'", where=where, hint=nearest(told, names))
    for left in study.dropout.arms:
        if left not in names:
            where = _where(name, ("dropout", "arms"))
            raise InputError(f"there is no arm '{left}'", where=where, hint=nearest(left, names))
    for number, row in enumerate(study.published):
        if row.arm not in names:
            where = _where(name, ("published", number), "arm")
            raise InputError(f"there is no arm '{row.arm}'", where=where, hint=nearest(row.arm, names))
    for number, arm in enumerate(study.arms):
        after = arm.at_progression
        if isinstance(after, Crossover) and after.crossover == arm.name:
            where = _where(name, ("arms", number), "at_progression")
            raise InputError(f"the arm '{arm.name}' crosses over to itself", where=where, right="another arm")


def _check_randomisation(study: Study, name: str) -> None:
    asked, n = study.randomisation, len(study.arms)
    if asked.ratio and len(asked.ratio) != n:
        where = _where(name, ("randomisation",), "ratio")
        raise InputError(f"the ratio has {len(asked.ratio)} numbers for {n} arms", where=where, right=f"{n} numbers")
    in_round = sum(asked.ratio) if asked.ratio else n
    for size in asked.blocks or ():
        if size % in_round:
            raise InputError(
                f"a block of {size} patients cannot hold the ratio",
                where=_where(name, ("randomisation",), "blocks"),
                right=f"multiples of {in_round}: {in_round}, {2 * in_round}, {3 * in_round}, …",
            )
    if asked.strata and asked.blocks == ():
        raise InputError(
            "strata without blocks balance nothing",
            where=_where(name, ("randomisation",)),
            right="block sizes, or no strata",
        )
    twice = next((text for i, text in enumerate(asked.strata) if text in asked.strata[:i]), None)
    if twice is not None:
        where = _where(name, ("randomisation",), "strata")
        raise InputError(f"'{twice}' is a stratum twice", where=where, right="each once")
    if study.patients < n:
        raise InputError(f"{study.patients} patients for {n} arms", where=name, right="at least one for each arm")


def _check_times(study: Study, name: str) -> None:
    """Months of accrual that anybody can wait for, events that the patients can have."""
    events, rate = study.analysis.cut_events, study.accrual.rate_per_month
    if events is not None and events > study.patients:
        raise InputError(
            f"the data cut waits for {events} events of {study.patients} patients",
            where=_where(name, ("analysis",), "cut_events"),
            right=f"at most {study.patients}",
        )
    if rate is not None and study.patients / rate > LONGEST_MONTH:
        raise InputError(
            f"at {rate:g} patients a month, {study.patients:,} patients take {study.patients / rate:,.0f} months",
            where=_where(name, ("accrual",), "rate_per_month"),
            right=f"at most {LONGEST_MONTH} months",
        )


def _check_analysis(study: Study, name: str) -> None:
    """What the arms must be like for the analysis that is asked."""
    stopped = [arm.name for arm in study.arms if arm.at_progression == "stop"]
    if study.analysis.primary == "os" and stopped:
        raise InputError(
            f"survival is the primary endpoint, and nobody of the arm '{stopped[0]}' is observed after progression",
            where=_where(name, ("arms", study.arm_names.index(stopped[0])), "at_progression"),
            right='"follow" or a crossover',
        )
    if study.analysis.looks and len(study.arms) == 1:
        raise InputError(
            "interim looks compare arms, and there is one", where=_where(name, ("analysis",), "looks"), right="no looks"
        )
    if study.randomisation != Randomisation() and len(study.arms) == 1:
        raise InputError(
            "one arm needs no randomisation", where=_where(name, ("randomisation",)), right="two arms or more"
        )


def plain(study: Study) -> Mapping[str, Any]:
    """The study as plain JSON, with every default written out.

    Example:
        >>> plain(parse_study(example_study()))["analysis"]["primary"]
        'pfs'
    """
    return study.model_dump(mode="json", by_alias=True)
