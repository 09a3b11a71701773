"""Running the lessons, and checking the exercises in them."""

from __future__ import annotations
