"""The 28 lessons of the course, in order: what exists and what is still to come."""

from __future__ import annotations

PARTS: dict[str, dict[int, str]] = {
    "foundations": {
        1: "Images are numbers",
        2: "Prepare images",
        3: "A first CNN",
        4: "When it overfits",
        5: "Train fast",
        6: "Compare networks",
        7: "Measure honestly",
        8: "Borrow and pretrain",
        9: "Generate images",
    },
    "finance": {
        10: "Know the document",
        11: "Find and straighten",
        12: "Read the number",
        13: "Spot a forgery",
        14: "Decide an application",
        15: "Text as an image",
        16: "Market charts",
    },
    "medicine": {
        17: "Chest X-ray",
        18: "DICOM",
        19: "Thresholds and referral",
        20: "Explain, and find the shortcut",
        21: "Segment cells",
        22: "Count blood cells",
        23: "A report for the doctor",
    },
    "production": {
        24: "Attack and defend",
        25: "Sign and lock",
        26: "Shrink and export",
        27: "Serve",
        28: "Scale out",
    },
}
"""Part of the course → number of the lesson → its title."""
