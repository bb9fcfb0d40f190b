"""Writes a page for every model of the library, and the map of the system, from the objects themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from titer.library import core_models, models, relapsed_myeloma_models
from titer.library.signals import SIGNALS
from titer.model import system_map
from titer.show.models import STATUS_MEANING, markdown_table, model_page, status_counts
from titer.show.system_map import map_svg

INDEX = """# Models

Every page below is written from the model's own declaration: no fact stands here that is not in its file.
`titer show NAME` prints the same in a terminal.

## How the models meet

Models never name each other; they meet on signals. Blue provides a signal, dashed orange modulates it, grey reads it.

![Map of the relapsed-myeloma system](system.svg)

## What the numbers rest on

{statuses}

## Pages

```{{toctree}}
:maxdepth: 1

immune_core
{pages}
```
"""


CORE = """# The immune core

Written from the models themselves. `titer show immune` prints the signals in a terminal.

## Its models

{members}

## Signals

Models of the core meet on these, and drugs act on them. One that nobody provides stays at rest.

{signals}

## What its numbers rest on

Those of a threat come on top (`titer show virus`).

{statuses}
"""


def write_model_pages(folder: Path) -> list[Path]:
    """One page per model, an index and the map, into a folder that git ignores; pages of models that are gone go."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    pages = [_write(folder / f"{model.key}.md", model_page(model)) for model in models().values()]
    counts = status_counts(models().values())
    statuses = markdown_table(("status", "numbers", "meaning"), _status_rows(counts))
    names = "\n".join(page.stem for page in pages)
    _write(folder / "system.svg", map_svg(relapsed_myeloma_models(), SIGNALS))
    _write(folder / "immune_core.md", _core_page())
    _write(folder / "index.md", INDEX.format(statuses=statuses, pages=names))
    return pages


def _core_page() -> str:
    """Members, signals and status of the numbers of the immune core."""
    core = core_models()
    members = [(f"[{m.key}]({m.key}.md)", m.title, str(len(m.states)), str(len(m.parameters))) for m in core]
    signals = [
        (u.signal.name, u.signal.unit, f"{u.signal.rest:g}", u.signal.meaning, u.provider, ", ".join(u.readers))
        for u in system_map(core, SIGNALS)
    ]
    return CORE.format(
        members=markdown_table(("model", "what it is", "states", "numbers"), members),
        signals=markdown_table(("signal", "unit", "rest", "meaning", "provided by", "read by"), signals),
        statuses=markdown_table(("status", "numbers", "meaning"), _status_rows(status_counts(core))),
    )


def _status_rows(counts: Mapping[str, int]) -> list[tuple[str, str, str]]:
    return [(status, str(count), STATUS_MEANING[status]) for status, count in counts.items()]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


if __name__ == "__main__":
    written = write_model_pages(Path(__file__).parent / "models")
    print(f"{len(written)} model pages")
