"""Checks of the exercises of lessons 01 to 09."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("01.1")
def negative(candidate: Callable[[np.ndarray], np.ndarray]) -> Iterator[str]:
    """An image as its negative: black becomes white, the depth stays."""
    image = np.array([[0, 100], [200, 255]], dtype=np.uint8)
    before = image.copy()
    result = np.asarray(candidate(image))
    expect(
        result.shape == image.shape,
        f"The negative has the shape of the image, {image.shape}; yours has {result.shape}.",
    )
    yield "keeps the shape"
    expect(result[0, 0] == 255 and result[1, 1] == 0, "Black (0) should become white (255), and white black.")
    expect(np.array_equal(result, 255 - before.astype(int)), "A grey of 100 should become 155: take it from 255.")
    yield "turns dark into light and light into dark"
    expect(result.dtype == np.uint8, f"The negative of a uint8 image is uint8 again; yours is {result.dtype}.")
    expect(np.array_equal(image, before), "The image that went in has changed: make a new array instead.")
    yield "leaves the image that went in as it was"


@register("01.2")
def brighter_without_overflow(candidate: Callable[[np.ndarray, int], np.ndarray]) -> Iterator[str]:
    """A brighter or darker uint8 image that does not wrap around."""
    image = np.array([[[0], [100]], [[200], [255]]], dtype=np.uint8)
    before = image.copy()
    result = np.asarray(candidate(image, 50))
    expect(result.shape == image.shape, f"The shape stays {image.shape}; yours is {result.shape}.")
    expect(result[0, 1, 0] == 150, f"100 and 50 make 150; yours gives {result[0, 1, 0]}.")
    expect(np.array_equal(image, before), "The image that went in has changed: make a new array instead.")
    yield "adds the amount, and leaves the image that went in as it was"
    expect(
        result[1, 1, 0] == 255 and result[1, 0, 0] == 250,
        f"255 and 50 stay at 255, the end of the range; yours gives {result[1, 1, 0]}. uint8 wraps around: compute "
        "in a larger type first, and cut off before you go back.",
    )
    yield "stops at 255"
    darker = np.asarray(candidate(image, -150))
    expect(
        darker[0, 1, 0] == 0 and darker[1, 0, 0] == 50,
        f"100 less 150 stays at 0, and 200 less 150 is 50; yours gives {darker[0, 1, 0]} and {darker[1, 0, 0]}.",
    )
    far = np.asarray(candidate(image, 300))
    expect((far == 255).all(), "An amount of 300 makes every pixel 255; yours does not: which type do you compute in?")
    yield "stops at 0, and takes amounts beyond 255"
    expect(result.dtype == np.uint8, f"The result is uint8 again; yours is {result.dtype}.")
    yield "returns uint8"


@register("01.3")
def number_that_ignores_exposure(candidate: Callable[[np.ndarray], np.ndarray]) -> Iterator[str]:
    """One number an image that a factor on all pixels does not move, and a bright patch in the middle does."""
    rng = np.random.default_rng(0)
    pixels = rng.uniform(100, 160, (5, 32, 32, 1)).astype(np.float32)
    pixels[:, 8:24, 6:12] = rng.uniform(20, 40, (5, 16, 6, 1))
    pixels[:, 8:24, 20:26] = rng.uniform(20, 40, (5, 16, 6, 1))
    numbers = np.asarray(candidate(pixels), float)
    expect(
        numbers.shape == (5,),
        f"5 images give 5 numbers, shape (5,); yours has shape {numbers.shape}. Which axes do you average over?",
    )
    expect(np.isfinite(numbers).all(), "Some of your numbers are not finite.")
    yield "gives one number an image"
    size = max(np.abs(numbers).max(), 1e-6)
    for factor in (0.5, 1.5):
        moved = np.abs(np.asarray(candidate(pixels * np.float32(factor)), float) - numbers).max() / size
        expect(
            moved < 0.01,
            f"With all pixels multiplied by {factor} your number moves by {moved:.0%}. Compare each pixel with "
            "something that is multiplied too, such as the mean of the same image.",
        )
    yield "does not move with the exposure"
    patched = pixels.copy()
    patched[2, 10:20, 6:12] = 140
    after = np.asarray(candidate(patched), float)
    expect(
        after[2] < numbers[2] - 1e-3 * size,
        "A bright patch over dark pixels in the middle of image 2 should make its number smaller; yours went from "
        f"{numbers[2]:.4g} to {after[2]:.4g}.",
    )
    expect(
        np.allclose(np.delete(after, 2), np.delete(numbers, 2)), "The other images have not changed; their numbers did."
    )
    yield "gets smaller when a bright patch covers dark pixels, for that image alone"


@register("02.1")
def unit_range(candidate: Callable[[np.ndarray], np.ndarray]) -> Iterator[str]:
    """uint8 and uint16 images as float32 in [0, 1]."""
    eight = np.array([[0, 51], [204, 255]], dtype=np.uint8)
    result = np.asarray(candidate(eight))
    expect(result.shape == eight.shape, f"The shape stays {eight.shape}; yours is {result.shape}.")
    expect(np.allclose(result, eight / 255.0), "uint8 reaches from 0 to 255: 255 becomes 1, and 51 becomes 0.2.")
    yield "brings uint8 to [0, 1]"
    sixteen = np.array([[0, 13107], [52428, 65535]], dtype=np.uint16)
    expect(
        np.allclose(np.asarray(candidate(sixteen)), sixteen / 65535.0),
        "uint16 reaches from 0 to 65,535: divide by the end of the image's own type, which numpy.iinfo knows.",
    )
    dark = np.array([[0, 13]], dtype=np.uint8)
    expect(
        np.allclose(np.asarray(candidate(dark)), dark / 255.0),
        "A dark image stays dark: divide by the end of the type, not by the image's brightest pixel.",
    )
    yield "brings uint16 to [0, 1], and leaves dark images dark"
    expect(result.dtype == np.float32, f"The result is float32; yours is {result.dtype}.")
    yield "returns float32"


@register("02.2")
def stretch_each_image(candidate: Callable[[np.ndarray], np.ndarray]) -> Iterator[str]:
    """Each image of a batch stretched to its own full range, a constant one left alone."""
    images = np.random.default_rng(0).uniform(0.2, 0.6, (3, 6, 5, 1))
    images[1] = 0.3 + 0.5 * images[0]
    before = images.copy()
    with np.errstate(all="ignore"):
        result = np.asarray(candidate(images))
        constant = np.asarray(candidate(np.full((1, 4, 4, 1), 0.3)))
    expect(result.shape == images.shape, f"The shape stays {images.shape}; yours is {result.shape}.")
    ends = result.min(axis=(1, 2, 3)), result.max(axis=(1, 2, 3))
    expect(
        np.allclose(ends[0], 0) and np.allclose(ends[1], 1),
        "Every image reaches from 0 to 1 by its own pixels; in yours the darkest are "
        f"{np.round(ends[0], 2).tolist()} and the brightest {np.round(ends[1], 2).tolist()}. Leave the first axis out "
        "of the minimum, with axis=(1, 2, 3) and keepdims=True.",
    )
    yield "stretches every image by itself"
    expect(
        np.allclose(result[0], result[1]),
        "Images 0 and 1 show the same with another contrast; stretched along a straight line they become equal.",
    )
    yield "makes two machines alike"
    expect(
        np.allclose(constant, 0.3),
        "An image that is 0.3 everywhere stays as it is; yours becomes "
        f"{constant.flat[0]:.3g}. What do you divide by where there is no contrast?",
    )
    expect(np.array_equal(images, before), "The images that went in have changed: make a new array instead.")
    yield "leaves an image without contrast as it is"


@register("02.3")
def acceptance_test(candidate: Callable[..., np.ndarray]) -> Iterator[str]:
    """Indices of the images whose served scores differ from the trained ones."""
    trained = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.5, 0.5]])
    served = trained + np.array([[1e-6, -1e-6], [0, 0], [-0.1, 0.1], [0.01, -0.01]])

    def found(*arguments) -> list:
        return [int(index) for index in np.asarray(candidate(*arguments)).ravel()]

    expect(found(trained, trained.copy()) == [], "Equal scores disagree nowhere: the answer is empty.")
    expect(
        found(trained, served) == [2, 3],
        f"Images 2 and 3 differ by more than 0.0001, image 0 by rounding only; you found {found(trained, served)}.",
    )
    expect(found(trained, served, 0.05) == [2], "With a tolerance of 0.05, image 2 alone is left: use the tolerance.")
    yield "finds the images that differ, and forgives rounding"
    broken = served.copy()
    broken[1] = np.nan
    expect(
        found(trained, broken) == [1, 2, 3],
        "Image 1 has NaN for a score, and belongs into the answer. NaN > tolerance is False: ask what agrees, and take "
        "the rest.",
    )
    yield "takes NaN for a disagreement"
    try:
        candidate(trained, served[:1])
    except ValueError:
        yield "refuses to compare when images are missing"
    else:
        expect(False, "One score for four images went through. NumPy stretches shapes to fit: compare them first.")


@register("03.1")
def convolution_parameters(candidate: Callable[[int, int, int], int]) -> Iterator[str]:
    """How many numbers a convolution learns: candidate(kernel size, channels in, filters)."""
    expect(candidate(1, 1, 1) == 2, "One filter of one pixel has one weight, and one bias: 2.")
    yield "counts the bias"
    expect(candidate(3, 1, 32) == 320, "32 filters of 3×3 on one channel: each has 9 weights and a bias.")
    yield "counts every filter"
    expect(candidate(3, 32, 64) == 18_496, "A filter looks at all channels that come in: 3×3×32 weights and a bias.")
    yield "counts every channel that comes in"


@register("03.2")
def feature_map_size(candidate: Callable[[int, int, int, str], int]) -> Iterator[str]:
    """Rows of a feature map: candidate(rows of the image, kernel size, stride, padding)."""
    expect(
        candidate(28, 3, 1, "valid") == 26,
        f"A 3×3 kernel fits at 26 places into 28 rows; yours gives {candidate(28, 3, 1, 'valid')}. Where does its "
        "first row stand at the last place?",
    )
    expect(candidate(28, 5, 1, "valid") == 24, "A 5×5 kernel loses four rows: 28 becomes 24. Use the kernel's size.")
    yield "loses the border with padding valid"
    expect(candidate(28, 5, 1, "same") == 28, "With padding same and stride 1 the map has as many rows as the image.")
    yield "keeps the size with padding same"
    expect(candidate(11, 2, 2, "valid") == 5, "Pooling 11 rows by 2 gives 5: the odd row is left out, not rounded up.")
    expect(
        candidate(13, 3, 2, "valid") == 6,
        "13 rows, kernel 3, stride 2: the kernel starts at rows 0, 2, …, 10, which are 6 places. Divide what is left "
        "after the first place, then count the first place.",
    )
    yield "moves by the stride, and leaves out what does not fit"
    expect(
        candidate(13, 3, 2, "same") == 7,
        "13 rows, stride 2, padding same: the kernel stands at rows 0, 2, …, 12, which are 7 places. Round up.",
    )
    expect(isinstance(candidate(13, 3, 2, "same"), int | np.integer), "A number of rows is whole: divide with //.")
    yield "rounds up with padding same"


@register("03.3")
def receptive_field(candidate: Callable[[list[tuple[int, int]]], int]) -> Iterator[str]:
    """Rows of the image that one number of the last map depends on: candidate([(kernel size, stride), …])."""
    expect(candidate([]) == 1, "Without a layer, a pixel sees itself: 1.")
    expect(candidate([(3, 1)]) == 3, "One 3×3 convolution sees 3 rows.")
    yield "knows one convolution"
    expect(
        candidate([(3, 1), (3, 1)]) == 5,
        f"Two 3×3 convolutions see 5 rows: three numbers of the first map, one row apart; yours gives "
        f"{candidate([(3, 1), (3, 1)])}. Each layer adds its kernel's size minus 1.",
    )
    yield "adds layer on layer"
    expect(
        candidate([(2, 2), (3, 1)]) == 6,
        "After pooling by 2, neighbours in the map are two rows apart in the image, so a 3×3 kernel adds 2 · 2 rows: "
        f"2 + 4 = 6; yours gives {candidate([(2, 2), (3, 1)])}. Keep the step, and multiply it by the stride after "
        "you have used it.",
    )
    yield "counts in steps that pooling has doubled"
    expect(candidate([(3, 1), (2, 2), (3, 1), (2, 2)]) == 10, "The printed network's last map sees 10 rows.")
    expect(candidate([(7, 2), (3, 2), (3, 1)]) == 19, "With strides 2 and 2 the third layer's steps are 4 rows.")
    yield "sees 10 of 28 rows in the printed network"


@register("04.1")
def turning_epoch(candidate: Callable[[list[float]], int]) -> Iterator[str]:
    """Epoch of the lowest validation loss, counted from 1."""
    expect(
        candidate([0.7, 0.5, 0.6, 0.9]) == 2,
        f"Of 0.7, 0.5, 0.6, 0.9 the second is lowest; yours gives {candidate([0.7, 0.5, 0.6, 0.9])}. Epochs count from "
        "1.",
    )
    yield "finds the lowest, and counts from 1"
    expect(candidate([0.7, 0.4, 0.6, 0.4]) == 2, "Two epochs have the lowest loss; the earlier one is asked for.")
    yield "takes the earlier of two"


@register("04.2")
def dropout(candidate: Callable[[np.ndarray, float, np.random.Generator], np.ndarray]) -> Iterator[str]:
    """Inverted dropout: candidate(values, rate, generator)."""
    values = np.linspace(1, 2, 20_000).reshape(100, 200)
    before = values.copy()
    result = np.asarray(candidate(values, 0.25, np.random.default_rng(0)))
    expect(result.shape == values.shape, f"The shape stays {values.shape}; yours is {result.shape}.")
    zeros = (result == 0).mean()
    expect(
        0.2 < zeros < 0.3,
        f"With a rate of 0.25 a quarter of the values becomes 0; in yours it is {zeros:.0%}. The rate is the share "
        "that is dropped, each value on its own.",
    )
    yield "drops the share that the rate says"
    kept = result != 0
    expect(
        np.allclose(result[kept], values[kept] / 0.75),
        "What is kept is divided by 1 − rate, so that the sum stays the same on average; yours makes of a kept "
        f"{values[kept][0]:.3g} a {result[kept][0]:.3g}.",
    )
    expect(np.array_equal(values, before), "The values that went in have changed: make a new array instead.")
    yield "makes up for what is gone"
    expect(
        np.allclose(candidate(values, 0.0, np.random.default_rng(1)), values), "With a rate of 0 nothing is dropped."
    )
    again = np.asarray(candidate(values, 0.25, np.random.default_rng(0)))
    expect(np.array_equal(result, again), "Draw from the generator that is passed: an equal seed gives equal zeros.")
    other = np.asarray(candidate(values, 0.25, np.random.default_rng(2)))
    expect(not np.array_equal(result, other), "Another generator gives other zeros; yours always gives the same.")
    yield "draws from the generator that it is given"


@register("04.3")
def epochs_run(candidate: Callable[[list[float], int], int]) -> Iterator[str]:
    """Epochs until early stopping ends the training: candidate(losses, patience)."""
    losses = [0.9, 0.7, 0.8, 0.6, 0.65, 0.7, 0.62, 0.5]
    expect(candidate([0.5, 0.4, 0.3], 2) == 3, "The loss falls in every epoch: all 3 are run.")
    yield "runs to the end while the loss falls"
    expect(
        candidate(losses, 2) == 6,
        f"With a patience of 2, epochs 5 and 6 bring no new lowest loss, and 6 is the last; yours gives "
        f"{candidate(losses, 2)}. A new lowest loss, as in epoch 4, starts the count again.",
    )
    expect(
        candidate(losses, 3) == 7,
        "With a patience of 3, epoch 7 is the last: 0.62 is lower than 0.7 before it, but not than the lowest, 0.6.",
    )
    yield "waits as many epochs as it is told, counted from the lowest loss"
    expect(candidate(losses, 4) == 8, "With a patience of 4 the lowest loss of all, in epoch 8, is reached.")
    expect(candidate(losses, 1) == 3, "With a patience of 1, epoch 3 is the last.")
    expect(candidate([0.5, 0.5, 0.5], 2) == 3, "An equal loss is no new lowest one: it counts as waiting.")
    yield "takes a tie for no progress"


@register("07.1")
def accuracy_of_the_majority(candidate: Callable[[np.ndarray], float]) -> Iterator[str]:
    """The accuracy of always saying the most frequent class: candidate(labels)."""
    answer = float(candidate(np.array([0, 1, 1, 1])))
    expect(
        not np.isclose(answer, 3),
        "3 is how many images the largest class has; the accuracy is a share: divide by the number of images.",
    )
    expect(np.isclose(answer, 0.75), f"Three of four images have class 1: 0.75, and yours is {answer:.3g}.")
    yield "counts the largest class"
    answer = float(candidate(np.array([0, 0, 0, 0, 1])))
    expect(
        np.isclose(answer, 0.8),
        f"The most frequent class may be any: here it is 0, with four of five, and yours is {answer:.3g}.",
    )
    yield "whichever class that is"
    answer = float(candidate(np.array([2, 0, 2, 1, 2, 0])))
    expect(
        np.isclose(answer, 0.5), f"There may be more than two classes: [2, 0, 2, 1, 2, 0] gives 0.5, not {answer:.3g}."
    )
    yield "among any number of classes"


@register("07.2")
def bootstrap_interval(candidate: Callable[[np.ndarray, int], tuple[float, float]]) -> Iterator[str]:
    """A percentile bootstrap of an accuracy: candidate(right, seed)."""
    right = np.arange(100) < 80
    ends = np.asarray(candidate(right, 1), dtype=float)
    expect(ends.shape == (2,), f"Return two numbers, the low and the high end; yours has the shape {ends.shape}.")
    low, high = ends
    expect(low <= high, "The low end comes first.")
    yield "gives a low and a high end"
    expect(
        high - low > 0.02,
        "Your interval has almost no width. Draw with replacement: without it, each draw holds the same images.",
    )
    expect(
        low > 0.6 and high < 0.95,
        f"80 of 100 right give about 0.72 to 0.88, and yours is {low:.2f} to {high:.2f}. Draw as many images as there "
        "are, and take percentiles of the accuracies.",
    )
    expect(
        0.11 < high - low < 0.2,
        f"95 % of the draws lie within about 0.16, and yours is {high - low:.3f} wide. Take the percentiles "
        "2.5 and 97.5.",
    )
    yield "has the width of 95 % of the draws"
    again = [candidate(right, 1) for _ in range(6)]  # two draws alone may agree by chance
    expect(
        all(np.array_equal(ends, one) for one in again),
        "The same seed gives the same interval: make a generator from it.",
    )
    yield "repeats itself with the same seed"
    narrow = np.diff(np.asarray(candidate(np.arange(1600) < 1280, 1), dtype=float))[0]
    expect(
        2.8 < (high - low) / narrow < 6,
        f"16 times the images give a quarter of the width; yours goes from {high - low:.3f} to {narrow:.3f}. Draw as "
        "many as there are, not a fixed number.",
    )
    yield "shrinks with the root of the number of images"


@register("07.3")
def test_mask_by_patient(candidate: Callable[[np.ndarray, float, int], np.ndarray]) -> Iterator[str]:
    """A split that keeps patients whole: candidate(patients, share, seed)."""
    generator = np.random.default_rng(0)
    patients = np.array([f"p{number:03d}" for number in np.repeat(np.arange(200), generator.integers(1, 6, 200))])
    patients = generator.permutation(patients)
    mask = np.asarray(candidate(patients, 0.3, 5))
    expect(
        mask.shape == patients.shape and mask.dtype == bool,
        f"Return one True or False an image, shape {patients.shape}; yours is {mask.dtype} of shape {mask.shape}.",
    )
    yield "gives True or False for each image"
    both = np.intersect1d(patients[mask], patients[~mask])
    expect(
        len(both) == 0,
        f"{len(both)} patients stand on both sides, {both[0] if len(both) else ''} among them. Draw patients, not "
        "images; numpy.unique gives each patient once.",
    )
    yield "keeps every patient on one side"
    chosen = np.unique(patients[mask])
    expect(
        50 <= len(chosen) <= 70,
        f"About 0.3 of 200 patients, 60, go into the test; yours has {len(chosen)}.",
    )
    yield "takes the share that was asked for"
    expect(np.array_equal(mask, candidate(patients, 0.3, 5)), "The same seed gives the same mask.")
    expect(
        not np.array_equal(mask, candidate(patients, 0.3, 6)),
        "Another seed should draw other patients; yours are the same. The first in the list may be the oldest cases.",
    )
    yield "draws by the seed"
