"""An executed lesson as one HTML file that opens offline: style and figures inside, nothing loaded from the web."""

from __future__ import annotations

import html
import re
from importlib import resources
from pathlib import Path
from typing import Any

from imgrec_tf.course import headlines, notebooks
from imgrec_tf.course.execution import Result

_ALT = re.compile(r"\*{1,2}(?:What you should see|Figure)[^:]*:\*{0,2}\s*(.+?)\*?\s*(?:\n\s*\n|\Z)", re.DOTALL)


def page(result: Result, dataset: str = "") -> str:
    """The HTML text of one executed lesson.

    Args:
        result: what `execution.run` returned.
        dataset: the data set and whether it is synthetic, in words; left out when empty.
    """
    from nbconvert import HTMLExporter
    from pygments.formatters import HtmlFormatter

    lesson = result.lesson
    exporter = HTMLExporter(
        template_name="basic", mathjax_url="", require_js_url="", jquery_url="", exclude_anchor_links=True
    )
    body, _ = exporter.from_notebook_node(with_alt_texts(result.notebook))
    style = resources.files("imgrec_tf.course").joinpath("lesson.css").read_text(encoding="utf-8")
    colours = HtmlFormatter(style="default").get_style_defs(".highlight")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(lesson.heading)}</title>",
            f"<style>{colours}\n{style}</style></head><body>",
            f"<header>{_banner(result, dataset)}</header>",
            f"<main>{_without_anchors(body)}</main>",
            "</body></html>\n",
        ]
    )


def write_page(result: Result, folder: Path, dataset: str = "") -> Path:
    """Write the page into a folder, named as the lesson is, and note its path in the result."""
    result.page = Path(folder) / f"{result.lesson.stem}.html"
    notebooks.write(result.page, page(result, dataset))
    return result.page


def alt_text(markdown: str) -> str | None:
    """The sentence under a figure that says what it shows, as plain text; None where the cell begins otherwise."""
    found = _ALT.match(markdown.strip())
    return re.sub(r"[*`\s]+", " ", found.group(1)).strip() if found else None


def with_alt_texts(notebook: Any) -> Any:
    """A copy of the notebook in which every figure carries the sentence below it as its alternative text."""
    import copy

    copied = copy.deepcopy(notebook)
    for cell, below in zip(copied.cells, [*copied.cells[1:], None]):
        text = alt_text(below.source) if below is not None and below.cell_type == "markdown" else None
        for output in cell.get("outputs", ()):
            if "image/png" in output.get("data", {}):
                output.metadata["image/png"] = {"alt": text or "A figure; the text below it says what it shows."}
    return copied


def _banner(result: Result, dataset: str) -> str:
    lesson = result.lesson
    facts = {"data": dataset}
    if result.headline:
        band = lesson.band_for(result.changed)
        stated = f", band {band[0]:g} to {band[1]:g}" if band else ", no band for these parameters"
        figure = headlines.short(result.headline["value"])
        facts["headline"] = f"{result.headline['name']}: {figure}{stated}"
    facts["measured"] = f"{result.minutes:.1f} minutes, {result.memory_mb / 1000:.1f} GB of memory"
    parameters = lesson.parameters | result.changed
    facts["parameters"] = ", ".join(
        f"{name} = {value!r}" + (" (changed)" if name in result.changed else "") for name, value in parameters.items()
    )
    rows = "".join(f"<dt>{name}</dt><dd>{html.escape(text)}</dd>" for name, text in facts.items() if text)
    return f"<dl>{rows}</dl>"


def _without_anchors(body: str) -> str:
    """Links between notebooks lead to the pages of the lessons, which lie in one folder."""
    return re.sub(r'href="(?:[^":]*/)?(\d\d_\w+)\.ipynb"', r'href="\1.html"', body)
