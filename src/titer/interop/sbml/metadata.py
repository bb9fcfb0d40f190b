"""What a number is and where it comes from: as notes for people, as annotations for the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any
from xml.etree.ElementTree import Element

from titer.errors import InputError, ModelError
from titer.interop.sbml.elements import CORE, TITER, XHTML, element
from titer.model import Covariate, Dosing, Model, Output, Parameter, Population, Signal, Source, State, System
from titer.model.declare import Equations

WORDS = ("reads", "provides", "modulates")  # fields of a model that are lists of words
FOR_OTHERS = "libRoadRunner, COPASI or Tellurium for a file of others"
ROLES = ("parameter", "state", "output", "signal", "part")


def notes(lines: Iterable[str]) -> list[Element]:
    """A `notes` element, one paragraph a line, where there is a line; a text of several lines keeps them."""
    inside = [element("pre" if "\n" in line else "p", text=line) for line in lines if line]
    return [element("notes", {}, element("body", {"xmlns": XHTML}, *inside))] if inside else []


def annotation(role: str, attributes: Mapping[str, Any] | None = None, *inside: Element) -> Element:
    """An `annotation` with one element of ours."""
    return element("annotation", {}, _own(role, attributes or {}, *inside))


def _own(tag: str, attributes: Mapping[str, Any], *inside: Element) -> Element:
    return element(f"titer:{tag}", {name: _text(value) for name, value in attributes.items()}, *inside)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(float(value)) if isinstance(value, float) else str(value)


# ---- one parameter


def parameter_texts(model: Model, parameter: Parameter) -> list[Element]:
    """Notes and annotation of a number."""
    spread = f"Differs between people: {_spread(parameter)}." if parameter.varies else ""
    lines = [_sentence(parameter.meaning), f"Status: {parameter.status}. {_place(model, parameter.at)}", spread]
    left_out = ("name", "value", "unit", "structural")  # attributes of the element have these, or nobody needs them
    return [*notes([*lines, _sentence(parameter.note)]), annotation("parameter", _declared(parameter, left_out))]


def _spread(parameter: Parameter) -> str:
    if parameter.sd:
        return f"standard deviation {parameter.sd:g} {parameter.unit}".strip()
    return f"log-normal, standard deviation of the logarithm {parameter.log_sd:.3g}"


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}." if text else ""


def _place(model: Model, at: str) -> str:
    key, _, place = at.partition(":")
    if key not in model.sources:
        return _sentence(at)
    source = model.sources[key]
    told = f"{source.citation}, doi:{source.doi}" if source.doi else source.citation
    return _sentence(f"{told}:{place}" if place else told) + ("" if source.confirmed else " Quoted from memory.")


# ---- the whole system


def system_texts(system: System) -> list[Element]:
    """Notes and annotation of the model element: what it was assembled from."""
    about = ["Written by Titer. Time is in days. Every parameter's notes say where its number comes from."]
    for model in system.models:
        about += [_sentence(f"{model.key}: {model.title} ({model.name})"), model.doc]
    signals = [_own("signal", _declared(signal)) for signal in system.signals.values()]
    return [*notes(about), annotation("system", {}, *map(_model, system.models), *signals)]


def _declared(item: Any, left_out: Iterable[str] = ()) -> dict[str, Any]:
    """Fields that say more than their default."""
    told = {f.name: (getattr(item, f.name), f.default) for f in fields(item) if f.name not in left_out}
    return {name: value for name, (value, default) in told.items() if value != default}


def _model(model: Model) -> Element:
    words = {name: " ".join(getattr(model, name)) for name in WORDS}
    attributes = {"key": model.key, "name": model.name, "title": model.title, "time": model.time, **words}
    return _own(
        "model",
        attributes,
        element("titer:doc", text=model.doc),
        _own("population", _declared(model.population)),
        *(_own("source", {"key": key, **_declared(source)}) for key, source in model.sources.items()),
        *(_own("number", _declared(one)) for one in model.parameters if one.structural),
        *(_own("covariate", _declared(one)) for one in model.covariates),
        *(_own("dosing", _declared(one)) for one in model.doses),
    )


# ---- the way back


def own_annotation(holder: Element, where: str) -> Element:
    """Our element in the annotation of an SBML element.

    Raises:
        InputError: there is none, so that nothing says what the element is.
    """
    ours = [one for one in holder.findall(f"{{{CORE}}}annotation/*") if one.tag.startswith(f"{{{TITER}}}")]
    if len(ours) != 1:
        raise InputError(
            "no annotation of Titer says what it is",
            where=where,
            right="a file that Titer wrote (docs/sbml.md)",
            hint=FOR_OTHERS,
        )
    return ours[0]


def role_of(own: Element) -> str:
    return own.tag.rpartition("}")[2]


def declared(kind: type, own: Element, where: str, **given: Any) -> Any:
    """An object of `titer.model` from the attributes of one of our elements.

    Raises:
        InputError: an attribute that is missing, unknown, or not the number that it should be.
    """
    types = {f.name: str(f.type) for f in fields(kind)}
    values: dict[str, Any] = {}
    for name, text in own.attrib.items():
        if name not in types or name in given:
            raise InputError(f"attribute '{name[:40]}' of <titer:{role_of(own)}>", where=where, right="none such")
        values[name] = _value(name, text, types[name], where)
    try:
        return kind(**values, **given)
    except TypeError:
        raise InputError(f"<titer:{role_of(own)}> lacks an attribute", where=where, right=", ".join(types)) from None


def _value(name: str, text: str, kind: str, where: str) -> Any:
    """What `_text` wrote of a field, by the field's type as it is annotated."""
    if kind == "bool":
        if text not in ("yes", "no"):
            raise InputError(f"{name} is '{text[:40]}'", where=where, right="yes or no")
        return text == "yes"
    try:
        if kind.startswith("float"):
            return finite(text)
        return int(text) if kind.startswith("int") else text
    except ValueError:
        raise InputError(f"{name} is '{text[:40]}'", where=where, right="a finite number") from None


