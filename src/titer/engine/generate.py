"""The C text of a kernel: sizes, generated functions and the fixed files in one translation unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from titer.engine.cascade import Cascade, states_read
from titer.engine.codegen import Writer, lane_function
from titer.model.expression import Expression, symbol
from titer.model.system import TIME, System

REFERENCES = 900  # memory references in one loop; gcc does not vectorise loops with 1000 or more
RATES_ARGUMENTS = (
    "const double *t, const double (*x)[W], const double (*c)[W], const double (*u)[W], double (*restrict dx)[W]"
)


@dataclass(frozen=True)
class Plan:
    """What a kernel is made of.

    Args:
        system: an assembled system.
        cascade: its states stepped exactly; none for the stiff method.
        outputs: output name → tree, those that the kernel computes.
    """

    system: System
    cascade: Cascade
    outputs: Mapping[str, Expression]

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Internal order: what the method steps, then the cascade."""
        exact = set(self.cascade.states)
        return (*(s for s in self.system.states if s not in exact), *self.cascade.states)

    @property
    def n_adaptive(self) -> int:
        return len(self.system.states) - len(self.cascade.states)

    @cached_property
    def rates(self) -> tuple[Expression, ...]:
        """Trees of the states that the method steps."""
        by_name = dict(zip(self.system.states, self.system.rates, strict=True))
        return tuple(by_name[name] for name in self.states[: self.n_adaptive])

    @cached_property
    def symbols(self) -> dict[str, str]:
        """C text of states and time inside lane functions."""
        return {name: f"x[{i}][l]" for i, name in enumerate(self.states)} | {TIME: "t[l]"}


@dataclass(frozen=True)
class SteppingMethod:
    """A method of stepping: its C file and what is generated for it.

    Args:
        file: name in `source/`.
        order: of the step; the controller's exponent.
        keeps_slopes: whether the slope at the end of a step is kept for the next.
        adapt: what it changes in a plan.
        generate: C text that the file needs besides the common functions.
        widest: most lanes that pay.
    """

    file: str
    order: int
    keeps_slopes: bool
    adapt: Callable[[Plan], Plan]
    generate: Callable[..., str]
    widest: int


def kernel_source(plan: Plan, method: SteppingMethod, lanes: int) -> str:
    """The whole C file of a kernel. The same plan gives the same text, in every process."""
    writer = Writer(plan.system.parameters)
    functions = [_rates(plan, writer), _observe(plan, writer), method.generate(plan, writer)]
    # `prepare` comes last: it fills the constants that the others asked for.
    functions.insert(0, _prepare(plan, writer))
    parts = [
        _sizes(plan, method, lanes, writer.n_constants),
        fixed_file("mathematics.h"),
        LANES_DEFINITION,
        *functions,
        _cascade_tables(plan.cascade, plan),
        fixed_file("lanes.h"),
        fixed_file("cascade.c"),
        fixed_file(method.file),
        fixed_file("lanes.c"),
    ]
    return "\n\n".join(parts) + "\n"


LANES_DEFINITION = '#define LANES _Pragma("omp simd") for (int l = 0; l < W; l++)'


def fixed_file(name: str) -> str:
    """Text of a file in `source/`."""
    return files("titer.engine").joinpath("source", name).read_text(encoding="utf-8")


def _sizes(plan: Plan, method: SteppingMethod, lanes: int, n_constants: int) -> str:
    n, n_adaptive = len(plan.states), plan.n_adaptive
    sizes = {
        "W": lanes,
        "N": n,
        "NA": n_adaptive,
        "M": n - n_adaptive,
        "NL": len(_links(plan.cascade)),
        "NP": len(plan.system.parameters),
        "NC": n_constants,
        "NO": len(plan.outputs),
        "METHOD_ORDER": method.order,
        "METHOD_KEPT": n_adaptive if method.keeps_slopes else 0,
    }
    return "\n".join(f"#define {name} {value}" for name, value in sizes.items())


