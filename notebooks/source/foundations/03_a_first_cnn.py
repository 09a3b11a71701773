# ---
# title: A first CNN
# promise: You slide a kernel by hand, count every number that a network learns, train the network, and look inside it.
# needs: [1, 2]
# metric: ROC AUC of the printed network, validation split
# band: [0.78, 0.97]
# other_bands: {mnist: [0.98, 1.0], pneumoniamnist: [0.95, 1.0]}
# minutes: 2
# memory_mb: 1800
# quick: {EPOCHS: 1, TRAINING_IMAGES: 200}
# ---

# %% [markdown]
# # 03 · A first CNN
#
# You slide a kernel by hand, count every number that a network learns, train the network, and look inside it.
#
# **You will be able to** say what a convolution, a stride, padding and pooling do to an image and to its shape; count the
# parameters of a network without a computer; train a convolutional network (CNN), read its history and measure it; show
# what its filters have become; and tell two failures apart that look like success.
#
# **You need** lessons 01 (arrays, splits, ROC AUC) and 02 (pixels in one range). It takes about a minute on two cores, and
# less than 1.5 GB of memory.

# %%
import math
import pathlib
import tempfile

import keras
import numpy as np
import pandas as pd
from keras import layers

import imgrec_tf as ir

ir.environment.report()

# %% tags=["parameters"]
DATASET = "chest-phantom"  # synthetic chest X-rays; "mnist" for digits (11 MB), "pneumoniamnist" for real X-rays (4 MB)
SIZE = 28  # height and width in pixels
TRAINING_IMAGES = 1400
EPOCHS = 12
SEED = 7

# %% [markdown]
# ## The images
#
# You load the data set at 28 × 28 pixels, the size at which the printed network of this lesson was made to read digits, and
# keep at most 1,400 training images, so that the lesson stays short. Whatever you choose, you choose on the validation
# images. The test images are not touched in this lesson.

# %%
dataset = ir.load(DATASET, size=SIZE, seed=SEED)
dataset = dataset.subset_train(min(TRAINING_IMAGES, len(dataset.train)), seed=SEED)
dataset.preview(rows=2, columns=6, seed=SEED)

# %% [markdown]
# *What you should see: twelve small images, the classes in turn.* At 28 pixels a chest is a blurred thing, and an opacity in a
# lung is a patch of some pixels. That is what the network will get, nothing more.
#
# ## What a convolution is
#
# Take nine numbers, arranged three by three: a **kernel**. Lay it on a piece of the image of the same size, multiply the nine
# pairs, and add up. Out comes one number, which says how much the piece looks like the kernel.
#
# This kernel is negative on the left and positive on the right. On a piece without change its sum is 0. Where the image turns
# from dark to bright, from left to right, it is large.

# %%
image = dataset.train.image(0)[..., 0] / 255
edge = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
piece = image[10:13, 4:7]
print("piece of the image:", *piece.round(2), sep="\n")
print("kernel:", *edge, sep="\n")
print("multiply and add:", (piece * edge).sum().round(3))

# %% [markdown]
# Now **slide** it: do the same at every place where the kernel fits. The sums make a new image, a **feature map**. This is all
# that a convolution is.


# %%
def slide(image, kernel):
    size = len(kernel)
    height, width = image.shape[0] - size + 1, image.shape[1] - size + 1
    result = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            result[row, column] = (image[row : row + size, column : column + size] * kernel).sum()
    return result


maps = {"dark to bright, left to right": slide(image, edge), "dark to bright, top to bottom": slide(image, edge.T)}
maps["mean of nine pixels"] = slide(image, np.full((3, 3), 1 / 9))
titles = ["the image", *maps]
ir.plots.image_grid(
    [2 * image - 1, *maps.values()],
    [f"{title}\n{shown.shape}" for title, shown in zip(titles, [image, *maps.values()])],
    columns=4,
    synthetic=dataset.synthetic,
    heading="Three kernels, slid by hand",
    size=2.0,
    value_range=(-1, 1),
)

# %% [markdown]
# *What you should see: the image, two maps of its edges, and a map that is its blurred copy.* In the maps grey is 0, white
# positive, black negative. The first kernel finds sides of things, the second their upper and lower rims. Each map has lost a
# border of one pixel, because the kernel has to fit.
#
# One more look at what you did: the same nine numbers were used at every place. A thing is found wherever it is, and nine
# numbers are enough for an image of any size. Those are the two ideas of a convolutional network.
#
# Keras does the same, with many kernels at once and faster. A check:

