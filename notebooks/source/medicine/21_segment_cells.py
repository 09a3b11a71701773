# ---
# title: Segment cells
# promise: A number for each nucleus of a picture, and two measures of which one does not notice when two become one.
# needs: [3, 7]
# metric: average precision at an overlap of .5, test split
# band: [0.7, 0.99]
# other_bands: {nuclei: [0.6, 0.95]}
# minutes: 3
# memory_mb: 2500
# quick: {EPOCHS: 1, COUNT: 24}
# ---

# %% [markdown]
# # 21 · Segment cells
#
# A number for each nucleus of a picture, and two measures of which one does not notice when two become one.
#
# **You will be able to** train a U-Net that gives each pixel a class, turn its answer into numbered objects, cut objects that touch, and
# measure with numbers that fall when the result gets worse.
#
# **You need** lessons 03 (a first CNN) and 07 (measure honestly). It takes about two minutes on two cores and 2 GB of memory.
#
# Nothing in this lesson is for clinical use.

# %%
import keras
import numpy as np
import pandas as pd
from skimage.transform import resize

import imgrec_tf as ir
from imgrec_tf.medical import segmentation

ir.environment.report()

# %% tags=["parameters"]
DATASET = "cells-phantom"  # synthetic; "nuclei" for real ones, found through IMGREC_DATA
COUNT = 120  # pictures of the phantom
EPOCHS = 10
SEED = 7

# %% [markdown]
# ## A mask is a picture of numbers
#
# A classifier answers once for a picture. Here every pixel has an answer of its own: 0 for the background, 1 for the first nucleus, 2 for the
# second. Such a mask says where each object is, how large it is, and how many there are. Pictures of one slide stay in one split.

# %%
options = {"count": COUNT} if DATASET == "cells-phantom" else {}
dataset = segmentation.load(DATASET, seed=SEED, **options)
picture, mask = dataset.train.images[0], dataset.train.masks[0]
print("picture", picture.shape, picture.dtype, "| mask", mask.shape, mask.dtype, "from", mask.min(), "to", mask.max())
dataset

# %% [markdown]
# So many pictures in each split, and here the first three with the outlines of their objects:

# %%
dataset.train.preview(3)

# %% [markdown]
# *What you should see: pictures at the left, and at the right the same with a yellow outline around each nucleus, also where two touch.* The phantom's
# masks come from the program that drew the nuclei, so they are exact. For real pictures a person drew them, and two people differ.
#
# ## The baseline: one threshold
#
# Before you train anything, you measure what one threshold gives. Otsu's method chooses it for each picture; pixels that hang together are one
# object. You measure on the validation split, as always while you still choose.

# %%
validation = dataset.validation
plain = [segmentation.otsu_mask(picture) for picture in validation.images]
scores = {"threshold": segmentation.measure_masks(validation, [segmentation.connected_objects(one) for one in plain])}
scores["threshold"].to_frame().query("metric in ['pixel_accuracy', 'dice', 'iou', 'count_error']").round(3)

# %% [markdown]
# Most pixels are right, and the last row says that objects are missing: nuclei that touch are counted as one.
#
# **Before you run the next cell**, write down a guess: what accuracy of pixels, and what Dice, does an answer reach that finds nothing at all?
# And one that finds every pixel, but takes all nuclei that touch for one?

# %%
answers = {
    "nothing": [np.zeros_like(mask) for mask in validation.masks],
    "every pixel, touching as one": [segmentation.connected_objects(mask) for mask in validation.masks],
    "the truth": validation.masks,
}
shown = ["pixel_accuracy", "dice", "average_precision_50", "count_error"]
measured = {name: segmentation.measure_masks(validation, found) for name, found in answers.items()}
pd.DataFrame({name: {key: one[key].value for key in shown} for name, one in measured.items()}).T.round(3)

