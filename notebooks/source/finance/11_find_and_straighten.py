# ---
# title: Find and straighten
# promise: From a slanted photo to the flat, upright page, or to a reason why there is none.
# needs: [3, 7, 10]
# metric: mean IoU of the lesson's own network, test photos (new layouts, people and cameras)
# band: [0.68, 0.96]
# minutes: 4
# memory_mb: 2000
# quick: {PHOTOS: 96, MEASURED: 8, EPOCHS: 1}
# ---

# %% [markdown]
# # 11 · Find and straighten
#
# From a slanted photo to the flat, upright page, or to a reason why there is none.
#
# **You will be able to** send a bad photo back with a reason, train a small network that finds the four corners of a page,
# measure it against outlines that need no network, see through a mean that leaves the refusals out, show a page as seen from
# straight above and the right way up, and tell what a whole chain of such steps does with photos that it cannot use.
#
# **You need** lessons 03 (a first CNN), 07 (measure honestly) and 10 (know the document). It takes about four minutes on two
# cores, and less than 2 GB of memory.

# %%
import dataclasses

import keras
import numpy as np
import pandas as pd

import imgrec_tf as ir
from imgrec_tf.finance import capture, documents, id_documents, locating

ir.environment.report()

# %% tags=["parameters"]
PHOTOS = 700  # to train on
MEASURED = 40  # larger photos to validate on, and as many to test on
SIZE = 64  # height and width of what the network sees, in pixels
EPOCHS = 30
SEED = 7

# %% [markdown]
# ## First the photo, then the page
#
# A reader of documents meets photos that nobody could read. The cheapest answer to them comes at once, while the customer still
# has the card on the table: what is wrong, and what to do about it. All documents here are rendered and belong to nobody.
#
# You photograph one card six times: once with care, and five times with one fault each.

# %%
card = documents.render("portrait_side", seed=SEED, pixels_per_mm=7, oversampling=1)
steady = {"defocus": (0.0, 0.0), "motion": (0.0, 0.0), "glare_chance": 0.0, "shadow_chance": 0.0}
careful = dataclasses.replace(capture.SEVERITIES["mild"], **steady)
faults = {
    "with care": {},
    "out of focus": {"defocus": (0.006, 0.006)},
    "moved": {"motion": (0.025, 0.025)},
    "too dark": {"exposure": (-5.0, -5.0)},
    "too bright": {"exposure": (1.8, 1.8)},
    "under a lamp": {"glare_chance": 1.0, "glare_strength": (3.0, 3.0)},
}
taken = {
    name: capture.capture(card, dataclasses.replace(careful, **fault), camera=3, seed=SEED, size=(480, 640))
    for name, fault in faults.items()
}
quality = {name: locating.check_quality(photo.image, photo.corners) for name, photo in taken.items()}
words = [f"{name}: {', '.join(found.names) or 'nothing found'}" for name, found in quality.items()]
outlines = {"the page": [photo.corners for photo in taken.values()]}
images = [photo.image for photo in taken.values()]
locating.show_outlines(images, outlines, words, heading="One card, one fault at a time", columns=3, size=2.6)

# %% [markdown]
# *What you should see: the same card six times, with its outline; above each photo the fault that was made, and what
# `check_quality` found: nothing with care, and the fault's name elsewhere.* A dark photo has little contrast, too.
#
# A name is no help to the person with the camera. Each finding comes with a reason, an action, the measured value and its limit.

# %%
for name, found in quality.items():
    print(f"{name}:", *found.findings, sep="\n    ")

# %% [markdown]
# Blur is judged on the page, not on the photo: a sharp table does not help, and a blurred one does no harm. So the corners have to
# be known, and that is the rest of this lesson. Each limit was set on photos of validation layouts so that few photos of severity
# "phone" are sent back. In exercise 3 you set such a limit.
#
# ## Four corners: the photos
#
# A page is flat, and a camera shows a flat page as a quadrilateral: four corners say all. You take photos as customers do, with
# the card any way up, and keep the true corners, which the camera knows to a fraction of a pixel. One layout of each class is
# held back for the test. It is the last of each class, because the networks that come with the library have not seen it either.

