"""The model in a recogniser's file: saved without what only training needs, loaded without running code from it."""

from __future__ import annotations

import importlib
import json
import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

_LARGEST_CONFIGURATION = 256 * 2**20  # bytes; that of a network with thousands of layers stays below 10 MB

# Layers that run code or read other files than the one being loaded. Keras refuses most of them by itself; naming them
# here gives one plain sentence, already when the model is saved.
_REFUSED_LAYERS = {
    "Lambda": "a Lambda layer holds Python code; write a layer class of your own and register it with "
    "keras.saving.register_keras_serializable",
    "__lambda__": "a Python lambda is code; use a named function and register it with "
    "keras.saving.register_keras_serializable",
    "TFSMLayer": "a TFSMLayer reads a TensorFlow program from another folder",
    "TorchModuleWrapper": "a TorchModuleWrapper holds pickled Python objects",
    "JaxLayer": "a JaxLayer holds Python code",
    "FlaxLayer": "a FlaxLayer holds Python code",
}


def for_serving(model: keras.Model) -> keras.Model:
    """Return a copy without optimizer, loss and metrics, which triple the size of a file and answer no question.

    Args:
        model: A built model.

    Raises:
        TypeError: If it is no Keras model.
        ValueError: If it isn't built, or holds Python code and so couldn't be loaded safely.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"only Keras models can be saved with their settings, got {type(model).__name__}")
    if not model.built:
        raise ValueError("the model has no weights yet; train it, or call it on one batch, before you save it")
    try:
        configuration = keras.saving.serialize_keras_object(model)
    except NotImplementedError as error:
        raise ValueError(f"the model can't be saved: {error}") from error
    _refuse_code(configuration, "the model can't be saved")
    own_layers = {type(layer).__name__: type(layer) for layer in model._flatten_layers()}
    state = random.getstate()  # building layers draws seeds from Python's generator, which belongs to the caller
    try:
        with keras.saving.custom_object_scope(own_layers):
            copy = keras.saving.deserialize_keras_object(configuration | {"compile_config": None}, safe_mode=True)
    except Exception as error:  # Keras and the layers of others raise almost anything here
        raise ValueError(
            "the model can't be saved, because it couldn't be built again from its layers' configurations (a "
            f"lambda as an activation is one reason). Keras says: {_first_line(error)}"
        ) from error
    finally:
        random.setstate(state)
    try:
        copy.set_weights(model.get_weights())
    except ValueError:  # weights that layers share in a way that only Keras's own saving follows
        return model
    return copy


def save_model(model: keras.Model, path: Path) -> None:
    """Save a model in Keras's format; whatever the reason, what the disk refuses becomes an OSError.

    Args:
        model: A built model.
        path: The file to make, ending in ".keras".

    Raises:
        OSError: If the file can't be written.
    """
    try:
        model.save(path)
    except OSError:
        raise
    except Exception as error:
        # Keras, h5py and zipfile pass a full disk on under names of their own; the system's error is at the root.
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, OSError):
                raise cause from error
            cause = cause.__cause__ or cause.__context__
        raise


def load_model(
    extracted: Path, *, name: str, made_by: str, saved_with: str, custom_objects: dict[str, Any] | None
) -> keras.Model:
    """Load a model in Keras's format, not compiled.

    Args:
        extracted: The file, ending in ".keras".
        name: What to call it in errors.
        made_by: Name and version of the package that wrote it, for errors.
        saved_with: Name and version of Keras that wrote it, for errors.
        custom_objects: Layer classes by name, where they aren't registered with Keras.

    Raises:
        ValueError: If it holds code, or layers that nobody has registered, or is no model.
    """
    import keras

    configuration = _configuration(extracted, name)
    _refuse_code(configuration, f"{name} is refused")
    _import_own_modules(configuration, name, made_by)
    try:
        return keras.saving.load_model(extracted, custom_objects=custom_objects, compile=False, safe_mode=True)
    except Exception as error:
        raise ValueError(
            f"{name}: keras {keras.__version__} could not rebuild the model, which was saved with {saved_with}. If it "
            "has layers of your own, import the module that registers them before you load it, or pass custom_objects. "
            f"Keras says: {_first_line(error)}"
        ) from error


def _first_line(error: Exception) -> str:
    return f"{(str(error).strip() or type(error).__name__).splitlines()[0]:.300}"


def _configuration(extracted: Path, name: str) -> Any:
    try:
        with zipfile.ZipFile(extracted) as archive, archive.open("config.json") as file:
            text = file.read(_LARGEST_CONFIGURATION + 1)
        if len(text) > _LARGEST_CONFIGURATION:
            raise ValueError(f"more than {_LARGEST_CONFIGURATION:,} bytes of configuration")
        return json.loads(text)
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError) as error:
        raise ValueError(f"{name} is damaged: what it holds isn't a Keras model ({error})") from error


def _objects(configuration: Any) -> Iterator[dict]:
    """Yield every dict in a nested configuration, however deep."""
    waiting = [configuration]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)


def _refuse_code(configuration: Any, what: str) -> None:
    for one in _objects(configuration):
        name = one.get("class_name")
        if isinstance(name, str) and name in _REFUSED_LAYERS and "config" in one:
            raise ValueError(f"{what}: {_REFUSED_LAYERS[name]}")


def _import_own_modules(configuration: Any, name: str, made_by: str) -> None:
    """Import the modules of this package that the model's layers come from, so that Keras knows these layers."""
    modules = {one.get("module") for one in _objects(configuration) if isinstance(one.get("module"), str)}
    for module in sorted(module for module in modules if re.fullmatch(r"imgrec_tf(\.[a-z][a-z_0-9]*)+", module)):
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            raise ValueError(
                f"{name} has a layer from {module}, which this imgrec_tf doesn't have; the file was made by {made_by}. "
                "Upgrade with: pip install --upgrade imgrec_tf"
            ) from error
