import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
import tensorflow as tf

from imgrec_tf import models
from imgrec_tf.datasets.cards import DatasetCard
from imgrec_tf.datasets.dataset import ImageDataset
from imgrec_tf.datasets.one_split import Split
from imgrec_tf.training import TrainingDiverged, TrainingRun, train
from imgrec_tf.training.settings import default_epochs, steps_of
from imgrec_tf.training.validation import standard_error, validation_metrics


def blobs(count=96, classes=2, task=None, seed=0, size=12):
    """Noise with a bright square whose corner tells the class."""
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    images = generator.integers(0, 100, (count, size, size, 1), dtype=np.uint8)
    for image, label in zip(images, labels):
        row, column = divmod(int(label), 2)
        image[row * 6 : row * 6 + 5, column * 6 : column * 6 + 5] += 100
    names = [f"class {k}" for k in range(classes)]
    targets = np.eye(classes, dtype=int)[labels] if task == "multi-label" else labels
    return Split(images, targets, class_names=names, task=task)


def dataset(train_count=96, classes=2, task=None):
    parts = [blobs(train_count, classes, task, 1), blobs(40, classes, task, 2), blobs(40, classes, task, 3)]
    card = DatasetCard("blobs", "Bright squares", parts[0].task, parts[0].class_names, synthetic=True)
    return ImageDataset(*parts, card)


def small_model(data, **options):
    settings = {"filters": (4, 8), "dropout": 0.2, "seed": 5} | options
    return models.sequential_cnn(data.image_shape, data.num_classes, **settings)


def trained(data=None, **options):
    data = data or dataset()
    settings = {"epochs": 2, "seed": 1, "augmentation": "none", "progress": False, "check_leaks": False} | options
    return train(small_model(data), data, **settings)


def test_a_run_learns_and_tells_how():
    data = dataset(400, classes=3)
    run = train(
        small_model(data, filters=(8,)),
        data,
        epochs=20,
        learning_rate=0.01,
        augmentation="none",
        progress=False,
        check_leaks=False,
    )
    assert isinstance(run, TrainingRun)
    wanted = ["epoch", "accuracy", "loss", "validation_loss", "validation_accuracy", "validation_roc_auc"]
    assert set(run.history.columns) == {*wanted, "learning_rate", "seconds"}
    assert list(run.history["epoch"]) == list(range(1, 21))
    assert run.history["validation_roc_auc"].max() > 0.9
    assert run.history["learning_rate"].iloc[-1] < run.history["learning_rate"].max() / 10
    assert "kept epoch" in repr(run)


@pytest.mark.parametrize("monitor", ["validation_loss", "validation_roc_auc"])
def test_the_model_holds_the_latest_weights_within_one_standard_error_of_the_best(monitor, monkeypatch):
    from imgrec_tf.training import callbacks

    errors = []
    measure = callbacks.standard_error
    monkeypatch.setattr(callbacks, "standard_error", lambda *told: errors.append(measure(*told)) or errors[-1])
    data = dataset()
    run = trained(data, epochs=4, learning_rate=0.02, monitor=monitor)
    scores = run.model.predict(data.validation.pixels(), verbose=0)
    measured = validation_metrics(scores, data.validation.labels, data.task)
    history = run.history.set_index("epoch")
    assert measured["validation_loss"] == pytest.approx(history.loc[run.best_epoch, "validation_loss"], rel=1e-4)

    values = history[monitor] * (-1 if monitor == "validation_loss" else 1)
    kept, best, told = 0, -np.inf, iter(errors)
    for epoch, value in values.items():
        if value > best:
            best, error = value, next(told)
        if value >= best - error:
            kept = epoch
    assert run.best_epoch == kept


def test_standard_errors_agree_with_a_bootstrap():
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, 200)
    scores = np.clip(labels * 0.3 + generator.uniform(0.05, 0.65, 200), 0.01, 0.99)[:, None]
    draws = [generator.integers(0, 200, 200) for _ in range(300)]
    for monitor in ("validation_loss", "validation_accuracy", "validation_roc_auc"):
        values = [validation_metrics(scores[draw], labels[draw], "binary")[monitor] for draw in draws]
        assert standard_error(monitor, scores, labels, "binary") == pytest.approx(np.std(values), rel=0.25)


def test_two_runs_with_one_seed_have_the_same_history():
    first, again = (trained(augmentation="light", epochs=3) for _ in range(2))
    other = trained(seed=2)
    columns = ["loss", "accuracy", "validation_loss", "validation_roc_auc"]
    np.testing.assert_array_equal(first.history[columns], again.history[columns])
    assert not np.array_equal(first.history["loss"], other.history["loss"])


