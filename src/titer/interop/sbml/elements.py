"""Elements of a document, and its text; escaping is ElementTree's. Tags carry their prefix, which the root declares."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

CORE = "http://www.sbml.org/sbml/level3/version2/core"
MATHML = "http://www.w3.org/1998/Math/MathML"
XHTML = "http://www.w3.org/1999/xhtml"
TITER = "urn:x-titer:sbml:1"


def element(
    tag: str, attributes: Mapping[str, str] | None = None, *inside: Element, text: str | None = None
) -> Element:
    """An element with what lies inside it."""
    made = Element(tag, dict(attributes or {}))
    made.extend(inside)
    made.text = text
    return made


def to_text(root: Element) -> str:
    """The document, one line for each quantity, unit, rule and event."""
    for holder in (root, *root, *root.findall("model/*")):
        if holder.tag in ("sbml", "model") or holder.tag.startswith("listOf"):
            holder.text = "\n"
            for one in holder:
                one.tail = "\n"
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