# %%
classes = documents.CLASSES[:-1]  # without the picture that is no document
held_back = [f"{name}/{documents.template_names(name)[-1]}" for name in classes]
about = {"classes": classes, "any_way_up": True}
plans = id_documents.plan_photos(PHOTOS, seed=SEED, held_back=held_back, **about)
images, corners = locating.corner_photos(plans, size=SIZE)
pd.DataFrame({"shape": [images.shape, corners.shape]}, index=["photos", "corners, as shares of width and height"])

# %% [markdown]
# Four corners, each with x and y. They go clockwise and begin with the one nearest to the upper left of the PHOTO. Which corner is
# the page's own first one, nobody can tell at this size, and a network that is asked to guess learns to answer the middle.
# Which side is up comes later.

# %%
shown = slice(0, 8)
locating.show_outlines(
    images[shown], {"the page": corners[shown] * SIZE}, heading="Photos to train on, 64 pixels a side"
)

# %% [markdown]
# *What you should see: eight small photos of cards, pages and receipts on tables, in any direction, with the true outline.* Some
# tables are printed with lines or lie full of things: there a straight edge need not be the page's.
#
# ## Four corners: the network
#
# Lesson 03 asked: which of nine classes? This network has to answer: where? After the convolutions there are four maps, one for
# each corner, with a chance for each of 16 × 16 places. The answer is the mean of all places, weighted with these chances.

# %%
model = locating.corner_network(SIZE, seed=SEED)
kinds = ("InputLayer", "Conv2D", "Reshape", "Softmax", "Permute", "Dense")
layers = [layer for layer in model.layers if type(layer).__name__ in kinds]
rows = [(type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params()) for layer in layers]
pd.DataFrame(rows, columns=["layer", "output shape", "parameters"])

# %% [markdown]
# Read the shapes from top to bottom: from 64 × 64 pixels to 16 × 16 places, four maps, and in the end four pairs of numbers. The
# last layer is not trained: its 512 weights are the places themselves. A mean of places can lie between two of them, so that
# 16 places a side do not limit the answer to sixteenths.
#
# Each photo is turned, mirrored and lit anew whenever it is used. **When a photo is mirrored, its corners have to be put in order
# again**: what was the upper left corner becomes the upper right one. Exercise 1 is about that. As loss you take the mean
# distance in x and y, as a share of the photo's side.

# %%
steps = PHOTOS // 32
rate = keras.optimizers.schedules.CosineDecay(3e-3, EPOCHS * steps, alpha=0.02)
model.compile(keras.optimizers.Adam(rate), loss="mae")
validation_plans = id_documents.plan_photos(MEASURED, seed=SEED + 1, held_back=held_back, **about)
photos, truth = locating.corner_photos(validation_plans, size=8 * SIZE)


def small(pictures):
    """Average over blocks of 8 × 8 pixels: what the network sees of a larger photo."""
    return pictures.reshape(len(pictures), SIZE, 8, SIZE, 8, 3).mean(axis=(2, 4))


batches = locating.corner_batches(images, corners, seed=SEED)
history = model.fit(
    batches, steps_per_epoch=steps, epochs=EPOCHS, validation_data=(small(photos), truth), verbose=0
).history

# %% [markdown]
# The photos for validation are new ones, of new people, and eight times as large: later you cut the pages out of them.

# %%
figure, axis = ir.plots.figure(6.4, 3.4)
for name, label in (("loss", "train"), ("val_loss", "validation")):
    axis.plot(np.arange(1, EPOCHS + 1), 100 * np.array(history[name]), label=label)
axis.set(xlabel="epoch", ylabel="mean error (% of the side)", ylim=(0, None))
axis.legend()
ir.plots.title(axis, "Mean error of the corners", True)
figure

# %% [markdown]
# *What you should see: two curves that fall fast at first and then slowly, to a few percent of the photo's side.* The training
# photos are lit and roughened anew each time, and those of the validation are not: the validation curve need not be the higher one.
#
# ## How good is that?
#
# A few percent of the side says little about a page. The usual measure is the overlap of the true page with the found one: the area
# that both cover, divided by the area that one of them covers at least. It is called intersection over union, IoU; 1 is perfect.
#
# **Before you run the next cell**, write down a guess: the mean IoU on the validation photos, and how many of them lie above 0.9.


