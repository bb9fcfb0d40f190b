"""Regimen text as words, numbers and signs, each with its place, so that an error can point at it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from titer.errors import InputError

LONGEST_TEXT = 4000  # characters; a regimen of one line needs a few hundred
NUMBER = r"\d{1,40}(?:\.\d{1,40})?(?:e[+-]?\d{1,4}(?![a-z\d]))?"
ONE_TO_ONE = str.maketrans({"–": "-", "—": "-", "−": "-", "‑": "-", "×": "x", "µ": "u", "μ": "u", ";": ","})
NUMBER_WORDS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7"}
END = "end"


@dataclass(frozen=True)
class Token:
    """A piece of the text: kind is "number", "word", "sign" or "end"; `raw` keeps the user's capitals."""

    kind: str
    text: str
    raw: str
    begin: int
    end: int

    def number(self) -> Decimal:
        return Decimal(self.text)

    @property
    def whole(self) -> int | None:
        """The integer it is, or None."""
        return int(self.text) if self.kind == "number" and self.text.isdigit() else None


def tokenize(text: str, names: Iterable[str] = ()) -> list[Token]:
    """Split a text; the last token is the end.

    Args:
        text: any text; capitals do not matter, typographic dashes, "×" and "µ" are read as "-", "x" and "u".
        names: names that may hold digits or signs ("il-2") and must stay whole.

    Raises:
        InputError: not a text, or one too long to be a regimen.

    Example:
        >>> [token.text for token in tokenize("d1–21/28")]
        ['d', '1', '-', '21', '/', '28', '']
    """
    if not isinstance(text, str):
        raise InputError(f"a regimen is a text, not {type(text).__name__}")
    if len(text) > LONGEST_TEXT:
        raise InputError(f"the regimen has {len(text)} characters", right=f"at most {LONGEST_TEXT}")
    plain = "".join(_lower(letter) for letter in text.translate(ONE_TO_ONE))
    odd = frozenset(name.lower() for name in names if not re.fullmatch(r"[a-z_]+", name.lower()))
    tokens = [_token(match, text) for match in _pattern(odd).finditer(plain)]
    return [*tokens, Token(END, "", "", len(text), len(text))]


def point_at(text: str, token: Token, what: str, *, right: str = "", hint: str = "") -> InputError:
    """An error that shows the text with a line of carets under the token."""
    line = re.sub(r"\s", " ", text)
    carets = " " * token.begin + "^" * max(token.end - token.begin, 1)
    place = "the end" if token.kind == END else f"'{token.raw}', character {token.begin + 1}"
    return InputError(what, where=f"{place}\n  {line}\n  {carets} here", right=right, hint=hint)


def _lower(letter: str) -> str:
    """Lower case only where it stays one character, so that places in the text are kept."""
    small = letter.lower()
    return small if len(small) == 1 else letter


def _token(match: re.Match[str], text: str) -> Token:
    kind, piece = match.lastgroup or "sign", match.group()
    if kind == "word" and piece in NUMBER_WORDS:
        kind, piece = "number", NUMBER_WORDS[piece]
    return Token(kind, piece, text[match.start() : match.end()], match.start(), match.end())


@lru_cache(maxsize=64)
def _pattern(odd: frozenset[str]) -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(odd, key=lambda name: (-len(name), name)))
    word = (rf"(?:{names})(?![a-z\d])|" if names else "") + r"[^\W\d]+"
    return re.compile(rf"(?P<word>{word})|(?P<number>{NUMBER})|(?P<sign>\S)")
