# ---
# title: Thresholds and referral
# promise: One model, one set of images, and an accuracy that you can move far up and down. You choose where, and say why.
# needs: [7, 17]
# metric: cost with the corrected threshold, as a share of the cost without, test split
# band: [0.2, 1.0]
# other_bands: {pneumoniamnist: [0.3, 1.2]}
# minutes: 2.5
# memory_mb: 1800
# quick: {SIZE: 28, EPOCHS: 3}
# ---

# %% [markdown]
# # 19 · Thresholds and referral
#
# One model, one set of images, and an accuracy that you can move far up and down. You choose where, and say why.
#
# **You will be able to** choose an operating point for stated costs, check and mend the calibration of scores, move a threshold to a
# clinic where fewer people are ill, and let a model say "ask a person" at a rate that you can promise.
#
# **You need** lessons 07 (measure honestly) and 17 (chest X-ray). It takes about two minutes on two cores and 1.3 GB of memory.
#
# Nothing in this lesson is for clinical use.

# %%
import pathlib
import tempfile

import numpy as np
import pandas as pd

import imgrec_tf as ir
from imgrec_tf import decisions
from imgrec_tf.vision import augmentation, preprocessing

ir.environment.report()

# %% tags=["parameters"]
DATASET = "chest-phantom"  # synthetic; "pneumoniamnist" for real X-rays (4 MB, downloaded once)
SIZE = None  # height and width in pixels; None: 64 for the phantom, 28 for the real X-rays
EPOCHS = 12
SEED = 7
MISSED = 10.0  # what it costs to send an ill person home
ALARM = 1.0  # what it costs to alarm a healthy one
LOOK = 0.4  # what it costs to let a radiologist look instead
CLINIC = 0.15  # share of ill people in another clinic
ALPHA = 0.1  # share of images whose set may miss the truth

# %% [markdown]
# ## One model, one set of scores
#
# You train once, for a short time. For the phantom you ask for more validation images than usual, because this lesson chooses
# a lot, and everything is chosen on them.

# %%
shares = {"count": 2600, "validation": 0.35, "test": 0.25} if DATASET == "chest-phantom" else {}
dataset = ir.load(DATASET, size=SIZE, seed=SEED, **shares)
model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, seed=SEED)
print("from", model.input_shape[1:], "to", model.output_shape[1:])
dataset.summary()

# %% [markdown]
# From a picture to two numbers, the scores of the two classes. You divide the validation images in two, whole patients together:
# the first part is for choosing, the second for checking what you chose. The test split waits until the end.

# %%
run = ir.train(model, dataset, epochs=EPOCHS, seed=SEED)
choosing_images, checking_images = decisions.halves(dataset.validation, seed=SEED)
choosing, checking = ir.evaluate(run.model, choosing_images), ir.evaluate(run.model, checking_images)
choosing

# %% [markdown]
# The table holds one ROC AUC and one accuracy. The ROC AUC asks how well the scores **rank**. The accuracy asks that, and where you
# **cut**: "ill" from 0.5 on, because nobody said otherwise.
#
# **Before you run the next cell**, write down a guess: if you cut at 0.02, or at 0.98, how far does the accuracy of the same
# scores fall?

# %%
rows = {}
for cut in (0.02, 0.1, 0.5, 0.9, 0.98):
    at = ir.evaluation.Evaluation.from_scores(
        choosing.scores, choosing.labels, class_names=dataset.class_names, task="binary", threshold=cut, resamples=0
    )
    rows[cut] = {name: at[name].value for name in ("roc_auc", "accuracy", "sensitivity", "specificity")}
pd.DataFrame(rows).T.rename_axis("threshold").round(3)

# %% [markdown]
# One column does not move: the ranking is the same. The accuracy does, by a lot, and so does what stands behind it. At the top almost
# nobody ill is missed and many healthy people are alarmed; at the bottom it is the other way round. Two papers that
# report accuracies of the same network may differ in nothing but the cut.

# %%
choosing.plot_threshold_sweep()

# %% [markdown]
# *What you should see: sensitivity falls from one to zero, specificity rises from zero to one, and below, the same in images: the missed
# grow as the false alarms shrink.* No point of this picture is right or wrong. Somebody has to say what a missed one costs, and what an alarm does.
#
# ## A threshold comes from costs
#
# You say it: a missed one costs as much as ten alarms. `choose_operating_point` tries every threshold on the choosing part, and takes the
# cheapest.