# %%
def answers_of(network, pictures):
    """Corners in pixels, or None where the network's four points are no convex quadrilateral."""
    answers = []
    for points in network.predict(small(pictures), verbose=0).astype(float) * pictures.shape[1]:
        try:
            answers.append(locating.check_corners(points))
        except ValueError:
            answers.append(None)
    return answers


def overlaps_of(answers, true):
    """IoU of each answer, 0 where there is none."""
    return np.array([0.0 if a is None else locating.quadrilateral_iou(a, b) for a, b in zip(answers, true)])


pixels = truth * photos.shape[1]
own = answers_of(model, photos)
overlaps = overlaps_of(own, pixels)
print(f"mean IoU {overlaps.mean():.3f}, above 0.9: {(overlaps > 0.9).sum()} of {len(overlaps)}")

# %% [markdown]
# And the photos behind the number, the worst first.

# %%
order = np.argsort(overlaps)
chosen = [*order[:4], *order[-4:]]
lines = {"the page": [pixels[i] for i in chosen], "own network": [own[i] for i in chosen]}
words = [f"IoU {overlaps[i]:.2f}" for i in chosen]
locating.show_outlines([photos[i] for i in chosen], lines, words, heading="The four worst and the four best answers")

# %% [markdown]
# *What you should see: above, answers that miss a corner or follow another edge; below, answers that you can hardly tell from the
# truth.* Look at the tables in the upper row: things that lie around, printed lines, a page of nearly the table's colour.
#
# ## Without a network
#
# People found pages in photos long before anybody trained a network for it. What differs in colour from the photo's rim? What is
# enclosed by strong edges? `method="classical"` asks both, puts a quadrilateral around what it finds, and fits straight lines to
# the strongest edges near it. Where no outline fills its quadrilateral well, it gives no corners.

# %%
classical = [locating.locate_document(photo, method="classical") for photo in photos]
reasons = pd.Series([one.problem or "corners" for one in classical], name="photos")
reasons.value_counts().to_frame()

# %% [markdown]
# ## A mistake, on purpose
#
# A colleague compares the two ways. For each she takes the mean IoU of the photos that were answered: where there are no corners,
# there is nothing to measure. Her table is the first column.

# %%
methods = {"own network": own, "classical": [one.corners for one in classical]}
rows = {}
for name, answers in methods.items():
    found = overlaps_of(answers, pixels)
    given = np.array([one is not None for one in answers])
    usable = (found > 0.9).mean()
    rows[name] = [found[given].mean() if given.any() else 0.0, given.mean(), found.mean(), usable]
columns = ["mean IoU of the answered", "answered", "mean IoU of all", "above 0.9, of all"]
pd.DataFrame(rows, index=columns).T.round(3)

# %% [markdown]
# The second column is missing in hers. The classical way chooses its photos: it answers where the table is plain, and leaves hard
# ones out. The network has to answer them all. The third column asks both the same question, with an overlap of 0 for each photo
# without an answer: the distance shrinks, and the order can turn around. **Whoever may refuse is measured on all photos, with the
# refusals counted.**
#
# The last column asks what a reader of documents would ask: how many pages lie exactly enough? There the classical way can be
# ahead again. It is exact where it answers at all, because it looks at the edges in the large photo; your network
# answers everywhere, from 64 pixels a side, and is less exact.
#
# So let each do what it does best: the network says roughly where the page is, and straight edges near its four sides say where
# exactly. `refine_corners` looks for them in the large photo.

# %%
refined = [None if one is None else locating.refine_corners(photo, one) for photo, one in zip(photos, own)]
found = overlaps_of(refined, pixels)
given = np.array([one is not None for one in refined])
rows["own network, then edges"] = [found[given].mean(), given.mean(), found.mean(), (found > 0.9).mean()]
pd.DataFrame(rows, index=columns).T.round(3)

# %% [markdown]
# Compare the last row with the two above it, in each column.
#
# ## From straight above
#
# Four corners say where each point of the page lies in the photo: a homography, eight numbers from eight numbers. `rectify`
# computes it and shows the page as seen from straight above. You take a passport and cut it out four times: by its true corners,
# by those of your network, by these after the edges were looked for, and by the networks that come with the library.

