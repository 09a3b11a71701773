# ---
# title: When it overfits
# promise: You watch a network learn 300 images by heart, try six remedies on the same validation images, and keep what the figures support.
# needs: [3]
# metric: validation loss saved by early stopping, mean of three seeds
# band: [0.02, 0.30]
# minutes: 4
# memory_mb: 2000
# quick: {EPOCHS: 2, TRAINING_IMAGES: 64}
# ---

# %% [markdown]
# # 04 · When it overfits
#
# You watch a network learn 300 images by heart, try six remedies on the same validation images, and keep what the figures
# support.
#
# **You will be able to** see in a history that a network overfits, and from which epoch on; say what dropout, weight decay,
# batch normalisation, augmentation, early stopping and more images each do; compare them fairly, with intervals and several seeds;
# and look at an augmentation before you trust it.
#
# **You need** lesson 03 (a first CNN). It takes about four minutes on two cores, and less than 2 GB of memory.

# %%
import dataclasses

import numpy as np
import pandas as pd

import imgrec_tf as ir
from imgrec_tf.vision import augmentation

ir.environment.report()

# %% tags=["parameters"]
DATASET = "chest-phantom"  # synthetic chest X-rays; "pneumoniamnist" for real ones (4 MB), "mnist" for digits (11 MB)
SIZE = 28  # height and width in pixels
TRAINING_IMAGES = 300
EPOCHS = 32
SEED = 7

# %% [markdown]
# ## A small training set, and a large yardstick
#
# 300 labelled images is what a clinic or a bank often has at the beginning. You draw them from a larger training set, which you
# keep for later as `whole`. The validation images are 500, more than you train on, so that intervals are not too wide; they stay
# the same in all comparisons.

# %%
drawn = {"count": 1600, "validation": 0.33, "test": 0.03} if DATASET == "chest-phantom" else {}
whole = ir.load(DATASET, size=SIZE, seed=SEED, **drawn)
measured_on = whole.validation.sample(min(500, len(whole.validation)), seed=SEED)
whole = dataclasses.replace(whole, validation=measured_on).subset_train(min(1000, len(whole.train)), seed=SEED)
small = whole.subset_train(TRAINING_IMAGES, seed=SEED)
print(whole, small, sep="\n")

# %% [markdown]
# ## The network, and its shapes
#
# The printed network of lesson 03, changed in two ways so that it learns by heart within a minute: a wide dense layer, and batch
# normalisation, which keeps the values between layers in one range and speeds up learning.
#
# `fit` builds it, with what you want changed, and trains it. All runs of this lesson take the same number of steps: on more images,
# fewer epochs.