# %% [markdown]
# Finding nothing is right for most pixels, because most pixels are background: accuracy of pixels measures how empty a picture is. Dice, twice the
# common pixels divided by the pixels of both, is 0 for it. But Dice is 1.000 in the second row, where a good part of the nuclei is lost. It
# counts pixels and knows nothing of objects.
#
# The third column does. A found object counts when it shares more than half with a true one (intersection over union above .5); the score is
# TP / (TP + FP + FN). The 2018 Data Science Bowl took its mean over ten such limits, from .50 to .95.
#
# ## Cut by shape
#
# Objects that touch have a waist. Watershed finds it: each pixel gets its distance to the background, two objects make two summits, and the
# cut goes along the saddle. No training yet.

# %%
cut = [segmentation.split_touching(one) for one in plain]
scores["threshold, cut by shape"] = segmentation.measure_masks(validation, cut)
pd.DataFrame({name: {key: str(one[key]) for key in shown} for name, one in scores.items()}).T

# %% [markdown]
# The first two columns stay as they were, the third one rises: the same pixels, divided better. This is what a network has to beat.
#
# ## A network that answers for each pixel
#
# A U-Net halves the picture step by step, to see the surroundings of a pixel, and doubles it again, to say where the edge is. On the way up it
# takes the fine maps of the way down back in. This one begins at half the size (`stride=2`), because the convolutions at full size take most
# of the time. Look at the shapes before you train.

# %%
model = ir.models.unet(filters=(24, 48, 64), stride=2, seed=SEED)
names = ("max_pooling", "concatenate", "classes")
steps = [layer for layer in model.layers if layer.name.startswith(names)]
square = np.zeros((1, 96, 96, 1), np.float32)
for layer, maps in zip(steps, keras.Model(model.input, [layer.output for layer in steps])(square)):
    print(f"{layer.name:20s}", maps.shape)
print("from", square.shape, "to", model(square).shape, "with", f"{model.count_params():,} parameters")

# %% [markdown]
# The answer has the size of the picture and three classes: background, inside, and **border**: the outer part of a nucleus, wide in a large one
# and narrow in a small one. Where two touch there is border between their insides: that third class lets the network say "two, not one".

# %%
classes = segmentation.pixel_classes(mask)
pd.Series(np.bincount(classes.ravel(), minlength=3) / classes.size, segmentation.CLASS_NAMES, name="share").round(3)

# %% [markdown]
# ## Which loss?
#
# Most pixels are background. Cross-entropy is a mean over pixels, so it hears of the two small classes last. The focal loss lets pixels count less the
# surer the network is of them; the Dice loss looks at each class as a whole, however few its pixels. You train the same small network with
# each of them for the same short time, and compare on validation.


