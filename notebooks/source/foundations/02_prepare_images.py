# ---
# title: Prepare images
# promise: You clean, stretch and resize images with layers that travel inside the model, and measure what each gains and what it costs to forget one.
# needs: [1]
# metric: noise removed from specked images by the median filter, dB
# band: [14, 21]
# minutes: 2
# memory_mb: 2000
# other_bands: {pneumoniamnist: [9, 15], mnist: [3, 9]}
# ---

# %% [markdown]
# # 02 · Prepare images
#
# You clean, stretch and resize images with layers that travel inside the model, and measure what each gains and what it
# costs to forget one.
#
# **You will be able to** choose a filter for the noise at hand, and say in decibels what it brings; make images of two
# machines alike; bring images to one size without distorting them; and keep the preparation inside the model, where
# nobody can forget it.
#
# **You need** [lesson 01](01_images_are_numbers.ipynb). It takes a minute or two and less than 2 GB of memory.

# %%
import tempfile
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from keras import layers
from PIL import Image, ImageDraw

import imgrec_tf as ir
from imgrec_tf.vision import preprocessing

ir.environment.report()

# %% tags=["parameters"]
DATASET = "chest-phantom"  # synthetic chest X-rays; "pneumoniamnist" for real ones (4 MB), "mnist" for digits (11 MB)
EPOCHS = 15
SEED = 7

# %% [markdown]
# ## A preparation is a layer
#
# You load the images of lesson 01, and make a second picture: an invoice, drawn by a few lines of code, under a lamp whose
# colour you choose. Both are made by a program.


# %%
def invoice(light=(1.0, 1.0, 1.0)):
    paper = Image.new("RGB", (160, 96), (236, 233, 226))
    pen = ImageDraw.Draw(paper)
    for row, text in enumerate(("INVOICE 4711", "Total 1,290.00", "Due 30 June")):
        pen.text((8, 8 + 28 * row), text, fill=(50, 50, 70), font_size=16)
    pen.ellipse((124, 60, 152, 88), outline=(190, 30, 40), width=4)
    return (np.asarray(paper) * light).astype(np.uint8)


dataset = ir.load(DATASET, seed=SEED)
image = dataset.train.image(0)
image.shape, invoice().shape

# %% [markdown]
# Each preparation of this lesson is a Keras layer. You make it once, with its settings, and call it like a function. It
# takes uint8, uint16 or floats in [0, 1], one image or a batch, and gives float32.

# %%
lifted = preprocessing.Gamma(0.7)(image)
print("in: ", image.shape, image.dtype, image.min(), "to", image.max())
print("out:", lifted.shape, lifted.dtype.name, round(float(np.min(lifted)), 2), "to", round(float(np.max(lifted)), 2))

# %% [markdown]
# ## Colour: leave out, balance, describe
#
# A yellow lamp tints the invoice. `Grayscale` drops the colour; `GreyWorld` balances it, on the assumption that a scene
# is grey on average; `ColorHistogram` keeps only how much of each colour there is, and forgets where.

# %%
preprocessing.preview(
    invoice(light=(1.0, 0.8, 0.5)),
    [preprocessing.Grayscale(), preprocessing.GreyWorld(), preprocessing.ColorHistogram(bins=8)],
    synthetic=True,
)

# %% [markdown]
# *What you should see: a yellowish invoice, a grey one, one on neutral paper with its red stamp, and a bar chart of 24
# numbers: eight shares each for red, green and blue. Grey costs you the red stamp; balance costs you nothing here, and a lot where the
# subject itself has one colour, such as blood.*
#
# What is the balance worth? A sheet of paper should have the same red, green and blue. You measure how far apart they are,
# in grey levels, before and after.

# %%
tinted = invoice(light=(1.0, 0.8, 0.5))
balanced = 255 * np.asarray(preprocessing.GreyWorld()(tinted))
for name, picture in {"in white light": invoice(), "under the lamp": tinted, "balanced": balanced}.items():
    means = picture.mean(axis=(0, 1))
    print(f"{name:15} red, green, blue: {means.round()}   apart by {np.ptp(means):.0f}")