# %%
place = next(i for i, plan in enumerate(validation_plans) if plan.document_class == "passport")
shipped = [locating.locate_document(photo) for photo in photos]
ways = {"true corners": pixels, "own network": own, "then edges": refined, "library": [one.corners for one in shipped]}
ways = {name: answers[place] for name, answers in ways.items() if answers[place] is not None}
pages = [locating.rectify(photos[place], found, (300, 426)) for found in ways.values()]
words = [f"{name}, IoU {overlaps_of([found], [pixels[place]])[0]:.3f}" for name, found in ways.items()]
ir.plots.image_grid(pages, words, columns=2, synthetic=True, heading="A passport, cut out", size=3.0)

# %% [markdown]
# *What you should see: the page of a passport, lying in any direction. By its true corners it fills the picture exactly; by other
# corners a strip of table appears at a side, or a part of the page is missing. (Where one way gave no answer, its picture
# is missing.)* A lost strip of two percent can be the last line. For reading, an IoU of 0.9 is a failure.
#
# The library's networks work in stages, too. The first one looks at the whole photo in 96 × 96 pixels, in all
# four turns and mirrored, and says which parts are sheets. The second one looks at strips along the four sides, again and
# again, each time closer, and says where exactly in them the edge runs. It sees more pixels of an edge than your network sees of
# the photo. Where the strips of a side hold no straight edge, there is no answer, unless most tries from different starts end at
# the same corners, or the classical outline goes the same way. A third one looks at the page from above, with what lies around it:
# an outline that leaves out a part of the page, such as a dark foot, gives way to one that does not, or to no answer.
#
# ## The right way up
#
# The page is flat, and lies in one of four directions. One network looks at all four and gives each a number for how upright it
# stands. You turn one page on purpose.

# %%
flat = documents.render("id_card_td1", seed=SEED, pixels_per_mm=4, oversampling=1).image
turned = [np.rot90(flat, turns) for turns in range(4)]
righted = [locating.upright(one) for one in turned]
words = [f"turned clockwise {one.quarter_turns} times, {one.confidence:.2f}" for one in righted]
ir.plots.image_grid(turned, words, columns=4, synthetic=True, heading="Four directions, and what was done", size=2.0)

# %% [markdown]
# *What you should see: one card in four directions; above each, how many quarter turns clockwise the network would make, and how
# likely it takes that to be right.* Below a chance of 0.6 it says that it does not know.
#
# ## One look at the test photos
#
# All choices are made. The test photos show the layouts that were held back, other people and other cameras. You measure your
# network, alone and with the edges, the classical way and the library.

# %%
strangers = id_documents.plan_photos(MEASURED, seed=SEED + 2, templates=held_back, cameras=range(200, 212), **about)
tests, test_truth = locating.corner_photos(strangers, size=8 * SIZE)
test_pixels = test_truth * tests.shape[1]
rough = answers_of(model, tests)
methods = {
    "own network": rough,
    "own network, then edges": [
        one if one is None else locating.refine_corners(p, one) for p, one in zip(tests, rough)
    ],
    "classical": [locating.locate_document(photo, method="classical").corners for photo in tests],
    "library": [locating.locate_document(photo).corners for photo in tests],
}
rows = {}
for name, answers in methods.items():
    found, given = overlaps_of(answers, test_pixels), np.array([one is not None for one in answers])
    rows[name] = [found.mean(), given.mean(), (given & (found < 0.9)).sum()]
ir.course.headline(
    "mean IoU of the lesson's own network, test photos (new layouts, people and cameras)", rows["own network"][0]
)
pd.DataFrame(rows, index=["mean IoU of all", "answered", "answered, and IoU below 0.9"]).T.round(3)

# %% [markdown]
# Compare with validation: a page's outline depends less on its layout than the name of its class did in lesson 10. Read the last
# column with care. Your network always answers, and a good part of its answers is too far off to read a page from. Looking for
# edges mends many of them, and makes none of them sure. The library refuses the photos that it is not sure of. Its mean counts
# each of these as 0, and may therefore lie below; few of its answers are wrong. What is the better method depends on what a
# second photo costs, and what a page that was cut out wrongly.
#
# ## What it does with bad input
#
# Now the photos that nobody planned for. For each the answer has to be a reason, and never a guess.

