"""A forged document: its pixels, exactly where they were changed, and what it now says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imgrec_tf.finance.capture import Photo, Severity, capture
from imgrec_tf.finance.documents import Document, save_image

KINDS = ("portrait_swap", "field_edit", "copy_move", "splice", "recapture")


@dataclass(frozen=True)
class Forged:
    """What `forge` made of a document.

    Attributes:
        document: The page as it looks now. Its fields hold the texts and boxes that are now printed, its values what
            these texts say.
        original: The page before.
        mask: bool (height, width): True where a pixel is no longer what it was; all True for a recaptured page.
        kind: One of `KINDS`.
        field: Name of the field that was changed; "page" for a recaptured page.
        region: Left, top, right and bottom of all that was pasted, in whole pixels, the last two exclusive.
        recapture: "screen" or "print" where the page is to be photographed as a copy, else None.
        placebo: Whether the tool was used and nothing was forged: what was there was cut out, saved and pasted back.
    """

    document: Document
    original: Document
    mask: np.ndarray
    kind: str
    field: str
    region: tuple[int, int, int, int]
    recapture: str | None = None
    placebo: bool = False

    @property
    def printed(self) -> dict[str, str]:
        """What a reader of this page reports, as `consistency.check_consistency` takes it: dates in ISO form."""
        return dict(self.document.values)

    def photograph(
        self,
        severity: str | Severity = "phone",
        *,
        camera: int = 0,
        seed: int = 0,
        size: int | tuple[int, int] = (960, 1280),
    ) -> Photo:
        """Take a photo with the camera that genuine documents are photographed with; arguments as in `capture`."""
        return capture(self.document, severity, camera=camera, seed=seed, size=size, recapture=self.recapture)

    def save(self, path: str | Path) -> Path:
        """Write a PNG file that says that it shows a specimen, and what was done to it; returns its path.

        Raises:
            ValueError: If the name does not end with .png.
        """
        about = {"Forgery": "placebo" if self.placebo else self.kind, "Field": self.field}
        return save_image(self.document.image, path, self.document.metadata() | about)
