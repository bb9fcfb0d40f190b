"""Words that a patient's file may hold in its free lists, and the groups that rules ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from titer.source import Source

CLOSE = 0.8  # share of letters; lenalidomide against thalidomide is 0.78, and one drug must not be proposed for another


@dataclass(frozen=True)
class Term:
    """A medicine, a condition or an allergy as it is understood.

    Args:
        name: generic name, lower case.
        groups: what rules ask for ("strong_cyp1a2_inhibitor").
        source: why it is in these groups.
        also: other spellings and trade names.
    """

    name: str
    groups: tuple[str, ...] = ()
    source: Source | None = None
    also: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.name, *self.also)


class Vocabulary:
    """The understood words of each free list.

    Args:
        terms: list fact ("medications", "conditions", "allergies", "drugs") → its terms.

    Example:
        >>> words = Vocabulary({"medications": [Term("fluvoxamine", ("strong_cyp1a2_inhibitor",))]})
        >>> sorted(words.words("medications", "strong_cyp1a2_inhibitor")), words.nearest("medications", "Fluvoxamin")
        (['fluvoxamine'], 'fluvoxamine')
    """

    def __init__(self, terms: Mapping[str, Iterable[Term]]) -> None:
        self._terms: dict[str, dict[str, Term]] = {}
        self._nearest: dict[tuple[str, str], str] = {}
        self._groups: dict[str, dict[str, set[str]]] = {}
        for field, members in terms.items():
            by_word, groups = self._terms.setdefault(field, {}), self._groups.setdefault(field, {})
            for term in members:
                for spelling in term.spellings:
                    by_word[spelling] = term
                for group in (term.name, *term.groups):
                    groups.setdefault(group, set()).update(term.spellings)

    def words(self, field: str, group: str) -> frozenset[str]:
        """All words of a group, which may be one name; a group that nobody declared is its own only word."""
        return frozenset(self._groups.get(field, {}).get(group, {group}))

    def spellings(self, field: str) -> dict[str, str]:
        """Every understood word of a list → the name of its term."""
        return {word: term.name for word, term in self._terms.get(field, {}).items()}

    def knows_group(self, field: str, group: str) -> bool:
        """Whether some term belongs to the group."""
        return group in self._groups.get(field, {})

    def understands(self, field: str, word: str) -> Term | None:
        """The term that a word of a patient's file means, in capitals or not."""
        return self._terms.get(field, {}).get(" ".join(word.lower().split()))

    def nearest(self, field: str, word: str) -> str:
        """The known word that this is a slip of the pen of; "" where none is near."""
        if (field, word) not in self._nearest:
            close = get_close_matches(word.lower(), self._terms.get(field, {}), n=1, cutoff=CLOSE)
            self._nearest[field, word] = close[0] if close else ""
        return self._nearest[field, word]
