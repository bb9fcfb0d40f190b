"""Rules that a comparison did without, because nothing in it knows what they ask for."""

from __future__ import annotations

from collections.abc import Mapping

from titer.clinic.bodies import rules_not_evaluated
from titer.decisions.arm import facts_of
from titer.decisions.compare import Comparison


def unevaluated_rules(comparison: Comparison) -> dict[str, dict[str, str]]:
    """Regimen → rule → what of it the comparison does not know, or cannot do.

    Such a rule may still act by the rest of its condition.

    Example:
        >>> from titer.decisions.compare import compare_regimens
        >>> found = unevaluated_rules(compare_regimens(["lenalidomide 25 mg daily"], n=1, cycles=1))
        >>> found["lenalidomide 25 mg daily"]["allergy"]
        'not known in this run: allergy'
    """
    setting, one = comparison.setting, comparison.people(1)
    parameters, facts = setting.parameters(one), facts_of(one)
    return {
        regimen.text: rules_not_evaluated(setting.kernel, parameters, regimen, setting.plan, facts=facts)
        for regimen in setting.regimens
    }


def unevaluated_sentence(rules: Mapping[str, Mapping[str, str]]) -> str:
    """One sentence about the rules of all regimens; empty where there is none.

    Example:
        >>> unevaluated_sentence({"a": {"allergy": "not known in this run: allergy"}, "b": {}})
        'Rules that this run did without, or in part: allergy (not known in this run: allergy)'
    """
    told = {rule: why for of_regimen in rules.values() for rule, why in of_regimen.items()}
    if not told:
        return ""
    return "Rules that this run did without, or in part: " + "; ".join(f"{rule} ({why})" for rule, why in told.items())
