"""Writes the tables of docs/safety.md from the rules and the patient record; `--check` only compares."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from titer.library.labels import safety_rules
from titer.show.safety import facts_table, rules_table

PAGE = Path(__file__).parent / "safety.md"


def with_tables(text: str) -> str:
    """The page with both tables as the package has them now."""
    for name, table in (("rules", rules_table(safety_rules().values())), ("facts", facts_table())):
        block = f"<!-- {name} -->\n\n{table}\n\n<!-- end of {name} -->"
        text = re.sub(rf"<!-- {name} -->.*?<!-- end of {name} -->", lambda _, block=block: block, text, flags=re.S)
    return text


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        sys.exit(page != with_tables(page))
    PAGE.write_text(with_tables(page), encoding="utf-8")
    print(f"{len(safety_rules())} rules")