class Killed(Exception):
    pass


def test_a_killed_run_goes_on_and_ends_as_if_uninterrupted(tmp_path, monkeypatch, stop_after=2):
    from imgrec_tf.training import callbacks

    whole = trained(epochs=4, augmentation="light")
    file = tmp_path / "run.checkpoint"
    save = callbacks.Checkpoint.on_epoch_end

    def save_then_die(self, epoch, logs=None):
        save(self, epoch, logs)
        if epoch + 1 == stop_after:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(callbacks.Checkpoint, "on_epoch_end", save_then_die)
        with pytest.raises(Killed):
            trained(epochs=4, augmentation="light", checkpoint=file)
    resumed = trained(epochs=4, augmentation="light", checkpoint=file)
    columns = ["epoch", "loss", "accuracy", "validation_loss", "validation_roc_auc"]
    np.testing.assert_allclose(resumed.history[columns], whole.history[columns], rtol=1e-6)
    assert resumed.best_epoch == whole.best_epoch
    for mine, other in zip(resumed.model.get_weights(), whole.model.get_weights()):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)
    again = trained(epochs=4, augmentation="light", checkpoint=file)  # nothing left to do: the finished run comes back
    np.testing.assert_array_equal(again.history[columns], resumed.history[columns])


@pytest.mark.slow
def test_a_process_killed_outright_loses_no_more_than_an_epoch(tmp_path):
    script = textwrap.dedent(
        """
        import os, signal, sys
        sys.path.insert(0, {tests!r})
        from test_train import trained
        from imgrec_tf.training import callbacks

        save = callbacks.Checkpoint.on_epoch_end
        def save_then_die(self, epoch, logs=None):
            save(self, epoch, logs)
            if epoch + 1 == int(sys.argv[1]):
                os.kill(os.getpid(), signal.SIGKILL)
        callbacks.Checkpoint.on_epoch_end = save_then_die
        run = trained(epochs=4, checkpoint={file!r})
        print(repr(list(run.history["validation_loss"])))
        """
    ).format(tests=str(__import__("pathlib").Path(__file__).parent), file=str(tmp_path / "run.checkpoint"))
    killed = subprocess.run([sys.executable, "-c", script, "2"], capture_output=True, text=True)
    assert killed.returncode == -9
    resumed = subprocess.run([sys.executable, "-c", script, "99"], capture_output=True, text=True, check=True)
    expected = list(trained(epochs=4).history["validation_loss"])
    np.testing.assert_allclose(eval(resumed.stdout.strip().splitlines()[-1]), expected, rtol=1e-6)


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    file = tmp_path / "run.checkpoint"
    trained(epochs=1, checkpoint=file)
    with pytest.raises(ValueError, match="epochs was 1, now 2"):
        trained(epochs=2, checkpoint=file)
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(ValueError, match="damaged"):
        trained(epochs=1, checkpoint=file)


def test_a_full_disk_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    file = tmp_path / "run.checkpoint"
    trained(epochs=1, checkpoint=file)
    before = file.read_bytes()

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    file_again = tmp_path / "other.checkpoint"
    with pytest.raises(OSError, match="No space left on device"):
        trained(epochs=1, checkpoint=file_again)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["run.checkpoint"]


def test_nan_stops_with_an_error_that_helps():
    with pytest.raises(TrainingDiverged, match="learning_rate"):
        trained(dataset(), optimizer="sgd", learning_rate=1e30, weight_averaging=False)


def test_early_stopping_ends_the_run():
    run = trained(epochs=20, learning_rate=1e-9, patience=2, weight_averaging=False)
    assert len(run.history) < 20


@pytest.mark.parametrize(
    "options",
    [
        {"optimizer": "sgd", "schedule": "step"},
        {"optimizer": "muon"},
        {"optimizer": "adam", "schedule": "constant", "weight_averaging": False},
        {"class_weights": "balanced", "label_smoothing": 0.1},
        {"class_weights": {"class 0": 1.0, "class 1": 3.0}},
        {"augmentation": "light", "batch_size": 7, "steps_per_execution": 3},
        {"batch_size": 10_000},
    ],
)
def test_every_option_trains(options):
    run = trained(**options)
    assert np.isfinite(run.history["loss"]).all()


def test_class_weights_move_the_scores():
    data = dataset()
    rate = {"epochs": 3, "learning_rate": 0.02}
    light = trained(data, class_weights={"class 0": 1.0, "class 1": 0.01}, **rate)
    heavy = trained(data, class_weights={"class 0": 0.01, "class 1": 1.0}, **rate)
    pixels = data.validation.pixels()
    assert light.model.predict(pixels, verbose=0)[:, 1].mean() < heavy.model.predict(pixels, verbose=0)[:, 1].mean()


