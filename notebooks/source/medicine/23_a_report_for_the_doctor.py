# ---
# title: A report for the doctor
# promise: From a trained recogniser to a report that shows every image, says how it decides, and leaves its gaps open.
# needs: [17, 18, 19]
# metric: share of ill images that a list of alarms leaves out, test split
# band: [0.05, 0.5]
# other_bands: {pneumoniamnist: [0.0, 0.5]}
# minutes: 3
# memory_mb: 2200
# quick: {SIZE: 28, COUNT: 200, EPOCHS: 1}
# ---

# %% [markdown]
# # 23 · A report for the doctor
#
# From a trained recogniser to a report that shows every image, says how it decides, and leaves its gaps open.
#
# **You will be able to** turn a folder of images, bad ones included, into a report on screen and on paper; read such a report
# critically; and say what a list of alarms hides.
#
# **You need** lessons 17 (chest X-ray), 18 (DICOM) and 19 (thresholds). It takes about two minutes on two cores and 1.6 GB of memory.
#
# Nothing in this lesson is for clinical use: not the images, not the network, not the report.

# %%
import pathlib
import tempfile

import numpy as np
import pandas as pd
from PIL import Image

import imgrec_tf as ir
from imgrec_tf.medical import dicom, reports

ir.environment.report()

# %% tags=["parameters"]
DATASET = "chest-phantom"  # synthetic; "pneumoniamnist" for real X-rays (4 MB, downloaded once)
SIZE = None  # height and width in pixels; None: 48 for the phantom, 28 for the real X-rays
COUNT = 1200  # pictures of the phantom, or real pictures to train on
EPOCHS = 8
SEED = 7
SENSITIVITY = 0.9  # share of the ill that the operating point must find on validation
UNSURE = 0.6  # below this score the recogniser abstains

# %% [markdown]
# ## A recogniser with a reason
#
# You train for a short time on the chest phantom (or on `COUNT` real X-rays), choose the threshold on validation, and put both
# into a recogniser. It abstains where its highest score is below `UNSURE`.

# %%
if DATASET == "chest-phantom":
    dataset = ir.load(DATASET, size=SIZE or 48, count=COUNT, seed=SEED, validation=0.2, test=0.2)
else:
    dataset = ir.load(DATASET, size=SIZE, seed=SEED).subset_train(COUNT, seed=SEED)
healthy_name, ill_name = dataset.class_names
model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, seed=SEED)
print("from", model.input_shape[1:], "to", model.output_shape[1:])
run = ir.train(model, dataset, epochs=EPOCHS, seed=SEED)

# %% [markdown]
# From a picture to two scores. The threshold is the highest that finds `SENSITIVITY` of the ill on validation, and it keeps its
# reason.

# %%
point = ir.decisions.choose_operating_point(ir.evaluate(run.model, dataset.validation), sensitivity=SENSITIVITY)
recognizer = ir.Recognizer.from_run(run, dataset, operating_point=point, abstain_below=UNSURE)
print(point.reason)

# %% [markdown]
# The sentence holds two intervals. They belong to the threshold as a tolerance belongs to a gauge, and they will stand at the top
# of the report. Now the one look at the test split, for the figures in the report.

# %%
test = recognizer.evaluate(dataset.test)
test

# %% [markdown]
# ## What lies in the inbox
#
# Images come as files, and not all of them are what you expect. You make an inbox of six test images, a DICOM file, a DICOM
# file with a name written into the picture, a file that breaks off, and a holiday picture.

# %%
folder = pathlib.Path(tempfile.mkdtemp())
inbox = folder / "inbox"
inbox.mkdir()
places = np.concatenate([np.flatnonzero(dataset.test.labels == label)[:3] for label in (0, 1)])
for number, place in enumerate(places):
    Image.fromarray(dataset.test.image(place)[..., 0]).save(inbox / f"{number}.png")