def finite(text: str) -> float:
    """The number that a text is.

    Raises:
        ValueError: no number, or none that is finite.
    """
    value = float(text)
    if value != value or abs(value) == float("inf"):
        raise ValueError(text)
    return value


class Members:
    """The models of a file: what the model element says of them, and what its parameters add."""

    def __init__(self, own: Element, where: str) -> None:
        self.where = where
        members = [one for one in own if role_of(one) == "model"]
        self.elements = {one.get("key", ""): one for one in members}
        if len(self.elements) != len(members):
            raise InputError("two models have the same key", where=where, right="each model once")
        signals = (declared(Signal, one, where) for one in own if role_of(one) == "signal")
        self.signals = {signal.name: signal for signal in signals}
        self.states: dict[str, list[State]] = {key: [] for key in self.elements}
        self.parameters: dict[str, list[Parameter]] = {key: [] for key in self.elements}
        self.outputs: dict[str, list[Output]] = {key: [] for key in self.elements}

    def split(self, flat: str, where: str) -> tuple[str, str]:
        """Key and own name of a flat name.

        Raises:
            InputError: no model of that key.
        """
        key, _, name = flat.partition(".")
        if key not in self.elements or not name:
            raise InputError(f"'{flat[:80]}' belongs to no model of the file", where=where)
        return key, name

    def models(self) -> tuple[Model, ...]:
        """Each model with what was found of it. They are joined already, and cannot be joined again."""
        return tuple(self._model(key, element) for key, element in self.elements.items())

    def _model(self, key: str, own: Element) -> Model:
        where = f"{self.where}, model '{key[:40]}'"
        parts: dict[str, list[Element]] = {}
        for one in own:
            parts.setdefault(role_of(one), []).append(one)
        words: dict[str, Any] = {name: tuple(own.get(name, "").split()) for name in WORDS}
        population = parts.get("population", [])
        time = own.get("time", "day")
        if len(population) != 1 or time not in ("day", "h"):
            raise InputError("it lacks its population, or its time is neither day nor h", where=where)
        return Model(
            key=key,
            name=own.get("name", key),
            title=own.get("title", ""),
            doc="".join(doc.text or "" for doc in parts.get("doc", [])),
            time=time,  # type: ignore[arg-type]  # one of the two, as looked at above
            sources={one.attrib.pop("key", ""): declared(Source, one, where) for one in parts.get("source", [])},
            population=declared(Population, population[0], where),
            states=tuple(self.states[key]),
            parameters=(*self.parameters[key], *(declared(Parameter, one, where) for one in parts.get("number", []))),
            equations=_joined_already,
            covariates=tuple(declared(Covariate, one, where) for one in parts.get("covariate", [])),
            outputs=tuple(self.outputs[key]),
            doses=tuple(declared(Dosing, one, where) for one in parts.get("dosing", [])),
            **words,
        )


def _joined_already(t: Any, x: Any, p: Any, s: Any) -> Equations:
    raise ModelError(
        "a model that was read from SBML cannot be assembled again: its equations hold those of its neighbours",
        right="the system as read, or the library's own models",
    )