# %% [markdown]
# ## One size: pad, stretch or crop
#
# A model wants all images in one size. The invoice is wider than high. You bring it to 64 × 64 in three ways.

# %%
bill = invoice()
ways = {
    "stretched": layers.Resizing(64, 64)(bill),
    "padded": 255 * preprocessing.ResizeWithPadding(64, 64, fill=0.9)(bill),
    "cropped": 255 * preprocessing.CenterCrop(64, 64)(bill),
}
pictures = [bill, *(np.asarray(picture).astype(np.uint8) for picture in ways.values())]
ir.plots.image_grid(pictures, ["as it was", *ways], size=2.1, synthetic=True, heading="Three ways to 64 × 64")

# %% [markdown]
# *What you should see: a stretched invoice with narrow letters, a padded one with true proportions and two bars, and a
# crop that has lost half of the text. Stretching makes an enlarged heart out of a normal one; cropping loses what stands
# at the rim. Padding costs pixels only. It is what the library does by default.*
#
# ## Black and white: one threshold, or one for each image
#
# `Binarize` makes ink black and paper white. A fixed threshold says "white is what is brighter than 0.5". Otsu's method
# looks at the histogram of each image and takes the value that separates two hills best.
#
# **Before you run the next cell**, write down a guess: the lamp gets weaker, to 70, 45 and 25 %. Which of the two gives up
# first, and what does its picture look like then?

# %%
fixed, otsu = preprocessing.Binarize(0.5), preprocessing.Binarize("otsu")
truth = np.asarray(fixed(invoice()))
rows = {}
for light in (1.0, 0.7, 0.45, 0.25):
    dim = invoice(light=(light, light, light))
    rows[f"light {light:.0%}"] = [100 * np.mean(np.asarray(layer(dim)) != truth) for layer in (fixed, otsu)]
pd.DataFrame(rows, ["fixed at 0.5: wrong pixels (%)", "Otsu: wrong pixels (%)"]).T.round(1)

# %% [markdown]
# What the fixed threshold gives in full light serves as the truth here, so it is perfect there by construction; Otsu draws
# the letters a little bolder or thinner than that. Then the light falls, and with it the paper, below 0.5: the whole page is
# black, at once. Otsu moves with the light. See it happen.

# %%
preprocessing.preview(invoice(light=(0.45, 0.45, 0.45)), [fixed, otsu], synthetic=True)

# %% [markdown]
# *What you should see: a dim invoice, a black rectangle, and black letters on white paper. In a bank's mobile app the
# black rectangle is a customer who took the photo in the evening.*
#
# ## Noise: which filter for which
#
# You take 32 validation images as clean ones, and spoil them in two ways. **Grain** moves each pixel a little, as too few
# X-ray quanta or a dark room do. **Specks** turn one pixel in twenty black or white, as dust, dead pixels and bad
# transmission do.

# %%
clean = (dataset.validation.pixels(range(32)) / 255).astype(np.float32)
generator = np.random.default_rng(SEED)
grain = np.clip(clean + generator.normal(0, 0.08, clean.shape), 0, 1).astype(np.float32)
dice = generator.random(clean.shape)
specks = np.where(dice < 0.025, 0, np.where(dice > 0.975, 1, clean)).astype(np.float32)
pictures, titles = [clean[0], grain[0], specks[0]], ["clean", "grain", "specks"]
ir.plots.image_grid(pictures, titles, size=2.2, synthetic=dataset.synthetic, heading="Two kinds of noise")

# %% [markdown]
# *What you should see: the same image three times: clean, with a fine sand over all of it, and with black and white
# points here and there.*
#
# Four filters. `GaussianDenoise` averages neighbours. `MedianDenoise` takes the middle one of nine, so that an
# outlier has no say. `BilateralDenoise` averages only neighbours that look alike, so that edges stay.
# `NonLocalMeansDenoise` averages places whose surroundings look alike.