# %%
by_keras = keras.ops.conv(
    image[None, :, :, None].astype("float32"), edge[:, :, None, None].astype("float32"), padding="valid"
)
print("shape:", by_keras.shape)
print("largest difference to yours:", float(np.abs(np.asarray(by_keras)[0, :, :, 0] - slide(image, edge)).max()))

# %% [markdown]
# The difference is rounding. Shapes have the batch in front and the channels at the end: (1 image, height, width, 1 map).
#
# ## Stride, padding, pooling
#
# Three settings decide how large the map is.
#
# - **Padding**: `valid` keeps the kernel inside, so a 3 × 3 kernel loses two rows and two columns. `same` puts zeros around the
#   image, so that the map is as large as the image.
# - **Stride**: the kernel moves by one pixel, or by two. A stride of 2 halves height and width.
# - **Pooling**: after the convolution, only the largest number of every 2 × 2 square is kept. Halves, too.

# %%
batch = image[None, :, :, None]
settings = {
    "convolution 3×3, padding valid": layers.Conv2D(1, 3, padding="valid"),
    "convolution 3×3, padding same": layers.Conv2D(1, 3, padding="same"),
    "convolution 3×3, padding same, stride 2": layers.Conv2D(1, 3, padding="same", strides=2),
    "convolution 5×5, padding valid": layers.Conv2D(1, 5, padding="valid"),
    "max pooling 2×2": layers.MaxPooling2D(2),
}
pd.DataFrame(
    {"from": str(batch.shape), "to": {name: str(tuple(layer(batch).shape)) for name, layer in settings.items()}}
)

# %% [markdown]
# Between convolution and pooling stands one more step, **ReLU**: everything below 0 becomes 0. "How much does this look like an
# edge?" has no use for "the opposite of an edge". Watch your first map go through both.

# %%
edges = maps["dark to bright, left to right"]
positive = np.maximum(edges, 0)
pooled = np.asarray(layers.MaxPooling2D(2)(positive[None, :, :, None]))[0, :, :, 0]
steps = {"convolution": edges, "ReLU": positive, "max pooling 2×2": pooled}
ir.plots.image_grid(
    list(steps.values()),
    [f"{name}\n{shown.shape}" for name, shown in steps.items()],
    synthetic=dataset.synthetic,
    heading="One block of a network",
    size=2.2,
    value_range=(-1, 1),
)

# %% [markdown]
# *What you should see: the edge map, the same map with all black gone, and a coarser one in which the bright edges are still
# there.* Pooling forgets the exact place and keeps that something was there. A heart that lies one pixel further left gives
# nearly the same pooled map.
#
# ## A network, and its numbers counted by hand
#
# The kernels above were made up. A network **learns** its kernels. The one that many beginners meet in print reads digits of
# 28 × 28 pixels: 32 kernels, pooling, 64 kernels, pooling, then two dense layers. You count what it has to learn.
#
# - A convolution has `kernel height × kernel width × channels in` weights a filter, and one **bias**, a number that is added.
#   A filter looks at all channels that come in: the second convolution sees 32 maps, and so its kernels are 3 × 3 × 32.
# - A dense layer has one weight for each number that comes in, and one bias, for each unit.
# - Pooling, ReLU and flattening learn nothing.

# %%
by_hand = {
    "convolution, 32 filters": (3 * 3 * 1 + 1) * 32,
    "convolution, 64 filters": (3 * 3 * 32 + 1) * 64,
    "dense, 64 units on 5·5·64 numbers": (5 * 5 * 64 + 1) * 64,
    "dense, 10 classes": (64 + 1) * 10,
}
printed = ir.models.sequential_cnn(preset="digits")
print(by_hand, "sum:", sum(by_hand.values()), "Keras counts:", printed.count_params(), sep="\n")

# %% [markdown]
# 121,930, as in print. Why 5 · 5? 28 loses two rows in a convolution: 26. Pooled: 13. Minus two: 11. Pooled, and the odd row is
# left out: 5.
#
# **Before you run the next cell**, write down a guess: of all numbers that this network learns, what share sits in the
# convolutions, which look at the image: a tenth, a half, or nine tenths?
#
# ## Shapes before training
#
# You build the network for your images and your classes, and look at the shape after each layer before anything is trained. Most
# mistakes in a network show here, in a second, and not after an hour.

