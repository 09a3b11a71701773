# ---
# title: DICOM
# promise: Eight ways in which a picture from a clinic comes out wrong, each found by looking at it, and each mended.
# needs: [1, 17]
# metric: ROC AUC lost by reading pixels without their tags
# band: [0.05, 0.4]
# minutes: 2.5
# memory_mb: 2000
# quick: {EPOCHS: 1, COUNT: 200}
# ---

# %% [markdown]
# # 18 · DICOM
#
# Eight ways in which a picture from a clinic comes out wrong, each found by looking at it, and each mended.
#
# **You will be able to** read a DICOM file as a viewer shows it, look through the window you need, tell when a picture is
# inverted, indexed, a clip or lying on its side, put slices into the order of the body, split by patient without knowing a
# name, and take personal data out.
#
# **You need** lessons 01 (images are numbers) and 17 (chest X-ray). It takes about a minute on two cores and 1.1 GB of
# memory.
#
# Every file in this lesson is synthetic, and every name in it invented. Nothing here is for clinical use.

# %%
import pathlib
import tempfile

import numpy as np
import pandas as pd
import pydicom

import imgrec_tf as ir
from imgrec_tf.medical import dicom

ir.environment.report()

# %% tags=["parameters"]
FOLDER = None  # a folder of DICOM files of your own, looked over near the end; None: the lesson's synthetic ones
COUNT = 1500  # chests for the measurement
EPOCHS = 10
SEED = 7

# %% [markdown]
# ## What a DICOM file is
#
# A PNG file holds a picture. A DICOM file holds numbers, and dozens to hundreds of *elements* that say what the numbers
# are: who, when, with which machine, and how to show them. You write one and look at the elements that decide how it looks.

# %%
folder = pathlib.Path(tempfile.mkdtemp())
chest = ir.medical.phantoms.chest_phantom_example(seed=SEED, size=128)["image"]
dicom.write_example(folder / "plain.dcm", "plain", image=chest)
dicom.read(folder / "plain.dcm").summary()


# %% [markdown]
# This file is as friendly as they come: 8 bits, no sign, nothing to rescale, no window. The usual way from the web works on
# it: take the array of pixels, stretch it to 0 … 255, done. Here it is in three lines. Whoever writes it ignores every
# element.


# %%
def naive(path):
    """Pixels as they are stored, stretched to 8 bits."""
    pixels = pydicom.dcmread(path).pixel_array.astype(float)
    return np.uint8(255 * (pixels - pixels.min()) / (pixels.max() - pixels.min()))


def side_by_side(name, wrong, right, titles=("without the tags", "with them")):
    """Two pictures under one heading."""
    return ir.plots.image_grid([wrong, right], titles, synthetic=True, heading=name, size=1.75)


side_by_side("A plain file", naive(folder / "plain.dcm"), dicom.read(folder / "plain.dcm").display())

# %% [markdown]
# *What you should see: the same chest twice.* Now eight files, one pitfall each. All of them are legal, and all of them
# come from real machines in one form or another.
#
# **Before you run the next cells**, read the list, and write down which of the eight `naive` gets right.

# %%
eight = ["sixteen bits", "signed", "window", "several windows", "inverted", "palette", "many frames", "lying"]
for name in eight:
    dicom.write_example(folder / f"{name}.dcm", name, image=chest)
pd.DataFrame({"in the file": {name: dicom.PITFALLS[name] for name in eight}}).style.set_properties(
    **{"text-align": "left"}
)

# %% [markdown]
# ## 1. Twelve bits do not fit into eight
#
# A detector counts finer than 256 steps. The numbers of this file go up to 4,080. A program that wants bytes may call
# `astype("uint8")`, which keeps the lowest 8 of the 12 bits.

# %%
path = folder / "sixteen bits.dcm"
wrapped = pydicom.dcmread(path).pixel_array.astype(np.uint8)
side_by_side("1. Sixteen bits cast to eight", wrapped, dicom.read(path).display(), ("cast to 8 bits", "with the tags"))

