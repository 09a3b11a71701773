"""Temperature scaling as a layer, so that a calibrated model stays one model in one file."""

from __future__ import annotations

import keras
from keras import layers, ops

from imgrec_tf.decisions.temperature import SMALLEST, Temperature


@keras.saving.register_keras_serializable(package="imgrec_tf")
class TemperatureScaling(layers.Layer):
    """Divide the logarithms of scores by a temperature, and turn them into scores again.

    Takes and returns float32 probabilities (batch, classes), or (batch, 1) of class 1.

    Args:
        temperature: T, above 0.
        independent: True where each score is a question of its own (multi-label); one column always is.
        **kwargs: `name` and the rest of `keras.layers.Layer`.

    Raises:
        ValueError: If the temperature is not above 0.
    """

    def __init__(self, temperature: float, *, independent: bool = False, **kwargs) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        if not 0 < temperature < float("inf"):
            raise ValueError(f"a temperature must be above 0 and finite, got {temperature}")
        self.temperature, self.independent = float(temperature), bool(independent)

    def call(self, scores):
        """Return the scores at the temperature."""
        sure = ops.log(ops.maximum(scores, SMALLEST))
        if self.independent or scores.shape[-1] == 1:
            return ops.sigmoid((sure - ops.log(ops.maximum(1.0 - scores, SMALLEST))) / self.temperature)
        return ops.softmax(sure / self.temperature, axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self) -> dict:
        return {**super().get_config(), "temperature": self.temperature, "independent": self.independent}


def calibrated(model, temperature: Temperature) -> keras.Model:
    """Return a model that gives the scores of another at a temperature; both share their weights.

    Args:
        model: A built Keras model that ends in probabilities (batch, classes), or what `train` returned.
        temperature: From `fit_temperature`.

    Returns:
        A Keras model with one layer more, which a `Recognizer` keeps in its file like any other.

    Raises:
        TypeError: If it is no Keras model, or no Temperature.
        ValueError: If the model has no weights yet, or doesn't give one row of scores an image.
    """
    model = model if isinstance(model, keras.Model) else getattr(model, "model", model)
    if not isinstance(model, keras.Model):
        raise TypeError(f"calibrated needs a Keras model, got {type(model).__name__}; for others use Temperature.apply")
    if not isinstance(temperature, Temperature):
        raise TypeError(f"temperature must be what fit_temperature returned, got {temperature!r:.80}")
    if not model.built:
        raise ValueError("the model has no weights yet; train it, or call it on one batch, first")
    if len(model.outputs) != 1 or len(model.outputs[0].shape) != 2:
        shapes = [tuple(output.shape) for output in model.outputs]
        raise ValueError(f"the model must give one row of scores an image (batch, classes), it gives {shapes}")
    layer = TemperatureScaling(
        temperature.value, independent=temperature.task == "multi-label", name="temperature_scaling"
    )
    return keras.Model(model.inputs, layer(model.outputs[0]), name=f"{model.name}_calibrated")
