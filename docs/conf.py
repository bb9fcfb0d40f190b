"""Sphinx configuration. Pages of models are written from the library before every build (`generate.py`)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from generate import write_model_pages

import titer

write_model_pages(Path(__file__).parent / "models")

project = "Titer"
author = "The Titer founders"
version = release = titer.__version__
copyright = author

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist", "colon_fence"]

autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_custom_sections = [("Accuracy", "notes_style"), ("Source", "notes_style")]

html_theme = "pydata_sphinx_theme"
html_title = "Titer"
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "footer_end": [],
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
}