# %%
filters = {
    "GaussianDenoise": preprocessing.GaussianDenoise(0.8),
    "MedianDenoise": preprocessing.MedianDenoise(3),
    "BilateralDenoise": preprocessing.BilateralDenoise(sigma_color=0.2),
    "NonLocalMeansDenoise": preprocessing.NonLocalMeansDenoise(0.12),
}
preprocessing.preview(specks[0], filters, synthetic=dataset.synthetic)

# %% [markdown]
# *What you should see: specks smeared by the Gaussian, gone with the median, and still there with the other two: to them a
# speck is an edge, and edges are kept.*
#
# Now in numbers. The error is the root mean square of the difference to the clean image. A ratio of errors is told in
# **decibels**: 6 dB halve the error, 20 dB leave a tenth. The last column applies the filter to the clean image: what it
# costs where there was nothing to remove.


# %%
def decibels(picture):
    """How small the error against the clean images is: larger is better."""
    return -10 * np.log10(np.mean((np.asarray(picture) - clean) ** 2))


gains = pd.DataFrame(
    {
        "grain: gain (dB)": [decibels(one(grain)) - decibels(grain) for one in filters.values()],
        "specks: gain (dB)": [decibels(one(specks)) - decibels(specks) for one in filters.values()],
        "clean: error (grey levels)": [255 * 10 ** (-decibels(one(clean)) / 20) for one in filters.values()],
    },
    index=list(filters),
)
gains.round(1)

# %% [markdown]
# Read it by column. Against specks, the median is far ahead. Against grain, in the chest X-rays, averaging is as good or
# better. No filter is free: the last column is detail that is lost for good. With thin pen strokes (`mnist`) the Gaussian
# takes away more than it gives, even with grain: its gain is negative. Look at your noise first, then choose, then measure.
#
# The median against specks is the headline of this lesson.

# %%
gain = gains.loc["MedianDenoise", "specks: gain (dB)"]
ir.course.headline("noise removed from specked images by the median filter, dB", gain)

# %% [markdown]
# ## Contrast: two machines, one picture
#
# A new machine arrives. Its images are greyer: black has become 80, and the contrast is less than half. You compute its
# picture of the same patient, and try four ways to mend it.


# %%
def new_machine(images):
    return (80 + 0.45 * images).astype(np.uint8)


remedies = {
    "StretchContrast": preprocessing.StretchContrast(),
    "Gamma 2.0": preprocessing.Gamma(2.0),
    "EqualizeHistogram": preprocessing.EqualizeHistogram(),
    "CLAHE": preprocessing.CLAHE(tiles=4),
}
preprocessing.preview(new_machine(image), remedies, synthetic=dataset.synthetic)

# %% [markdown]
# *What you should see: a washed-out image, and four attempts. Stretching gives back black and white. Gamma darkens, and
# stays flat. Equalising spreads the greys evenly, at the price of a harsh look. CLAHE does so tile by tile,
# with a limit on how much, and is gentler.*
#
# Pretty is no measure. What you want is that both machines give **the same numbers** after the preparation. So you measure
# what is left of the difference between them. `Normalize` joins in: it takes away each image's mean and divides by its
# standard deviation, so its numbers aren't greys any more; differences are told in shares of the spread of the values.

# %%
old, new = dataset.validation.images[:32], new_machine(dataset.validation.images[:32])
candidates = {"nothing": preprocessing.Brightness(0.0), **remedies, "Normalize": preprocessing.Normalize()}
left = {}
for name, layer in candidates.items():
    first, second = np.asarray(layer(old)), np.asarray(layer(new))
    left[name] = 100 * np.sqrt(np.mean((first - second) ** 2)) / first.std()
pd.Series(left, name="difference left (% of the spread)").round(1).to_frame()

# %% [markdown]
# Gamma leaves most of it: it is a fixed curve, and doesn't know where an image's black is. `StretchContrast`,
# `EqualizeHistogram` and `Normalize` look at the image itself, and the difference nearly goes. What remains is rounding,
# since the new machine has fewer greys to tell things apart with. In the chest X-rays `CLAHE` leaves more: it works on the
# histograms of small tiles, and there, missing greys count.
#
# ## Edges
#
# `Sobel` shows how fast brightness changes at each pixel. `Canny` keeps the ridges of that, as lines of one pixel.