# %%
costs = decisions.Costs(false_negative=MISSED, false_positive=ALARM, refer=LOOK)
point = decisions.choose_operating_point(choosing, costs=costs)
print(point.reason)
decisions.plot_costs(choosing, costs, {"a half": 0.5, "cheapest": point.threshold})

# %% [markdown]
# *What you should see: the cost of the misses (dashed) grows to the right, that of the alarms (dotted) to the left; their sum has a
# valley left of a half with the square mark in it, and the round mark, a half, stands higher.* The sentence above the figure keeps the
# reason with the number, and with intervals that count patients where patients are known. A threshold without a reason is a
# number that nobody can defend.
#
# Costs are one way to say what you want. A clinic may ask for a sensitivity, and ask that it is not reached by luck alone
# (`assured`: the lower end of the interval reaches it), or it may have places for one referral in three.

# %%
asked = {"sensitivity .90": {"sensitivity": 0.9}, "sensitivity .90, assured": {"sensitivity": 0.9, "assured": True}}
asked |= {"one in three": {"referral_rate": 1 / 3}, "costs": {"costs": costs}}
points = {name: decisions.choose_operating_point(choosing, **wish) for name, wish in asked.items()}
shown = ["sensitivity", "sensitivity_low", "specificity"]
table = {name: {"threshold": one.threshold} | {key: one.details[key] for key in shown} for name, one in points.items()}
pd.DataFrame(table).T.round(3)

# %% [markdown]
# Four wishes, four thresholds, one network. To be sure of a sensitivity costs specificity: the second threshold is lower than the first.
#
# ## Can you take a score for a probability?
#
# There is a second way to the cheapest threshold, without a search. If a score of 0.2 were right two times in ten, then at the
# threshold p both answers would cost the same: p × missed = (1 - p) × alarm. That gives p = alarm / (alarm + missed), for any model. It
# holds for **calibrated** scores only. Temperature scaling looks for one number that makes them so: the logarithms of the scores are
# divided by it. Above 1 the model was too sure of itself, below 1 too timid.

# %%
temperature = decisions.fit_temperature(choosing)
calibrated = decisions.calibrated(run.model, temperature)
choosing, before = ir.evaluate(calibrated, choosing_images), checking
checking = ir.evaluate(calibrated, checking_images)
print(f"temperature {temperature.value:.2f}; the costs ask for a threshold of {costs.threshold:.3f}")
decisions.plot_calibration({"before": before, f"after, T = {temperature.value:.2f}": checking})

# %% [markdown]
# *What you should see: two diagrams of the checking part, dots for how often the network was right at each confidence; dots on the diagonal
# are calibrated, and below each the confidences, which the temperature moved.* A temperature near 1 moves little: then the scores
# were fair probabilities before. A short training on distorted images often ends below 1, too timid; a long one, of a large
# network, ends above. One number cannot mend everything: dots that lie on both sides of the diagonal stay there. The order of the
# images, and with it the ROC AUC, is the same before and after.
#
# Now compare the two ways to a threshold on the checking part: the searched one, and the one from the formula.

# %%
searched = decisions.choose_operating_point(choosing, costs=costs).threshold
cuts = {"a half": 0.5, "searched": searched, "from the formula": costs.threshold}
scores = checking.scores[:, 1]
paid = {
    name: costs.paid(np.where(scores >= cut, "positive", "negative"), checking.labels).mean()
    for name, cut in cuts.items()
}
pd.DataFrame({"threshold": cuts, "cost of 100": {name: 100 * one for name, one in paid.items()}}).round(3)

# %% [markdown]
# Both cost less than a half does, and which of the two is cheaper is chance. The formula needs no search, and it will serve you at the
# next step, where there is nothing to search on: another clinic has not labelled its images.
#
# ## Another clinic, other shares
#
# In the choosing part about half of the people are ill (of the real X-rays, three in four). In a screening clinic it is fewer.
# `with_prevalence` leaves out ill people, at random, until `CLINIC` of the checking part are ill. The pictures of the ill and of the
# healthy stay what they were.
#
# **Before you run the next cell**, write down a guess: at your threshold, does the sensitivity change in the new clinic? The share
# of the alarmed who are ill?

