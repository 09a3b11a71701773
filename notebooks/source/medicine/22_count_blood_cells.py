# ---
# title: Count blood cells
# promise: A box around each cell of a smear, and counts that say how far they may be off.
# needs: [3, 7]
# metric: average precision at an overlap of .5, mean over classes, test split
# band: [0.8, 1.0]
# other_bands: {bccd: [0.7, 0.95]}
# minutes: 3
# memory_mb: 2500
# quick: {EPOCHS: 1, BATCHES: 4, COUNT: 24}
# ---

# %% [markdown]
# # 22 · Count blood cells
#
# A box around each cell of a smear, and counts that say how far they may be off.
#
# **You will be able to** train a detector that finds objects of several classes, turn its answers into boxes, choose when a box counts, and
# report a count with an interval.
#
# **You need** lessons 03 (a first CNN) and 07 (measure honestly). It takes about two minutes on two cores and 2 GB of memory.
#
# Nothing in this lesson is for clinical use.

# %%
from dataclasses import replace

import numpy as np
import pandas as pd

import imgrec_tf as ir
from imgrec_tf.medical import detection

ir.environment.report()

# %% tags=["parameters"]
DATASET = "blood-phantom"  # synthetic; "bccd" for real smears, found through IMGREC_DATA
COUNT = 140  # pictures of the phantom
EPOCHS = 8
BATCHES = 40  # training steps in an epoch
SEED = 7

# %% [markdown]
# ## A box is four numbers
#
# A classifier says what a picture shows. A detector says what stands where: for each object a class, and a box, which is its left, top,
# right and bottom edge in pixels. Pictures of one slide stay in one split.

# %%
options = {"count": COUNT} if DATASET == "blood-phantom" else {}
dataset = detection.load(DATASET, seed=SEED, **options)
train, validation = dataset.train, dataset.validation
print("picture", train.images[0].shape, "boxes", train.boxes[0].shape, "labels", train.labels[0].shape)
frame = pd.DataFrame(train.boxes[0], columns=["left", "top", "right", "bottom"]).astype(float).round(1)
frame.insert(0, "class", [dataset.class_names[label] for label in train.labels[0]])
frame.head(4)

# %% [markdown]
# So far the numbers; and here the first pictures with their boxes.

# %%
train.preview(2)

# %% [markdown]
# *What you should see: a box around each cell in the colour of its class, also where cells overlap or are cut by the edge.* The phantom's boxes come
# from the program that drew the cells, so they are exact. In real data a person drew them, and left some out: `dataset.problems` lists what the
# reader had to cut or leave out, but nobody can list what was never drawn.
#
# ## The count to beat
#
# Before you train anything: how wrong is somebody who never looks, and says the usual count of the training pictures each time? You measure
# on the validation split, as always while you still choose.

# %%
usual = np.median(train.counts(), axis=0).round().astype(int)
error = validation.counts() - usual
blind = pd.DataFrame({"usual count": usual, "exact": (error == 0).mean(0), "mean error": np.abs(error).mean(0)})
blind.set_index(pd.Index(dataset.class_names, name="class")).round(2)

# %% [markdown]
# Where most pictures hold one white cell, "one" is a good guess. Keep these numbers: a detector that does not beat them sees nothing.
#
# ## How much do neighbours overlap?
#
# A network will answer several times for one cell. To tell "the same cell again" from "the cell beside it" you need to know how much the
# boxes of two cells share: intersection over union, 0 for none and 1 for the same box.
#
# **Before you run the next cell**, write down a guess: of the red cells, what share has a neighbour of its class whose box overlaps its own by
# more than .1? By more than .5?

# %%
nearest = {name: [] for name in dataset.class_names}
for boxes, labels in zip(train.boxes, train.labels):
    shared = detection.box_ious(boxes, boxes) * (labels[:, None] == labels) * (1 - np.eye(len(boxes)))
    for label, most in zip(labels, shared.max(axis=1)):
        nearest[dataset.class_names[label]].append(most)
limits = (0.0, 0.1, 0.3, 0.5)
pd.DataFrame({name: [np.mean(np.array(one) > at) for at in limits] for name, one in nearest.items()}, limits).round(3)

# %% [markdown]
# The first row says how many touch another one of their class at all; the last how many overlap by more than a half. Red cells crowd, white cells
# do not. You will need this table.
#
# ## A network that answers for each place
#
# The network halves the picture four times and comes back to a quarter of its size. There, each place gives two answers: how much it looks like the
# **centre** of a cell of each class, and how far the four **edges** of that cell's box are. Look at the shapes before you train.

# %%
model = ir.models.detector(len(dataset.class_names), seed=SEED)
size = detection.suggested_size(train)
answers = model(np.zeros((1, *size, 3), np.float32))
print("from", (1, *size, 3), "to", {name: tuple(one.shape) for name, one in answers.items()})
print(f"{model.count_params():,} parameters")

# %% [markdown]
# What is it to learn? A hill around each centre: the exact centre is one place among thousands, and a place beside it is nearly right. The loss forgives
# answers on the slope (`models.CentreFocalLoss`); boxes are judged by their overlap (`models.BoxOverlapLoss`).

