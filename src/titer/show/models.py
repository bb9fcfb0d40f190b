"""Models printed from their own declaration: rows of tables, equations as text, and whole pages in Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from titer.model import Model, Parameter, Source, trace
from titer.model.declare import STATUSES
from titer.model.expression import Expression, combine, substitute, symbol, symbols_in, to_text

STATUS_MEANING = {
    "estimated": "as estimated in the source",
    "fixed": "as fixed in the source, or true by definition",
    "derived": "worked out from published numbers",
    "digitised": "read off a published figure",
    "calibrated": "fitted by a script of this project to named outcome rows",
    "assumed": "chosen; nobody has published it",
}
PAGE_WIDTH = 72  # characters that fit in a block of a page
PARAMETER_HEADS = ("name", "value", "spread", "status", "meaning", "source: place")


def number_as_written(value: float) -> str:
    """Six significant digits, without trailing zeros.

    Example:
        >>> number_as_written(0.110), number_as_written(1e-9)
        ('0.11', '1e-09')
    """
    return f"{value:.6g}"


def spread_text(parameter: Parameter) -> str:
    """How much a parameter differs between patients, or "" where it does not.

    Example:
        >>> spread_text(Parameter("cl", 11.0, "L/h", "clearance", "definition", "derived", cv=0.33))
        'CV 33%'
    """
    if parameter.sd:
        return f"SD {number_as_written(parameter.sd)}"
    if parameter.omega2:
        return f"log SD {parameter.log_sd:.3g}"
    return f"CV {parameter.cv * 100:.3g}%" if parameter.cv else ""


def parameter_rows(parameters: Iterable[Parameter]) -> list[tuple[str, ...]]:
    """One row per parameter under `PARAMETER_HEADS`, in the order given."""
    return [
        (
            p.name,
            f"{number_as_written(p.value)} {p.unit}".strip(),
            spread_text(p),
            p.status,
            f"{p.meaning}; {p.note}" if p.note else p.meaning,
            p.at,
        )
        for p in parameters
    ]


def equation_lines(model: Model) -> list[str]:
    """Every equation of the model as a person would write it; own names without the model's prefix.

    An output that another equation uses is written by its name there. Rates are per time unit of the model.
    `factor(ikaros.loss)` is the product of what all models put on that handle, `modulates` this model's own part.
    """
    traced = trace(model)
    names = {
        tree.digest: name for trees in (traced.signals, traced.outputs) for name, tree in trees.items() if tree.args
    }
    groups: list[tuple[str, Mapping[str, Expression]]] = [
        ("d {}/dt =", traced.rates),
        ("{} =", traced.outputs),
        ("signal {} =", traced.signals),
        ("modulates {} by", traced.modulates),
        ("patient's {} =", traced.individual),
    ]
    lines = []
    for head, trees in groups:
        for name, tree in trees.items():
            inner = {digest: other for digest, other in names.items() if other != name}
            lines.append(f"{head.format(name)} {_readable(tree, model, inner)}")
    return lines


def _readable(tree: Expression, model: Model, names: Mapping[str, str]) -> str:
    with_names = _use_names(tree, names)
    short = {name: symbol(_short_name(name, model)) for name in symbols_in(with_names)}
    return to_text(substitute([with_names], short)[0])


def _use_names(tree: Expression, names: Mapping[str, str]) -> Expression:
    """The tree with every part that has a name of its own replaced by that name."""
    if tree.digest in names:
        return symbol(names[tree.digest])
    if not tree.args or tree.op == "held":
        return tree
    return combine(tree.op, *(_use_names(part, names) for part in tree.args))


def _short_name(name: str, model: Model) -> str:
    kind, _, rest = name.partition(":")
    if kind == "factor":
        return f"factor({rest})"
    return rest if kind in ("signal", "covariate") else name.removeprefix(f"{model.key}.")


def start_lines(model: Model) -> list[str]:
    """States with their unit, start and meaning."""
    return [f"{s.name} [{s.unit or '–'}] starts at {_start_text(s.start)}: {s.meaning}" for s in model.states]


def _start_text(start: float | str) -> str:
    return start if isinstance(start, str) else number_as_written(start)


def anchor_rows(model: Model) -> list[tuple[str, ...]]:
    """Published results that the model must reproduce: name, statistic of output, expected, tolerance, place."""
    return [
        (a.name, f"{a.statistic} of {a.measure}", f"{number_as_written(a.expect)} {a.unit}", f"±{a.within:.0%}", a.at)
        for a in model.anchors
    ]


def source_text(source: Source) -> str:
    """Citation, DOI, and whether the text could be read again."""
    doi = f", doi:{source.doi}" if source.doi else ""
    return f"{source.citation}{doi}" + ("" if source.confirmed else " (quoted from memory, not read again)")


def status_counts(models: Iterable[Model]) -> dict[str, int]:
    """How many numbers of the models have each status, in the order of `STATUSES`."""
    found: list[str] = [p.status for m in models for p in m.parameters]
    return {status: found.count(status) for status in STATUSES}


def own_numbers(models: Iterable[Model]) -> list[tuple[str, Parameter]]:
    """The parameters that were calibrated or assumed: what no publication vouches for."""
    return [(m.key, p) for m in models for p in m.parameters if p.status in ("calibrated", "assumed")]


def model_page(model: Model) -> str:
    """A page of documentation in Markdown, from the object alone."""
    parts = [
        f"# {model.title}",
        f"`{model.name}`, time in {'days' if model.time == 'day' else 'hours'}. "
        f"Numbers from {model.population.description}.",
        _fenced(reflow(model.doc, PAGE_WIDTH)),
        "## How it meets other models",
        *meeting_lines(model),
        "## States",
        *[f"- {line}" for line in start_lines(model)],
        "## Equations",
        _fenced(piece for line in equation_lines(model) for piece in _folded(line)),
        "## Parameters",
        markdown_table(PARAMETER_HEADS, parameter_rows(model.parameters)),
    ]
    if model.anchors:
        heads = ("anchor", "measure", "published", "within", "source: place")
        parts += ["## Anchors", "Published results that a test reproduces.", markdown_table(heads, anchor_rows(model))]
    parts += ["## Sources", *[f"- **{key}**: {source_text(source)}" for key, source in model.sources.items()]]
    return "\n\n".join(parts) + "\n"


def meeting_lines(model: Model) -> list[str]:
    doses = [f"{d.drug} into {d.state} ({d.route}, {d.unit})" for d in model.doses]
    groups = {
        "takes doses of": doses,
        "reads": model.reads,
        "provides": model.provides,
        "modulates": model.modulates,
        "asks of the patient": [
            f"{c.name} ({c.unit or '–'}, {number_as_written(c.default)} if not given)" for c in model.covariates
        ],
    }
    return [f"- {verb}: {', '.join(names)}" for verb, names in groups.items() if names]


def _folded(line: str) -> list[str]:
    return textwrap.wrap(line, PAGE_WIDTH, subsequent_indent="    ", break_long_words=False)


def _fenced(lines: Iterable[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return f"```text\n{text}\n```"


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; bars inside cells are escaped.

    Example:
        >>> print(markdown_table(["a", "b"], [["1", "x|y"]]))
        | a | b |
        | --- | --- |
        | 1 | x\\|y |
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def reflow(doc: str, width: int) -> list[str]:
    """A model's docstring in lines of that width; labelled paragraphs ("Answers:  …") keep their hanging indent.

    Example:
        >>> reflow("Answers:  serum level after IV doses,\\n          free receptor.", 31)
        ['Answers:  serum level after IV', '          doses, free receptor.']
    """
    paragraphs: list[str] = []
    for line in doc.strip().splitlines():
        starts_new = not line.startswith(" ") or re.match(r"\s+\d+\. ", line)
        if line.strip() and paragraphs and not starts_new:
            paragraphs[-1] += " " + line.strip()
        else:
            paragraphs.append(line.rstrip())
    return [piece for paragraph in paragraphs for piece in _hanging(paragraph, width)]


def _hanging(paragraph: str, width: int) -> list[str]:
    label = re.match(r"([A-Z][\w ]{,8}:\s+|\s+)?(\d+\. )?", paragraph)
    rest = " " * (len(label.group(0)) if label else 0)
    return textwrap.wrap(paragraph, max(width, 20), subsequent_indent=rest, break_on_hyphens=False) or [""]