# %% [markdown]
# *What you should see: at the left a chest of sand, crossed by bands like the contour lines of a map, at the right the
# chest.* Each time the number passes a multiple of 256, the cast starts again at black. Stretching (`naive`) would have
# saved this one: first point for it. The library keeps the depth: `display` gives 16 bits where more than 8 are stored.
#
# ## 2. A number means something only after rescaling
#
# In computed tomography, values are Hounsfield units: air is -1000 and water 0, on every scanner in the world. The *stored*
# numbers are the scanner's own. Slope and intercept lead from one to the other. You look for lungs: everything between -950
# and -500.

# %%
slice_file = dicom.read(folder / "several windows.dcm")
masks = [(numbers > -950) & (numbers < -500) for numbers in (slice_file.stored(), slice_file.values())]
side_by_side("2. Lungs: between -950 and -500", *masks, ("in stored numbers", "in Hounsfield units"))

# %% [markdown]
# *What you should see: nothing at the left, two lungs at the right.* No stored number is negative here: 1,024 was added to
# each of them. A stretched picture would not have shown the difference, for it looks the same whatever was added. That is
# what makes the pitfall expensive: you see it only when you measure.
#
# ## 3. The window
#
# A lead marker lies on the detector, brighter than any bone. The file says which part of the numbers to show: its window, a
# centre and a width.

# %%
path = folder / "window.dcm"
side_by_side("3. A marker of lead", naive(path), dicom.read(path).display())

# %% [markdown]
# *What you should see: at the left a small bright square in the upper right corner and a chest without contrast, at the
# right the contrast back and the marker as white as it can get.* Without the tags, the chest has about an eighth of the
# grey levels left. For a network that reads 8 bits, what was squeezed into a few levels is gone.
#
# ## 4. Several windows
#
# No screen shows lungs and liver at once: they lie 850 Hounsfield units apart, and the differences that matter are of 20.
# So the file names two windows, and you choose: `window` takes a number, a name, or a centre and a width. "full" is the
# whole range.

# %%
print(*slice_file.windows, sep="\n")
looks = {window: slice_file.display(window) for window in ("full", "LUNG", "SOFT TISSUE")}
ir.plots.image_grid(list(looks.values()), list(looks), synthetic=True, heading="4. One slice, three looks", size=1.6)

# %% [markdown]
# *What you should see: the same slice three times; "LUNG" gives the lungs many levels of grey and a small round nodule in
# one of them, and only "SOFT TISSUE" tells fat, at the rim, from muscle and heart, and lets the lungs go black.* Whoever
# asks for no window gets the first. A network that was trained through one window and is served through the other has been
# moved to another hospital.
#
# ## 5. Low is bright
#
# On film, where X-rays get through, the film turns black. Some machines still store it the other way round, and say so:
# MONOCHROME1.

# %%
path = folder / "inverted.dcm"
side_by_side("5. MONOCHROME1", naive(path), dicom.read(path).display())

# %% [markdown]
# *What you should see: a negative at the left, and a chest at the right.* Your eye notices at once. A program does not, and
# the file looks well-formed to every test but this one. The inversion comes last, after rescaling and window; done first,
# it would move the window.
#
# ## 6. The number is a place in a table
#
# Ultrasound and nuclear medicine store colours as places in a palette. Neighbouring places need not be neighbouring
# colours.

# %%
path = folder / "palette.dcm"
side_by_side("6. PALETTE COLOR", naive(path), dicom.read(path).display())

# %% [markdown]
# *What you should see: a chest in false patches at the left, some of its bright parts darker than its dark ones, and a
# chest in a warm palette at the right.* Stretching, averaging and shrinking places in a table gives nonsense, so the
# palette comes before everything else.
#
# ## 7. One file, many pictures
#
# A clip is one file. Its array has one dimension more, and what works on pictures works on it, wrongly: the first frame of
# this one is black, because the machine had not begun.

