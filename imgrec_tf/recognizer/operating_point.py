"""The threshold that a recogniser answers with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class OperatingPoint:
    """The threshold that a recogniser answers with, and why it was chosen.

    Attributes:
        threshold: Scores at or above it count as positive, in [0, 1]; in a multi-label task also one number a class.
        reason: One line for people.
        details: What else the object held that the threshold came from, such as its sensitivity; plain values only.
    """

    threshold: float | tuple[float, ...]
    reason: str = "given as a number"
    details: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        values = np.asarray(self.threshold, np.float64)
        if values.ndim > 1 or not values.size or not ((values >= 0) & (values <= 1)).all():
            raise ValueError(f"the threshold must be in [0, 1], the range of scores, got {self.threshold!r}")
        object.__setattr__(self, "threshold", tuple(values.tolist()) if values.ndim else values.item())

    @property
    def threshold_text(self) -> str:
        """The threshold, or thresholds, for people."""
        values = self.threshold if isinstance(self.threshold, tuple) else (self.threshold,)
        return ", ".join(f"{value:.4g}" for value in values)

    @classmethod
    def of(cls, value: Any) -> OperatingPoint:
        """Make one from a number, from one number a class, or from any object with a `threshold` and a `reason`.

        Args:
            value: The number or numbers, or the object.

        Raises:
            TypeError: If it is neither.
            ValueError: If the threshold is outside [0, 1].
        """
        if isinstance(value, cls):
            return value
        if not hasattr(value, "threshold"):
            if np.asarray(value).dtype.kind not in "iuf":
                raise TypeError(
                    "operating_point must be a number in [0, 1] or an object with .threshold and .reason, got "
                    f"{value!r:.80}"
                )
            return cls(value)
        held = vars(value) if hasattr(value, "__dict__") else {}
        held = {name: one.item() if isinstance(one, np.generic) else one for name, one in held.items()}
        details = {
            name: one
            for name, one in held.items()
            if name not in ("threshold", "reason") and (one is None or isinstance(one, str | int | float | bool))
        }
        return cls(value.threshold, str(getattr(value, "reason", "not stated")), details)