# %%
picture, factor = detection.fitted(train.images[0], size, (255, 255, 255))
rows, columns = (side // 4 for side in size)
classes = len(dataset.class_names)
hills, _ = detection.centre_targets(train.boxes[0] * factor, train.labels[0], classes, rows, columns, 4)
shown = [picture, *np.moveaxis(hills, -1, 0)]
ir.plots.image_grid(shown, ["picture", *dataset.class_names], 4, dataset.synthetic, size=2, heading="Hills to learn")

# %% [markdown]
# *What you should see: the picture, and for each class a dark map with a bright spot where a cell of that class is centred, wider for larger cells.*
#
# ## Train
#
# Each step takes random squares of the training pictures, turned, mirrored, enlarged and with other colours, and moves the boxes with them. After each
# second epoch the validation split is measured, and the best weights are kept.

# %%
run = detection.train_detector(
    dataset, model=model, epochs=EPOCHS, batches=BATCHES, look_every=2, seed=SEED, progress=False
)
print(run)
run.plot()

# %% [markdown]
# *What you should see: a loss that falls, steeply at first, and below it the average precision on validation, which rises and flattens; the dotted line
# marks the weights that are kept.* The seconds depend on what else your machine is doing: these were written down on a busy one. You will see in a
# moment what average precision is.
#
# ## One cell, many answers
#
# What the network gives are maps, not boxes. You take one validation picture and count the boxes on the way from one to the other.

# %%
detector = run.detector
one = validation.subset([int(np.argmax(validation.counts().sum(axis=1)))])
picture, _ = detection.fitted(one.images[0], detector.size, detector.fill)
answers = detector.model.predict_on_batch(picture[None].astype(np.float32) / 255)
steps = {"every place": {"peaks": False, "overlap": 1.0}, "peaks": {"overlap": 1.0}, "peaks, one for each cell": {}}
made = {name: detection.boxes_of(answers, 4, lowest=0.3, **how)[0] for name, how in steps.items()}
pd.Series({name: len(found[0]) for name, found in made.items()} | {"true": len(one.boxes[0])}, name="boxes")

# %% [markdown]
# Many places on one hill say "cell". A place that scores higher than its neighbours is a **peak**, and of two boxes of one class that overlap by
# more than a half, the one with the higher score stays: that last step is called non-maximum suppression. It matters where one cell has two peaks,
# as large ones may have; in a picture where none has, it changes nothing.
#
# ## A mistake, on purpose
#
# A colleague finds a half too generous. "Two boxes that overlap are the same cell": boxes that share more than a twentieth become one. You try
# several limits, and measure.

# %%
rows = {}
for overlap in (0.05, 0.3, 0.5, 0.7, 0.95):
    other = replace(detector, overlap=overlap)
    scores = detection.measure_boxes(
        validation, other.candidates(validation), other.thresholds, resamples=50, seed=SEED
    )
    rows[overlap] = {f"count error, {name}": scores[f"count_error {name}"].value for name in dataset.class_names}
    rows[overlap]["AP at .5"] = scores["map50"].value
pd.DataFrame(rows).T.rename_axis("overlap").round(2)

# %% [markdown]
# No cell fails, and the white cells are counted as well as before. The column of the red cells finds the mistake: cells are missing, because
# the cell beside was taken for the same one. The table of neighbours had said so before any training: count there how many boxes of red cells
# overlap by more than .1, and by more than .3. Towards the end of the table less changes, because only peaks become boxes, and one cell seldom has two.
# The limit lies above what neighbours share.
#
# ## Average precision
#
# A box is right when it overlaps a true one of its class by half or more, and no better-scored box has taken that one. Sort all boxes by their score
# and go down the list: precision is the share of right ones so far, recall the share of cells found so far. The mean of the precision
# over all recalls is the **average precision** (AP). It asks for no threshold. `ap` is its mean over ten overlaps, from .50 to .95: it asks for exact edges.

# %%
candidates = detector.candidates(validation)
scores = detection.measure_boxes(validation, candidates, detector.thresholds, seed=SEED)
kinds = {"AP at .5": "ap50", "AP, .50 to .95": "ap"}
pd.DataFrame(
    {kind: [str(scores[f"{key} {name}"]) for name in dataset.class_names] for kind, key in kinds.items()},
    pd.Index(dataset.class_names, name="class"),
)

# %% [markdown]
# Every class loses in the second column, the red cells least: of them there are many to learn from. One pixel to the side costs the box of a platelet
# much of its overlap, and white cells are few. When you read "AP" in a paper, look which of the two it is.
#
# ## When does a box count?
#
# AP needs no threshold, a count does. "A half, as always" is one; the scores of this network were never made to mean that. `tuned` takes for
# each class the threshold with the smallest counting error on the validation split, and of several that do equally well the middle.
#
# **Before you run the next cell**, write down a guess: will the chosen thresholds be higher or lower than a half?

# %%
tuned = detector.tuned(validation)
halves = (0.5,) * len(dataset.class_names)
rows = {}
for how, thresholds in {"a half": halves, "chosen": tuned.thresholds}.items():
    scores = detection.measure_boxes(validation, candidates, thresholds, seed=SEED)
    rows[how] = {name: scores[f"absolute_count_error {name}"].value for name in dataset.class_names}
table = pd.DataFrame(rows).assign(threshold=tuned.thresholds, blind=np.abs(error).mean(0))
table.rename_axis("mean counting error").round(2)

# %% [markdown]
# The column "chosen" can be no worse than the one beside it, since it was chosen on the same pictures; the last column is the guess without looking. Whether the
# choice holds is for the test split to say. First you look at what was found.

# %%
found = tuned.detect(one)
detection.show_boxes(one, found, size=3.2)

# %% [markdown]
# *What you should see: left the true boxes, right the found ones, nearly the same; a found box that matches no true one by half or more has broken lines.*
# Look at the fullest place: there two cells may share one box.
#
# ## One look at the test split
#
# Everything is chosen: network, weights, overlap, thresholds. The test split is measured once.

# %%
test = detection.measure_boxes(dataset.test, tuned.candidates(dataset.test), tuned.thresholds, seed=SEED)
test.to_frame().round(3)

# %% [markdown]
# The intervals count slides, where slides are known, because two pictures of one slide share their stain and their faults.

# %%
detection.plot_counts(test)

# %% [markdown]
# *What you should see: dots near the dashed line, a larger dot for more pictures.* Dots below the line: cells were missed. A picture in which one
# cell is missed and dirt is counted lies on the line. Counts forgive that, AP does not.
#
# ## A count that says how far it may be off
#
# Nine times in ten, how far off were the counts on validation? That distance, below and above, makes an interval for each new count. You check on the test
# split how often it holds the true one.

# %%
counted = tuned.count(dataset.test, coverage=0.9)
counted["true"] = dataset.test.counts().ravel()
counted["held"] = (counted["low"] <= counted["true"]) & (counted["true"] <= counted["high"])
print(counted.groupby("class", sort=False)["held"].mean().round(2).to_dict())
counted.head(3)

# %% [markdown]
# About nine in ten or more, as promised, give or take what so few pictures allow: whole numbers make the interval too wide rather than too narrow. It holds for smears like those
# of validation. Another stain, another microscope, and nobody promised anything.

# %%
ir.course.headline("average precision at an overlap of .5, mean over classes, test split", test["map50"].value)

# %% [markdown]
# ## Your turn
#
# **Exercise 1.** Intersection over union of two boxes, each left, top, right, bottom. Boxes that do not touch share nothing.


# %% tags=["solution"]
def overlap_of(box, other):
    """Intersection over union of two boxes."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    common = max(width, 0) * max(height, 0)
    areas = [(one[2] - one[0]) * (one[3] - one[1]) for one in (box, other)]
    return common / (sum(areas) - common)


# %% tags=["check"]
ir.course.check("22.1", overlap_of)

# %% [markdown]
# **Exercise 2.** Non-maximum suppression by hand. `overlaps[i, j]` is the intersection over union of boxes i and j. Return the places of the boxes that
# stay, the highest score first: a box goes when a box that stays overlaps it by more than `limit`.


# %% tags=["solution"]
def one_for_each(scores, overlaps, limit):
    """Places of the boxes that stay."""
    stay = []
    for place in np.argsort(-scores):
        if all(overlaps[place, other] <= limit for other in stay):
            stay.append(int(place))
    return stay


# %% tags=["check"]
ir.course.check("22.2", one_for_each)

# %% [markdown]
# **Exercise 3.** You get the scores of each picture as a list of arrays, the true counts, and thresholds to try. Return the threshold with the smallest mean absolute counting
# error; of equals the first. A score at the threshold counts.


# %% tags=["solution"]
def best_threshold(scores, counts, tried):
    """The threshold that counts best."""
    errors = [np.mean([abs((one >= at).sum() - count) for one, count in zip(scores, counts)]) for at in tried]
    return tried[int(np.argmin(errors))]


# %% tags=["check"]
ir.course.check("22.3", best_threshold)

# %% [markdown]
# ## What you learnt
#
# - A detector answers at each place: is this a centre, and where are the edges? Peaks and suppression turn that into one box for each object.
# - How much neighbours overlap decides how much overlap may mean "the same object". Measure it on the true boxes first.
# - Average precision ranks boxes and needs no threshold; a count needs one, chosen for counting, class by class, on validation.
# - A count comes with an interval, and the interval holds for pictures like those it was made with.
#
# Not shown: objects of very different sizes on several grids, boxes that are turned, tracking through a film, and learning from boxes that are missing.
# Further reading: Zhou, Wang and Krähenbühl, "Objects as points" (2019); Tian et al., "FCOS" (2019); Lin et al., "Microsoft COCO: common objects in
# context" (2014).
#
# **On your own images**
# ```python
# dataset = ir.medical.detection.from_voc("my_smears", groups={"picture_1": "patient a", "picture_2": "patient b"})
# detector = ir.medical.detection.train_detector(dataset).detector.tuned(dataset.validation)
# detector.count(["new_picture.jpg"])
# detector.save("my.detector")
# ```
# Next: lesson 23, a report for the doctor.
