"""A lesson's headline figure: shown to the reader, and recorded for the run that checks it against its band."""

from __future__ import annotations

import html
from typing import Any

MIME = "application/vnd.imgrec.headline+json"
"""Kind of notebook output that holds a headline as data: name, value, low, high."""


def headline(name: str, value: Any, low: float | None = None, high: float | None = None) -> None:
    """Show the lesson's headline metric, and record it in the notebook's output.

    Args:
        name: the metric, in the words of the lesson's front matter (`metric`).
        value: a number, or anything with the attributes `value`, `low` and `high`, such as a metric of an `Evaluation`.
        low: lower end of its interval, where there is one.
        high: upper end of its interval.

    Raises:
        ValueError: the value is not a finite number.
    """
    if hasattr(value, "value"):
        value, low, high = value.value, getattr(value, "low", low), getattr(value, "high", high)
    figure = float(value)
    if figure != figure or figure in (float("inf"), float("-inf")):
        raise ValueError(f"a headline is a finite number; {name!r} is {value!r}: look at what computed it")
    interval = f" ({short(low)} to {short(high)})" if low is not None and high is not None else ""
    text = f"{name}: {short(figure)}{interval}"
    record = {"name": name, "value": figure, "low": _number(low), "high": _number(high)}
    shown = {
        "text/plain": text,
        "text/html": f'<p class="headline"><b>{html.escape(name)}: {short(figure)}</b>{interval}</p>',
        MIME: record,
    }
    _display(shown)


def find(notebook: Any) -> dict[str, Any] | None:
    """The headline that an executed notebook recorded: the last one, or None."""
    found = None
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            found = output.get("data", {}).get(MIME, found)
    return found


def _display(bundle: dict[str, Any]) -> None:
    try:
        from IPython import display, get_ipython
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(bundle["text/plain"])
    else:
        display.display(bundle, raw=True)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def short(value: Any) -> str:
    """A figure for people: three digits behind the point, four where it is small, none where it is large."""
    figure = float(value)
    if abs(figure) >= 1000:
        return f"{figure:,.0f}"
    return f"{figure:.4f}" if 0 < abs(figure) < 0.01 else f"{figure:.3f}"
