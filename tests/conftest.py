"""What every test shares: no network, no window, a cache folder of its own, the real images where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imgrec_tf.course import offline

PROJECT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Set what has to stand before the first import of TensorFlow or Matplotlib, and switch the network off."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["MPLBACKEND"] = "Agg"
    os.environ.setdefault("IMGREC_PRECISION", "float32")  # a CPU that computes in bfloat16 would choose that
    offline.switch_off()


@pytest.fixture(scope="session", autouse=True)
def _session_cache(tmp_path_factory: pytest.TempPathFactory):
    """Keep the user's own cache folder out of it, also for fixtures that live longer than one test."""
    before = os.environ.get("IMGREC_CACHE")
    os.environ["IMGREC_CACHE"] = str(tmp_path_factory.mktemp("session_cache"))
    yield
    if before is None:
        del os.environ["IMGREC_CACHE"]
    else:
        os.environ["IMGREC_CACHE"] = before


@pytest.fixture(autouse=True)
def cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder that stands in for the user's cache during one test."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("IMGREC_CACHE", str(folder))
    return folder


@pytest.fixture
def mixed_bfloat16():
    """Keras's policy is mixed_bfloat16 meanwhile, as on a machine whose CPU or GPU computes in it."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy(before)


@pytest.fixture(scope="session")
def imgrec_data() -> Path:
    """The folder of real images: $IMGREC_DATA, else `shared/data` beside the project's folder; skips without one."""
    named = os.environ.get("IMGREC_DATA")
    folder = Path(named) if named else PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs real images: there is no folder {folder}; set IMGREC_DATA to where they are")
    return folder
