"""Plain text tables: aligned columns under their heads, cut to a width, the same in a terminal and in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

GAP = "  "
LONGEST = 44  # characters of a cell


def text_table(heads: Sequence[str], rows: Sequence[Sequence[Any]], width: int = 100) -> str:
    """Rows as aligned text; columns of numbers to the right.

    Cells longer than `LONGEST` are cut with "…". Columns that do not fit side by side follow in further blocks.

    Args:
        heads: of the columns.
        rows: values; numbers are shortened to 5 digits, None is empty.
        width: of a line, characters.

    Example:
        >>> print(text_table(["arm", "n"], [["A", 40], ["B", 7]]))
        arm   n
        ───  ──
        A    40
        B     7
    """
    right = [any(is_number(row[i]) for row in rows) for i in range(len(heads))]
    cells = [[show_value(value) for value in row] for row in rows]
    longest = max(1, min(LONGEST, width))
    widths = [min(longest, max(1, *(len(cell) for cell in column))) for column in zip(list(heads), *cells, strict=True)]
    return "\n\n".join(
        "\n".join(_lines([list(heads), *cells], block, widths, right)) for block in _blocks(widths, width)
    )


def _blocks(widths: Sequence[int], width: int) -> list[list[int]]:
    """Columns that stand side by side; each block holds as many as fit."""
    blocks: list[list[int]] = [[]]
    for column, own in enumerate(widths):
        if blocks[-1] and sum(widths[i] + len(GAP) for i in blocks[-1]) + own > width:
            blocks.append([])
        blocks[-1].append(column)
    return blocks


def _lines(
    table: Sequence[Sequence[str]], block: Sequence[int], widths: Sequence[int], right: Sequence[bool]
) -> Iterator[str]:
    for number, row in enumerate(table):
        cells = [_cut(row[i], widths[i]) for i in block]
        yield GAP.join(
            cell.rjust(widths[i]) if right[i] else cell.ljust(widths[i]) for cell, i in zip(cells, block, strict=True)
        ).rstrip()
        if number == 0:
            yield GAP.join("─" * widths[i] for i in block)


def is_number(value: Any) -> bool:
    """Whether a value stands to the right: a number, but no flag."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def show_value(value: Any) -> str:
    """A value as a cell shows it.

    Example:
        >>> show_value(0.1234567), show_value(None), show_value(12345678), show_value(True)
        ('0.12346', '', '12345678', 'yes')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.5g}"
    return " ".join(str(value).split())


def _cut(cell: str, n: int) -> str:
    return cell if len(cell) <= n else cell[: n - 1] + "…"
