"""Checks of arguments that several modules share."""

from __future__ import annotations

from imgrec_tf._checks import check_whole


def picture_arguments(owner: str, number: int, picture: int, size) -> None:
    """Refuse a wrong person or writer, number of a picture, or size."""
    check_whole(owner, number, 0, 2**62)
    check_whole("picture", picture, 0, 2**62)
    if len(size) != 2 or min(size) < 32 or max(size) > 1024:
        raise ValueError(f"size must be height and width, 32 to 1024 pixels each, got {size!r}")