# %%
edges = [preprocessing.Sobel(), preprocessing.Canny(sigma=1.0), preprocessing.Canny(sigma=2.0)]
preprocessing.preview(image, edges, synthetic=dataset.synthetic)

# %% [markdown]
# *What you should see: outlines. The more Canny smooths before (sigma), the fewer lines are left. Edges find the
# corners of a document well; a soft shadow in a lung has no edge, and is lost. A network makes edge detectors of its own,
# so edges as a preparation are rare today.*
#
# ## Inside the model
#
# Where does a preparation belong? In the notebook it is one more line of code. But the notebook stays behind, and only the
# model travels into service. So you put it **inside**: the first layer brings pixels to [0, 1], the second prepares.
#
# The rest is the smallest model there is: it averages squares of 4 × 4 pixels, and gives each square a weight for each
# class. Look at the shapes before you train.

# %%
keras.utils.set_random_seed(SEED)
model = keras.Sequential(
    [
        keras.Input(dataset.image_shape),
        layers.Rescaling(1 / 255),
        preprocessing.Normalize(),
        layers.AveragePooling2D(4),
        layers.Flatten(),
        layers.Dense(dataset.num_classes, "softmax"),
    ]
)
pd.DataFrame([(type(layer).__name__, layer.output.shape[1:], layer.count_params()) for layer in model.layers],
             columns=["layer", "output shape", "numbers to learn"])  # fmt: skip

# %% [markdown]
# `Normalize` has nothing to learn. It is in the model all the same, and is saved with it. Training takes seconds; what
# `train` does is the subject of lesson 03.

# %%
small = dataset.subset_train(min(1400, len(dataset.train)), seed=SEED)
run = ir.train(
    model, small, epochs=EPOCHS, learning_rate=0.01, augmentation="none", seed=SEED, check_leaks=False, progress=False
)
ir.evaluate(run.model, dataset.validation)["roc_auc"]

# %% [markdown]
# Now save it, as one file, and load it as a server would: without this notebook's variables. The server gets PNG files, and
# nobody prepares anything.

# %%
folder = Path(tempfile.mkdtemp())
ir.Recognizer.from_run(run, dataset).save(folder / "model.imgrec")
(folder / "inbox").mkdir()
for index in range(20):
    Image.fromarray(dataset.validation.image(index).squeeze()).save(folder / "inbox" / f"{index:02d}.png")

served = ir.Recognizer.load(folder / "model.imgrec").predict(folder / "inbox")
trained = run.model.predict(dataset.validation.pixels(range(20)), verbose=0)
print(
    "largest difference between a trained and a served score:",
    np.abs(served.filter(like="score_") - trained).max().max(),
)
served.head(3)

# %% [markdown]
# What was trained is what is served: scores agree but for rounding in the last digits of float32.
#
# ## A mistake, on purpose: prepared in the notebook, forgotten in service
#
# Another team has the same idea, and prepares in the notebook. Their model is yours without its first two layers, with the
# same weights. In the notebook it gets prepared arrays. In service it gets pixels in [0, 1], because somebody remembered
# the scaling, and nobody the rest.

# %%
head = run.model.layers[2:]
in_notebook = keras.Sequential([keras.Input(dataset.image_shape), *head])
in_service = keras.Sequential([keras.Input(dataset.image_shape), layers.Rescaling(1 / 255), *head])

prepared = preprocessing.Normalize()(dataset.validation.pixels(range(20)) / 255)
print("in the notebook, difference from your scores:", np.abs(in_notebook.predict(prepared, verbose=0) - trained).max())

# %% [markdown]
# In the notebook all is well, to the last digits: every test that the team runs there passes. Now you measure what is in
# service, beside your model, on the images of both machines.

# %%
validation = dataset.validation
machines = {"old machine": validation, "new machine": validation.with_images(new_machine(validation.images))}
last = dataset.class_names[-1]
rows = {}
for machine, split in machines.items():
    for name, network in {"inside": run.model, "forgotten": in_service}.items():
        result = ir.evaluate(network, split)
        rows[machine, name] = [result["roc_auc"], result["balanced_accuracy"], result["recall", last]]