# %%
model = ir.models.sequential_cnn(
    preset="digits", image_shape=dataset.image_shape, num_classes=dataset.num_classes, seed=SEED
)
rows = [(type(layer).__name__, str(layer.output.shape[1:]), layer.count_params()) for layer in model.layers]
table = pd.DataFrame(rows, columns=["layer", "output shape", "parameters"])
table.assign(share=(100 * table["parameters"] / table["parameters"].sum()).round(1).astype(str) + " %")

# %% [markdown]
# Read the shapes downwards. Height and width shrink, channels grow, and at the end there is one number for each class: **softmax**
# makes them positive, with sum 1, so that you can read them as probabilities. At 28 pixels the first dense layer holds more than
# eight of ten numbers; the convolutions hold less than two. Wide dense layers are where a network learns images by heart: lesson
# 04 is about that.
#
# The first layer divides pixels by 255. It is inside the model, so that nobody can forget it later.
#
# ## Before training: what does it say?
#
# A network with random weights should know nothing. Its **loss** (cross-entropy: minus the logarithm of the probability that it
# gave to the right class, averaged) should lie within some tenths of the logarithm of the number of classes. A value far away is a sign of a
# mistake: wrong scaling, wrong labels.

# %%
untrained = ir.evaluate(model, dataset.validation)
print("loss of the untrained network:", round(untrained["log_loss"].value, 2))
print("logarithm of the number of classes:", round(math.log(dataset.num_classes), 2))

# %% [markdown]
# ## Train
#
# For a batch of images, training asks how the loss would change with each weight, and moves every weight a small step downhill.
# One pass over all training images is an **epoch**. `augmentation="none"` shows the images as they are; lesson 04 changes that.

# %%
run = ir.train(model, dataset, epochs=EPOCHS, augmentation="none", seed=SEED)
run

# %% [markdown]
# The history holds a row for each epoch, and the figure is its short form.

# %%
run.plot()

# %% [markdown]
# *What you should see: on the left two losses that fall, perhaps with a bump, on the right two accuracies that rise, and a dotted line
# at the epoch whose weights were kept.* Read it in this order. Does the training loss fall? If not, the network does not learn: look at the
# learning rate and the labels. Does the validation loss fall with it? While it does, more epochs may help. When it turns and
# rises, the network begins to learn the training images by heart.
#
# ## Measure it
#
# The history is for you. A result has an interval, and is measured with `evaluate` on the validation split.

# %%
validation = ir.evaluate(run.model, dataset.validation)
validation

# %% [markdown]
# ROC AUC is the share of pairs, one image of each class, that the network puts in the right order: 0.5 is a coin, 1 is perfect.
# With more than two classes it is the mean over them, each against the rest. It is the headline of this lesson.

# %%
ir.course.headline("ROC AUC of the printed network, validation split", validation["roc_auc"])

# %% [markdown]
# A table of who was taken for what says more than one number.

# %%
validation.plot_confusion_matrix()

# %% [markdown]
# *What you should see: a square for each pair of true class and answer, most images on the diagonal, and the rest off it.* With two
# classes, there are two kinds of mistake, with two prices. An opacity that is called normal is a patient sent home.
#
# ## What the kernels have become
#
# Nobody told the network what an edge is. These are its 32 kernels of the first layer, after training.

# %%
convolutions = [layer for layer in run.model.layers if isinstance(layer, layers.Conv2D)]
kernels = np.asarray(convolutions[0].kernel).mean(axis=2)
largest = np.abs(kernels).max()
ir.plots.image_grid(
    list(np.moveaxis(kernels, -1, 0)),
    columns=8,
    heading="The 32 kernels of the first layer: black negative, white positive",
    size=0.8,
    value_range=(-largest, largest),
)

# %% [markdown]
# *What you should see: 32 squares of nine greys; in some, one side is dark and the other bright.* Those answer to edges, as
# your own kernel did. Others look like noise: with so few images and epochs they have moved little from where chance put them.
#
# More telling is what the layers say of one image. You ask for the output of both convolutions.