# %%
clip = dicom.read(folder / "many frames.dcm")
frames = [clip.display(frame=number) for number in range(clip.frames)]
titles = [f"frame {number}" for number in range(clip.frames)]
ir.plots.image_grid(frames, titles, columns=9, synthetic=True, heading="7. A clip of nine frames", size=0.85)

# %% [markdown]
# *What you should see: nine frames, from black to the full picture in the middle, where it stays.* The library shows the
# middle frame unless you ask for another. That is a rule, not a truth: look at your clips before you trust it.
#
# ## 8. How it lies
#
# Rows of this file run along the body, and its pixels are twice as long in one direction as in the other. Two elements say
# so: where rows and columns run to, and the spacing.

# %%
lying = dicom.read(folder / "lying.dcm")
print("rows, columns run to", lying.directions, "spacing", lying.spacing, "mm, stored as", lying.stored().shape)
side_by_side("8. Turned, and squeezed", naive(folder / "lying.dcm"), lying.display(upright=True, square=True))

# %% [markdown]
# *What you should see: a long chest on its side at the left, and an upright one of the right proportions at the right.* L
# and F mean that something runs to the patient's left, and to the feet. The library turns and stretches when you ask; it
# does not by itself, because numbers between the measured ones are invented.
#
# The same elements put slices into order. A series of 24 slices, named as its archive saw fit, cut from front to back at
# one place: once in the order of the names, once by place in the body.

# %%
dicom.write_series(folder / "series", seed=SEED)
by_name = np.stack([dicom.read(path).display("LUNG") for path in sorted((folder / "series").glob("*.dcm"))])
volume = dicom.read_volume(folder / "series")
print("shape", volume.values.shape, "· mm", np.round(volume.spacing, 2), "· rows, columns run to", volume.directions)
cuts = [by_name[::-1, :, 28, 0], volume.cut(axis=2, place=28, window="lung")[..., 0]]
ir.plots.image_grid(
    cuts, ["by name, as stored", "by place, true proportions"], synthetic=True, heading="A lung, cut", size=2.8
)

# %% [markdown]
# *What you should see: at the left a flat strip whose rows jump, at the right a lung that is narrow below and above and
# wide between, with a round nodule in it, as coarse as the slices are.* The volume knows its distances: slices lie 10 mm
# apart, rows 3.1 mm and columns 4.2 mm.
#
# ## What they cost: a mistake, on purpose
#
# Count your guesses: `naive` shows two of the eight as they should be, "sixteen bits" and "signed", and the second only to
# the eye. Does a network mind the others?
#
# You train one on chests, as in lesson 17. Then its clinic grows: five machines send DICOM files. Two of them have a
# pitfall that `naive` falls into. The reader is the only thing that you change.
#
# First the network, on arrays:

# %%
dataset = ir.medical.phantoms.chest_phantom(COUNT, size=48, seed=SEED, test=0.3)
model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes, seed=SEED)
print("images", dataset.image_shape, "parameters", model.count_params())
run = ir.train(model, dataset, epochs=EPOCHS, seed=SEED, check_leaks=False)

# %% [markdown]
# Then the clinic: each test image becomes a file of one of the five machines, by lot.

# %%
files = dicom.write_clinic(folder / "clinic", dataset.test, seed=SEED)
files["scanner"].value_counts().to_frame("files")

# %% [markdown]
# The same files, read in two ways, and the same network. `ImageFiles` reads with the library; DICOM files stand there
# beside all others, and so they do in `Recognizer.predict`.

# %%
paths = [folder / "clinic" / name for name in files["file"]]
readers = {
    "without the tags": np.stack([naive(path) for path in paths])[..., np.newaxis],
    "with them": ir.datasets.ImageFiles(paths, (48, 48), channels=1),
}
facts = {"class_names": dataset.class_names, "groups": dataset.test.groups, "sources": files["file"], "synthetic": True}
splits = {name: ir.Split(images, dataset.test.labels, name="test", **facts) for name, images in readers.items()}
measured = {name: ir.evaluate(run.model, split) for name, split in splits.items()}
pd.DataFrame({name: {"ROC AUC": str(found["roc_auc"])} for name, found in measured.items()})

