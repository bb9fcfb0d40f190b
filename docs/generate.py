"""Writes a page for every model of the library, and the map of the system, from the objects themselves."""

from __future__ import annotations

from pathlib import Path

from titer.library import models, relapsed_myeloma_models
from titer.library.signals import SIGNALS
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

{pages}
```
"""


def write_model_pages(folder: Path) -> list[Path]:
    """One page per model, an index and the map, into a folder that git ignores; pages of models that are gone go."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    pages = [_write(folder / f"{model.key}.md", model_page(model)) for model in models().values()]
    counts = status_counts(models().values())
    rows = [(status, str(count), STATUS_MEANING[status]) for status, count in counts.items()]
    statuses = markdown_table(("status", "numbers", "meaning"), rows)
    names = "\n".join(page.stem for page in pages)
    _write(folder / "system.svg", map_svg(relapsed_myeloma_models(), SIGNALS))
    _write(folder / "index.md", INDEX.format(statuses=statuses, pages=names))
    return pages


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


if __name__ == "__main__":
    written = write_model_pages(Path(__file__).parent / "models")
    print(f"{len(written)} model pages")