# %%
inside = keras.Model(run.model.inputs, [layer.output for layer in convolutions])
index = int(np.flatnonzero(dataset.validation.labels == 1)[0])
first, second = (np.asarray(maps[0]) for maps in inside.predict(dataset.validation.pixels([index]), verbose=0))
strongest = [maps[..., maps.std(axis=(0, 1)).argsort()[::-1][:6]] for maps in (first, second)]
picture = dataset.validation.pixels([index])[0].mean(axis=2) / 255
rows = [[picture, *(maps[..., channel] / maps.max() for channel in range(6))] for maps in strongest]
ir.plots.image_grid(
    rows[0] + rows[1],
    ["the image", *["layer 1"] * 6, "the image", *["layer 2"] * 6],
    columns=7,
    synthetic=dataset.synthetic,
    heading="Feature maps: bright where a filter has found what it looks for",
    size=1.2,
)

# %% [markdown]
# *What you should see: beside the image, six maps of the first layer that still look like it, and six of the second that are
# coarser, with a few bright places.* The first layer sees three pixels across, the second eight: a sum of edges. What the dense
# layers get are these maps, pooled once more, as a long row of numbers.
#
# ## Ask it about one image
#
# A `Recognizer` is the network together with its class names, its image size and the card of its data. It takes images as they
# are, and answers with a row.

# %%
recognizer = ir.Recognizer.from_run(run, dataset)
answer = recognizer.predict(dataset.validation.image(index)).round(3)
answer.assign(truth=dataset.validation.label_text(index))

# %% [markdown]
# Compare `label` with `truth`, and look at `score`: how sure it was. `abstained` and `problem` are for images about which it is too
# unsure, and for files that are none.
#
# ## Two mistakes, on purpose
#
# The first one happens when a model leaves your hands. A colleague knows that "networks want numbers from 0 to 1", divides the
# pixels by 255, and calls the model, which divides once more.

# %%
pixels = dataset.validation.pixels()
names = np.array(dataset.class_names)
said = {name: names[run.model.predict(given, verbose=0).argmax(axis=1)] for name, given in
        {"pixels as they are": pixels, "divided by 255 before": pixels / 255}.items()}  # fmt: skip
table = pd.DataFrame({name: pd.Series(answers).value_counts() for name, answers in said.items()})
right = pd.DataFrame(
    {name: [f"{(answers == names[dataset.validation.labels]).mean():.0%}"] for name, answers in said.items()}
)
pd.concat([table.reindex(names).fillna(0).astype(int), right.set_axis(["right"])])

# %% [markdown]
# For the network, all images are black now, and it says the same of each. There was no error. This is why the scaling is inside
# the model, and why you serve images through the `Recognizer`, which looks at the type and the range of what it gets.
#
# The second mistake is a learning rate that is a hundred times too high: 0.2 instead of 0.002. Steps downhill become leaps across
# the valley.