# %% [markdown]
# Which machines does it come from? You measure each one on its own.

# %%
rows = {}
for scanner in sorted(set(files["scanner"])):
    chosen = np.flatnonzero(files["scanner"] == scanner)
    rows[scanner] = {
        name: ir.evaluate(run.model, split.subset(chosen))["roc_auc"].value for name, split in splits.items()
    }
by_machine = pd.DataFrame(rows).T
by_machine.round(2)

# %% [markdown]
# Three machines lose nothing that counts. The one with the marker loses most of what the network knew. The inverted one
# comes down to the neighbourhood of 0.5, which is chance, or below it: what was bright in an opacity is dark now.
#
# None of this shows up in the loss curve, in the validation figures, or in an error message. The mistake was made on the
# way from the file to the array.
#
# Is the difference more than chance? The images are the same, so you compare in pairs.

# %%
lost = measured["with them"]["roc_auc"].value - measured["without the tags"]["roc_auc"].value
ir.course.headline("ROC AUC lost by reading pixels without their tags", lost)
measured["with them"].plot_differences({"without the tags": measured["without the tags"]}, name="with the tags")

# %% [markdown]
# *What you should see: one bar that lies left of zero and does not touch it.*
#
# ## Who it is: patients without names
#
# A patient comes more than once, and each visit has its own series. All of it has to stay in one split. The file knows the
# patient, and you must not. So the library makes a *keyed hash* of the id: the same for all images of a patient, and not to
# be turned back by anybody who lacks the salt.

# %%
labels = dict(zip(files["file"], files["label"]))
clinic = dicom.from_dicom(folder / "clinic", labels, salt="kept apart from the files", seed=SEED)
groups = {name: set(split.groups) for name, split in clinic.splits.items()}
print(clinic.test.groups[:3], "· patients in train and in test:", len(groups["train"] & groups["test"]))
clinic.summary()

# %% [markdown]
# The row `groups` counts patients. You need not trust a sentence like "all of it stays in one split": the number of
# patients in both stands above the table.
#
# What else does a file tell about its patient?

# %%
personal = dicom.personal_tags(folder / "plain.dcm")
personal.drop(columns="tag")

# %% [markdown]
# Copies without them: ids become hashes, so that series and patients still belong together; the rest goes. The second of
# these two files is refused, and you look at why through the eyes of the finder: it marks rows of small shapes of high
# contrast.

# %%
dicom.write_example(folder / "named.dcm", "burned-in text", image=chest, patient="P0042")
for name in ("plain", "named"):
    try:
        dicom.strip_personal(folder / f"{name}.dcm", folder / "out" / f"{name}.dcm", salt="kept apart from the files")
    except ValueError as error:
        print(str(error).replace(str(folder), "…"))
