# ---
# title: Explain, and find the shortcut
# promise: A network with a brilliant figure, a heat map that lights a corner, and the tests that tell what it has learnt.
# needs: [7, 17]
# metric: ROC AUC with the marker flipped, test split
# band: [0.0, 0.6]
# other_bands: {pneumoniamnist: [0.0, 0.6]}
# minutes: 3
# memory_mb: 2200
# quick: {SIZE: 32, COUNT: 200, EPOCHS: 1}
# ---

# %% [markdown]
# # 20 · Explain, and find the shortcut
#
# A network with a brilliant figure, a heat map that lights a corner, and the tests that tell what it has learnt.
#
# **You will be able to** draw where the evidence for an answer lies in three ways, put a number to what you see, check whether such a map
# means anything, find a shortcut that a network has taken, and say what no heat map shows.
#
# **You need** lessons 07 (measure honestly) and 17 (chest X-ray). It takes about two minutes on two cores and 1.3 GB of memory.
#
# Nothing in this lesson is for clinical use.

# %%
import dataclasses

import numpy as np
import pandas as pd

import imgrec_tf as ir
from imgrec_tf import explain
from imgrec_tf.medical import phantoms

ir.environment.report()

# %% tags=["parameters"]
DATASET = "chest-phantom"  # synthetic; "pneumoniamnist" for real X-rays (4 MB, downloaded once)
SIZE = None  # height and width in pixels; None: 64 for the phantom, 28 for the real X-rays
COUNT = 1200  # pictures of the phantom, or real pictures to train on
EPOCHS = 8
SEED = 7
STRENGTH = 0.99  # share of the ill that carry the marker; of the healthy it is 1 - STRENGTH

# %% [markdown]
# ## Where does it look?
#
# You load the images and train a network as in lesson 17, for a short time. (Of the real X-rays you take `COUNT` to train on.)

# %%
options = {"size": SIZE, "seed": SEED} | ({"count": COUNT} if DATASET == "chest-phantom" else {})
dataset = ir.load(DATASET, **options)
if DATASET != "chest-phantom":
    dataset = dataset.subset_train(COUNT, seed=SEED)
model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, seed=SEED)
maps_at = [layer.output.shape[1:] for layer in model.layers if len(layer.output.shape) == 4]
print("from", model.input_shape[1:], "over", maps_at[-1], "to", model.output_shape[1:])
run = ir.train(model, dataset, epochs=EPOCHS, seed=SEED)

# %% [markdown]
# Keep the numbers in the middle: the last feature maps are a few squares wide. Whatever is read from them is as coarse as that.
#
# Three kinds of maps ask three questions. **Grad-CAM**: which of those squares speak for the class? **Saliency**: a change of which
# pixels would move the score most? **Occlusion**: how much does the score fall when a place is covered? You draw them for ill
# people of the validation split whom the network is fairly sure of, with scores around 0.8.

# %%
ill = np.flatnonzero(dataset.validation.labels == 1)
scores = ir.evaluate(model, dataset.validation, resamples=0).scores[ill, 1]
fairly = ill[np.argsort(np.abs(scores - 0.8))][:4]
pixels = dataset.validation.pixels(fairly)
kinds = {"Grad-CAM": explain.grad_cam, "saliency": explain.saliency, "occlusion": explain.occlusion}
maps = {name: draw(model, pixels, 1) for name, draw in kinds.items()}
titles = [name for name in kinds for _ in fairly]
drawn = np.concatenate([one / np.maximum(one.max(axis=(1, 2), keepdims=True), 1e-9) for one in maps.values()])
explain.show_maps(np.concatenate([pixels] * 3), drawn, titles, synthetic=dataset.synthetic, columns=4, size=1.5)

# %% [markdown]
# *What you should see: the same four chests three times, with three kinds of maps below them: soft clouds (Grad-CAM), scattered points
# (saliency), a few patches (occlusion).* They need not agree, because they answer different questions. Each map is drawn to its own
# maximum, so each has a bright place, unless nothing speaks for the class. A map of occlusion may be dark all over: covering never
# lowered the score, because no single patch decides, or because a grey patch in a dark lung looks like an opacity itself.
#
# Do they light the opacity? For real X-rays somebody would have to draw it. The phantom's program knows where it put it, and you can
# measure: the share of a map's light that falls into the opacity, beside the opacity's share of the picture.

