"""What every benchmark ends with: a table to read, and a JSON file to keep."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
sys.path.insert(0, str(RESULTS.parent.parent))  # a benchmark measures the imgrec_tf that it lies beside
COLUMNS = ("metric", "value", "low", "high", "goal", "better", "unit", "context")


def report(name: str, rows: Sequence[dict], folder: Path = RESULTS) -> Path:
    """Print the rows as a table that says which goals are met, and write them to results/<name>.json.

    The file appears whole or not at all: it is written beside its place and renamed.

    Args:
        name: Name of the benchmark, and of the file.
        rows: Dictionaries with "metric" (text), "value", "low", "high", "goal" (numbers, or None for a figure without a
            goal), "better" ("higher" or "lower"), "unit" and "context" (text). "low" and "high" bound the value.
        folder: Where the file goes.

    Returns:
        Path of the JSON file.

    Raises:
        ValueError: If a row lacks a key, has one too many, or "better" is neither "higher" nor "lower".
    """
    for row in rows:
        if set(row) != set(COLUMNS):
            raise ValueError(f"a row needs the keys {', '.join(COLUMNS)}, got {', '.join(row)}")
        if row["better"] not in ("higher", "lower"):
            raise ValueError(f'"better" must be "higher" or "lower", got {row["better"]!r}')
    print(f"\n{name}")
    _print_table([("metric", "value", "from … to", "goal", "goal met", "unit", "context"), *map(_cells, rows)])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        unfinished.write_text(json.dumps(list(rows), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    print(f"written to {path}")
    return path


def last_rows(name: str, folder: Path = RESULTS) -> list[dict]:
    """Return the rows that `report` wrote last, or none: for a benchmark of several parts that measures one again."""
    path = folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def goal_met(row: dict) -> bool | None:
    """Tell whether the value reaches the goal; None where there is no goal or no value."""
    if row["goal"] is None or row["value"] is None:
        return None
    return row["value"] >= row["goal"] if row["better"] == "higher" else row["value"] <= row["goal"]


def _cells(row: dict) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: ""}[goal_met(row)]
    sign = "≥" if row["better"] == "higher" else "≤"
    goal = "" if row["goal"] is None else f"{sign} {_number(row['goal'])}"
    spread = "" if row["low"] is None else f"{_number(row['low'])} … {_number(row['high'])}"
    return row["metric"], _number(row["value"]), spread, goal, met, row["unit"], row["context"]


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def machine() -> str:
    """Return what a figure of speed was measured on, for people."""
    from imgrec_tf import environment

    return f"{environment.cpu_cores()} CPU cores, {environment.choose_precision()}"


def _print_table(lines: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for number, line in enumerate(lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
        if number == 0:
            print("  ".join("─" * width for width in widths))
