import numpy as np
import pytest

from imgrec_tf import models
from imgrec_tf.datasets.one_split import Split


def bright_or_dark(count=60, classes=2, seed=0):
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    images = generator.integers(0, 60, (count, 8, 8, 1)) + (labels * 180 // (classes - 1))[:, None, None, None]
    return Split(images.astype(np.uint8), labels, class_names=[f"class {k}" for k in range(classes)])


@pytest.mark.parametrize("name", ["logistic-regression", "svm-rbf", "random-forest"])
@pytest.mark.parametrize("classes", [2, 3])
def test_a_baseline_learns_what_brightness_tells(name, classes):
    fitted = models.baseline(name, bright_or_dark(classes=classes))
    test = bright_or_dark(classes=classes, seed=1)
    scores = fitted.predict(test.pixels())
    assert scores.shape == (len(test), classes)
    np.testing.assert_allclose(scores.sum(axis=1), 1)
    assert np.mean(scores.argmax(axis=1) == test.labels) > 0.95


def test_majority_gives_the_shares_of_the_classes():
    split = bright_or_dark(40).subset(np.arange(30))
    scores = models.baseline("majority", split).predict(split.pixels())
    np.testing.assert_allclose(scores[0], split.class_counts() / len(split))


def test_a_class_without_training_images_gets_zero():
    split = bright_or_dark(60, classes=3)
    fitted = models.baseline("logistic-regression", split.subset(split.labels != 1))
    assert (fitted.predict(split.pixels())[:, 1] == 0).all()


def test_bad_input_is_told():
    split = bright_or_dark()
    with pytest.raises(ValueError, match="svm-rbf"):
        models.baseline("svm", split)
    with pytest.raises(ValueError, match="two classes"):
        models.baseline("svm-rbf", split.subset(split.labels == 0))


def test_features_take_the_place_of_the_pixels():
    split, test = bright_or_dark(), bright_or_dark(seed=1)
    one_number = models.baseline("logistic-regression", split, features=lambda pixels: pixels.mean(axis=(1, 2, 3)))
    assert np.mean(one_number.predict(test.pixels()).argmax(axis=1) == test.labels) == 1
    blind = models.baseline("logistic-regression", split, features=lambda pixels: np.zeros((len(pixels), 2)))
    assert np.ptp(blind.predict(test.pixels())[:, 0]) == 0
    with pytest.raises(ValueError, match=r"returned shape \(\) for 60 images"):
        models.baseline("logistic-regression", split, features=np.mean)