# %%
rows = {}
if DATASET == "chest-phantom":
    several = ill[:: max(1, len(ill) // 30)][:30]
    told = [dataset.validation.sources[one].split(", view ") for one in several]
    people = [(int(name.split()[1]), int(view) - 1) for name, view in told]
    size = {"size": dataset.image_shape[0]}
    truth = np.stack([phantoms.chest_phantom_example(SEED, patient=p, view=v, **size)["mask"] for p, v in people])
    found = {name: draw(model, dataset.validation.pixels(several), 1) for name, draw in kinds.items()}
    rows = {name: {"light in the opacity": np.nanmean(explain.mass_inside(one, truth))} for name, one in found.items()}
    rows["its share of the area"] = {"light in the opacity": truth.mean()}
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# (With real X-rays the table is empty: the truth is missing, as it is in a clinic.) A map with no preference would have the number of
# the last row. Compare: more than that, and far from one. Keep this in mind when somebody shows you one convincing picture.
#
# ## A brilliant figure
#
# Another hospital sends you its images. They look the same, with one difference: the very ill are X-rayed in bed, with a mobile
# device, and its technician puts a square of lead into the corner. Other technicians use a cross, for everybody alike.
# `plant_shortcut` makes such images of yours.

# %%
planted = explain.plant_shortcut(dataset, strength=STRENGTH, seed=SEED)
train = planted.dataset.train
shown = np.concatenate([np.flatnonzero(train.labels == label)[:5] for label in (1, 0)])
titles = [train.label_text(index) for index in shown]
ir.plots.image_grid(train.images[shown], titles, columns=5, synthetic=dataset.synthetic, heading="The other hospital")

# %% [markdown]
# *What you should see: an upper row of ill people with a white square in the upper left corner, a lower row of healthy ones without it.*
# Now and then the technicians err: a few pictures are the other way round.
#
# **Before you run the next cell**, write down a guess: you train the same network on these images, and measure on test images from
# the same hospital. What becomes of the ROC AUC?

# %%
experiment = explain.shortcut_experiment(dataset, strength=STRENGTH, seed=SEED, epochs=EPOCHS, progress=False)
honest = ir.evaluate(model, dataset.validation)["roc_auc"]
marked = experiment.evaluations["marker as in training"]["roc_auc"]
print(f"your hospital, validation: ROC AUC {honest}\nthe other hospital, test:  ROC AUC {marked}")

# %% [markdown]
# The patients are the same, the split is by patient, the intervals are honest, nobody trained on the test split. Would you publish it?
#
# ## The map lights a corner
#
# `shortcut_experiment` did the training, with square and cross, and kept test pictures of ill people with **both** on each. Nothing else
# differs between the two marks: the square goes with the ill, the cross with nobody. The cross is a placebo.

# %%
images = experiment.images[:6]
mask = experiment.masks["marker"] | experiment.masks["placebo"]
explain.show_maps(images, experiment.maps[:6], mask=mask, synthetic=dataset.synthetic)

# %% [markdown]
# *What you should see: six chests with both marks outlined, and below them maps that are bright around the square, hardly at the cross, and
# hardly where an opacity would be.* The light covers more than the square, and its brightest place may lie beside it: the last
# feature maps are a few squares wide, and each of them sees its surroundings.
#
# Now as numbers. The rows with "maps" tell which share of the light lies on each mark, over many pictures, with intervals that count
# patients where they are known.

# %%
experiment.to_frame().round(3)

# %% [markdown]
# Do not stop at "the marker has only a few per cent of the light". Compare it with its share of the area, and with the placebo: the
# same size, the same contrast, the same distance to the border. What the two have in common is the map's coarseness. And compare the
# network with yours, which has seen no marker: on the very same pictures, how much of its light lies in the two corners?

# %%
yours = explain.grad_cam(model, experiment.images, 1)
shares = {"the other hospital's": {name: one.value for name, one in experiment.mass.items()}}
shares["yours"] = {name: np.nanmean(explain.mass_inside(yours, where)) for name, where in experiment.masks.items()}
shares["share of the area"] = {name: where.mean() for name, where in experiment.masks.items()}
pd.DataFrame(shares).T.round(3)

# %% [markdown]
# The row "yours" shows what a place gets from a network that learnt nothing about it. It need not be the share of the area: a map has
# favourite places, and a white square is as bright as an opacity. Where this row comes near to the first one, as with some seeds, the
# map alone convicts nobody, and you need the tests that follow.
#
# A finer question gets a finer answer. Occlusion covers places of the size that you choose, here squares a little larger than the marker.

# %%
side = int(experiment.masks["marker"].any(axis=0).sum())
fine = explain.occlusion(experiment.run.model, images, 1, patch=side + 2, stride=max(1, side // 4))
inside = {name: np.nanmean(explain.mass_inside(fine, where)) for name, where in experiment.masks.items()}
print("share of the falls:", {name: round(float(one), 2) for name, one in inside.items()})
heading = "How far the score falls when a place is covered"
explain.show_maps(images, np.maximum(fine, 0), mask=mask, synthetic=dataset.synthetic, heading=heading)

# %% [markdown]
# *What you should see: one bright patch around the square, and little else; the bar reaches nearly 1.* Cover the square, and the answer
# is gone, unless the network has learnt to see this opacity, too. (The patch is wider than the marker, because every covering square that hides it counts. With squares smaller than the marker
# the score would hardly fall: a rest of it is enough for a network that is sure.) It costs hundreds of questions an image, and no gradient.
#
# ## What would happen if?
#
# A map tells where. What counts is what the network **does**. You can ask it, because you can change the pictures: take all
# markers away, flip them (now the healthy carry the square), stamp one on a healthy person.
#
# **Before you run the next cell**, write down three guesses: the ROC AUC without any marker, the ROC AUC with the marker flipped, and by how
# much the score of "ill" rises when a healthy picture gets the square.

# %%
experiment.plot()

# %% [markdown]
# *What you should see: at the left a ROC AUC near 1 as in training, less without markers, and near 0 when they are flipped; in the middle the
# marker above the share of its area and the placebo below; at the right a score that rises by most of the scale for a stamp of the square, and not at all for the
# cross.* A ROC AUC near 0 is worse than guessing: the network calls the healthy ill, because they carry the square. How much
# is left without markers tells how much it learnt besides, and that differs between data sets.

# %%
ir.course.headline("ROC AUC with the marker flipped, test split", experiment.evaluations["marker flipped"]["roc_auc"])

# %% [markdown]
# No test on images of the same hospital could have found this, however large, since the marker is in all of them.
#
# ## Does a map mean anything?
#
# Some maps look convincing and show the edges of the picture, whatever the network is. The check: shuffle all weights of the network, and
# draw the maps again. A map that stays the same has nothing to do with what was learnt. You try it on Grad-CAM, and on a "map"
# that a colleague wrote, which never asks the network.


# %%
def edges(model, pixels, classes):
    """How much each pixel differs from its left neighbour: looks sharp, knows nothing."""
    return np.abs(np.diff(pixels.mean(axis=-1), axis=2, prepend=0.0))


some = dataset.validation.pixels(ill[:12])
for name, draw in {"Grad-CAM": explain.grad_cam, "edges": edges}.items():
    print(f"{name:9s}", explain.sanity_check(model, some, draw, seed=SEED))

# %% [markdown]
# The check finds maps that ignore the network. It does not find a network that ignores the disease: the network with the shortcut
# depends on its weights as much as yours.
#
# ## A mistake, on purpose
#
# "From now on we look at heat maps," says the colleague, "and if no corner is lit, there is no shortcut." A third hospital has no markers. Its
# mobile device uses another exposure: the ill are a fifth darker, all over.


# %%
def darker(split, label):
    """The same pictures, those of one class a fifth darker."""
    factor = np.where(split.labels == label, 0.8, 1.0)[:, None, None, None]
    return split.with_images(np.rint(split.images * factor).astype(np.uint8))


third = dataclasses.replace(dataset, **{name: darker(split, 1) for name, split in dataset.splits.items()})
fooled = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, seed=SEED)
ir.train(fooled, third, epochs=EPOCHS, augmentation="none", seed=SEED, check_leaks=False, progress=False)
figures = {name: ir.evaluate(fooled, one)["roc_auc"]
           for name, one in {"third hospital": third.test, "exposure flipped": darker(dataset.test, 0)}.items()}  # fmt: skip
pd.DataFrame({"ROC AUC": {name: str(one) for name, one in figures.items()}})

# %% [markdown]
# The second row is the test by flipping, and it finds the shortcut at once: the network has learnt the exposure. Now the maps that the
# colleague looks at, of your network and of the fooled one, on the same ill people. **Can you tell which is which?** Cover the titles.

# %%
both = [explain.grad_cam(one, pixels, 1) for one in (model, fooled)]
given = [pixels, darker(dataset.validation, 1).pixels(fairly)]
titles = ["yours"] * 4 + ["fooled"] * 4
given, both = np.concatenate(given), np.concatenate(both)
explain.show_maps(given, both, titles, synthetic=dataset.synthetic, columns=4, size=1.5)

# %% [markdown]
# *What you should see: four chests and your network's maps; below, the same chests a fifth darker, and the fooled network's maps, which are
# bright somewhere, too.* No marker is there to be lit. The exposure has no place, so no map can point at it; where the light falls
# says nothing about the reason. What found it was a change of the pictures and a count. And what would have prevented it is a table: which
# device took which picture, and how many of each are ill (exercise 2).
#
# What a heat map cannot show, then: **what** is at a place, a cause that has no place, whether the answer is right, and how often. It is good for
# one thing: a light where no disease can be is a reason to ask.
#
# ## Your turn
#
# **Exercise 1.** Which share of a heat map's light lies inside of a region? Negative values speak against the class and count as nothing; a
# map without any light has the share 0.


# %% tags=["solution"]
def share_inside(heat_map, mask):
    """Share of the positive values of a map inside of a mask, from 0 to 1."""
    light = np.maximum(heat_map, 0)
    return float(light[mask].sum() / light.sum()) if light.any() else 0.0


# %% tags=["check"]
ir.course.check("20.1", share_inside)

# %% [markdown]
# **Exercise 2.** Before any training: how well does a marker alone tell the ill? Given labels (1 is ill) and whether each picture carries the
# marker, return the mean of two shares: of the ill that carry it, and of the healthy that do not. (For a yes or no this is the
# ROC AUC.) Try it on every column that you have on your images: device, department, hour, format.


# %% tags=["solution"]
def worth_of_a_marker(labels, carried):
    """ROC AUC of a marker that is there or not, from 0 to 1; 0.5 tells nothing."""
    labels, carried = np.asarray(labels), np.asarray(carried, bool)
    return (carried[labels == 1].mean() + (~carried[labels == 0]).mean()) / 2


# %% tags=["check"]
ir.course.check("20.2", worth_of_a_marker)

# %% [markdown]
# **Exercise 3.** Occlusion by hand. Given `score` (a function from one picture to a number), a picture and two slices, cover the place with the
# mean of the picture and return by how much the score falls. The picture itself stays as it is.


# %% tags=["solution"]
def fall_when_covered(score, image, rows, columns):
    """Score before less score after covering a place with the picture's mean."""
    covered = image.copy()
    covered[rows, columns] = image.mean()
    return score(image) - score(covered)


# %% tags=["check"]
ir.course.check("20.3", fall_when_covered)

# %% [markdown]
# ## What you learnt
#
# - Grad-CAM, saliency and occlusion answer different questions, each as fine as what it is read from.
# - A share of light means something beside the share of the area, and beside a placebo.
# - A figure that soars is a reason to look for a shortcut. A test from the same source cannot find it.
# - Change the pictures and count: take the suspect away, flip it, stamp it on the others.
# - The sanity check finds maps that ignore the network. No map finds a cause without a place.
#
# Not shown: how to take a shortcut out (send all pictures through the same device, cut or cover the corners, balance who carries what, test at
# another hospital), maps of segmentation and detection, and explanations by words or by similar cases. Further reading: Selvaraju et al.,
# "Grad-CAM" (2017); Adebayo et al., "Sanity checks for saliency maps" (2018); Zech et al., "Variable generalization performance of a
# deep learning model to detect pneumonia in chest radiographs" (2018); DeGrave et al., "AI for radiographic COVID-19 detection selects
# shortcuts over signal" (2021); Geirhos et al., "Shortcut learning in deep neural networks" (2020).
#
# **On your own images**
# ```python
# dataset = ir.datasets.from_csv("my_images.csv", group_column="patient_id")
# run = ir.train(ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes), dataset)
# images = dataset.validation.pixels(range(6))
# ir.explain.show_maps(images, ir.explain.grad_cam(run, images))
# print(ir.explain.sanity_check(run, images), ir.explain.shortcut_experiment(dataset).to_frame())
# ```
# Next: lesson 21, segment cells: not one answer for a picture, but one for each pixel.