pd.DataFrame(rows, ["ROC AUC", "balanced accuracy", f"share of “{last}” that is found"]).T

# %% [markdown]
# Compare the rows "inside" and "forgotten". The ROC AUC falls little: the **order** of the images is nearly the same. The
# **decisions** suffer. In the phantom they are ruined on both machines: all images, or nearly all, lie on one side of the
# threshold, and the balanced accuracy is that of a coin. In real sets (`pneumoniamnist`, `mnist`) the old machine hides most
# of the damage, which makes it worse: it breaks out on the day when the new machine comes. Nothing crashed. A clinic would
# have noticed by the patients.
#
# The model with its preparation inside doesn't even notice the new machine. Here is what the other one decides on it.

# %%
ir.evaluate(in_service, machines["new machine"]).plot_confusion_matrix()

# %% [markdown]
# *What you should see: one column that holds far more images than it should, in the phantom all of them, whatever they
# show. This is what a forgotten preparation looks like: a sudden lack of variety in the answers. Count them in service, and you notice on the first day.*
#
# ## Your turn
#
# **Exercise 1.** Bring an image to float32 in [0, 1]: uint8 ends at 255, uint16 at 65,535.


# %% tags=["solution"]
def to_unit(image):
    """Return float32 in [0, 1] from a uint8 or uint16 image."""
    return (image / np.iinfo(image.dtype).max).astype(np.float32)


# %% tags=["check"]
ir.course.check("02.1", to_unit)

# %% [markdown]
# **Exercise 2.** Stretch the contrast of **each image** of a batch by itself: its darkest pixel becomes 0, its brightest 1.
# An image that is the same grey everywhere stays as it is.


# %% tags=["solution"]
def stretch_each(images):
    """Return a batch (n, height, width, channels) of floats in [0, 1], each image stretched to its own full range."""
    low = images.min(axis=(1, 2, 3), keepdims=True)
    span = images.max(axis=(1, 2, 3), keepdims=True) - low
    return np.where(span > 0, (images - low) / np.where(span > 0, span, 1), images)


# %% tags=["check"]
ir.course.check("02.2", stretch_each)

# %% [markdown]
# **Exercise 3.** Write the acceptance test that would have saved the other team. It gets the scores of the same images from
# training and from service, (n, classes), and returns the indices of the images that don't agree: a score differs by more
# than the tolerance, or is NaN. If there aren't as many scores in service as in training, raise a `ValueError`.


# %% tags=["solution"]
def disagreements(trained, served, tolerance=1e-4):
    """Return the indices (whole numbers, ascending) of the images whose served scores differ from the trained ones."""
    trained, served = np.asarray(trained), np.asarray(served)
    if trained.shape != served.shape:
        raise ValueError(f"trained scores have shape {trained.shape}, served ones {served.shape}")
    agree = np.abs(trained - served) <= tolerance  # False for NaN
    return np.flatnonzero(~agree.all(axis=1))


# %% tags=["check"]
ir.course.check("02.3", disagreements)

# %% [markdown]
# ## What you learnt
#
# - Choose the filter for the noise, and measure: the median against specks, averaging against grain, none where there is
#   none.
# - A preparation that looks at the image itself (stretch, equalise, normalise, Otsu) makes machines alike; a fixed curve or
#   a fixed threshold doesn't.
# - Pad rather than stretch.
# - A preparation belongs inside the model. Forgotten in service, it ruins decisions while the ROC AUC looks well.
# - Before you go into service, compare scores of the same files, trained and served.
#
# **On your own images**
# ```python
# image = ir.datasets.read_image("my_scan.png")
# preprocessing.preview(image, [preprocessing.MedianDenoise(3), preprocessing.CLAHE(tiles=4)])
# dataset = ir.datasets.from_folder("my_images", image_size=(64, 64))
# model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, preprocessing=[preprocessing.Normalize()])
# ```
# Next: [03 · A first CNN](03_a_first_cnn.ipynb)