# %%
clinic = decisions.with_prevalence(checking, CLINIC, seed=SEED)
places = {"here": checking, "new clinic": clinic}
rows = {}
for name, place in places.items():
    called, ill = place.scores[:, 1] >= costs.threshold, place.labels == 1
    rows[name] = {"images": len(place), "ill": ill.mean(), "sensitivity": called[ill].mean()}
    rows[name] |= {"specificity": (~called[~ill]).mean(), "ill among alarmed": ill[called].mean()}
pd.DataFrame(rows).T.round(3)

# %% [markdown]
# The specificity is the same, since the healthy are, and the sensitivity differs by chance: fewer ill people were left to count. Each
# looks at one kind of people alone. What falls is the last column. The same alarm means less where fewer people are ill, and a
# threshold that was cheapest is not any more.
#
# A score of 0.3 is a probability **for the clinic where it was calibrated**. Bayes' rule moves it: multiply each class's score by its
# new share, divide by its old one, bring the sum back to one. Nothing is trained again. But what is the new share? Sometimes
# the clinic knows. If not, its scores tell, without any label: an estimate that explains best how the scores are spread.

# %%
here = float(choosing.labels.mean())
estimate = decisions.estimate_prevalence(clinic.scores[:, 1], of=here, groups=clinic.groups, seed=SEED)
print(estimate, f"(counted: {clinic.labels.mean():.1%})")
moved = decisions.shift_prevalence(clinic.scores[:, 1], of=here, to=estimate.value)
at_home = decisions.shift_prevalence(costs.threshold, of=estimate.value, to=here)
print(
    f"a corrected score of {costs.threshold:.3f} was {at_home:.3f} before: that is the new threshold on the old scores"
)

# %% [markdown]
# Look whether the interval holds the counted share. (You could count, because this clinic is made of your own images. A real one
# could not.) You compare three answers to the new clinic, and what 100 people cost with each.


# %%
def cost_of_hundred(probabilities, labels):
    return 100 * costs.paid(np.where(probabilities >= costs.threshold, "positive", "negative"), labels).mean()


known = decisions.shift_prevalence(clinic.scores[:, 1], of=here, to=float(clinic.labels.mean()))
answers = {"as chosen here": clinic.scores[:, 1], "share estimated": moved, "share known": known}
pd.Series({name: cost_of_hundred(one, clinic.labels) for name, one in answers.items()}, name="cost of 100").round(1)

# %% [markdown]
# The first row pays for alarms that the new clinic has no use for. The correction is a line of arithmetic, and no image was labelled for
# it. (With the real X-rays a dozen ill people are left here, and one miss more or less, ten alarms, turns the order of the rows around.)
# It rests on one assumption: that the ill look like the ill you know, and the healthy like the healthy. Another scanner breaks it.
#
# ## A mistake, on purpose
#
# A colleague hears of the correction, and applies it to be safe: on scores that somebody has corrected already. No cell fails, the order of
# the images is right, the ROC AUC is the same.

# %%
twice = decisions.shift_prevalence(moved, of=here, to=estimate.value)
rows = {"not corrected": clinic.scores[:, 1], "once": moved, "twice": twice}
pd.DataFrame(
    {
        name: {
            "mean score": one.mean(),
            "share of ill, estimated": estimate.value,
            "missed": ((one < costs.threshold) & (clinic.labels == 1)).sum(),
            "cost of 100": cost_of_hundred(one, clinic.labels),
        }
        for name, one in rows.items()
    }
).T.round(3)

# %% [markdown]
# What finds it are the first two columns: the mean of probabilities is the share of the ill that they expect. Corrected once, the scores
# agree with the estimate; corrected twice, they expect fewer ill people than the estimate that they were made with. Misses can only
# grow by it: look at their number and their price. The check costs one line and no label.
#
# Is the model worth using at all? A decision curve compares it with two rules that need no model: treat everybody, treat nobody. It
# counts the found, less the false alarms, weighed by the odds of the threshold.

# %%
decisions.decision_curve({"network": checking}, prevalence=CLINIC).plot(marked=costs.threshold)

# %% [markdown]
# *What you should see: the network's curve above both the dashed line (treat all) and zero (treat none) over most thresholds, and at the
# mark, your costs, above both as well.* Where a curve touches one of the two, you can save the network.
#
# ## Answer, abstain or refer
#
# You have a third act: let a radiologist look, for `LOOK`. Three costs give two thresholds. Between them nobody is answered by the network.

