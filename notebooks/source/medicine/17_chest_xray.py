# ---
# title: Chest X-ray
# promise: From arrays of pixels to a recogniser in one file, with every claim on it measured.
# needs: [3, 7]
# metric: ROC AUC, test split
# band: [0.87, 0.995]
# other_bands: {pneumoniamnist: [0.94, 0.99]}
# minutes: 4
# memory_mb: 2200
# flagship: true
# quick: {SIZE: 28, EPOCHS: 1}
# ---

# %% [markdown]
# # 17 · Chest X-ray
#
# From arrays of pixels to a recogniser in one file, with every claim on it measured.
#
# **You will be able to** split images by patient and check it, find out by measurement whether denoising, contrast and size
# help, train a network and look at what it gets wrong, measure it once on the test split, and keep it as a file that answers
# for a folder of images, broken ones included.
#
# **You need** lessons 03 (a first CNN) and 07 (measure honestly). It takes about three minutes on two cores and 1.6 GB of memory.
#
# Nothing in this lesson is for clinical use: not the images, not the network, not the file that you save at the end.

# %%
import pathlib
import tempfile

import numpy as np
import pandas as pd
from PIL import Image

import imgrec_tf as ir
from imgrec_tf.vision import preprocessing

ir.environment.report()

# %% tags=["parameters"]
DATASET = "chest-phantom"  # synthetic; "pneumoniamnist" for real X-rays (4 MB, downloaded once)
SIZE = None  # height and width in pixels; None: 64 for the phantom, 28 for the real X-rays
EPOCHS = 12
SEED = 7

# %% [markdown]
# ## Where the images come from
#
# You load a data set, and read its card before its pictures. The card says who made the images, how, and what they are for.

# %%
dataset = ir.load(DATASET, size=SIZE, seed=SEED)
dataset.card

# %% [markdown]
# Now the pictures. They are plain arrays: height, width, one channel, whole numbers from 0 (black) to 255 (white).

# %%
dataset.preview(rows=2, columns=6)

# %% [markdown]
# *What you should see: twelve chests with the two classes in turn, lungs dark, heart and spine bright, and differences between
# the classes that are hard to name at this size.* Air lets X-rays through and looks dark. Bone, heart and liver stop them and
# look bright. An opacity is a bright patch in a lung, where air should be.
#
# ## What a phantom is, and what it is not
#
# A phantom is a stand-in for a patient. This one is a random chest in three dimensions (lungs, heart, ribs, spine, diaphragm),
# projected as X-rays would be, with scatter and noise. Its advantage: you can take the same picture of the same patient with and
# without the opacity. No clinic can do that.

# %%
views = {
    f"patient {patient}, {'with' if opacity else 'without'}": ir.medical.phantoms.chest_phantom_example(
        patient=patient, opacity=opacity, size=160
    )
    for opacity in (False, True)
    for patient in (4, 7, 6)
}
heading = "The same patients, without and with"
ir.plots.image_grid([view["image"] for view in views.values()], list(views), columns=3, synthetic=True, heading=heading)

# %% [markdown]
# *What you should see: three patients above without and below with an opacity, one large, one small at the lower left edge, and
# one so faint that you have to compare.* Everything else is equal: bones, posture, exposure, noise.
#
# What a phantom is not: it has no disease but this one, no tubes, no scars of an operation, no mistakes in the labels, and no two
# hospitals with two machines. A figure measured on it teaches you the method. It says nothing about a clinic.
#
# ## Who is in which split
#
# Three splits: you learn on train, choose on validation, and look at test once. A patient may have several pictures, so `groups`
# counts patients. (The real X-rays come without patient numbers: then the row `groups` is missing, and nobody can check.)

# %%
dataset.summary()

# %% [markdown]
# Two pictures of one patient share bones, heart and posture. If one is in train and the other in test, the network may recognise
# the patient instead of the opacity. So you look for patients, equal images and near copies that stand in two splits.

# %%
leaks = ir.datasets.leak_report(dataset)
leaks

# %% [markdown]
# For the phantom, the report finds nothing: the library splits by patient. With the real X-rays it may name a few images that
# stand in train and in validation. They flatter the validation figures a little and cannot touch the test figure; `train` will
# warn you of them.
#
# ## The figures to beat
#
# Before a network, two baselines. "majority" ignores the picture. "logistic-regression" weighs each pixel on its own and knows
# nothing of shapes. Each row below has a 95 % interval, which counts patients, not pictures, where patients are known.

