"""What a training run is told: the defaults by size of the data, and the checks of what you pass."""

from __future__ import annotations

from dataclasses import asdict, dataclass

SCHEDULES = ("cosine", "step", "constant")
MONITORS = ("validation_loss", "validation_accuracy", "validation_roc_auc")
LEARNING_RATES = {"adam": 2e-3, "adamw": 2e-3, "muon": 1e-2, "sgd": 0.05}


class TrainingDiverged(RuntimeError):
    """The loss became NaN or infinite; the message says at which epoch and what to change."""


@dataclass(frozen=True)
class Settings:
    """Everything that decides the course of a run; a resumed run must have the same."""

    images: int
    epochs: int
    batch_size: int
    steps: int
    steps_per_execution: int
    optimizer: str
    learning_rate: float
    weight_decay: float
    schedule: str
    augmentation: str
    class_weights: str
    label_smoothing: float
    weight_averaging: bool
    monitor: str
    patience: int | None
    seed: int

    def to_dict(self) -> dict:
        """Return the settings as plain values."""
        return asdict(self)


def default_batch_size(images: int) -> int:
    """Return 32 for small sets, which then get enough steps, and up to 128 for large ones, which then train faster."""
    return 32 if images < 2_000 else 64 if images < 20_000 else 128


def default_epochs(images: int) -> int:
    """Return a number of epochs: many passes over a small set, few over a large one, which could not afford more.

    The images seen in all are 24,000 for a set of 500, and grow with the size of the set to the power 0.6. That gives
    48 epochs for 500 images, 19 for 5,000, 7 for 60,000.
    """
    return min(100, max(3, round(24_000 * (images / 500) ** 0.6 / images)))


def steps_of(images: int, batch_size: int, steps_per_execution: int | None) -> tuple[int, int]:
    """Return (steps in an epoch, steps in one call of TensorFlow); the first is a multiple of the second.

    Many steps in one call save the cost of going back to Python between them. A few batches at the end of each epoch
    may be left out to make the division exact: they are other images in every epoch.
    """
    steps = max(1, images // batch_size)
    if steps_per_execution is None:
        steps_per_execution = min(range(min(8, steps), min(16, steps) + 1), key=lambda size: (steps % size, -size))
    steps_per_execution = min(steps_per_execution, steps)
    return steps // steps_per_execution * steps_per_execution, steps_per_execution


def check(settings: Settings) -> None:
    """Raise ValueError for a setting that is out of range, and say what is accepted."""
    choices = {"optimizer": tuple(LEARNING_RATES), "schedule": SCHEDULES, "monitor": MONITORS}
    for name, accepted in choices.items():
        value = getattr(settings, name)
        if value not in accepted:
            raise ValueError(f"{name} must be one of {', '.join(accepted)}, got {value!r}")
    for name in ("epochs", "batch_size", "steps_per_execution"):
        if getattr(settings, name) < 1:
            raise ValueError(f"{name} must be at least 1, got {getattr(settings, name)}")
    if settings.learning_rate <= 0:
        raise ValueError(f"learning_rate must be positive, got {settings.learning_rate}")
    if settings.weight_decay < 0:
        raise ValueError(f"weight_decay must not be negative, got {settings.weight_decay}")
    if not 0 <= settings.label_smoothing < 1:
        raise ValueError(f"label_smoothing must be in [0, 1), got {settings.label_smoothing}")
    if settings.patience is not None and settings.patience < 1:
        raise ValueError(f"patience must be at least 1 epoch, or None, got {settings.patience}")
    if not 0 <= settings.seed < 2**31:
        raise ValueError(f"seed must be between 0 and 2^31 - 1, got {settings.seed}")
