"""A data set's card: where the images come from, what they may be used for, and whether they are synthetic."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields

TASKS = ("binary", "multi-class", "ordinal", "multi-label")


@dataclass(frozen=True)
class DatasetCard:
    """What a reader has to know about a data set before trusting a figure made with it.

    Attributes:
        name: Short name, as in `datasets.load(name)`.
        title: One line for people.
        task: "binary", "multi-class", "ordinal" or "multi-label".
        class_names: One name a class, in the order of the labels.
        synthetic: True when the images were made by a program.
        source: Who made the images, and where they are published.
        licence: Name of the licence, or "not stated".
        citation: What to cite.
        intended_use: What the images are fit for, and what they are not.
        urls: Addresses of the file, tried in this order.
        checksum: "md5:…" or "sha256:…" of the file, or None.
        splits: Number of images by split, for example {"train": 4708, "validation": 524, "test": 624}.
    """

    name: str
    title: str
    task: str
    class_names: tuple[str, ...]
    synthetic: bool = False
    source: str = "not stated"
    licence: str = "not stated"
    citation: str = "not stated"
    intended_use: str = "not stated"
    urls: tuple[str, ...] = ()
    checksum: str | None = None
    splits: dict[str, int] = field(default_factory=dict)

    def __post_init__(self):
        if self.task not in TASKS:
            raise ValueError(f"task must be one of {', '.join(TASKS)}, got {self.task!r}")
        object.__setattr__(self, "class_names", tuple(str(name) for name in self.class_names))
        object.__setattr__(self, "urls", tuple(self.urls))

    def to_dict(self) -> dict:
        """Return the card as plain Python values, ready for JSON."""
        return asdict(self) | {"class_names": list(self.class_names), "urls": list(self.urls)}

    @classmethod
    def from_dict(cls, values: dict) -> DatasetCard:
        """Rebuild a card from `to_dict`; keys that this version does not know are left out."""
        known = {one.name for one in fields(cls)}
        return cls(**{key: value for key, value in values.items() if key in known})

    def _repr_markdown_(self) -> str:
        kind = "**synthetic**: made by a program" if self.synthetic else "real images"
        counts = ", ".join(f"{split} {count:,}" for split, count in self.splits.items()) or "not stated"
        classes = ", ".join(f"{index} {name}" for index, name in enumerate(self.class_names))
        rows = {
            "name": f"`{self.name}`",
            "images": kind,
            "task": self.task,
            "classes": classes,
            "splits": counts,
            "source": self.source,
            "licence": self.licence,
            "citation": self.citation,
            "intended use": self.intended_use,
        }
        lines = [f"**{self.title}**", "", "| | |", "|---|---|"]
        return "\n".join(lines + [f"| {key} | {value} |" for key, value in rows.items()])