# %%
low, high = costs.thresholds
acts = costs.acts(moved)
shares = {act: (acts == act).mean() for act in ("negative", "refer", "positive")}
print(f"negative below {low:.3f}, positive above {high:.3f}, between them a person looks")
both = {
    "network alone": cost_of_hundred(moved, clinic.labels),
    "with a person": 100 * costs.paid(acts, clinic.labels).mean(),
}
pd.Series(shares | {f"cost of 100, {name}": one for name, one in both.items()}).round(3)

# %% [markdown]
# The person looks at the share in the second row, and is taken to be right, which people are not always. Whether it pays shows in the
# last two rows.
#
# How much better do answers get when the unsure ones are left out? You sort by the risk of being wrong, and answer from the safest on.

# %%
risk = 1 - checking.scores.max(axis=1)
wrong = checking.predictions != checking.labels
curve = decisions.risk_coverage(risk, wrong, groups=checking.groups, synthetic=dataset.synthetic)
curve.plot(marked=0.1)

# %% [markdown]
# *What you should see: a curve that is low at the left and rises to the right end, where everybody is answered; a band, wide at the left,
# where few are answered; a dot where the risk stays under 0.1.* If the curve were flat, the network would not know when it does not know.
#
# A curve is no promise. Conformal sets are one: the set holds the true class in `1 - ALPHA` of the images, whatever the network is, as long
# as new images come from the same source. A set with both classes says "cannot tell". The limit comes from the choosing part. (Of
# two classes a temperature leaves the order alone, so the sets are the same with and without it.)

# %%
rule = decisions.fit_conformal(choosing, ALPHA, method="by class", seed=SEED)
sets = rule.sets(checking.scores)
print(pd.Series(sets.texts()).value_counts().to_dict(), *rule.notes)
sets.coverage(checking.labels, checking.groups).round(3)

# %% [markdown]
# The line above the table counts the sets: one class is an answer, both are "cannot tell", none is "unlike both". Compare `coverage` with
# `wanted`, with the interval in mind. With limits by class the promise holds for the ill and for the healthy, and
# therefore in a clinic with other shares too.
#
# What does "the same source" mean? You blur the pictures a little, as a careless export does, and you add noise, as a weaker exposure
# does. Nothing warns you: the sets come out as before.

# %%
pixels = checking_images.pixels()
noise = augmentation.RandomNoise(deviation=(0.1, 0.1), seed=SEED)
damaged = {
    "blurred": 255 * np.asarray(preprocessing.Blur(sigma=1.5)(pixels / 255)),
    "noisy": np.asarray(noise(pixels, training=True)),
}
tables = {"as they were": sets.coverage(checking.labels, checking.groups)}
for name, images in damaged.items():
    split = checking_images.with_images(np.clip(images, 0, 255).round().astype(np.uint8), name=name)
    found = ir.evaluate(calibrated, split, resamples=0)
    tables[name] = rule.sets(found.scores).coverage(found.labels, found.groups)
decisions.plot_coverage(tables, synthetic=dataset.synthetic)

# %% [markdown]
# *What you should see: the round marks near the dashed line, and of the two damaged kinds at least one far to the left of it, at the
# latest in one of the classes.* A guarantee is as good as its assumption. In use you check the images that come in (sharpness, noise,
# device), and you label a few of them again, every month.
#
# ## One look at the test split
#
# Everything is chosen: temperature, costs, correction, limits. The test split stands for the new clinic; for the phantom, ill people are
# left out until `CLINIC` are ill. The real X-rays have another share by themselves: 62.5 % instead of 74 %. You estimate it without the labels.

# %%
test = ir.evaluate(calibrated, dataset.test)
if DATASET == "chest-phantom":
    test = decisions.with_prevalence(test, CLINIC, seed=SEED)
share = decisions.estimate_prevalence(test.scores[:, 1], of=here, groups=test.groups, seed=SEED)
corrected = decisions.shift_prevalence(test.scores[:, 1], of=here, to=share.value)
print(share, f"(counted: {test.labels.mean():.1%})")
old, new = cost_of_hundred(test.scores[:, 1], test.labels), cost_of_hundred(corrected, test.labels)
print(f"cost of 100: {old:.1f} with the old threshold, {new:.1f} with the corrected one")
rule.sets(test.scores).coverage(test.labels, test.groups).round(3)

# %% [markdown]
# The headline is the ratio of these two costs: below 1, the correction has paid; near 1, it has changed little.

# %%
ir.course.headline("cost with the corrected threshold, as a share of the cost without, test split", new / old)

