"""Checks of arguments that several modules share."""

from __future__ import annotations

from numbers import Integral


def whole(name: str, value, low: int, high: int) -> None:
    """Refuse what is no whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number from {low} to {high}, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low} to {high}, got {value}; choose a number in that range")


def picture_arguments(owner: str, number: int, picture: int, size) -> None:
    """Refuse a wrong person or writer, number of a picture, or size."""
    whole(owner, number, 0, 2**62)
    whole("picture", picture, 0, 2**62)
    if len(size) != 2 or min(size) < 32 or max(size) > 1024:
        raise ValueError(f"size must be height and width, 32 to 1024 pixels each, got {size!r}")
