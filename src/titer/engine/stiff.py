"""C text that only the stiff method needs: rates with their Jacobian, its elimination, the solves.

Straight-line arithmetic, cut into loops over lanes. A loop is cut after about `REFERENCES` memory references, since
compilers give up on vectorising a longer one (gcc at 1000), and each is a function of its own, since the time that a
compiler takes grows faster than a function's length. It still grows: 45 unknowns that are nearly all coupled took gcc
more than two minutes. Above `LONGEST` multiplications the elimination is therefore read from tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from titer.engine.codegen import Writer
from titer.engine.elimination import Elimination, plan_elimination
from titer.engine.generate import Plan, fixed_file
from titer.engine.jacobian import Jacobian, jacobian_of
from titer.engine.rodas5p import coefficients_in_c
from titer.engine.undershoot import StiffPlan, too_low
from titer.model.expression import Expression, symbol

REFERENCES = 300
ROOTS = 400  # trees that one loop of `linearise` computes; each needs about two references
LONGEST = 3000  # multiplications of a straight-line elimination: about 5 s of gcc
NO_FACTOR, PIVOT = -1, -2
APART = "static __attribute__((noinline))"


def stiff_source(plan: StiffPlan, writer: Writer) -> str:
    """What `source/rodas5p.c` expects to be generated: sizes, coefficients and five functions.

    Args:
        plan: of the kernel; its method steps every state.
        writer: of the kernel; constants that the Jacobian needs are added to its table.
    """
    jacobian = jacobian_of(plan.system)
    elimination = plan_elimination(jacobian.n, jacobian.pattern)
    sizes = {"NJ": len(jacobian.entries), "NLU": len(elimination.entries), "NS": len(jacobian.time_slopes)}
    sizes["NB"] = len(plan.bases)
    return "\n".join(
        [
            *(f"#define {name} {value}" for name, value in sizes.items()),
            coefficients_in_c(),
            linearise_code(plan, jacobian, writer),
            elimination_code(elimination, tuple(jacobian.entries)),
            add_slopes_code(jacobian),
            low_bases_code(plan, writer),
        ]
    )


def linearise_code(plan: Plan, jacobian: Jacobian, writer: Writer) -> str:
    """`linearise(t, x, c, u, dx, jac, slope)`: rates, Jacobian entries and time slopes at one place.

    What rows share is computed once, except across the loops of a system of more than about a hundred states.
    """
    inflow = {f"inflow {i}": f"u[{i}][l]" for i in range(jacobian.n)}
    arguments = (
        "const double *t, const double (*x)[W], const double (*c)[W], const double (*u)[W], "
        "double (*restrict dx)[W], double (*restrict jac)[W], double (*restrict slope)[W]"
    )
    symbols = plan.symbols | inflow
    groups = _root_groups(plan.rates, jacobian)
    bodies = [writer.lines(roots, symbols, scope="lanes").splitlines() for roots in groups]
    return _in_parts("linearise", arguments, "t, x, c, u, dx, jac, slope", bodies)


def _root_groups(rates: Sequence[Expression], jacobian: Jacobian) -> Iterable[dict[str, Expression]]:
    """What `linearise` assigns, row after row, in groups that one loop can hold."""
    group: dict[str, Expression] = {}
    for roots in _roots_by_row(rates, jacobian):
        if group and len(group) + len(roots) > ROOTS:
            yield group
            group = {}
        group |= roots
    yield group


def _roots_by_row(rates: Sequence[Expression], jacobian: Jacobian) -> list[dict[str, Expression]]:
    rows = [{f"dx[{i}][l]": tree + symbol(f"inflow {i}")} for i, tree in enumerate(rates)]
    for k, ((row, _), tree) in enumerate(jacobian.entries.items()):
        rows[row][f"jac[{k}][l]"] = tree
    for k, (row, tree) in enumerate(jacobian.time_slopes.items()):
        rows[row][f"slope[{k}][l]"] = tree
    return rows


def add_slopes_code(jacobian: Jacobian) -> str:
    """`add_slopes(factor, slope, b)`: b += factor * time slope."""
    arguments = "const double *factor, const double (*restrict slope)[W], double (*restrict b)[W]"
    statements = [f"b[{row}][l] += factor[l] * slope[{k}][l];" for k, row in enumerate(jacobian.time_slopes)]
    return _functions("add_slopes", arguments, "factor, slope, b", statements)


def low_bases_code(plan: StiffPlan, writer: Writer) -> str:
    """`low_bases(t, x, c, allowed, low)`: above 0 where a base of a power is too far below zero."""
    names = {state: f"allowance of {state}" for state in plan.states}
    symbols = plan.symbols | {name: f"allowed[{i}][l]" for i, name in enumerate(names.values())}
    body = writer.lines({"low[l]": too_low(plan.bases, plan.exponents, plan.states, names)}, symbols, scope="lanes")
    arguments = (
        "const double *t, const double (*x)[W], const double (*c)[W], const double (*allowed)[W], double *restrict low"
    )
    return _in_parts("low_bases", arguments, "t, x, c, allowed, low", [body.splitlines()])


def elimination_code(plan: Elimination, jacobian_entries: Sequence[tuple[int, int]]) -> str:
    """`factorise` and `solve`, straight-line where that compiles in a few seconds, else by tables."""
    if plan.n_operations + len(plan.entries) <= LONGEST:
        return factorise_code(plan, jacobian_entries) + solve_code(plan)
    return elimination_tables(plan, jacobian_entries) + fixed_file("elimination.c")


def elimination_tables(plan: Elimination, jacobian_entries: Sequence[tuple[int, int]]) -> str:
    """The tables that `source/elimination.c` reads; their meaning is written there."""
    place = {entry: k for k, entry in enumerate(jacobian_entries)}
    downwards, upwards = plan.order, plan.order[::-1]
    below, above = [plan.below(row) for row in downwards], [plan.above(row) for row in upwards]
    signed = {
        "LU_START": [place.get(entry, -1) for entry in plan.entries],
        "LU_FACTOR": [_factor(plan, *entry) for entry in plan.entries],
    }
    unsigned = {
        "LU_COUNT": [len(pairs) for pairs in plan.updates],
        "LU_PAIRS": [k for pairs in plan.updates for pair in pairs for k in pair],
        "BELOW_ROW": downwards,
        "BELOW_COUNT": [len(pairs) for pairs in below],
        "BELOW_PAIRS": [k for pairs in below for pair in pairs for k in pair],
        "ABOVE_ROW": upwards,
        "ABOVE_COUNT": [len(pairs) for pairs in above],
        "ABOVE_PAIRS": [k for pairs in above for pair in pairs for k in pair],
        "ABOVE_PIVOT": [plan.pivots[row] for row in upwards],
    }
    lines = [f"#define NO_FACTOR {NO_FACTOR}", f"#define PIVOT {PIVOT}"]
    lines += [_table("int", name, values) for name, values in signed.items()]
    lines += [_table("unsigned short", name, values) for name, values in unsigned.items()]
    return "\n".join(lines) + "\n"


def _factor(plan: Elimination, row: int, column: int) -> int:
    if row == column:
        return PIVOT
    return plan.pivots[column] if plan.rank[column] < plan.rank[row] else NO_FACTOR


def _table(kind: str, name: str, values: Sequence[int]) -> str:
    return f"static const {kind} {name}[] = {{{', '.join(map(str, values or [0]))}}};"


def factorise_code(plan: Elimination, jacobian_entries: Sequence[tuple[int, int]]) -> str:
    """`factorise(diagonal, jac, lu)`: LU of diag(diagonal) - J, with reciprocal pivots on the diagonal of `lu`.

    Args:
        plan: the planned elimination.
        jacobian_entries: (row, column) in the order of the rows of `jac`.
    """
    place = {entry: k for k, entry in enumerate(jacobian_entries)}
    rank = plan.rank
    statements = []
    for k, entry in enumerate(plan.entries):
        value = _difference(_start(entry, place), [f"lu[{low}][l] * lu[{up}][l]" for low, up in plan.updates[k]])
        row, column = entry
        if row == column:
            value = f"1.0 / ({value})"
        elif rank[column] < rank[row]:
            value = f"({value}) * lu[{plan.pivots[column]}][l]"
        statements.append(f"lu[{k}][l] = {value};")
    arguments = "const double *diagonal, const double (*restrict jac)[W], double (*restrict lu)[W]"
    return _functions("factorise", arguments, "diagonal, jac, lu", statements)


def solve_code(plan: Elimination) -> str:
    """`solve(lu, b)`: b becomes the solution."""
    statements = []
    for row in plan.order:
        terms = [f"lu[{k}][l] * b[{column}][l]" for k, column in plan.below(row)]
        if terms:
            statements.append(f"b[{row}][l] = {_difference(f'b[{row}][l]', terms)};")
    for row in reversed(plan.order):
        terms = [f"lu[{k}][l] * b[{column}][l]" for k, column in plan.above(row)]
        statements.append(f"b[{row}][l] = ({_difference(f'b[{row}][l]', terms)}) * lu[{plan.pivots[row]}][l];")
    return _functions("solve", "const double (*restrict lu)[W], double (*restrict b)[W]", "lu, b", statements)


def _start(entry: tuple[int, int], place: dict[tuple[int, int], int]) -> str:
    own = f"-jac[{place[entry]}][l]" if entry in place else ""
    if entry[0] == entry[1]:
        return "diagonal[l]" + own.replace("-", " - ")
    return own


def _difference(start: str, terms: Iterable[str]) -> str:
    text = start + "".join(f" - {term}" for term in terms)
    return text.strip() or "0.0"


def _functions(name: str, arguments: str, passed: str, statements: Sequence[str]) -> str:
    return _in_parts(name, arguments, passed, list(_parts(statements)))


def _in_parts(name: str, arguments: str, passed: str, parts: Sequence[Sequence[str]]) -> str:
    """A function that calls one function per loop over lanes."""
    texts = [f"{APART} void {name}_{k}({arguments})\n{{\n{_loop(part)}}}\n" for k, part in enumerate(parts)]
    calls = "".join(f"    {name}_{k}({passed});\n" for k in range(len(parts)))
    return "".join(texts) + f"static void {name}({arguments})\n{{\n{calls}}}\n"


def _loop(statements: Sequence[str]) -> str:
    return "    LANES {\n" + "".join(f"        {text}\n" for text in statements) + "    }\n"


def _parts(statements: Sequence[str]) -> Iterable[list[str]]:
    part: list[str] = []
    references = 0
    for text in statements:
        references += text.count("[l]")
        if part and references > REFERENCES:
            yield part
            part, references = [], text.count("[l]")
        part.append(text)
    if part:
        yield part