def test_multi_label_trains():
    data = dataset(96, 3, "multi-label")
    model = models.sequential_cnn(data.image_shape, 3, filters=(4,), multi_label=True)
    run = train(model, data, epochs=1, augmentation="none", progress=False, check_leaks=False)
    assert np.isfinite(run.history["validation_roc_auc"]).all()
    with pytest.raises(ValueError, match="several classes"):
        train(model, data, epochs=1, class_weights="balanced", progress=False, check_leaks=False)


def test_a_model_of_your_own_with_one_sigmoid_trains():
    data = dataset()
    layers = [keras.Input(data.image_shape), keras.layers.Rescaling(1 / 255), keras.layers.Flatten()]
    model = keras.Sequential([*layers, keras.layers.Dense(1, "sigmoid")])
    run = train(model, data, epochs=1, augmentation="none", progress=False, check_leaks=False)
    assert np.isfinite(run.history["validation_loss"]).all()


def test_leaks_are_told():
    data = dataset()
    data.validation = data.train.subset(range(10), "validation")
    with pytest.warns(UserWarning, match="10"):
        trained(data, epochs=1, check_leaks=True)


def test_tensorboard_writes_event_files(tmp_path):
    trained(epochs=1, tensorboard=tmp_path)
    assert list(tmp_path.rglob("events*"))


def test_the_plot_says_synthetic_and_whether_training_images_were_changed():
    figure = trained().plot()
    assert "(synthetic)" in figure.get_suptitle()
    labels = [trained(augmentation=name).plot().axes[0].get_lines()[0].get_label() for name in ("none", "light")]
    assert labels == ["training", "training (augmented)"]
    assert all(ax.get_xlabel() == "Epoch" and ax.get_ylabel() for ax in figure.axes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizer": "adagrad"}, "adam, adamw, muon, sgd"),
        ({"schedule": "linear"}, "cosine, step, constant"),
        ({"monitor": "val_loss"}, "validation_loss"),
        ({"epochs": 0}, "epochs"),
        ({"batch_size": 0}, "batch_size"),
        ({"learning_rate": -1.0}, "learning_rate"),
        ({"label_smoothing": 1.0}, "label_smoothing"),
        ({"patience": 0}, "patience"),
        ({"seed": -1}, "seed"),
        ({"class_weights": {"cat": 1.0}}, "class 0, class 1"),
        ({"augmentation": "heavy"}, "light"),
    ],
)
def test_bad_options_are_told(options, message):
    with pytest.raises(ValueError, match=message):
        trained(**options)


def test_a_model_that_does_not_fit_is_told():
    data = dataset()
    with pytest.raises(ValueError, match="takes images of shape"):
        train(models.sequential_cnn((28, 28, 1), 2), data)
    with pytest.raises(ValueError, match="gives 5 scores"):
        train(models.sequential_cnn(data.image_shape, 5), data)
    with pytest.raises(TypeError, match="sequential_cnn"):
        train("model", data)


def test_default_epochs_shrink_as_sets_grow():
    epochs = [default_epochs(count) for count in (10, 500, 5_000, 60_000, 300_000)]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[-1] >= 3


@pytest.mark.parametrize(("images", "batch_size"), [(500, 32), (4708, 64), (60_000, 128), (7, 7), (1, 1), (33, 32)])
def test_steps_divide_and_leave_out_little(images, batch_size):
    steps, per_call = steps_of(images, batch_size, None)
    assert steps % per_call == 0 and per_call <= 16
    assert steps >= 1 and images // batch_size - steps <= max(1, images // batch_size // 10)


@pytest.mark.slow
def test_several_devices_train_together():
    """MirroredStrategy with two replicas on the CPU: what `strategy()` chooses when there are several GPUs."""
    script = textwrap.dedent(
        """
        import tensorflow as tf
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        import sys; sys.path.insert(0, {tests!r})
        from imgrec_tf import environment
        both = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        environment.strategy = lambda: both
        from test_train import trained
        run = trained(epochs=2)
        print("replicas", run.model.distribute_strategy.num_replicas_in_sync, run.history["loss"].notna().all())
        """
    ).format(tests=str(__import__("pathlib").Path(__file__).parent))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "replicas 2 True" in done.stdout, done.stderr[-2000:]


def test_tf_is_not_left_in_another_policy():
    assert keras.config.dtype_policy().name == "float32"
    assert tf.executing_eagerly()
