"""Writes data/README.md, the page with a card for each data set, from the catalogue.

`python -m imgrec_tf.datasets.catalogue_page data/README.md` writes it; a test fails when the page and the catalogue
differ.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from imgrec_tf.datasets.catalogue import card, entries

_INTRODUCTION = """\
# Data sets

This page is made from `imgrec_tf/datasets/catalogue.json` by
`python -m imgrec_tf.datasets.catalogue_page data/README.md`; edit the catalogue, not the page.

No real images are kept here. `imgrec_tf.load(name)` looks for the files

1. in the `folder` that you pass,
2. in the folder that the environment variable `IMGREC_DATA` names,
3. in the cache (your system's folder for caches, or the one that `IMGREC_CACHE` names),

each time in a subfolder with the data set's name first, and downloads what is missing into the cache. A download is
used only when its checksum is right. MedMNIST has no groups, so images of one patient cannot be told apart: figures may
be too good for that.

**Medical images here are for teaching and for comparing methods, never for clinical use.**
"""


def page() -> str:
    """Return the text of data/README.md."""
    lines = [_INTRODUCTION, "| name | what | images | task | licence | kind |", "|---|---|---|---|---|---|"]
    for name, entry in entries().items():
        total = sum(entry["splits"].values())
        kind = "synthetic" if entry["synthetic"] else "real"
        images = f"{total:,}" if total else "as many as you ask for"
        anchor = f"[`{name}`](#{name})"
        lines.append(f"| {anchor} | {entry['title']} | {images} | {entry['task']} | {entry['licence']} | {kind} |")
    for name, entry in entries().items():
        lines += ["", f"## {name}", "", card(name)._repr_markdown_(), "", *_files(entry)]
    return "\n".join(lines).rstrip() + "\n"


def _files(entry: dict) -> list[str]:
    if "generator" in entry:
        return [f"Made by `{entry['generator'].replace(':', '.')}`; no file is needed."]
    lines = ["| pixels | file | checksum | addresses |", "|---|---|---|---|"]
    for size, files in entry["files"].items():
        for one in files:
            addresses = " ".join(f"<{url}>" for url in one["urls"])
            lines.append(f"| {size} | `{one['name']}` | `{one['checksum']}` | {addresses} |")
    for size, files in entry.get("alternatives", {}).items():
        for one in files:
            lines += [
                "",
                f"Accepted in its place at {size} pixels: `{one['name']}` (`{one['checksum']}`), {one['note']}.",
            ]
    if "validation_from_train" in entry:
        count = entry["validation_from_train"]
        lines += [
            "",
            f"There is no official validation split: {count:,} images are taken out of train, stratified, by `seed`.",
        ]
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Write the page to the path given on the command line."""
    parser = argparse.ArgumentParser(description="Write the page with a card for each data set of the catalogue.")
    parser.add_argument("path", type=Path, help="where to write it, for example data/README.md")
    path = parser.parse_args(arguments).path
    path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
