"""This machine: what it has, what was chosen for it, and how to choose otherwise.

Nothing here has to be called. Models are built in the precision and under the distribution strategy that fit the
machine; `report()` says what that means, and how to override it.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
PRECISION_VARIABLE = "IMGREC_PRECISION"

# Whoever trains several networks in one notebook has one function traced for each; TensorFlow takes that for a fault
# and warns of it, in a long paragraph, at every network from the fifth on.
logging.getLogger("tensorflow").addFilter(lambda record: "triggered tf.function retracing" not in str(record.msg))


@dataclass(frozen=True)
class EnvironmentReport:
    """What `report` returns; a notebook shows it as a short table.

    Attributes:
        versions: Version by package name.
        cores: CPU cores that this process may use.
        memory_gb: Memory of the machine, in GB (10^9 bytes).
        gpus: Name of each GPU that TensorFlow sees.
        precision: Keras dtype policy that models are built with.
        strategy: How many devices train together.
        advice: One line on what to do next.
    """

    versions: dict[str, str]
    cores: int
    memory_gb: float
    gpus: tuple[str, ...]
    precision: str
    strategy: str
    advice: str

    def __str__(self) -> str:
        rows = {
            "versions": ", ".join(f"{name} {version}" for name, version in self.versions.items()),
            "machine": f"{self.cores} CPU cores, {self.memory_gb:.0f} GB of memory, {platform.system()}",
            "GPU": ", ".join(self.gpus) or "none",
            "precision": f"{self.precision}  (to override: {PRECISION_VARIABLE}=float32)",
            "strategy": self.strategy,
            "advice": self.advice,
        }
        return "\n".join(f"{name:<10} {value}" for name, value in rows.items())

    __repr__ = __str__


def report() -> EnvironmentReport:
    """Describe this machine and what was chosen for it. Loads TensorFlow."""
    import keras
    import numpy as np
    import psutil
    import tensorflow as tf

    import imgrec_tf

    gpus = tuple(
        tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
        for gpu in tf.config.list_physical_devices("GPU")
    )
    apply_precision()
    return EnvironmentReport(
        versions={
            "imgrec_tf": imgrec_tf.__version__,
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
        cores=cpu_cores(),
        memory_gb=psutil.virtual_memory().total / 1e9,
        gpus=gpus,
        precision=keras.config.dtype_policy().name,
        strategy=_strategy_text(strategy().num_replicas_in_sync),
        advice=_advice(bool(gpus)),
    )


def _strategy_text(replicas: int) -> str:
    return "one device" if replicas == 1 else f"MirroredStrategy: {replicas} GPUs share each batch"


def _advice(has_gpu: bool) -> str:
    if has_gpu:
        return "training uses the GPU; nothing to configure"
    if sys.platform == "linux":
        return 'no GPU found: the lessons are sized for this. With an NVIDIA card: pip install "tensorflow[and-cuda]"'
    return "no GPU found: the lessons are sized for this. README says how to use one through WSL2 or Colab"


def cpu_cores() -> int:
    """Return the number of CPU cores that this process may use, which in a container is fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def set_seed(seed: int, *, deterministic: bool = False) -> None:
    """Seed Python, NumPy and TensorFlow, for code of your own that takes no seed.

    The functions of this library take a `seed` and do not need it.

    Args:
        seed: Any integer from 0 to 2^32 - 1.
        deterministic: Also make TensorFlow choose deterministic algorithms, on a GPU at a cost in speed.

    Raises:
        ValueError: If the seed is out of range.
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be between 0 and 2^32 - 1, got {seed}")
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()


def choose_precision() -> str:
    """Return the Keras dtype policy that suits this machine.

    A GPU of compute capability 8 or more computes in bfloat16, one of 7 in float16 (NVIDIA's tensor cores). A CPU with
    AVX512_BF16 or AMX uses bfloat16 if a short trial on this machine finds it faster. Everything else uses float32.
    The environment variable IMGREC_PRECISION overrides the choice.

    Raises:
        ValueError: If IMGREC_PRECISION is set to something else than a known policy.
    """
    wanted = os.environ.get(PRECISION_VARIABLE)
    if wanted:
        if wanted not in PRECISIONS:
            raise ValueError(f"{PRECISION_VARIABLE} must be one of {', '.join(PRECISIONS)}, got {wanted!r}")
        return wanted
    return _precision_of_this_machine()


@functools.cache
def _precision_of_this_machine() -> str:
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        capabilities = [
            tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0)) for gpu in gpus
        ]
        weakest = min(capabilities)[0]
        return "mixed_bfloat16" if weakest >= 8 else "mixed_float16" if weakest == 7 else "float32"
    if cpu_flags() & {"avx512_bf16", "amx_bf16"} and _bfloat16_speedup() > 1.2:
        return "mixed_bfloat16"
    return "float32"


def cpu_flags() -> set[str]:
    """Return the CPU's feature flags on Linux, an empty set elsewhere."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return set()
    lines = [line for line in path.read_text().splitlines() if line.startswith("flags")]
    return set(lines[0].split(":", 1)[1].split()) if lines else set()


def _bfloat16_speedup(repeats: int = 5) -> float:
    """Time one convolution with its gradient in float32 and in bfloat16, in turn, and return the ratio."""
    import time

    import numpy as np
    import tensorflow as tf

    def seconds(step, *arguments):
        start = time.perf_counter()
        step(*arguments)
        return time.perf_counter() - start

    @tf.function
    def step(images, kernel):
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            loss = tf.reduce_sum(tf.nn.conv2d(images, kernel, 1, "SAME"))
        return tape.gradient(loss, kernel)

    cases = [
        (tf.zeros((64, 28, 28, 32), dtype), tf.zeros((3, 3, 32, 32), dtype)) for dtype in (tf.float32, tf.bfloat16)
    ]
    times = [[seconds(step, *case) for case in cases] for _ in range(repeats + 2)]
    wide, narrow = np.median(times[2:], axis=0)
    return wide / narrow


_applied: str | None = None
_held = False  # while `in_float32` lasts


def apply_precision() -> str:
    """Make Keras build models in the chosen precision, unless you have set a policy of your own; return the policy."""
    global _applied
    import keras

    current = keras.config.dtype_policy().name
    if _held or current != (_applied or "float32"):
        return current
    chosen = choose_precision()
    if chosen != current:
        keras.config.set_dtype_policy(chosen)
    _applied = chosen
    return chosen


@contextlib.contextmanager
def in_float32() -> Iterator[None]:
    """Let models be built in float32 meanwhile, whatever Keras's policy is and whatever this machine would choose.

    For networks whose limits and thresholds were measured in float32, as those that ship with the package.
    """
    global _held
    import keras

    before = keras.config.dtype_policy(), _held
    keras.config.set_dtype_policy("float32")
    _held = True
    try:
        yield
    finally:
        policy, _held = before
        keras.config.set_dtype_policy(policy)


@functools.cache
def strategy():
    """Return the `tf.distribute` strategy for this machine: all GPUs through MirroredStrategy if there are several."""
    import tensorflow as tf

    if len(tf.config.list_physical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def device_name() -> str:
    """Return what a model trains on, for people: "2 × NVIDIA L4" or "CPU, 2 cores"."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return f"CPU, {cpu_cores()} cores"
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")
    return name if len(gpus) == 1 else f"{len(gpus)} × {name}"
