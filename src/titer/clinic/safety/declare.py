"""The words safety rules are declared with. A rule is data; `titer.library.labels` holds them, one file per subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from titer.clinic.safety.conditions import Condition, Gives, Lists, leaves
from titer.clinic.safety.vocabulary import Vocabulary
from titer.errors import ModelError
from titer.source import Source

Severity = Literal["block", "require", "warn", "inform"]
Authority = Literal["US", "EU"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
AUTHORITIES: tuple[Authority, ...] = get_args(Authority)


@dataclass(frozen=True)
class SafetyRule:
    """One thing that a label, a programme or a score asks for, of one patient under one regimen.

    Args:
        key: unique name, lower case with underscores; what the rule protects.
        about: the drug or group of drugs in the regimen that the rule is about; several: any of them.
        severity: `block` the patient may not have it as written; `require` something must be done; `warn` something
            must be watched or weighed; `inform` for everybody.
        when: the rule finds something where this is true. Where it is not known, that is a finding of its own.
        finding: what is wrong, in one sentence.
        advice: what to do.
        source: where the rule stands, with the place in it; `confirmed=False` where it is quoted from memory.
        authority: whose rule it is.
        limit: the limit in words with its unit, shown beside the value seen.
        topic: joins the versions of one rule in the United States and the European Union, so that a conflict between
            them is named; "" for a rule that stands alone.
        elsewhere: what the other authority says where it has no rule on the topic.
        indications: diseases the rule is for; none: all.
        note: how unclear words were read.
    """

    key: str
    about: tuple[str, ...]
    severity: Severity
    when: Condition
    finding: str
    advice: str
    source: Source
    authority: tuple[Authority, ...] = AUTHORITIES
    limit: str = ""
    topic: str = ""
    elsewhere: str = ""
    indications: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ModelError(f"rule '{self.key}' has severity '{self.severity}'", right=", ".join(SEVERITIES))
        if not self.authority or not set(self.authority) <= set(AUTHORITIES):
            raise ModelError(f"rule '{self.key}' has authority {self.authority}", right="US, EU or both")
        if not self.about:
            raise ModelError(f"rule '{self.key}' is about no drug", right="a drug or a group of drugs")


class Rulebook:
    """Rules with the words they use.

    Args:
        rules: each key once.
        vocabulary: groups of medicines (also those of regimens), conditions and allergies.
        covers: drug → the indications that its rules were written for; a drug that is absent here: all.

    Raises:
        ModelError: two rules with one key.
    """

    def __init__(
        self, rules: Iterable[SafetyRule], vocabulary: Vocabulary, covers: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.rules = tuple(rules)
        self.vocabulary = vocabulary
        self.covers = dict(covers or {})
        twice = [key for key, count in Counter(rule.key for rule in self.rules).items() if count > 1]
        if twice:
            raise ModelError(f"two safety rules are called '{twice[0]}'", right="each key once")

    def unknown_groups(self) -> dict[str, str]:
        """Rule → a group of words that it asks for and that no term belongs to; such a rule could never find anything.

        The tests of the library ask; it is not asked on each run.
        """
        found = {}
        for rule in self.rules:
            asked = [("medications", group) for group in rule.about]
            for leaf in leaves(rule.when):
                if isinstance(leaf, Lists | Gives):
                    asked.append((leaf.fact if isinstance(leaf, Lists) else "medications", leaf.group))
            for field, group in asked:
                if not self.vocabulary.knows_group(field, group):
                    found[rule.key] = group
        return found

    def for_regimen(self, drugs: Iterable[str], indication: str, authorities: Iterable[str]) -> tuple[SafetyRule, ...]:
        """The rules that apply to these drugs and this indication, by these authorities."""
        given, wanted = {drug.lower() for drug in drugs}, set(authorities)
        return tuple(
            rule
            for rule in self.rules
            if wanted & set(rule.authority)
            and (not rule.indications or indication in rule.indications)
            and any(given & self.vocabulary.words("medications", group) for group in rule.about)
        )