# %%
reckless = ir.models.sequential_cnn(
    preset="digits", image_shape=dataset.image_shape, num_classes=dataset.num_classes, seed=SEED
)
try:
    leaps = ir.train(reckless, dataset, epochs=max(1, EPOCHS // 3), learning_rate=0.2, augmentation="none", seed=SEED)
    print(leaps.history[["epoch", "loss", "validation_loss", "validation_accuracy", "validation_roc_auc"]].round(3))
except ir.training.TrainingDiverged as problem:
    print("TrainingDiverged:", problem)

# %% [markdown]
# Two things can happen, and chance decides which. Either the loss becomes NaN, and the library stops with `TrainingDiverged`. Or,
# which is worse, the training ends without a complaint. Look at the scores then: does the network still look at the image?

# %%
scores = {"trained": run.model.predict(pixels, verbose=0), "learning rate 0.2": reckless.predict(pixels, verbose=0)}
pd.DataFrame(
    {
        name: {
            "accuracy": (found.argmax(axis=1) == dataset.validation.labels).mean(),
            "spread of scores": found.std(axis=0).mean(),
        }
        for name, found in scores.items()
    }
).round(3)

# %% [markdown]
# The spread is 0, or next to it: every image gets the same answer. All ReLUs stand at 0, and what stands at 0 has no slope to
# climb back. The accuracy is the share of one class. In a screening clinic, where 95 of 100 images are normal, this network would
# report an accuracy of 95 %. Always look at the spread of the scores, or at ROC AUC, which is 0.5 here.
#
# ## The printed network and a modern one
#
# Without a preset, `sequential_cnn` builds a smaller network of today: more layers, fewer numbers in each, normalised in
# between, and no wide dense layer. Same images, same epochs. The comparison is **paired**: both see the same validation images.

# %%
modern = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, seed=SEED)
print("parameters:", model.count_params(), "printed,", modern.count_params(), "modern")
modern_run = ir.train(modern, dataset, epochs=EPOCHS, augmentation="none", seed=SEED)
modern_validation = ir.evaluate(modern, dataset.validation)
modern_validation.plot_differences({"printed network": validation}, name="modern network")

# %% [markdown]
# *What you should see: one bar, with the printed network's ROC AUC minus the modern one's, and a verdict beside it.* Left of 0 the
# printed network is worse. On the chest X-rays it is, although it learns more numbers. On digits, which it was made for, both are
# close to perfect, and the bar may cross zero. How to compare networks fairly is lesson 06.
#
# ## Keep it
#
# You save the better of the two for chest X-rays, load it again, and check that it still says the same.

# %%
folder = pathlib.Path(tempfile.mkdtemp())
keeper = ir.Recognizer.from_run(modern_run, dataset)
keeper.save(folder / "first_cnn.imgrec")
loaded = ir.Recognizer.load(folder / "first_cnn.imgrec")
before, after = (one.predict(dataset.validation)["score"] for one in (keeper, loaded))
print("size:", (folder / "first_cnn.imgrec").stat().st_size // 1000, "kB; same answers:", np.allclose(before, after))

# %% [markdown]
# ## Your turn
#
# **Exercise 1.** How many numbers does a convolution learn? Return it from the size of the kernel, the channels that come in, and
# the number of filters.


# %% tags=["solution"]
def convolution_parameters(kernel_size, channels_in, filters):
    """Weights and biases of a convolution with square kernels."""
    return (kernel_size * kernel_size * channels_in + 1) * filters


# %% tags=["check"]
ir.course.check("03.1", convolution_parameters)

# %% [markdown]
# **Exercise 2.** How many rows does a feature map have? Return it from the rows of the image, the size of the kernel, the stride,
# and the padding, "valid" or "same". With a stride, "valid" counts the places where the kernel fits; "same" gives one place for each
# stride that begins within the image. The layers in the table above give you examples.


# %% tags=["solution"]
def output_size(size, kernel_size, stride, padding):
    """Rows of the feature map of an image with `size` rows."""
    if padding == "same":
        return -(-size // stride)
    return (size - kernel_size) // stride + 1


# %% tags=["check"]
ir.course.check("03.2", output_size)

# %% [markdown]
# **Exercise 3.** One number in the last feature map: how many rows of the image can it see? This is its **receptive field**. Given a
# list of layers, each a pair (kernel size, stride), first layer first, return it. Pooling is (2, 2). Begin with one pixel, and with
# steps of one pixel: each layer adds (kernel size − 1) steps, and multiplies the step by its stride. Then ask: does the printed
# network's last map see a whole heart, or a whole digit?


# %% tags=["solution"]
def receptive_field(layers):
    """Rows of the image that one number of the last map depends on."""
    field, step = 1, 1
    for kernel_size, stride in layers:
        field += (kernel_size - 1) * step
        step *= stride
    return field


# %% tags=["check"]
ir.course.check("03.3", receptive_field)

# %% [markdown]
# ## What you learnt
#
# - A convolution lays a small kernel on every place of an image, multiplies and adds; a network learns the kernels.
# - Padding, stride and pooling decide the shape. Print all shapes before you train.
# - Parameters can be counted by hand, and at this size most of them sit in the first dense layer.
# - The training loss says whether a network learns, the validation loss whether it learns something that holds.
# - A network that gives every image the same answer raises no error. Look at the spread of its scores.
#
# **On your own images**
# ```python
# dataset = ir.datasets.from_folder("my_images", image_size=(64, 64))
# model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes)
# run = ir.train(model, dataset)
# ir.evaluate(run.model, dataset.validation)
# ir.Recognizer.from_run(run, dataset).save("my_first.imgrec")
# ```
# Next: [04 · When it overfits](04_when_it_overfits.ipynb)