# %%
def fit(network=None, training=None, images=small, seed=SEED):
    plain = {"filters": (16, 32), "dense_units": (256,), "batch_norm": True}
    shape = {"image_shape": images.image_shape, "num_classes": images.num_classes}
    model = ir.models.sequential_cnn(preset="digits", seed=seed, **shape, **(plain | (network or {})))
    settings = {"augmentation": "none", "weight_averaging": False, "learning_rate": 0.003} | (training or {})
    epochs = max(1, EPOCHS * len(small.train) // len(images.train))
    return ir.train(model, images, epochs=epochs, seed=seed, check_leaks=False, progress=False, **settings)


bare = fit()
rows = [(type(layer).__name__, str(layer.output.shape[1:]), layer.count_params()) for layer in bare.model.layers]
pd.DataFrame(rows, columns=["layer", "output shape", "parameters"])

# %% [markdown]
# The dense layer after `Flatten` has more than 200,000 parameters, for 300 images: hundreds of numbers for each image. There is room
# to store the answers.
#
# ## Learning by heart, seen in the history
#
# The run is done. Look at both losses.

# %%
bare.plot()

# %% [markdown]
# *What you should see: the training loss goes down towards 0; the validation loss jumps about, reaches its lowest point on the way, and
# ends above it.* The accuracy on the training images reaches 1, or nearly; on the validation images it stands still far below. This is
# **overfitting**: from the turn on, what the network learns is true of these 300 images only. (The jumps end as the learning rate goes
# down to zero.)
#
# Put the turn into numbers.

# %%
history = bare.history.set_index("epoch")
turn = int(history["validation_loss"].idxmin())
history.loc[
    [turn, history.index[-1]], ["loss", "validation_loss", "accuracy", "validation_accuracy", "validation_roc_auc"]
].round(3)

# %% [markdown]
# The first row is the epoch with the lowest validation loss, the second is the last. Compare the columns one by one. With the chest
# X-rays the validation loss is higher in the last row, while accuracy and ROC AUC hardly moved: the network puts images in the same
# order as before, and has become **too sure** of itself. The loss counts how sure a wrong answer was. Who reads the score as a
# probability pays for it.
#
# ## Remedies
#
# | remedy | what it does |
# |---|---|
# | early stopping | keeps the weights of an epoch near the turn, not the last ones; `train` always does it |
# | dropout | sets half of the dense layer's outputs to zero, others at every step, so that none can rely on another |
# | weight decay (L2) | adds the squared weights to the loss: large weights, which sharp answers need, must be worth it |
# | no batch norm | takes batch normalisation out again: learning, by heart too, becomes slower |
# | augmentation | shows every image a little moved, turned, brighter or darker, each time differently |
# | more images | what all the others try to replace |
#
# Look at an augmentation before you use it. The recipe "light" is the default of `train`.

# %%
augmentation.preview("light", small.train.pixels(range(3)), seed=SEED, synthetic=small.synthetic)

# %% [markdown]
# *What you should see: on the left three originals, and beside each five draws of it, a little moved, turned, brighter or darker.* Ask
# of every draw: would you still give it the same label? If you hesitate, so will the network, and it is told to be sure.
#
# **Before you run the next cell**, write down two guesses: which remedy lowers the validation loss most, and which one raises the
# ROC AUC most?

# %%
remedies = {
    "dropout 0.5": {"network": {"dropout": 0.5}},
    "L2 0.003": {"network": {"l2": 0.003}},
    "no batch norm": {"network": {"batch_norm": False}},
    "augmentation": {"training": {"augmentation": "light"}},
    "all three": {"network": {"dropout": 0.5, "l2": 0.003}, "training": {"augmentation": "light"}},
    f"more images ({len(whole.train)})": {"images": whole},
}
runs = {"bare": bare} | {name: fit(**changes) for name, changes in remedies.items()}

# %% [markdown]
# ## Compared, on the same validation images
#
# The first three columns come from the histories: the losses without weight decay's own part, in the last epoch and at the lowest
# point. The last two are measured on the weights that `train` kept, with 95 % intervals.

# %%
results = {name: ir.evaluate(run.model, small.validation) for name, run in runs.items()}
table = pd.DataFrame(
    {
        "validation loss, last epoch": {name: run.history["validation_loss"].iloc[-1] for name, run in runs.items()},
        "lowest": {name: run.history["validation_loss"].min() for name, run in runs.items()},
        "epoch kept": {name: f"{run.best_epoch} of {len(run.history)}" for name, run in runs.items()},
        "loss, kept": {name: str(result["log_loss"]) for name, result in results.items()},
        "ROC AUC, kept": {name: str(result["roc_auc"]) for name, result in results.items()},
    }
)
table.round(3)

# %% [markdown]
# Read the first two columns of the row "bare": their difference is what early stopping is worth, and it costs nothing. Now read down
# the first column.

# %%
drawing, axis = ir.plots.figure(8, 4.2)
for name, run in runs.items():
    share = 100 * run.history["epoch"] / len(run.history)
    axis.plot(share, run.history["validation_loss"], label=name, linewidth=3 if name == "bare" else 1.6)
axis.set_xlabel("training steps done (%)")
axis.set_ylabel("validation loss (cross-entropy, nats)")
axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
ir.plots.title(axis, "Validation loss of each remedy", small.synthetic)
drawing

# %% [markdown]
# *What you should see: one line for each run over the course of its training; the thick one, bare, turns, and at the right end it is among
# the highest.* A line that is still falling at the right end has room for more epochs.
#
# ## Which differences are more than chance?
#
# Seven runs, seven numbers: one of them is the best by chance alone. A paired comparison asks whether a difference to the bare
# network holds on resampled validation images (whole patients, where patients are known).

# %%
others = {name: result for name, result in results.items() if name != "bare"}
results["bare"].plot_differences(others, "log_loss", name="bare, early stopping")

# %% [markdown]
# *What you should see: one bar for each remedy, green where the loss is lower than that of the bare network, orange-red where it is higher,
# grey where its interval holds 0.* The bare network has its early stopping here, so a remedy has to do better than that.

# %%
results["bare"].plot_differences(others, "roc_auc", name="bare, early stopping")

# %% [markdown]
# *What you should see: the same comparison in ROC AUC; right of 0 is better here.* With the chest X-rays only one remedy raises the ROC
# AUC clearly: more images. The others hold the network back from being too sure. They do not tell it what an opacity looks like.
#
# "All three" at once is too much of a good thing within these epochs: each remedy slows learning down, and three together leave a
# network that has not finished. Remedies are doses.
#
# ## A remedy that is none of these: another network
#
# The wide dense layer is where the images were learned by heart. The default network of the library has none: it averages each of
# its last feature maps over all places, so that it cannot store where a patch of a certain chest was. You train it on the same 300
# images, with the default settings of `train`.

# %%
model = ir.models.sequential_cnn(small.image_shape, small.num_classes, seed=SEED)
print("parameters:", model.count_params(), "in place of", bare.model.count_params())
default = ir.train(model, small, epochs=EPOCHS, seed=SEED, check_leaks=False)
results["default network"] = ir.evaluate(default.model, small.validation)
more = f"more images ({len(whole.train)})"
shown = {name: results[name] for name in ("augmentation", more, "default network")}
results["bare"].plot_differences(shown, "log_loss", name="bare, early stopping")

# %% [markdown]
# *What you should see: three bars; with the chest X-rays, the default network lies left of 0 with 300 images, near the wide one with
# three times as many.* The shape of a network says what it can learn by heart. Lesson 06 is about choosing it.
#
# ## Once more, with other seeds
#
# An interval over validation images does not know that another start, and another 300 images, give another network. So you repeat
# the bare run with two more seeds, and ask again what early stopping saves: the loss of the last epoch less the lowest one.

# %%
histories = {SEED: bare.history}
for seed in (SEED + 1, SEED + 2):
    histories[seed] = fit(images=whole.subset_train(TRAINING_IMAGES, seed=seed), seed=seed).history
saved = {seed: rows["validation_loss"].iloc[-1] - rows["validation_loss"].min() for seed, rows in histories.items()}
pd.Series(saved, name="validation loss saved by early stopping").rename_axis("seed").round(3)

# %% [markdown]
# The size differs from seed to seed, by more than you would have guessed from one run: that is what three seeds are for. Their mean is
# the headline of this lesson, with the smallest and the largest beside it. Every other bar that you have seen today deserves the same.

# %%
ir.course.headline(
    "validation loss saved by early stopping, mean of three seeds",
    np.mean(list(saved.values())),
    min(saved.values()),
    max(saved.values()),
)

# %% [markdown]
# ## A mistake, on purpose
#
# More augmentation must be better? Covering a part of the image is a well-known recipe for photographs: half a dog is still a dog. You
# cover a third to a half of every training image.

# %%
covering = augmentation.Augmentation("covering", (augmentation.RandomErasing(chance=1.0, area=(0.33, 0.5)),))
augmentation.preview(covering, small.train.pixels(range(3)), seed=SEED, synthetic=small.synthetic)

# %% [markdown]
# *What you should see: the same three images with a large even patch on each draw.* Here the label is about a small place in the image.
# Where the patch covers an opacity, the label says "opacity" and the picture shows none. You have made wrong labels, on purpose, and
# nobody told you. Mirroring does the same where left and right matter: a chest with the heart on the other side, a 2 that is none.

# %%
covered = fit(training={"augmentation": covering})
results["covering"] = ir.evaluate(covered.model, small.validation)
results["bare"].plot_differences(
    {name: results[name] for name in ("augmentation", "covering")}, name="bare, early stopping"
)

# %% [markdown]
# *What you should see: two bars; with the chest X-rays the lower one lies far to the left of 0.* The history gives no alarm: its training loss falls, as it
# should. Only the comparison on untouched validation images shows the cost.
#
# And a mistake that hides all others: to measure on images that the network has learned from.

# %%
measured = {"training images": ir.evaluate(bare.model, small.train), "validation images": results["bare"]}
pd.DataFrame(
    {name: {key: str(result[key]) for key in ("accuracy", "roc_auc", "log_loss")} for name, result in measured.items()}
)

# %% [markdown]
# Both columns are the same network. The left one is what a report says when somebody forgot to keep images apart. Its intervals are
# narrow, too: an interval knows nothing of the mistake.
#
# ## Your turn
#
# **Exercise 1.** Given the validation losses of all epochs, return the epoch with the lowest one, counted from 1. If two are equal,
# the earlier.


# %% tags=["solution"]
def turning_epoch(losses):
    """Epoch of the lowest loss, from 1."""
    return int(np.argmin(losses)) + 1


# %% tags=["check"]
ir.course.check("04.1", turning_epoch)

# %% [markdown]
# **Exercise 2.** Write dropout. Given values, a rate and a NumPy random generator, set each value to zero with the probability `rate`,
# and divide the others by 1 − rate, so that the sum stays the same on average.


# %% tags=["solution"]
def dropout(values, rate, generator):
    """Values with a share set to zero, and the rest made larger to make up for it."""
    kept = generator.random(np.shape(values)) >= rate
    return np.where(kept, np.asarray(values) / (1 - rate), 0.0)


# %% tags=["check"]
ir.course.check("04.2", dropout)

# %% [markdown]
# **Exercise 3.** Early stopping with patience: training ends as soon as `patience` epochs in a row have brought no new lowest loss.
# Given the losses that all epochs would have had, return how many epochs are run. Then think: what does a patience of 1 cost you on
# the bumpy lines of your figure?


# %% tags=["solution"]
def epochs_run(losses, patience):
    """Number of epochs until early stopping ends the training."""
    lowest, waited = np.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        lowest, waited = (loss, 0) if loss < lowest else (lowest, waited + 1)
        if waited == patience:
            return epoch
    return len(losses)


# %% tags=["check"]
ir.course.check("04.3", epochs_run)

# %% [markdown]
# ## What you learnt
#
# - A training loss that falls while the validation loss rises means that the network learns by heart.
# - Early stopping costs nothing. Other remedies are trials: compare them on the same untouched images, with intervals and seeds.
# - A lower loss and a better order are two things. Remedies against overfitting mostly make scores more honest.
# - Nothing here replaces more labelled images.
# - An augmentation must leave the label true. Look at it first.
#
# **On your own images**
# ```python
# dataset = ir.datasets.from_folder("my_images", image_size=(64, 64))
# ir.vision.augmentation.preview("light", dataset.train.pixels(range(4)))
# model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes)
# ir.train(model, dataset, augmentation="light", patience=10).plot()
# ```
# Next: lesson 05, train fast: the same result in a fraction of the time.
