"""Checks of arguments that many modules share."""

from __future__ import annotations

from numbers import Integral


def check_whole(name: str, value, low: int, high: int) -> None:
    """Refuse what is not a whole number in a range.

    Args:
        name: Of the argument, for the message.
        value: What was given.
        low: Smallest value that is accepted.
        high: Largest value that is accepted.

    Raises:
        TypeError: If the value is not whole; True and False count as not whole.
        ValueError: If it is out of the range.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number from {low} to {high}, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low} to {high}, got {value}; choose a number in that range")
