"""Writes the tables of docs/fhir.md from the code tables; `--check` only compares."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from titer.interop.fhir.codes import (
    NONE_KNOWN,
    QUANTITIES,
    QUESTIONS,
    RACES,
    SEEN,
    SYSTEMS,
    Meaning,
    medicine_table,
    read_lines,
)
from titer.interop.fhir.conditions import CONDITIONS, PROCEDURES

PAGE = Path(__file__).parent / "fhir.md"


def code_text(line: tuple[str, str, str, str]) -> str:
    """A code with its system and the list it was seen in; `?` for one from memory."""
    system, code, seen, _ = line
    mark = " ?" if seen == "-" else ""
    return f"{SYSTEMS[system][0]} `{code}`{mark}"


def codes_text(lines: list[tuple[str, str, str, str]]) -> str:
    return ", ".join(code_text(line) for line in lines)


def rows_text(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    cells = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in cells)


def facts_text(meaning: Meaning) -> str:
    facts = ", ".join(f"`{name}` {value}" for name, value in meaning.facts.items())
    return facts or "none"


def numbers() -> str:
    rows = [
        (
            one.says,
            f"`{one.fact}`" if one.fact else "none",
            codes_text(read_lines(one.codes)),
            ", ".join(f"`{unit}`" for unit in one.units),
            one.note,
        )
        for one in QUANTITIES
    ]
    return rows_text(("number", "field", "codes", "units", "remark"), rows)


def answers() -> str:
    rows = []
    for one in QUESTIONS:
        for meant, value in one.values.items():
            lines = [line for line in read_lines(one.answers) if line[3] == meant]
            if lines:
                field = f"`{one.fact}` {'not known' if value is None else value}"
                rows.append((one.says, codes_text(read_lines(one.codes)), field, codes_text(lines)))
    return rows_text(("question", "codes", "field", "answers"), rows)


def meanings(groups: tuple[tuple[Meaning, str], ...]) -> str:
    rows = [(one.says, facts_text(one), one.holds, codes_text(read_lines(lines)), one.note) for one, lines in groups]
    return rows_text(("what", "fields", "counts", "codes", "left open"), rows)


def medicines() -> str:
    named: dict[str, list[tuple[str, str, str, str]]] = {}
    for code in medicine_table().values():
        named.setdefault(code.meaning.says, []).append((code.system, code.code, code.seen, code.display))
    return rows_text(("medicine", "codes"), [(name, codes_text(lines)) for name, lines in named.items()])


def others() -> str:
    rows = [
        (f"race: {meant}", code_text((system, code, seen, meant))) for system, code, seen, meant in read_lines(RACES)
    ]
    for system, code, seen, meant in read_lines(NONE_KNOWN):
        words = "nothing is known" if meant == "unknown" else f"no {meant}"
        rows.append((words, code_text((system, code, seen, meant))))
    return rows_text(("what", "code"), rows)


def systems() -> str:
    return rows_text(
        ("system", "addresses"), [(name, ", ".join(f"`{url}`" for url in urls)) for name, urls in SYSTEMS.values()]
    )


def sources() -> str:
    lines = [*read_lines(RACES), *read_lines(NONE_KNOWN)]
    for text in [*(one[1] for one in (*CONDITIONS, *PROCEDURES)), *(one.codes for one in (*QUANTITIES, *QUESTIONS))]:
        lines += read_lines(text)
    lines += [line for one in QUESTIONS for line in read_lines(one.answers)]
    lines += [(one.system, one.code, one.seen, one.display) for one in medicine_table().values()]
    counts = {key: sum(seen == key for _, _, seen, _ in lines) for key in SEEN}
    return rows_text(("read in", "codes"), [(SEEN[key], str(n)) for key, n in counts.items() if n])


TABLES = {
    "numbers": numbers,
    "answers": answers,
    "conditions": lambda: meanings(CONDITIONS),
    "procedures": lambda: meanings(PROCEDURES),
    "medicines": medicines,
    "others": others,
    "systems": systems,
    "sources": sources,
}


def with_tables(text: str) -> str:
    """The page with every table as the package has it now."""
    for name, make in TABLES.items():
        block = f"<!-- {name} -->\n\n{make()}\n\n<!-- end of {name} -->"
        text = re.sub(rf"<!-- {name} -->.*?<!-- end of {name} -->", lambda _, block=block: block, text, flags=re.S)
    return text


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        sys.exit(page != with_tables(page))
    PAGE.write_text(with_tables(page), encoding="utf-8")
    print(f"{len(TABLES)} tables")
