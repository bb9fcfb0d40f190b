"""What a file from elsewhere must not do: be huge, declare entities, lie in other alphabets, nest without end."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from titer.errors import InputError

LARGEST = 32_000_000  # bytes; the largest system of the library takes about one
MOST_ELEMENTS = 1_000_000
DEEPEST = 100  # elements inside each other, of which the library needs 25; reading an equation goes down by recursion
_ENCODING = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")


def read_text(path: str | Path) -> str:
    """The text of a file.

    Raises:
        InputError: it cannot be read, is too large, or is not in UTF-8.
    """
    where = str(path)
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise InputError("the file cannot be read: a folder, a pipe or a device", where=where, right="a file")
        with Path(path).open("rb") as opened:  # as many bytes as are let through, whatever the file says of its size
            content = opened.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise InputError("the file is too large", where=where, right=f"at most {LARGEST // 1_000_000} MB")
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("the file is no text in UTF-8", where=where) from None
    except (OSError, ValueError) as error:  # ValueError: a path with a zero character
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"the file cannot be read: {reason}", where=where) from None
    named = _ENCODING.match(text.lstrip()[:200])
    if named and named.group(1).lower() not in ("utf-8", "us-ascii"):
        raise InputError(f"the file says it is in '{named.group(1)[:40]}'", where=where, right="UTF-8")
    return text


def parse(text: str, where: str) -> ElementTree.Element:
    """The elements of a text.

    Raises:
        InputError: no XML, a document type (it could declare entities), or more than the limits above.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InputError(
            "it declares a document type or entities", where=where, right="plain SBML, which needs neither"
        )
    parser = ElementTree.XMLParser(target=_Bounded(where))
    try:
        for start in range(0, len(text), 1 << 16):  # in pieces, so that a refusal ends the reading
            parser.feed(text[start : start + (1 << 16)])
        return parser.close()
    except ElementTree.ParseError as error:
        raise InputError(f"it is no XML: {error}", where=where) from None


class _Bounded(ElementTree.TreeBuilder):
    def __init__(self, where: str) -> None:
        super().__init__()
        self.where, self.depth, self.count = where, 0, 0

    def start(self, tag: Any, attrs: Any) -> ElementTree.Element:
        self.depth, self.count = self.depth + 1, self.count + 1
        if self.depth > DEEPEST or self.count > MOST_ELEMENTS:
            raise InputError(
                f"it nests {self.depth} elements deep, and holds {self.count} so far",
                where=self.where,
                right=f"at most {DEEPEST} deep and {MOST_ELEMENTS:,} in all",
            )
        return super().start(tag, attrs)

    def end(self, tag: str) -> ElementTree.Element:
        self.depth -= 1
        return super().end(tag)