def _rates(plan: Plan, writer: Writer) -> str:
    inflow = [symbol(f"inflow {i}") for i in range(plan.n_adaptive)]
    symbols = plan.symbols | {f"inflow {i}": f"u[{i}][l]" for i in range(plan.n_adaptive)}
    roots = {f"dx[{i}][l]": rate + inflow[i] for i, rate in enumerate(plan.rates)}
    return lane_function("rates", RATES_ARGUMENTS, _bodies(roots, symbols, writer))


def _observe(plan: Plan, writer: Writer) -> str:
    roots = {f"out[{i}][l]": tree for i, tree in enumerate(plan.outputs.values())}
    arguments = "const double *t, const double (*x)[W], const double (*c)[W], double (*restrict out)[W]"
    return lane_function("observe", arguments, _bodies(roots, plan.symbols, writer))


def _bodies(roots: Mapping[str, Expression], symbols: Mapping[str, str], writer: Writer) -> list[str]:
    """Statements in as few loops as compilers can vectorise; what loops share is computed in each."""
    body = writer.lines(roots, symbols, scope="lanes")
    if body.count("[l]") < REFERENCES or len(roots) < 2:
        return [body]
    names = list(roots)
    half = len(names) // 2
    parts = ({name: roots[name] for name in some} for some in (names[:half], names[half:]))
    return [text for part in parts for text in _bodies(part, symbols, writer)]


def _prepare(plan: Plan, writer: Writer) -> str:
    cascade, m = plan.cascade, len(plan.cascade.states)
    roots = {f"a[{row * m + column}]": tree for (row, column), tree in cascade.coefficients.items()}
    roots |= {f"inflow[{row}]": tree for row, tree in cascade.constants.items()}
    body = f"{writer.constants()}\n{{\n{writer.lines(roots, {}, scope='patient')}\n}}"
    arguments = "const double *p, double *c, double *a, double *inflow"
    return f"static void prepare({arguments})\n{{\n{body}\n}}"


def _links(cascade: Cascade) -> list[tuple[int, int]]:
    return [(row, column) for row, feeders in enumerate(cascade.feeders) for column in sorted(feeders)]


def _cascade_tables(cascade: Cascade, plan: Plan) -> str:
    links, m = _links(cascade), len(cascade.states)
    read = states_read(plan.rates, plan.states)
    needed = [row for row, name in enumerate(cascade.states) if name in read]
    modes = sorted(set(needed).union(*(cascade.feeders[row] for row in needed)))
    tables = {
        "READ_BY_RATES": [int(name in read) for name in plan.states],
        "LINK_ROW": [row for row, _ in links],
        "LINK_COLUMN": [column for _, column in links],
        "DECAYS": [int((row, row) in cascade.coefficients) for row in range(m)],
        "ALL_MODES": list(range(m)),
        "STAGE_MODES": modes,
    }
    lines = [
        f"static const int {name}[] = {{{', '.join(map(str, values or [0]))}}};" for name, values in tables.items()
    ]
    lines.append(f"#define N_STAGE_MODES {len(modes)}")
    lines.append(_sum_function("stage_sum", cascade, needed, plan.n_adaptive))
    lines.append(_sum_function("full_sum", cascade, range(m), plan.n_adaptive))
    return "\n".join(lines)


def _sum_function(name: str, cascade: Cascade, rows: Iterable[int], first: int) -> str:
    """States from modes: y = V z over the pairs that are linked."""
    place = {pair: k for k, pair in enumerate(_links(cascade))}
    lines = []
    for row in rows:
        terms = [f"z[{row}][l]", *(f"v[{place[row, j]}][l] * z[{j}][l]" for j in sorted(cascade.feeders[row]))]
        lines.append(f"x[{first + row}][l] = {' + '.join(terms)};")
    arguments = "const double (*v)[W], const double (*z)[W], double (*restrict x)[W]"
    return lane_function(name, arguments, ["\n".join(lines)])