dicom.write_example(inbox / "6.dcm", "sixteen bits", size=192, seed=SEED)
dicom.write_example(inbox / "7_name.dcm", "burned-in text", size=192, seed=SEED)
(inbox / "8_broken.png").write_bytes((inbox / "0.png").read_bytes()[:300])
down, across = np.mgrid[:120, :160]
sky = np.stack([255 - down, 120 + across // 2, 255 - across], axis=-1)
Image.fromarray(sky.astype(np.uint8)).save(inbox / "9_holiday.png")

# %% [markdown]
# **Before you run the next cell**, write down a guess: which of the ten files get an answer? And what does the recogniser say to
# the holiday picture?

# %%
report = reports.make_report(
    recognizer, inbox, folder / "report", evaluation=test, run=run, synthetic=dataset.synthetic
)
report.table[["source", "label", "score", "abstained", "problem", "remark"]].round(2)

# %% [markdown]
# Ten files, ten rows. The broken file has no answer, and says why. The picture with a name in it has an answer, a warning in its row, and
# the report does not show the picture. And the holiday picture went through the network like any other: unless the recogniser happened to abstain, it has
# an answer. The network knows two classes and nothing else. All that protects you is the remark, and your own eye.
#
# Nothing of a DICOM header gets into the report. Names of files do: if they tell who a patient is, ask for `show_names=False`.

# %%
for file in (report.csv, report.html, report.pdf):
    print(f"{file.name:12s} {file.stat().st_size / 1e3:6.0f} kB")
report

# %% [markdown]
# Open `report.html` in a browser (it needs no network), or print `report.pdf`. You will find, in this order: how the recogniser decides,
# with intervals; what went wrong; what the report cannot tell; every image beside its heat map; the model card; the figures; the
# checklist. "Never for clinical use" stands on each page.
#
# ## Read the gaps
#
# The checklist follows CLAIM 2024, 44 items that a paper on artificial intelligence in imaging owes its readers, with the nearest item of
# TRIPOD+AI beside it. The run fills what it knows. What nobody stated stays open.
#
# **Before you run the next cell**, guess: how many of the 44 can a program fill by itself?

# %%
print(report.items["state"].value_counts().to_dict())
report.items.query("state == 'not stated'")[["claim", "item"]].set_index("claim")

# %% [markdown]
# Look at what is missing: aims, who was included, who set the labels and whether a second reader agreed, a test on images from elsewhere. These
# are the questions on which studies fail, and no program answers them. A report without gaps is one that somebody filled with something.
#
# What people know, people state, by the number of the item.

# %%
statements = {
    4: "To learn how a report is read.",
    14: "The program that drew the chest knows what it drew." if dataset.synthetic else "Labels came with the images.",
}
stated = reports.checklist(recognizer, test, run, statements=statements)
stated.query("claim in (4, 14, 33)")[["claim", "item", "state", "value"]]

# %% [markdown]
# ## A heat map is no proof
#
# "The map is bright where the opacity is, so the answer is right." You look at alarms: three that are right, and three false
# ones, with their maps.

# %%
answers = recognizer.predict(dataset.test)
alarmed = (answers["label"] == ill_name).to_numpy()
ill = dataset.test.labels == 1
shown = np.concatenate([np.flatnonzero(alarmed & ill)[:3], np.flatnonzero(alarmed & ~ill)[:3]])
pixels = dataset.test.pixels(shown)
maps = ir.explain.grad_cam(recognizer, pixels, 1)
ir.explain.show_maps(
    pixels, maps, ["right" if ill[one] else "false alarm" for one in shown], synthetic=dataset.synthetic
)

# %% [markdown]
# *What you should see: chests above and their maps below; right alarms first, then false ones, and each map has a bright place.* Each
# map is drawn to its own brightest place, so it always has one. If you cover the titles, can you tell the false alarms by their maps?
#
# Measure it: the highest value of each map, and what share of the map lies in its brightest tenth of the picture, for the alarms, and for the
# holiday picture.


# %%
def sharpness(found):
    """Share of each map in the brightest tenth of its pixels."""
    values = np.sort(found.reshape(len(found), -1), axis=1)[:, ::-1]
    return values[:, : values.shape[1] // 10].sum(axis=1) / np.maximum(values.sum(axis=1), 1e-9)


side = dataset.image_shape[0]
holiday = np.asarray(Image.open(inbox / "9_holiday.png").convert("L").resize((side, side)), np.float32)[None, ..., None]
kinds = {"right alarms": alarmed & ill, "false alarms": alarmed & ~ill}
found = {
    name: ir.explain.grad_cam(recognizer, dataset.test.pixels(np.flatnonzero(one)), 1) for name, one in kinds.items()
}
found["holiday picture"] = ir.explain.grad_cam(recognizer, holiday, 1)
rows = {name: {"maps": len(one), "highest": one.max(axis=(1, 2)).mean(), "in the brightest tenth": sharpness(one).mean()}
        for name, one in found.items()}  # fmt: skip
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# Compare the rows. The highest value is 1 wherever anything speaks for the class: it is made so. A map says where a network looked. To learn
# whether the answer is right, you need the label, and to learn how often, the intervals.
#
# ## A mistake, on purpose
#
# A colleague finds the report too long: "Doctors have no time. Send them the alarms." So you keep the rows with the answer for the ill,
# and the page gets short and convincing.

# %%
short = answers[alarmed]
print(f"{len(short)} of {len(answers)} images; {ill[alarmed].mean():.0%} of the alarmed are ill")

# %% [markdown]
# Nothing on this page is wrong. **Before you run the next cell**, guess: how many ill people are on none of its lines?

# %%
fate = np.where(answers["abstained"], "abstained", np.where(alarmed, "alarm", f"called {healthy_name}"))
truth = pd.Series(np.where(ill, "ill", "healthy"), name="what the patient is")
table = pd.crosstab(pd.Series(fate, name="what the recogniser said"), truth)
table

# %% [markdown]
# The ill in every row but "alarm" never reach a person. In the full report they do: the abstained are asked for by
# name, and above all pictures stands the sensitivity, which says that some of the rest are ill too. A list of alarms has no
# row for the missed, for the unsure, or for the broken file; and a reader cannot see that rows are missing.

# %%
left_out = float((ill & ~alarmed).sum() / ill.sum())
ir.course.headline("share of ill images that a list of alarms leaves out, test split", left_out)

# %% [markdown]
# Abstentions have a place in a report, then: they are work for a person, counted at the top.
#
# ## Your turn
#
# **Exercise 1.** Which items of a checklist are open? Take a table with the columns `claim` (number) and `state`, and return the numbers whose state is
# "not stated", in order. "partly" is not open.


# %% tags=["solution"]
def open_items(items):
    """Numbers of the items that nobody stated, sorted."""
    return sorted(items.loc[items["state"] == "not stated", "claim"].tolist())


# %% tags=["check"]
ir.course.check("23.1", open_items)

# %% [markdown]
# **Exercise 2.** Which rows does a person have to look at? Take the table of a report and return the values of `number` where there is no answer
# (`problem` is not empty), the recogniser abstained, or there is a `remark`.


# %% tags=["solution"]
def for_a_person(table):
    """Numbers of the rows that a person has to look at, in order."""
    look = (table["problem"] != "") | table["abstained"] | (table["remark"] != "")
    return table.loc[look, "number"].tolist()


# %% tags=["check"]
ir.course.check("23.2", for_a_person)

# %% [markdown]
# **Exercise 3.** What does a list of alarms hide? Given labels (1 is ill) and answers (names of classes, or None where there is none), return the share of
# the ill whose answer is not "opacity". With nobody ill, return 0.


# %% tags=["solution"]
def hidden_ill(labels, answers):
    """Share of the ill that a list of alarms leaves out."""
    ill = [answer for label, answer in zip(labels, answers) if label == 1]
    return sum(answer != "opacity" for answer in ill) / len(ill) if ill else 0.0


# %% tags=["check"]
ir.course.check("23.3", hidden_ill)

# %% [markdown]
# ## What you learnt
#
# - A report has a row for every file: answered, abstained, or with the reason why not.
# - The operating point stands at the top with its intervals; without them nobody can weigh an answer.
# - A recogniser answers for pictures of anything. Remarks help, and a person looks.
# - A heat map shows where the network looked. It is drawn to its own maximum and proves nothing.
# - Gaps in a checklist are findings. Leave them open until somebody knows.
#
# Not shown: how a report gets into the systems of a clinic, several readers, a study that was planned beforehand, approval. Further reading:
# Tejani et al., "Checklist for artificial intelligence in medical imaging (CLAIM): 2024 update", Radiology: Artificial Intelligence (2024);
# Collins et al., "TRIPOD+AI statement", BMJ (2024); Mitchell et al., "Model cards for model reporting" (2019).
#
# **On your own images**
# ```python
# recognizer = ir.Recognizer.load("my_model.imgrec")
# evaluation = recognizer.evaluate(dataset.test)
# ir.medical.reports.make_report(recognizer, "inbox", "report", evaluation=evaluation, progress=True)
# ```
# Next: the part on production, where a recogniser leaves the notebook.