# %%
baselines = {
    name: ir.evaluate(ir.models.baseline(name, dataset.train, seed=SEED), dataset.validation)
    for name in ("majority", "logistic-regression")
}
names = ["accuracy", "balanced_accuracy", "roc_auc"]
pd.DataFrame({name: [found[metric] for metric in names] for name, found in baselines.items()}, index=names).map(str)

# %% [markdown]
# An ROC AUC of 0.5 is chance: take one image of each class, and the model ranks them rightly half of the time. Whatever you build
# from here on has to do better than the second column.
#
# ## Does preparation help?
#
# Three habits in medical imaging: remove the noise, raise the contrast, shrink the picture. Each has a good story. Look first.

# %%
side = dataset.image_shape[0] // 2
preparations = {
    "denoised (median 3×3)": [preprocessing.MedianDenoise(3)],
    "contrast (CLAHE)": [preprocessing.CLAHE()],
}
looks = {"equalised": preprocessing.EqualizeHistogram(), "half size": preprocessing.ResizeWithPadding(side, side)}
preprocessing.preview(dataset.validation.image(0), preparations | looks, synthetic=dataset.synthetic)

# %% [markdown]
# *What you should see: the same chest five times: as it is, with specks smoothed away, with local contrast raised, with all
# brightnesses spread evenly, and with half the pixels a side.* To your eye, raised contrast shows more. Whether a network, which
# reads numbers, gains anything is another question, and a picture cannot answer it.
#
# **Before you run the next cells**, write down a guess for each: will denoising, CLAHE and the smaller size raise the ROC AUC,
# lower it, or neither?
#
# The trials run at half the side, at a quarter of the work. Each trial trains the same network with the same seed, with one
# layer more in front. The layers are inside the network, so what you train is what you will save and serve. First the shapes:

# %%
half_size = preprocessing.ResizeWithPadding(side, side)
small = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, preprocessing=[half_size], seed=SEED)
rows = [(type(layer).__name__, layer.output.shape[1:], layer.count_params()) for layer in small.layers]
pd.DataFrame(rows, columns=["layer", "output shape", "parameters"]).query("layer not in ('BatchNormalization', 'ReLU')")

# %% [markdown]
# Read the column of shapes from top to bottom: height and width shrink, channels grow, and at the end two numbers are left, one
# for each class.
#
# One trial more tells you how to read the others: the same network, nothing changed but the seed. What two seeds differ by is
# chance, and a preparation that changes less than that has shown nothing.

# %%
plan = {"as it is": [], "as it is, another seed": [], **preparations}
trials = {}
for name, preparation in plan.items():
    seed = SEED + 1 if name.endswith("another seed") else SEED
    layers = [*preparation, preprocessing.ResizeWithPadding(side, side)]
    model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, preprocessing=layers, seed=seed)
    run = ir.train(model, dataset, epochs=EPOCHS, seed=seed, check_leaks=False)
    trials[name] = ir.evaluate(run.model, dataset.validation)
    print(f"{name:24s} ROC AUC, validation: {trials[name]['roc_auc']}")

# %% [markdown]
# To compare these intervals by eye would be the wrong comparison: all trials saw the same images, and an image that is hard for one
# is hard for the other. A paired comparison takes that out: it looks at the difference on the same resampled patients.

# %%
reference = trials.pop("as it is")
reference.plot_differences(trials, name="as it is, half size")

# %% [markdown]
# *What you should see: one bar for each trial, and next to its name the verdict; a bar that crosses the black line at zero cannot
# tell better from worse.* The topmost bar is your yardstick: nothing changed there but luck. Where it lies far from zero, even
# with the verdict "better" or "worse", you see what the interval leaves out: it counts which patients happened to be measured,
# not which weights happened to be drawn before the training.
#
# So a preparation has shown something when its bar clears zero **and** lies further out than the yardstick. Otherwise the honest
# words are "not shown to help". It is not honest to pick the bar that happens to lie furthest to the right.
#
# What this does not say: that denoising or CLAHE never helps. With other images (a noisier detector, a human reader, far fewer
# pictures) the answer may differ. You know how to ask now.
#
# ## Train the network at full size
#
# Without a reason for a preparation, you leave it out: what is not there cannot break. You train the default network on the
# images as they are. `train` never sees the test split, and keeps the weights of the latest epoch whose validation loss is
# within one standard error of the lowest.