named = dicom.read(folder / "named.dcm")
text = dicom.find_burned_in_text(named)
covered = named.display().copy()
for top, left, bottom, right in text.boxes:
    covered[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = 0
side_by_side("A name in the pixels", named.display(), covered, ("as it came", "found, and covered"))

# %% [markdown]
# *What you should see: an invented name and a date above the chest at the left, and a black bar over them at the right.*
# Nothing in the tags spoke of it. The finder misses faint and handwritten text, so a person looks before a picture leaves
# the house.
#
# ## A folder as it comes
#
# At last everything at once, with the faults that a real folder has: a header without a picture, a broken transfer, a
# compression that needs another package, windows that contradict each other. With `FOLDER` set, it is your own folder.

# %%
for number, name in enumerate(dicom.PITFALLS):
    dicom.write_example(folder / "mixed" / f"{name}.dcm", name, image=chest, patient=f"P{number}")
found = dicom.read_folder(FOLDER or folder / "mixed", salt="kept apart from the files")
print(
    f"{len(found.files)} files can be used, {found.files['patient'].nunique()} patients, {len(found.problems)} remarks"
)
found.problems.head(12).style.hide().set_properties(**{"text-align": "left"})

# %% [markdown]
# Every file is either readable or a row with a reason, and rows that begin with "used, but" are readable and want a look.
# Now look:

# %%
shown = [dicom.read(found.folder / source) for source in found.files["source"][:14]]
titles = [pathlib.Path(image.name).stem[:14] for image in shown]
ir.plots.image_grid(
    [image.display() for image in shown],
    titles,
    columns=7,
    synthetic=FOLDER is None,
    heading="As a viewer shows them",
    size=1.0,
)


# %% [markdown]
# *What you should see: thirteen pictures and none that is black, inverted or striped; one lies on its side, since nobody
# asked to turn it, and one shows a slice.*
#
# ## Your turn
#
# **Exercise 1.** Write the window yourself, the way the standard has it for LINEAR_EXACT: values at centre - width/2 and
# below are 0, values at centre + width/2 and above are 1, and a straight line runs between. Return floats of the same
# shape.


# %% tags=["solution"]
def look_through(values, center, width):
    """Grey levels from 0 to 1."""
    return np.clip((np.asarray(values, float) - center) / width + 0.5, 0, 1)


# %% tags=["check"]
ir.course.check("18.1", look_through)


# %% [markdown]
# **Exercise 2.** Put it together for grey files: stored numbers, slope and intercept, a window as above, and MONOCHROME1 or
# MONOCHROME2. The order is what matters.


# %% tags=["solution"]
def grey_picture(stored, slope, intercept, center, width, photometric):
    """What is to be seen, from 0 (black) to 1 (white)."""
    values = np.asarray(stored, float) * slope + intercept
    levels = np.clip((values - center) / width + 0.5, 0, 1)
    return 1 - levels if photometric == "MONOCHROME1" else levels


# %% tags=["check"]
ir.course.check("18.2", grey_picture)


# %% [markdown]
# **Exercise 3.** Each slice states the place of its first pixel in mm as (x, y, z), and the directions of its rows and
# columns, three numbers each. Return the order of the slices along the direction that stands upright on both: a list of
# indices, lowest first. `np.cross` and `np.dot` do the work, and slices that are tilted need both.


# %% tags=["solution"]
def order_of_slices(places, row_direction, column_direction):
    """Indices of the slices along their normal."""
    normal = np.cross(row_direction, column_direction)
    return [int(index) for index in np.argsort([np.dot(normal, place) for place in places])]


# %% tags=["check"]
ir.course.check("18.3", order_of_slices)

# %% [markdown]
# ## What you learnt
#
# - A DICOM file holds numbers and what they mean: rescale, look through a window, invert, in this order; palettes come first.
# - Looking finds most pitfalls. Rescaling is the one that you find by measuring.
# - A window that you chose for training has to be the window in use.
# - Patients are groups, by a hash with a salt. No split by image where an id exists.
# - Tags can be taken out by a program; text in the pixels needs a person.
#
# What was not shown: three-dimensional networks, films of the heart with their timing, structured reports, and networks of
# archives (DICOM also names a way to send files). The rules of taking personal data out differ from country to country; a
# program of some hundred lines does not know yours.
#
# Further reading: the DICOM standard itself is free. Part 3, C.11.1 (rescaling), C.11.2 (windows) and C.7.6.2 (how a plane
# lies), and part 15, annex E (taking personal data out) are the pages behind this lesson.
#
# **On your own images**
# ```python
# found = ir.medical.dicom.read_folder("my_folder", salt="a secret")
# dataset = ir.medical.dicom.from_dicom("my_folder", labels={"file_1.dcm": "ill", "file_2.dcm": "well"}, salt="a secret")
# run = ir.train(ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes), dataset)
# ir.evaluate(run.model, dataset.validation)
# ir.Recognizer.from_run(run, dataset).predict("new_files")
# ```
# Next: lesson 19, thresholds and referral: one network, and accuracies from 0.69 to 0.92, by the threshold alone.
