# ---
# title: Images are numbers
# promise: You open an image as an array of numbers, compute with it, and measure how far one single number gets at telling two kinds of images apart.
# needs: []
# metric: ROC AUC of one number, validation split
# band: [0.60, 0.86]
# minutes: 1.5
# memory_mb: 1500
# other_bands: {pneumoniamnist: [0.62, 0.74], mnist: [0.62, 0.68]}
# ---

# %% [markdown]
# # 01 · Images are numbers
#
# You open an image as an array of numbers, compute with it, and measure how far one single number gets at telling two
# kinds of images apart.
#
# **You will be able to** read the shape, the type and the range of an image; cut, flip and brighten it without damage;
# say what a label, a data set's card and a split are; and measure a first, very small classifier.
#
# **You need** Python with a little NumPy. No knowledge of neural networks: there is none in this lesson. It takes a
# minute and less than 1.5 GB of memory.

# %%
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

import imgrec_tf as ir

ir.environment.report()

# %% tags=["parameters"]
DATASET = "chest-phantom"  # synthetic chest X-rays; "pneumoniamnist" for real ones (4 MB), "mnist" for digits (11 MB)
SEED = 7

# %% [markdown]
# ## An image is an array
#
# The default images are chest X-rays that a program has made. No patient is shown, and so nothing that you measure here
# says anything about a clinic. They are made while you wait, which takes some seconds.
#
# You take the first training image and ask for its shape and its type, before you look at it.

# %%
dataset = ir.load(DATASET, seed=SEED)
image = dataset.train.image(0)
image.shape, image.dtype

# %% [markdown]
# Read the shape from left to right: **height** (rows), **width** (columns), **channels**. One channel is grey, three are
# red, green and blue. Height comes first, while most people say "width by height": keep this in mind, it is a common
# mistake.
#
# `uint8` is the type: whole numbers of 8 bits, from 0 (black) to 255 (white). Now look.

# %%
ir.plots.image_grid([image], [dataset.train.label_text(0)], size=3.0, synthetic=dataset.synthetic, heading="One image")

# %% [markdown]
# *What you should see: one grey image, with its label above it. In an X-ray, bone is bright, and air is dark,
# because air stops few rays.*
#
# ## Look closer, and the picture is gone
#
# A slice cuts a piece out: rows 20 to 31, columns 10 to 23, and the first channel. Each pixel gets its number written on
# it.

# %%
ir.plots.image_values(image[20:32, 10:24, :1], synthetic=dataset.synthetic)

# %% [markdown]
# *What you should see: squares of grey, each with the number that it stands for. Rows and columns count from 0 again: the
# piece is an array of its own. This table of numbers is all that a program ever gets. What you see as a rib or a stroke is, to the program, a row of numbers that are larger than those
# beside it.*
#
# ## Which numbers, and how often: the histogram
#
# A histogram forgets where the pixels are and counts how often each value occurs. You compare the whole image with its
# middle. The middle is a slice again, written in shares of the height and the width, so that it fits images of any size.


