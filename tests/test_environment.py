import logging
import random

import keras
import numpy as np
import pytest

from imgrec_tf import environment


def test_report_tells_versions_machine_and_choice():
    report = environment.report()
    text = str(report)
    for word in (
        "imgrec_tf",
        "tensorflow",
        "keras",
        "numpy",
        "CPU cores",
        "GB of memory",
        report.precision,
        "IMGREC_PRECISION",
    ):
        assert word in text
    assert report.cores >= 1 and report.memory_gb > 0
    assert report.advice


def test_set_seed_repeats_python_and_keras():
    drawn = []
    for _ in range(2):
        environment.set_seed(7)
        drawn.append((random.random(), float(keras.random.uniform(()))))
    assert drawn[0] == drawn[1]
    with pytest.raises(ValueError, match="between 0 and"):
        environment.set_seed(-1)


def test_precision_can_be_overridden(monkeypatch):
    monkeypatch.setenv("IMGREC_PRECISION", "mixed_bfloat16")
    assert environment.choose_precision() == "mixed_bfloat16"
    monkeypatch.setenv("IMGREC_PRECISION", "float8")
    with pytest.raises(ValueError, match="float32, mixed_bfloat16, mixed_float16"):
        environment.choose_precision()


@pytest.fixture
def no_policy(monkeypatch):
    before = keras.config.dtype_policy()
    monkeypatch.setattr(environment, "_applied", None)
    yield
    keras.config.set_dtype_policy(before)


def test_chosen_precision_is_applied_to_models_that_are_built(monkeypatch, no_policy):
    from imgrec_tf import models

    monkeypatch.setenv("IMGREC_PRECISION", "mixed_bfloat16")
    model = models.sequential_cnn((16, 16, 1), 2)
    convolution = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    assert convolution.compute_dtype == "bfloat16"
    assert model.layers[0].compute_dtype == "float32"
    assert model(np.zeros((1, 16, 16, 1), np.float32)).dtype == "float32"


def test_in_float32_nothing_else_is_chosen_and_afterwards_it_is(monkeypatch, no_policy):
    from imgrec_tf import models

    monkeypatch.setenv("IMGREC_PRECISION", "mixed_bfloat16")
    with environment.in_float32():
        with environment.in_float32():
            pass
        inside = models.sequential_cnn((16, 16, 1), 2)
    assert {layer.compute_dtype for layer in inside.layers} == {"float32"}
    with pytest.raises(KeyError), environment.in_float32():
        raise KeyError
    after = models.sequential_cnn((16, 16, 1), 2)
    assert "bfloat16" in {layer.compute_dtype for layer in after.layers}


def test_a_policy_of_your_own_is_left_alone(monkeypatch, no_policy):
    monkeypatch.setenv("IMGREC_PRECISION", "mixed_bfloat16")
    keras.config.set_dtype_policy("float64")
    assert environment.apply_precision() == "float64"


@pytest.mark.parametrize(
    ("flags", "speedup", "expected"),
    [
        ({"avx2"}, 9.0, "float32"),
        ({"avx512_bf16"}, 1.5, "mixed_bfloat16"),
        ({"amx_bf16"}, 1.5, "mixed_bfloat16"),
        ({"avx512_bf16"}, 0.9, "float32"),
    ],
)
def test_bfloat16_on_a_cpu_needs_the_instructions_and_a_gain(monkeypatch, flags, speedup, expected):
    monkeypatch.delenv("IMGREC_PRECISION", raising=False)
    monkeypatch.setattr(environment, "cpu_flags", lambda: flags)
    monkeypatch.setattr(environment, "_bfloat16_speedup", lambda: speedup)
    environment._precision_of_this_machine.cache_clear()
    assert environment.choose_precision() == expected
    environment._precision_of_this_machine.cache_clear()


def test_the_trial_of_bfloat16_gives_a_ratio():
    assert environment._bfloat16_speedup(repeats=1) > 0


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ([(8, 0)], "mixed_bfloat16"),
        ([(7, 5)], "mixed_float16"),
        ([(6, 1)], "float32"),
        ([(9, 0), (7, 0)], "mixed_float16"),
    ],
)
def test_gpu_precision_follows_its_capability(monkeypatch, capabilities, expected):
    import tensorflow as tf

    monkeypatch.delenv("IMGREC_PRECISION", raising=False)
    details = iter([{"compute_capability": one} for one in capabilities])
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["gpu"] * len(capabilities))
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: next(details))
    environment._precision_of_this_machine.cache_clear()
    assert environment.choose_precision() == expected
    environment._precision_of_this_machine.cache_clear()


def test_without_gpu_there_is_one_replica_and_the_device_is_the_cpu():
    assert environment.strategy().num_replicas_in_sync == 1
    assert environment.device_name().startswith("CPU, ")


def test_tensorflow_does_not_warn_of_the_fifth_network_but_of_all_else():
    logger = logging.getLogger("tensorflow")
    texts = "5 out of the last 9 calls to <f> triggered tf.function retracing. Tracing is expensive", "something else"
    kept = [bool(logger.filter(logging.makeLogRecord({"msg": text, "name": "tensorflow"}))) for text in texts]
    assert kept == [False, True]