# %% [markdown]
# With the real X-rays, look at the estimated share beside the counted one, and at the coverage of the healthy. The estimate is too high and the
# coverage too low, both for one reason: the healthy of the test split look different from those of the training. No arithmetic on
# shares corrects that, and without labels from the new place you would not have seen it.
#
# ## Keep the reason with the number
#
# The calibrated network goes into one file with the threshold of the new clinic and the sentence that defends it.

# %%
reason = f"{point.reason.split(';')[0]}; moved to {estimate.value:.0%} ill, estimated without labels"
kept = ir.recognizer.OperatingPoint(at_home, reason, point.details)
recognizer = ir.Recognizer.from_run(calibrated, dataset, operating_point=kept)
file = recognizer.save(pathlib.Path(tempfile.mkdtemp()) / "chest.imgrec")
print(ir.Recognizer.load(file).operating_point.reason)

# %% [markdown]
# ## Your turn
#
# **Exercise 1.** Two costs, one threshold: from which probability on is "ill" the cheaper answer? Return it from the cost of a missed one
# and the cost of an alarm; right answers cost nothing.


# %% tags=["solution"]
def threshold_for_costs(missed, alarm):
    """Probability at which both answers cost the same."""
    return alarm / (alarm + missed)


# %% tags=["check"]
ir.course.check("19.1", threshold_for_costs)

# %% [markdown]
# **Exercise 2.** You have scores and labels from here, and want to know what a threshold would cost per 100 people in a clinic with another
# prevalence. Take the share of the ill who are missed and the share of the healthy who are alarmed, and weigh them. A score at the
# threshold counts as positive.


# %% tags=["solution"]
def cost_elsewhere(scores, labels, threshold, missed, alarm, prevalence):
    """Cost of 100 people at a threshold, where `prevalence` of them are ill."""
    called = np.asarray(scores) >= threshold
    labels = np.asarray(labels)
    misses, alarms = (~called[labels == 1]).mean(), called[labels == 0].mean()
    return 100 * (prevalence * misses * missed + (1 - prevalence) * alarms * alarm)


# %% tags=["check"]
ir.course.check("19.2", cost_elsewhere)

# %% [markdown]
# **Exercise 3.** The limit of a conformal set: of n numbers, the one at place ceil((n + 1)(1 - alpha)) from below, counted from 1. If there are
# too few numbers for that place, the limit is infinite.


# %% tags=["solution"]
def conformal_limit(strange, alpha):
    """The finite-sample quantile, infinity where there are too few numbers."""
    rank = int(np.ceil((len(strange) + 1) * (1 - alpha)))
    return float(np.sort(strange)[rank - 1]) if rank <= len(strange) else float("inf")


# %% tags=["check"]
ir.course.check("19.3", conformal_limit)

# %% [markdown]
# ## What you learnt
#
# - Ranking and deciding are two questions. The ROC AUC answers the first; accuracy moves with the cut.
# - A threshold comes from a reason: costs, a sensitivity, places for referral. It is chosen on validation data, and the reason stays with it.
# - With calibrated scores the costs alone give the threshold, and Bayes' rule moves it to another clinic.
# - The mean of calibrated scores is the share of the ill: a check that needs no label.
# - A model that may refer is wrong less often where it answers. Conformal sets promise how often, for images from the same source only.
#
# Not shown: costs that differ from patient to patient, several readers, calibration that differs between groups of people, and shifts that are
# more than a change of shares. Further reading: Elkan, "The foundations of cost-sensitive learning" (2001); Guo et al., "On calibration
# of modern neural networks" (2017); Saerens et al., "Adjusting the outputs of a classifier to new a priori probabilities" (2002);
# Angelopoulos and Bates, "A gentle introduction to conformal prediction" (2021); Vickers and Elkin, "Decision curve analysis" (2006).
#
# **On your own images**
# ```python
# dataset = ir.datasets.from_csv("my_images.csv", group_column="patient_id")
# run = ir.train(ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes), dataset)
# choosing, checking = ir.decisions.halves(ir.evaluate(run.model, dataset.validation))
# point = ir.decisions.choose_operating_point(choosing, costs=ir.decisions.Costs(10, 1))
# ir.Recognizer.from_run(run, dataset, operating_point=point).save("my_model.imgrec")
# ```
# Next: lesson 20, explain, and find the shortcut: what did the network look at?