# %%
model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, seed=SEED)
run = ir.train(model, dataset, epochs=EPOCHS, seed=SEED)
run

# %% [markdown]
# The history shows how it got there.

# %%
run.plot()

# %% [markdown]
# *What you should see: both losses fall, steeply at first, and a dotted line at the epoch whose weights were kept.* The training
# curve may lie above the validation curve: training images are turned and shifted a little at each pass, and validation images
# are not.
#
# ## Measure on validation
#
# Is the network better than logistic regression, and is the full size better than the half? Both are paired questions.

# %%
validation = ir.evaluate(run.model, dataset.validation)
others = {"logistic regression": baselines["logistic-regression"], "half size, same seed": reference}
validation.plot_differences(others, name="full size")

# %% [markdown]
# *What you should see: how far logistic regression lies from the network, and whether half the side costs anything that these
# images can show.* If the second bar crosses zero, half the size did about as well at a quarter of the work. That is worth knowing
# before you ask for a larger machine.
#
# An ROC curve shows all thresholds at once: how many opacities you find against how many healthy patients you alarm.

# %%
validation.plot_roc()

# %% [markdown]
# *What you should see: a curve well above the diagonal, with a band around it, and a dot where the network decides today.* The
# diagonal is chance. The dot is one choice among many; lesson 19 moves it for a stated cost.
#
# A score of 0.9 should be right nine times in ten. The reliability diagram checks that.

# %%
validation.plot_reliability()

# %% [markdown]
# *What you should see: dots near the diagonal where there are many images, and long bars where there are few.* Dots below the
# diagonal mean that the network is too sure of itself.
#
# Now the pictures behind the errors. Look at the worst mistakes before you trust any number.

# %%
validation.plot_worst_mistakes(8)

# %% [markdown]
# *What you should see: chests about which the network was sure and wrong; look for a faint patch, a patch behind the heart or the
# diaphragm, and for healthy chests with bright ribs or vessels.* Two kinds of mistake with two prices: a missed opacity is a
# patient sent home, a false alarm is a second look.
#
# ## A mistake, on purpose
#
# In the real set, 74 of 100 training images show pneumonia. Suppose that a colleague reports "accuracy 74 %" on images like
# these. You make such a set of your validation images, by leaving out healthy ones, and build the colleague's model.

# %%
generator = np.random.default_rng(SEED)
ill, healthy = (np.flatnonzero(dataset.validation.labels == label) for label in (1, 0))
kept = generator.permutation(healthy)[: round(len(ill) * 0.26 / 0.74)]
crowd = dataset.validation.subset(np.sort(np.concatenate([ill, kept])), name="validation, 74 % ill")
crowd.class_counts()

# %% [markdown]
# The colleague's model is the majority baseline: it gives every image the same score, 0.74, and calls everybody ill. It has never
# looked at a picture.

# %%
always = ir.evaluate(ir.models.baseline("majority", crowd), crowd)
network = ir.evaluate(run.model, crowd)
columns = {"always ill": always, "network": network}
names = ["accuracy", "balanced_accuracy", "roc_auc", "sensitivity", "specificity"]
pd.DataFrame({name: [found[metric].value for metric in names] for name, found in columns.items()}, index=names).round(2)

# %% [markdown]
# Accuracy 0.74, and every healthy patient is called ill: specificity 0. Balanced accuracy and ROC AUC stay at 0.5, as they do for
# any model that does not look. The cost of the mistake is the whole difference between 0.5 and what "74 %" sounded like. An
# accuracy without the share of the larger class beside it is half a sentence.
#
# ## One look at the test split
#
# All choices are made: full size, no preparation, the number of epochs, the epoch to keep. Now, and once, the test split. Whatever
# it says is what you report. If you go back and change something because of it, it has become a second validation split.

# %%
test = ir.evaluate(run.model, dataset.test)
test

# %% [markdown]
# The interval is part of the result. With a few hundred patients it is wide, and no more training makes it narrow: only more
# patients do.

# %%
ir.course.headline("ROC AUC, test split", test["roc_auc"])

# %% [markdown]
# Compare the shares of the classes in the splits (the table near the top). The real test split holds fewer pneumonias than its
# training split, 62.5 % instead of 74 %, so a threshold that suits one does not suit the other. The ROC AUC does not depend on
# that share; accuracy, and the meaning of a score, do.
#
# ## Keep it
#
# A recogniser is the network, its classes, the size it expects and the card of its data, in one file. You save it, load it again
# and ask both for the same answers.