# %%
def middle(pixels):
    height, width = pixels.shape[-3:-1]
    return pixels[..., height // 4 : 3 * height // 4, width // 8 : 7 * width // 8, :]


parts = {"whole image": image, "middle": middle(image)}
ir.plots.histogram(parts, "pixel value (0 black, 255 white)", dataset.synthetic)

# %% [markdown]
# *What you should see: two lines over the range from 0 to 255. Where a line is high, many pixels have that grey. In the
# chest X-ray the middle has a larger share of dark pixels: that is the air in the lungs.*
#
# ## How many greys: 8 bits and 16 bits
#
# 8 bits give 2⁸ = 256 greys. X-ray detectors and CT scanners tell thousands of greys apart, and store them in 16 bits:
# 65,536 values. If you squeeze them into 8 bits, neighbours fall together. Here are 1,000 greys of a faint shadow, and
# what is left of them.

# %%
faint = np.arange(30_000, 31_000, dtype=np.uint16).reshape(20, 50, 1)
squeezed = (faint // 257).astype(np.uint8)
pixels = ir.vision.pixels.to_pixels(faint)
pd.DataFrame(
    {"greys that differ": [len(np.unique(array)) for array in (faint, squeezed, pixels)]},
    index=["16 bits, as stored", "squeezed into 8 bits", "to_pixels: float32 in [0, 255]"],
)

# %% [markdown]
# Five greys are left of a thousand. A shadow that a radiologist could have seen is gone, and no later step brings it
# back. `to_pixels` is what the library does in every place: it divides by 257 too, but keeps the fractions, as float32.
#
# ## Colour is three of them
#
# A colour image has three channels. You make one out of the grey image by giving each channel its own strength, as a
# yellow lamp would do, and then look at the channels one by one.

# %%
grey = image.mean(axis=2, keepdims=True)
tinted = (grey * [1.0, 0.8, 0.4]).astype(np.uint8)
channels = [tinted[..., channel] for channel in range(3)]
titles = [f"colour {tinted.shape}", *(f"{name} {tinted.shape[:2]}" for name in ("red", "green", "blue"))]
ir.plots.image_grid(
    [tinted, *channels], titles, size=1.9, synthetic=dataset.synthetic, heading="A colour image and its channels"
)

# %% [markdown]
# *What you should see: a yellowish image, and three grey ones that grow darker from red to blue. Each channel is a grey
# image of its own. Little blue means yellow.*
#
# ## A file is not an array
#
# A file is a compressed array with a name. PNG gives back every pixel as it was. JPEG gives back something that looks
# alike, and is smaller. You write both, read them with `datasets.read_image`, and compare.

# %%
folder = Path(tempfile.mkdtemp())
rows = []
for name in ("image.png", "image.jpg"):
    Image.fromarray(image.squeeze()).save(folder / name)
    read = ir.datasets.read_image(folder / name)
    changed = np.abs(read.astype(int) - image.astype(int))
    rows.append((name, (folder / name).stat().st_size, read.nbytes, (changed > 0).mean() * 100, changed.max()))
pd.DataFrame(rows, columns=["file", "bytes in the file", "bytes in the array", "pixels changed (%)", "largest change"])

# %% [markdown]
# JPEG changed pixels, PNG none. For a holiday picture the change is nothing. A stamp on a contract that was saved as
# JPEG ten times, or a faint shadow in a lung, is another matter: keep originals in a format without loss.
#
# Files also lie about what they are. In a bank's inbox or a clinic's archive you meet text files that are called `.png`
# and images that break off. The reader looks at the content and says what is wrong.

# %%
(folder / "scan.png").write_text("See attachment.")
(folder / "half.png").write_bytes((folder / "image.png").read_bytes()[:300])
for name in ("scan.png", "half.png", "lost.png"):
    try:
        ir.datasets.read_image(folder / name)
    except ir.datasets.ImageProblem as problem:
        print(problem.reason)

# %% [markdown]
# ## Cut, flip, thin out: slices
#
# All of these are slices, and none computes anything. `::-1` walks backwards, `::2` takes every second pixel.

# %%
pieces = {"middle": middle(image), "left and right exchanged": image[:, ::-1], "upside down": image[::-1]}
pieces["every second pixel"] = image[::2, ::2]
titles = [f"{name}\n{piece.shape}" for name, piece in pieces.items()]
ir.plots.image_grid(
    list(pieces.values()), titles, size=1.9, synthetic=dataset.synthetic, heading="Four slices of one image"
)

# %% [markdown]
# *What you should see: the middle cut out, a mirrored image, one on its head, and one with a quarter of the pixels.
# Mirroring looks harmless. In a chest X-ray it puts the heart on the wrong side, and of a 6 it makes a sign
# that is no digit: whether a flip is allowed depends on what the image shows.*
#
# ## From one image to a batch
#
# Models work on many images at once. A **batch** has one axis more, in front: (images, height, width, channels).
# `pixels` gives what every model of this course takes: float32 in [0, 255].

# %%
batch = dataset.train.pixels(range(6))
print("batch:", batch.shape, batch.dtype)
print("mean of each image:", batch.mean(axis=(1, 2, 3)).round(1))

# %% [markdown]
# `mean(axis=(1, 2, 3))` averages over rows, columns and channels and leaves the images apart: six images, six numbers.
# Keep this line, you will need it soon.
#
# ## Labels, and the card
#
# A **label** is the answer that somebody gave for an image, as a number. The names belong to the numbers: 0 is the first
# name, 1 the second.

# %%
print("class names:", dataset.class_names)
print("first labels:", dataset.train.labels[:8])
dataset.card

# %% [markdown]
# The **card** says where images come from, who may use them, and what for. Read the row "images" first: it says whether
# they are synthetic. Read "intended use" before you promise anything to anybody.
#
# A number without a card is a rumour. The label deserves the same doubt: here the program knows the truth, in a clinic
# a tired person wrote it down.

# %%
dataset.preview(rows=2, columns=6, seed=SEED)

# %% [markdown]
# *What you should see: training images of every class in turn, each with its label. Try to find what tells the classes
# apart before you read on. In the chest X-rays an opacity is a brighter patch in a lung; some are plain, some hide behind
# a rib.*
#
# ## Three splits, and no patient in two of them
#
# The images are dealt into three heaps. The model learns from **train**. You choose with **validation**. You look at
# **test** once, at the very end; in this lesson never.

# %%
dataset.summary()

# %% [markdown]
# The row "groups", where a set has one, counts patients. A patient may have several images, and they look alike: same
# ribs, same heart. If one of them lies in train and another in validation, the model can recognise the patient in place
# of the disease. You count for how many validation images this is so: as the library splits them, and as a plain shuffle
# of the images would.

# %%
if dataset.train.groups is None:
    print("This set names no patients. Nobody can check whether one stands in two splits.")
else:
    patients = np.concatenate([dataset.train.groups, dataset.validation.groups])
    labels = np.concatenate([dataset.train.labels, dataset.validation.labels])
    shuffled = ir.datasets.split(labels, validation=0.2, test=0, seed=SEED)
    careless = np.isin(patients[shuffled["validation"]], patients[shuffled["train"]]).mean()
    careful = np.isin(dataset.validation.groups, dataset.train.groups).mean()
    print(f"validation images whose patient is in train: by patient {careful:.0%}, by image {careless:.0%}")

# %% [markdown]
# By patient it is none, by construction. By image it is more than half. Lesson 07 measures what such a leak does to a
# result. For now: **split by patient**, or by customer, or by document, before anything else.
#
# ## A classifier of one number
#
# Do numbers alone already know something of the label? First the mean image of each class: the mean over the first axis
# of a batch, so that images fall onto each other.

# %%
train_pixels, train_labels = dataset.train.arrays()
means = [train_pixels[train_labels == label].mean(axis=0) for label in range(dataset.num_classes)]
difference = (means[-1] - means[0]).mean(axis=2)
ir.plots.image_grid(
    [*(mean.astype(np.uint8) for mean in means), (difference / np.abs(difference).max() + 1) / 2],
    [*dataset.class_names, "last class minus first: bright where the last is brighter"],
    size=2.1,
    columns=6,
    synthetic=dataset.synthetic,
    heading="The mean image of each class",
)

# %% [markdown]
# *What you should see: the blurred mean image of each class, and the difference of two of them. With the chest X-rays the
# means look almost alike, and their difference is brightest in the lungs, where opacities are: in parts that are dark, in
# the middle of the picture.*
#
# So you try three numbers, each computed from an image alone: its mean, the mean of its middle, and the share of dark
# pixels in its middle, which is how much air there is. `baseline` learns from the training images how such a number goes
# with the label, `evaluate` measures it on validation images.
#
# ROC AUC is the share of pairs, one image of each class, that the number puts in the right order. 0.5 is a coin, 1 is
# perfect. The interval in brackets says how far chance alone could move the value.


# %%
def mean_brightness(pixels):
    return pixels.mean(axis=(1, 2, 3))


def mean_of_middle(pixels):
    return middle(pixels).mean(axis=(1, 2, 3))


def dark_share(pixels):
    return (middle(pixels) < 80).mean(axis=(1, 2, 3))


for number in (mean_brightness, mean_of_middle, dark_share):
    model = ir.models.baseline("logistic-regression", dataset.train, features=number)
    evaluation = ir.evaluate(model, dataset.validation)
    print(f"{number.__name__:16} ROC AUC {evaluation['roc_auc']}")

# %% [markdown]
# In the phantom the brightness of the whole image says next to nothing: its interval holds 0.5, or nearly so. The share of
# dark pixels says more, and it says it with one number. In real X-rays (`pneumoniamnist`) brightness alone says a little,
# and the mean of the middle says most of the three; with digits the three are much alike. **Where** you look and **what** you count matters more
# than how much you compute. Finding both by itself is what a network will do for you in lesson 03.
#
# The last of the three is the headline of this lesson.

# %%
ir.course.headline("ROC AUC of one number, validation split", evaluation["roc_auc"])

# %% [markdown]
# Is that enough? Look at how the number is spread within each class.

# %%
shares = 100 * dark_share(dataset.validation.pixels())
by_class = {name: shares[dataset.validation.labels == label] for label, name in enumerate(dataset.class_names)}
ir.plots.histogram(
    by_class, "dark pixels in the middle (%)", dataset.synthetic, heading="One number, validation images", bins=16
)

# %% [markdown]
# *What you should see: one hill for each class, all on nearly the same ground. With the chest X-rays, the hill of the
# opacities lies further left, since they take the place of air. Wherever you put a threshold, many images are on its wrong side. One number carries
# information, and it isn't enough.*
#
# **Before you run the next cell**, write down a guess. A pixel has the value 200, as uint8, and you add 100. What comes
# out: 300, 255 or 44?
#
# ## A mistake, on purpose
#
# The images look too dark to you, and so you add 100 to each. Once as NumPy does it with uint8, and once with room to
# spare: compute in larger numbers, cut off at 0 and 255, then go back to uint8.

# %%
wrapped = image + np.uint8(100)
clipped = np.clip(image.astype(int) + 100, 0, 255).astype(np.uint8)
print("200 + 100 =", np.uint8([200]) + np.uint8(100))
titles = ["as it was", "image + 100 in uint8", "with room, then cut off"]
ir.plots.image_grid([image, wrapped, clipped], titles, size=2.2, synthetic=dataset.synthetic, heading="Brighter by 100")

# %% [markdown]
# *What you should see: in the second image the brightest parts have turned dark. uint8 ends at 255 and goes on at 0, like
# the counter of an old car: 200 + 100 = 300, and 300 − 256 = 44. There is no error and no warning.*
#
# What does it cost? The model with the dark pixels was trained on images as they were. Now it is served brightened ones.

# %%
validation, labels = dataset.validation, ["as they were", "+ 100 in uint8", "+ 100, cut off"]
stored = validation.images
room = np.clip(stored.astype(int) + 100, 0, 255).astype(np.uint8)
served = [validation, validation.with_images(stored + np.uint8(100)), validation.with_images(room)]
results = [ir.evaluate(model, split)["roc_auc"] for split in served]
pd.DataFrame([(one.value, one.low, one.high) for one in results], labels, ["ROC AUC", "low", "high"]).round(3)

# %% [markdown]
# With the chest X-rays, the mistake is worse than a coin: heart and spine have become dark, and count as air. The model
# has not noticed. A number came out, and it was wrong.
#
# The careful version ends at exactly 0.5, on any data. That is a lesson of its own: with 100 added to each pixel, none is
# below 80, the number is 0 for each image, and the model has nothing left to look at. Another exposure, another scanner or
# another lamp would do the same. Exercise 3 and lesson 02 deal with that.
#
# ## Your turn
#
# **Exercise 1.** Turn an image into its negative: black becomes white, the type stays uint8, and the image that went in
# stays as it was.


# %% tags=["solution"]
def negative(image):
    """Return the negative of a uint8 image."""
    return 255 - image


# %% tags=["check"]
ir.course.check("01.1", negative)

# %% [markdown]
# **Exercise 2.** Make an image brighter (or, with a negative amount, darker) without overflow. A uint8 image goes in, a
# uint8 image of the same shape comes out.


# %% tags=["solution"]
def brighten(image, amount):
    """Return a uint8 image with the amount added to each pixel, cut off at 0 and 255."""
    return np.clip(image.astype(int) + amount, 0, 255).astype(np.uint8)


# %% tags=["check"]
ir.course.check("01.2", brighten)

# %% [markdown]
# **Exercise 3.** Write one number for each image that does not move when all of its pixels are multiplied by the same
# factor, as a longer exposure would do, and that gets smaller when a bright patch covers dark pixels in the middle. Then
# measure it with `baseline` and `evaluate`, as above. Is it as good as `dark_share`?


# %% tags=["solution"]
def relative_dark_share(pixels):
    """Return one number an image (n,) from float32 pixels (n, height, width, channels) in [0, 255]."""
    own_mean = pixels.mean(axis=(1, 2, 3), keepdims=True)
    return (middle(pixels) < 0.8 * own_mean).mean(axis=(1, 2, 3))


# %% tags=["check"]
ir.course.check("01.3", relative_dark_share)

# %% [markdown]
# ## What you learnt
#
# - An image is an array (height, width, channels), as a rule uint8 in 0 to 255; 16 bits keep what 8 bits lose.
# - A file isn't an array: JPEG changes pixels, and a name proves nothing.
# - Compute with room to spare, and cut off at the end: uint8 wraps around without a word.
# - A batch has the images as its first axis. Labels are answers that somebody gave; the card says who.
# - Split by patient. Choose on validation. Leave test alone.
# - One number already carries information. It isn't enough, and it breaks when the exposure changes.
#
# **On your own images**
# ```python
# image = ir.datasets.read_image("my_scan.png")
# dataset = ir.datasets.from_folder("my_images", image_size=(64, 64))
# dataset.preview()
# model = ir.models.baseline("logistic-regression", dataset.train, features=mean_brightness)
# ir.evaluate(model, dataset.validation)
# ```
# Next: [02 · Prepare images](02_prepare_images.ipynb)