# %%
whole = capture.capture(card, careful, camera=3, seed=SEED, size=(480, 640))
middle = round(whole.corners[:, 0].mean())
passport = documents.render("passport", seed=SEED, pixels_per_mm=4, oversampling=1)
bad = {
    "black": np.zeros((480, 640, 3), np.uint8),
    "40 × 25 pixels": np.full((25, 40, 3), 120, np.uint8),
    "100 megapixels, grey": np.broadcast_to(np.uint8(120), (10_000, 10_000, 3)),
    "a bare table": capture.capture_several([], "mild", camera=2, seed=SEED, size=(480, 640))[0],
    "half outside": np.ascontiguousarray(whole.image[:, :middle]),
    "two documents": capture.capture_several([card, passport], "mild", camera=2, seed=SEED, size=(480, 960))[0],
}
found = {name: locating.locate_document(photo) for name, photo in bad.items()}
rows = {name: [one.problem or "corners", one.reason, one.action] for name, one in found.items()}
pd.DataFrame(rows, index=["answer", "reason", "what to do"]).T

# %% [markdown]
# Each row has a reason and an action where there are no corners. 100 megapixels are no trouble: a reduced copy is looked at, band by
# band. If a row says "corners", the library took something for a page that you did not mean; the check of what it read there is then
# the next line of defence, and the decision of lesson 14 the last one.
#
# An upside-down photo is no bad input. `straighten` does all steps in a row, and keeps a record of them.

# %%
overhead = capture.capture(card, careful, camera=3, seed=SEED, size=(480, 640), quarter_turns=2)
result = locating.straighten(overhead.image)
print(result.problem or f"no problem, {result.page_format}, turned by {90 * result.quarter_turns} degrees")
pd.DataFrame([(step.name, step.outcome, round(1000 * step.seconds)) for step in result.steps]).set_axis(
    ["step", "outcome", "milliseconds"], axis=1
)

# %% [markdown]
# A bank keeps such a record with the application: when a number was misread, one wants to know whether the page was found, and how
# sure each step was.
#
# ## Your turn
#
# **Exercise 1.** A photo is mirrored from left to right. Given its corners (4, 2) in pixels, clockwise from the upper left, and the
# photo's width, return the corners in the mirrored photo, again clockwise from the upper left.


# %% tags=["solution"]
def mirrored_corners(points, width):
    """Corners of the same page in the mirrored photo, clockwise from the upper left."""
    moved = np.array(points, float)
    moved[:, 0] = width - moved[:, 0]
    return moved[[1, 0, 3, 2]]


# %% tags=["check"]
ir.course.check("11.1", mirrored_corners)

# %% [markdown]
# **Exercise 2.** Given two regions as boolean pictures of the same size, return their intersection over union. Two empty regions have
# nothing in common and nothing apart: return 0.


# %% tags=["solution"]
def region_iou(first, second):
    """Pixels in both regions by pixels in at least one, from 0 to 1."""
    either = np.logical_or(first, second).sum()
    return np.logical_and(first, second).sum() / either if either else 0.0


# %% tags=["check"]
ir.course.check("11.2", region_iou)

# %% [markdown]
# **Exercise 3.** You measured the blur of good photos, a number that grows with blur. Photos above a limit are sent back. Return the
# lowest of the measured values at which, as a limit, at most `share` of the good photos are sent back.


# %% tags=["solution"]
def limit_for(measured, share):
    """The lowest measured value that at most this share of all values lies above."""
    measured = np.asarray(measured)
    return min(value for value in measured if (measured > value).mean() <= share)


# %% tags=["check"]
ir.course.check("11.3", limit_for)

# %% [markdown]
# ## What you learnt
#
# - A photo is judged before it is read, and sent back with a reason and an action.
# - Four corners say where a flat page is. A network can answer "where" as the mean of places, weighted with chances.
# - What moves a photo moves its corners, and may change their order.
# - Whoever may refuse is measured on all photos, with the refusals counted.
# - Two stages see more than one: first where, then exactly where. A chain records each of its steps.
#
# Not shown: pages that are not flat, such as an open book; more than one page at once; real photos, of which
# these rendered ones are an imitation.
#
# **On your own images**
# ```python
# result = locating.straighten(Image.open("my_photo.jpg"), longer=1200)
# print(result.problem, result.reason, result.steps)
# if result.problem is None and result.quality.acceptable:
#     Image.fromarray(result.image).save("page.png")
# ```
# Next: lesson 12, Read the number: from a line of pixels to eighteen characters.