# %%
folder = pathlib.Path(tempfile.mkdtemp())
recognizer = ir.Recognizer.from_run(run, dataset)
recognizer.save(folder / "chest.imgrec")
loaded = ir.Recognizer.load(folder / "chest.imgrec")
sample = dataset.validation.sample(6, seed=SEED)
same = np.allclose(recognizer.predict(sample)["score"], loaded.predict(sample)["score"])
print(f"{(folder / 'chest.imgrec').stat().st_size / 1e6:.1f} MB, same answers: {same}")

# %% [markdown]
# In a clinic, images come as files, and one of them is always broken. You write six images into a folder, cut a copy of one
# off after 300 bytes, and let the loaded recogniser answer for the folder.

# %%
inbox = folder / "inbox"
inbox.mkdir()
for index in range(len(sample)):
    Image.fromarray(sample.image(index)[..., 0]).save(inbox / f"{index}_{sample.label_text(index)}.png")
broken = inbox / "6_broken.png"
broken.write_bytes((inbox / f"0_{sample.label_text(0)}.png").read_bytes()[:300])
answers = loaded.predict(inbox)
print(answers["problem"].iloc[-1])
answers.assign(source=[pathlib.Path(name).name for name in answers["source"]]).iloc[:, :5].round(2)

# %% [markdown]
# Seven files, seven rows. The broken file has no label and no score, and the column `problem`, printed above the table, says why.
# It did not stop the others, and it did not vanish: a missing answer that nobody notices is the most expensive kind.
#
# **Never for clinical use.** A recogniser for patients needs images from the clinic where it will work, labels that several
# readers agreed on, a study planned beforehand, and an approval. This one has none of these. What it has is a method.
#
# ## Your turn
#
# **Exercise 1.** Write the check on patients yourself: the patients that stand in both of two lists, each named once, in order.


# %% tags=["solution"]
def shared_patients(first, second):
    """Patients that stand in both lists, each once, sorted."""
    return sorted(set(first) & set(second))


# %% tags=["check"]
ir.course.check("17.1", shared_patients)

# %% [markdown]
# **Exercise 2.** Given the score of class 1 for each image, the labels (0 or 1) and a threshold, return sensitivity and
# specificity. A score at the threshold counts as positive.


# %% tags=["solution"]
def sensitivity_and_specificity(scores, labels, threshold):
    """Share of the ill that are called ill, share of the healthy that are called healthy."""
    positive = np.asarray(scores) >= threshold
    labels = np.asarray(labels)
    return positive[labels == 1].mean(), (~positive[labels == 0]).mean()


# %% tags=["check"]
ir.course.check("17.2", sensitivity_and_specificity)

# %% [markdown]
# **Exercise 3.** A clinic screens healthy people: one in a hundred has an opacity. Your network says "opacity". How likely is it
# to be one? Return that share from sensitivity, specificity and the share of ill people (the prevalence). Think of 10,000 people
# and count. Then look at what a sensitivity and a specificity of 0.9 are worth at a prevalence of 0.01, and at 0.74.


# %% tags=["solution"]
def positive_predictive_value(sensitivity, specificity, prevalence):
    """Share of the people called ill who are ill."""
    found = sensitivity * prevalence
    alarms = (1 - specificity) * (1 - prevalence)
    return found / (found + alarms)


# %% tags=["check"]
ir.course.check("17.3", positive_predictive_value)

# %% [markdown]
# ## What you learnt
#
# - Read the card, look at the pictures, and check that no patient stands in two splits, before you train anything.
# - A baseline gives your figure a meaning; the share of the larger class gives an accuracy its meaning.
# - Whether a preparation helps is a paired question with an interval, and "cannot tell" is an answer.
# - The test split is for one look, and the interval belongs to the result.
# - A recogniser answers for every file, or says why it cannot.
#
# **On your own images**
# ```python
# dataset = ir.datasets.from_csv("my_images.csv", group_column="patient_id")
# ir.datasets.leak_report(dataset)
# run = ir.train(ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes), dataset)
# ir.evaluate(run.model, dataset.validation)
# ir.Recognizer.from_run(run, dataset).save("my_model.imgrec")
# ```
# Next: lesson 18, DICOM: where the pixels of a clinic come from, and what must not be lost on the way.
