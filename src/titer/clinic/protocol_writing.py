"""A protocol as the text of a TOML file, which `titer.clinic.protocol_file` reads back as an equal protocol."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, fields
from itertools import chain
from typing import Any

from titer.clinic.condition_text import describe_condition
from titer.clinic.conditions import AllOf, AnyOf, Compare, Happened
from titer.clinic.protocol import Protocol, Rule, VisitPhase
from titer.clinic.protocol_fields import RULES
from titer.dosing.regimen import Component
from titer.dosing.wording import show_number
from titer.errors import InputError
from titer.model.declare import Source

WIDTH = 100  # characters; longer texts are broken over lines


def write_protocol(protocol: Protocol) -> str:
    """The text of a file that holds a protocol, to keep or to change.

    Raises:
        InputError: a rule of a kind that files do not have.

    Example:
        >>> from titer.library.rules.lenalidomide_us import US
        >>> print(write_protocol(US).splitlines()[1])
        name = "lenalidomide US"
    """
    kinds = [kind for kind, _ in RULES.values()]
    for rule in protocol.rules:
        if type(rule) not in kinds:
            raise InputError(f"rule '{rule.name}' is a {type(rule).__name__}, which no file can hold")
    by_kind = {table: [rule for rule in protocol.rules if type(rule) is kind] for table, (kind, _) in RULES.items()}
    as_read = [rule.name for rule in chain(*by_kind.values())]
    blocks = [_head(protocol, as_read), _block("[calendar]", protocol.calendar)]
    blocks += [_block("[[ladder]]", ladder) for ladder in protocol.ladders]
    blocks += [_block(f"[[{table}]]", rule) for table, rules in by_kind.items() for rule in rules]
    return "\n\n".join(blocks) + "\n"


def _head(protocol: Protocol, as_read: list[str]) -> str:
    lines = ["[protocol]", f"name = {_text(protocol.name)}"]
    lines.append(f"response_every_day = {protocol.response_every_day}")
    names = [rule.name for rule in protocol.rules]
    if names != as_read:
        lines.append(f"order = {_value(names)}")
    if not names:
        lines.append("no_rules = true")
    return "\n".join(lines)


def _block(title: str, declared: Any) -> str:
    """A table with every field that is not at its default; what a rule is about comes before its words."""
    values = {one.name: getattr(declared, one.name) for one in fields(declared) if not _is_default(declared, one)}
    last = ("wording", "source", "note")
    order = ["name"] * isinstance(declared, Rule) + [key for key in values if key not in ("name", *last)]
    order += [key for key in last if key in values]
    return "\n".join([title, *(f"{key} = {_value(values[key], key=key)}" for key in order)])


def _is_default(declared: Any, one: Any) -> bool:
    return one.default is not MISSING and getattr(declared, one.name) == one.default


def _value(value: Any, *, key: str = "") -> str:
    if isinstance(value, Compare | Happened | AllOf | AnyOf):
        return _text(describe_condition(value))
    if isinstance(value, Source) and not value.doi and value.confirmed:
        return _text(value.citation)
    if isinstance(value, Source | Component | VisitPhase):
        given = {
            one.name: getattr(value, one.name)
            for one in fields(value)
            if not _is_default(value, one) or (isinstance(value, Component) and one.name == "unit")
        }
        return "{" + ", ".join(f"{name} = {_value(inner, key='in a line')}" for name, inner in given.items()) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value) if key in ("in a line", "name") else _long_text(value)
    if isinstance(value, Iterable):
        return "[" + ", ".join(_value(one, key="in a line") for one in value) + "]"
    return show_number(value) if isinstance(value, float) else str(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _long_text(text: str) -> str:
    """A text over several lines, each ended by a backslash, which TOML reads as if it were not there."""
    words = text.split(" ")
    if len(text) <= WIDTH or not all(words) or not text.isprintable():
        return _text(text)
    lines, line = [], ""
    for word in (_text(one)[1:-1] for one in words):
        if line and len(line) + len(word) > WIDTH:
            lines.append(line)
            line = ""
        line += f"{word} "
    lines.append(line[:-1])
    return '"""\\\n' + "\\\n".join(lines) + '"""'