# %%
losses = {
    "cross-entropy": ir.models.FocalLoss(gamma=0),
    "focal": ir.models.FocalLoss(gamma=2),
    "Dice and cross-entropy": ir.models.DiceLoss(cross_entropy=1.0),
}
rows = {}
for name, loss in losses.items():
    small = ir.models.unet(filters=(8, 16, 32), seed=SEED)
    short = {"epochs": max(1, EPOCHS // 3), "batches": 15, "size": 64, "learning_rate": 5e-3}
    brief = segmentation.train_segmenter(dataset, model=small, loss=loss, seed=SEED, progress=False, **short)
    one = segmentation.measure_masks(validation, brief.segmenter.segment(validation))
    rows[name] = {key: one[key].value for key in shown}
pd.DataFrame(rows).T.round(3)

# %% [markdown]
# Compare the columns with the intervals from above in mind: with as few pictures as these, differences of a few hundredths are chance, and another seed may
# turn them around. What you can say is how each does after the same short training, and no more.
#
# ## Train, and look
#
# Each step takes random squares of the training pictures, turned, mirrored, enlarged and with changed contrast, and the mask with them.
# The weights with the lowest loss on validation are kept; then you choose two thresholds and the size of the smallest object, on validation too.

# %%
run = segmentation.train_segmenter(
    dataset, model=model, epochs=EPOCHS, batches=40, size=96, learning_rate=4e-3, seed=SEED, progress=False
)
segmenter = run.segmenter.tuned(validation)
print(run)
print("thresholds", segmenter.threshold, segmenter.marker_threshold, "| smallest object", segmenter.smallest, "pixels")
run.plot()

# %% [markdown]
# *What you should see: both lines fall, steeply at first, and flatten to the end; the dotted line marks the epoch whose weights are kept.* Now you look at what it finds, beside the baseline.

# %%
found = segmenter.segment(validation)
scores["U-Net, with borders"] = segmentation.measure_masks(validation, found)
some = [0, len(validation) // 2, len(validation) - 1]
results = {"cut by shape": [cut[place] for place in some], "U-Net": [found[place] for place in some]}
segmentation.show_segmentation(validation.subset(some), results, size=2.0)

# %% [markdown]
# *What you should see: pictures, the truth in yellow, and two answers; objects that match a true one by more than half are outlined in blue, others
# in orange-red.* Look for what goes wrong: nuclei that are out of focus, specks of dirt, several in a heap.
#
# ## What the border class is worth
#
# The same network, without a second training: you take its objects as a whole (inside and border together), and number what hangs together; or cut it by
# shape. Only the last row uses what it says about borders.

# %%
whole = [one > 0 for one in found]
scores["U-Net, regions"] = segmentation.measure_masks(
    validation, [segmentation.connected_objects(one) for one in whole]
)
scores["U-Net, cut by shape"] = segmentation.measure_masks(
    validation, [segmentation.split_touching(one) for one in whole]
)
scores["U-Net, with borders"] = scores.pop("U-Net, with borders")
pd.DataFrame({name: {key: str(one[key]) for key in shown} for name, one in scores.items()}).T

# %% [markdown]
# Half of an object is not much to ask for. You draw the same methods for every limit.

# %%
segmentation.plot_precision({name: scores[name] for name in list(scores)[1:]})

# %% [markdown]
# *What you should see: curves that fall to the right, where more overlap is asked for.* At .95 an outline that is one pixel off loses a
# small nucleus: there every method is poor, and so would be a second person. Say which limit you mean when you report one number.
#
# ## A mistake, on purpose
#
# Masks get resized together with pictures, and the usual resizing interpolates. You shrink the true masks to half and enlarge them again, once
# with interpolation and once by taking the nearest pixel, and compare them with themselves.


# %%
def there_and_back(mask, order):
    """Half the size and back, with interpolation (order 1) or the nearest pixel (order 0)."""
    half = tuple(length // 2 for length in mask.shape)
    small = resize(mask.astype(float), half, order=order, anti_aliasing=False)
    return np.round(resize(small, mask.shape, order=order, anti_aliasing=False)).astype(int)


resized = {"interpolated": 1, "nearest pixel": 0}
rows = {
    name: segmentation.measure_masks(validation, [there_and_back(mask, order) for mask in validation.masks])
    for name, order in resized.items()
}
pd.DataFrame({name: {key: one[key].value for key in shown} for name, one in rows.items()}).T.round(3)

# %% [markdown]
# Between object 9 and the background, interpolation invents 8, 7, 6 …: each object gets a rim whose numbers belong to other objects. The
# count is right to the last one, for no number is new. Dice is lower, but so it is with the nearest pixel, a little less. The average
# precision says it: half of the objects and more are lost. Measure the truth against itself after everything that you do to it; that costs one line.
#
# ## Pictures of any size
#
# A network that was trained on squares reads any size, tile by tile. At the edge of a tile half of the surroundings are missing; so tiles overlap, and where
# they do, the middle of one counts more than the edge of the other.

# %%
large = np.tile(validation.images[0], (2, 3))[:-11, :-30]
whole = segmentation.pixel_scores(segmenter.model, large, tile=512)
rows = {}
for overlap in (0, 8, 16, 32):
    tiled = segmentation.pixel_scores(segmenter.model, large, tile=64, overlap=overlap)
    rows[overlap] = {
        "mean difference": np.abs(tiled - whole).mean(),
        "other class": (tiled.argmax(-1) != whole.argmax(-1)).mean(),
    }
pd.DataFrame(rows).T.rename_axis("overlap, pixels").round(4)

# %% [markdown]
# Without overlap the seams change the class of a pixel here and there. Overlap mends part of it and takes longer; larger tiles, of which each sees
# more, mend more. A segmenter takes tiles of 256 pixels with an overlap of 32 where you say nothing else.
#
# ## One look at the test split
#
# Everything is chosen: network, weights, thresholds. The test split is measured once.

# %%
test = segmentation.measure_masks(dataset.test, segmenter.segment(dataset.test))
test.to_frame().query("metric in ['dice', 'average_precision_50', 'average_precision', 'count_error']").round(3)

# %% [markdown]
# The headline is the second row, with its interval: it counts slides, not pictures.

# %%
ir.course.headline("average precision at an overlap of .5, test split", test["average_precision_50"].value)

# %% [markdown]
# ## Your turn
#
# **Exercise 1.** Dice of two masks of True and False: twice the common pixels, divided by the pixels of both. Two empty masks agree.


# %% tags=["solution"]
def dice_of_masks(truth, found):
    """Dice coefficient of two bool arrays, 1 where both are empty."""
    both = truth.sum() + found.sum()
    return 2 * (truth & found).sum() / both if both else 1.0


# %% tags=["check"]
ir.course.check("21.1", dice_of_masks)

# %% [markdown]
# **Exercise 2.** You get the overlaps of each true object (rows) with each found one (columns). Return TP / (TP + FP + FN) at a threshold of 0.5 or
# more; an overlap of exactly the threshold is no match.


# %% tags=["solution"]
def precision_at(overlaps, threshold):
    """Share of matches among all objects that are true, found, or both."""
    matches = (overlaps > threshold).sum()
    return matches / (sum(overlaps.shape) - matches)


# %% tags=["check"]
ir.course.check("21.2", precision_at)

# %% [markdown]
# **Exercise 3.** Turn a picture and its mask by a random number of quarter turns, and return both.


# %% tags=["solution"]
def turn_together(picture, mask, rng):
    """The same quarter turns for a picture and its mask."""
    turns = rng.integers(4)
    return np.rot90(picture, turns), np.rot90(mask, turns)


# %% tags=["check"]
ir.course.check("21.3", turn_together)

# %% [markdown]
# ## What you learnt
#
# - Accuracy of pixels measures the background. Dice measures pixels of objects. Only a measure that counts objects notices when two become one.
# - A threshold and a watershed are a baseline that a network has to beat, on the same pictures.
# - A U-Net answers for each pixel; a class for the borders of objects keeps the insides of neighbours apart.
# - Masks are numbers of objects: never interpolate them, and move them with their picture.
# - A report says at which overlap an object counts as found.
#
# Not shown: objects that lie over each other, three dimensions, a distance to the centre instead of a border class, and how far two people agree.
# Further reading: Ronneberger, Fischer and Brox, "U-Net" (2015); Lin et al., "Focal loss for dense object detection" (2017); Milletari, Navab and
# Ahmadi, "V-Net" (2016); Caicedo et al., "Nucleus segmentation across imaging experiments: the 2018 Data Science Bowl" (2019).
#
# **On your own images**
# ```python
# dataset = ir.medical.segmentation.from_folder("my_cells", groups={"picture_1": "patient a", "picture_2": "patient b"})
# run = ir.medical.segmentation.train_segmenter(dataset, epochs=20)
# segmenter = run.segmenter.tuned(dataset.validation)
# ir.medical.segmentation.measure_masks(dataset.test, segmenter.segment(dataset.test))
# segmenter.save("my_cells.imgseg")  # Segmenter.load reads it again
# ```
# Next: lesson 22, count blood cells: boxes instead of outlines.
