# ---
# title: Read the number
# promise: From a line of pixels to eighteen characters, or to a reader that says it cannot tell.
# needs: [3, 7]
# metric: exact match, number lines on photos of cards (new people, new layouts)
# band: [0.80, 1.0]
# minutes: 4
# memory_mb: 2000
# quick: {STRIPS: 480, EPOCHS: 1, CARDS: 6, WORN: 12}
# ---

# %% [markdown]
# # 12 · Read the number
#
# From a line of pixels to eighteen characters, or to a reader that says it cannot tell.
#
# **You will be able to** train a network that reads a line of digits without being told where each digit stands, recognise the
# plateau on which such a training begins and tell what ends it, compare an LSTM with plain convolutions and three ways to
# decode, measure what two kinds of check digit catch and what no check digit can see, repair with them without inventing
# numbers, and let the reader abstain.
#
# **You need** lessons 03 (a first CNN) and 07 (measure honestly). It takes about three minutes on two cores, and less than 2 GB
# of memory.

# %%
import collections
import dataclasses
import datetime
import itertools
import time

import keras
import numpy as np
import pandas as pd
from scipy import stats

import imgrec_tf as ir
from imgrec_tf.finance import capture, documents, identity, locating, reading

ir.environment.report()

# %% tags=["parameters"]
STRIPS = 2400  # short lines to learn from
EPOCHS = 6
CARDS = 48  # photos of cards for validation, and as many for the test
WORN = 160  # lines of numbers, some of them hardly legible, for repair
SEED = 7

# %% [markdown]
# ## What a line looks like
#
# An identity number has eighteen characters: ten digits, and an X that may stand at the end. The documents of this course print
# numbers that belong to nobody: no province has a region that begins with 99. You print one such number and wear it out, four
# times.

# %%
number = identity.invent_identity_number(datetime.date(1984, 7, 9), "F", seed=SEED)
levels = {
    name: reading.render_line(number, font="sans", severity=name, pixels_per_character=14, seed=SEED)
    for name in reading.SEVERITIES
}
ir.plots.image_grid(
    [line.image for line in levels.values()],
    [f"{name}: {number}" for name in levels],
    columns=1,
    synthetic=True,
    heading="One number, four severities",
    size=6,
)

# %% [markdown]
# *What you should see: the same eighteen characters four times, clean at the top, blurred, uneven and noisy at the bottom;
# parts of the lines above and below may reach in.* You can read the first without effort. At the last one you begin to guess,
# and a reader will, too.
#
# ## Train short
#
# The network never sees a whole number while it learns. It gets short strips of 4 to 7 random digits, in eleven fonts and all
# four severities. That is quicker, and it shows no date and no region, so there is nothing to learn by heart.

# %%
settings = {"filters": (8, 16, 32, 32, 64), "recurrent_units": 40, "seed": SEED}
reader = reading.LineReader("0123456789X", context="lstm", **settings)
strips, texts = reading.number_strips(STRIPS, digits=(4, 7), severity="mixed", seed=SEED)
labels = keras.utils.pad_sequences([reader.encode(text) for text in texts], padding="post")
print(f"strips {strips.shape}, labels {labels.shape}; {texts[0]} becomes {labels[0].tolist()}")
ir.plots.image_grid(
    strips[:8], texts[:8], columns=2, synthetic=True, heading="Strips to learn from", size=3.2, value_range=(-3, 2)
)

# %% [markdown]
# *What you should see: eight strips with 4 to 7 characters each, at another place in each strip, and their text above; light
# and paper have been evened out to one grey.* `normalise_line` does that: 24 rows, paper near 0, ink near -2, whatever the
# light was. Read the printed line as well: character i of the alphabet has the index i + 1, short texts are filled up with 0,
# and 0 is not a digit.
#
# Nobody has marked where a digit begins or ends. A text and a strip are all there is. Look at the shapes before you ask how
# that can be enough.

# %%
summary = [(type(layer).__name__, layer.output.shape[1:], layer.count_params()) for layer in reader.model.layers]
shapes = pd.DataFrame(summary, columns=["layer", "output shape", "parameters"])
shapes.query("layer not in ('BatchNormalization', 'ReLU', 'Dropout')").style.hide()


# %% [markdown]
# Read the shapes from top to bottom: 24 rows become 3 and then none, every four columns become one **step**, and at each step
# stand 12 numbers: ten digits, X, and the **blank**, which means "nothing here that has not been said". `None` is the width: no
# layer asks for it.
#
# One symbol a step makes a **path**. A path becomes a text in two moves: repeats are put together, then blanks (written -
# below) are left out. So many paths give one text. Here are all paths of five steps with two digits, and how many of them give
# each text.


# %%
def text_of(path):
    return "".join(symbol for symbol, _ in itertools.groupby(path)).replace("-", "")


paths = collections.Counter(text_of(path) for path in itertools.product("-12", repeat=5))
pd.DataFrame({text or "(nothing)": [paths[text]] for text in ("", "1", "12", "11", "121", "112")}, index=["paths"])


# %% [markdown]
# CTC, "connectionist temporal classification", adds the probabilities of all paths of the right text, and its loss is the
# negative logarithm of that sum. No place has to be known. Compare 12 with 11: two equal digits need a blank between them, so
# fewer paths are left for them.
#
# ## The plateau
#
# What is the best answer of a network that does not look? It says the same at each step: blank with some probability, and what
# is left shared by the eleven characters. You try all such probabilities, and keep the lowest loss: that is the figure to beat.


# %%
def loss_without_looking(blank, steps=strips.shape[2] // 4):
    scores = np.log([blank] + 11 * [(1 - blank) / 11]).astype(np.float32)
    return float(keras.losses.CTC()(labels[:200], np.tile(scores, (len(labels[:200]), steps, 1))))


losses = {blank: loss_without_looking(blank) for blank in np.linspace(0.5, 0.95, 10).round(2)}
blank, plateau = min(losses.items(), key=lambda item: item[1])
print(f"blank {blank:g}: loss {plateau:.1f}")


# %% [markdown]
# So blank is the likeliest symbol at every step, and whoever takes the likeliest symbol of each step reads: nothing. The loss
# is lowest among all answers without a look, and the text is empty.
#
# You train two readers, one with an LSTM above the convolutions, which passes along the line in both directions, and one in
# which three more convolutions take its place. Both learn from the same strips. A small watcher notes the loss on strips that
# are held back, and how many characters are answered.


# %%
class Watcher(keras.callbacks.Callback):
    def __init__(self, reader):
        super().__init__()
        self.reader, self.batches, self.rows, self.scores = reader, 0, [], {}

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1
        if self.batches % 10 == 0:
            scores = self.scores[self.batches] = np.stack(self.reader.log_probabilities(list(held_strips)))
            read = [reading.greedy_decode(one, self.reader.characters).text for one in scores]
            loss = float(keras.losses.CTC()(held_labels, scores))
            self.rows.append((self.batches, loss, len("".join(read)) / len("".join(held_texts))))


held_strips, held_texts = reading.number_strips(48, digits=(4, 7), severity="mixed", seed=SEED + 1)
held_labels = keras.utils.pad_sequences([reader.encode(text) for text in held_texts], padding="post")

# %% [markdown]
# **Before you run the next cell**, write down two guesses: after how many batches of 48 strips does the reader with the LSTM
# answer its first character? And which of the two readers will be better in the end, by how much?

# %%
readers = {name: reading.LineReader("0123456789X", context=name, **settings) for name in ("lstm", "convolution")}
watchers, rows = {}, {}
for name, one in readers.items():
    batches = EPOCHS * -(-STRIPS // 48)
    rate = keras.optimizers.schedules.CosineDecay(2e-4, batches, warmup_target=4e-3, warmup_steps=batches // 10)
    one.model.compile(keras.optimizers.Adam(rate, clipnorm=5.0), keras.losses.CTC())
    watchers[name] = Watcher(one)
    ir.environment.set_seed(SEED)  # the strips come in the same order for both
    start = time.process_time()
    one.model.fit(strips, labels, batch_size=48, epochs=EPOCHS, callbacks=[watchers[name]], verbose=0)
    first = next((batch for batch, loss, _ in watchers[name].rows if loss < plateau / 2), None)
    rows[name] = {"parameters": one.model.count_params(), "processor seconds": round(time.process_time() - start)}
    rows[name] |= {"half of the plateau's loss after batch": first}
pd.DataFrame(rows).T

# %% [markdown]
# The middle column is work, the last one says when the plateau was over. Now the whole way.

# %%
figure, axes = ir.plots.figure(7.5, 3.4, columns=2)
for (name, watcher), line in zip(watchers.items(), ("-", "--")):
    batch, loss, answered = np.array(watcher.rows).T
    axes[0].plot(batch, loss, line, label=name)
    axes[1].plot(batch, answered, line, label=name)
axes[0].axhline(plateau, color=ir.plots.GREY, linewidth=1, label="without a look")
axes[0].set(xlabel="batches", ylabel="loss, held-back strips", ylim=(0, 1.6 * plateau))
axes[1].set(xlabel="batches", ylabel="characters answered / printed", ylim=(0, 1.2))
axes[0].legend(loc="upper right")
ir.plots.title(figure, "Nothing, nothing, nothing, and then digits", synthetic=True)
figure

# %% [markdown]
# *What you should see: on the left, the loss of the LSTM drops to the grey line and stays there for dozens of batches before it
# falls for good; on the right, it answers nothing for as long as that lasts, and then, within a few dozen batches, nearly all. The
# convolutional reader answers wild guesses at first, far above the grey line, and is through much earlier.* The grey line is the
# figure that you computed: on the plateau, the network answers like somebody who does not look.
#
# Whoever watches the loss alone stops here, or changes the network, and many people have. What ends the plateau? Look at one
# strip at four moments of the LSTM.

# %%
last = watchers["lstm"].rows[-1][0]
half = next((batch for batch, loss, _ in watchers["lstm"].rows if loss < plateau / 2), last)
moments = sorted({10, max(10, half // 20 * 10), half, last})
figure, axes = ir.plots.figure(7.5, 5.5, rows=len(moments) + 1, sharex=True, squeeze=False)
axes[0, 0].imshow(held_strips[0, ..., 0], cmap="gray", aspect="auto", extent=(0, strips.shape[2] // 4, 0, 12))
for axis, moment in zip(axes[1:, 0], moments):
    axis.imshow(np.exp(watchers["lstm"].scores[moment][0]).T, cmap="viridis", aspect="auto", vmin=0, vmax=1)
    axis.set(ylabel=f"batch {moment}", yticks=[0, 5, 10], yticklabels=["blank", "4", "9"])
for axis in axes.flat:
    axis.grid(False)
axes[0, 0].set(yticks=[])
axes[-1, 0].set(xlabel="step (four columns of pixels)")
ir.plots.title(figure, f"Probability of each symbol at each step: {held_texts[0]}", synthetic=True)
figure


# %% [markdown]
# *What you should see: below the strip, one panel a moment, with a row for each symbol, bright where it is likely. In the first two
# the row of blanks is the brightest from end to end, and in the second, on the plateau, it is a little paler where the digits
# stand. In the third it has gaps, and several rows share what is left there. In the last, each digit has short bright spikes in
# its own row.* First the network learns **where** something stands, then **what** it is. As soon as one digit is told from the
# others, the paths of every text that holds it are pinned down there, and the rest follows. Short strings help: they leave fewer
# paths to confuse. So do a rate of learning that rises slowly, and clipped gradients. What you must not do is stop.
#
# ## Read long
#
# Neither network has a layer that knows a width. You measure both on lines of other lengths, whole lines right or not at all.
# (The character error rate counts edits for each printed character.)


# %%
def rates(read, true):
    """Share of lines without any error, and edits for each printed character."""
    edits = sum(reading.edit_distance(one, other) for one, other in zip(read, true))
    return np.mean([one == other for one, other in zip(read, true)]), edits / sum(map(len, true))


rows = {}
for length in (6, 12, 18, 30):
    long_strips, true = reading.number_strips(100, digits=(length, length), severity="mild", seed=SEED + length)
    rows[length] = {}
    for name, one in readers.items():
        read = [
            reading.greedy_decode(scores, one.characters).text for scores in one.log_probabilities(list(long_strips))
        ]
        rows[length] |= dict(zip((f"{name}: exact", f"{name}: character errors"), rates(read, true)))
    rows[length]["if errors were spread evenly"] = (1 - rows[length]["convolution: character errors"]) ** length
pd.DataFrame(rows).T.rename_axis("digits").round(3)

# %% [markdown]
# Trained on at most seven digits, both read thirty. Read the columns of character errors from top to bottom: they grow little,
# though a tilt of one degree, which hardly matters over six digits, carries the ends of a long line up and down. A long line has
# more chances to go wrong, so its exact match is lower; by how much, the last column says for errors that fall anywhere. Where
# the exact match is higher than that, errors come in bunches: one line that can hardly be read holds many.
#
# Is the difference between the two readers more than chance? These are 100 lines a length, and one seed. What is certain is the
# cost: an LSTM cannot begin with the second step before it is done with the first, convolutions can. The library ships the
# convolutional kind, and you go on with it.
#
# ## New people, new layouts
#
# Printed lines are the practice. The work is a photo of a card: laid out by an issuer, photographed, straightened (lesson 11),
# and the field cut out. The reader has seen no layout at all. You take photos of six layouts, and give each person one.

# %%
layouts = documents.template_names("portrait_side")


def photographed_card(place, seed):
    """A card of a new person, photographed and straightened: its fields lie where they were printed."""
    page = documents.render("portrait_side", layouts[place % len(layouts)], seed=seed + place, pixels_per_mm=6)
    photo = capture.capture(page, "phone", camera=place % 20, seed=seed + place, size=(600, 800))
    flat = locating.rectify(photo.image, photo.corners, size=page.image.shape[:2])
    return dataclasses.replace(page, image=flat)


cards = [photographed_card(place, 1000 * SEED) for place in range(CARDS)]
fields = [reading.normalise_line(card.crop("identity_number", 0.36)) for card in cards]
true = [card.fields["identity_number"].text for card in cards]
shown = [card.crop("identity_number", 0.36) for card in cards[:6]]
heading = "The field of the number, six layouts"
ir.plots.image_grid(shown, layouts[:6], columns=2, synthetic=True, heading=heading, size=3.2)

# %% [markdown]
# *What you should see: six fields in other fonts, spacings and tints, some a little blurred or tilted; the cut leaves a margin
# around the ink.* A margin of 0.36 of the height makes the digits fill 14 of the 24 rows, as they did in training.
#
# ## A mistake, on purpose
#
# A colleague reads these fields. To put them into one array, all strips need one width, so each is cut or filled up to 248
# columns, about the width of the first card's field. The report gives a character error rate.

# %%
chosen = readers["convolution"]


def read_greedily(strips):
    return [reading.greedy_decode(scores, chosen.characters).text for scores in chosen.log_probabilities(strips)]


same_width = [np.pad(strip, ((0, 0), (0, max(0, 248 - strip.shape[1])), (0, 0)))[:, :248] for strip in fields]
colleague = read_greedily(same_width)
exact, errors = rates(colleague, true)
print(f"character error rate {errors:.3f}: {1 - errors:.0%} of the characters are right. Exact match {exact:.2f}")


# %% [markdown]
# More than nine characters in ten are right, which sounds like a good reader. The exact match says that most of the numbers are
# useless. Nobody opens an account for a number that is nearly right. **Report exact match beside the character error rate**, always,
# and when the two do not fit together, ask where the errors are.


# %%
def first_wrong_place(read, text):
    return next((place for place in range(18) if read[place : place + 1] != text[place]), None)


wrong = pd.DataFrame(
    {
        "layout": [card.template for card in cards],
        "first wrong place": [first_wrong_place(*pair) for pair in zip(colleague, true)],
    }
).dropna()
figure, axis = ir.plots.figure(6.5, 3)
axis.bar(np.arange(1, 19), np.bincount(wrong["first wrong place"].astype(int), minlength=18))
axis.set(xlabel="first wrong place of the number", ylabel="numbers", xticks=range(1, 19))
ir.plots.title(axis, "Where the colleague's reader fails", synthetic=True)
print(
    wrong["layout"].value_counts().to_dict(),
    "columns:",
    {card.template: strip.shape[1] for card, strip in zip(cards, fields)},
)
figure

# %% [markdown]
# *What you should see: hardly any error up to place 16, and a heap at the last two places.* A reader that confuses digits does
# so everywhere. A heap at the end says that the end was never seen. The printed line names the layouts and their widths:
# whatever is wider than 248 columns has lost its last characters. Not the network failed, the scissors did.
#
# ## Three ways to decode
#
# `greedy_decode` takes the likeliest symbol of each step. `beam_decode` adds up the paths of a text, and follows the best few texts.
# `fixed_length_decode` looks for the best path with exactly eighteen characters, each of which may stand at its place: only 1 or 2
# begins a year, only 0 or 1 a month. You try them on the fields, uncut now, and on a pile of lines at any resolution, some of them
# hardly legible.

# %%
birthdays = [datetime.date(1950, 1, 1) + datetime.timedelta(days=97 * place) for place in range(WORN)]
worn_true = [identity.invent_identity_number(day, "MF"[place % 2], seed=place) for place, day in enumerate(birthdays)]
fonts = itertools.cycle(("ocr-b", "sans", "mono", "serif-bold"))
printed = {"severity": "phone", "seed": np.random.default_rng(SEED)}
worn = [reading.render_line(text, font=font, **printed).image for text, font in zip(worn_true, fonts)]
worn_scores, alphabets = chosen.log_probabilities(worn), reading.number_alphabets()
ways = {
    "greedy": lambda one: reading.greedy_decode(one, chosen.characters).text,
    "beam": lambda one: reading.beam_decode(one, chosen.characters)[0].text,
    "eighteen places": lambda one: reading.fixed_length_decode(one, chosen.characters, alphabets).text,
}
rows = {}
for name, decode in ways.items():
    rows[name] = {"exact, cards": rates([*map(decode, chosen.log_probabilities(fields))], true)[0]}
    start = time.process_time()
    rows[name]["exact, pile"], rows[name]["character errors, pile"] = rates([*map(decode, worn_scores)], worn_true)
    rows[name]["milliseconds a line"] = 1000 * (time.process_time() - start) / WORN
pd.DataFrame(rows).T.round(3)

# %% [markdown]
# Compare the first two rows: where each step has one bright symbol, the likeliest path is the likeliest text, and the beam finds
# what greedy found, at many times the cost. The third row uses what you know of numbers. Where anything is left to gain, knowledge
# of the text buys more than a wider search.
#
# ## The laboratory of check digits
#
# The last character of the number is computed from the others (MOD 11-2). The lines at the foot of a passport use another
# scheme (7-3-1: values times 7, 3, 1, 7, 3, 1 …, modulo 10; A is 10, Z is 35, and the filler `<` is 0). Both shall notice
# errors. Which errors?
#
# Write down a guess for each of the two: of 1,000 single wrong characters, how many does it notice? And of 1,000 swaps of two
# neighbours?
#
# Then measure: take twenty texts, make **every** error of a kind, and count. Two errors at once are too many to go through: the
# library draws 10,000.


# %%
def share_caught(check, characters, width, error, distance=1):
    """Share of all errors of a kind, made on twenty texts, that change the check character."""
    rng = np.random.default_rng(SEED)
    texts = ["".join(rng.choice(list(characters), width)) for _ in range(20)]
    made = {text: identity.every_error(text, error, distance=distance, characters=characters) for text in texts}
    return np.mean([check(text) != check(other) for text, others in made.items() for other in others])


digits, letters = "0123456789", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
laboratory = {
    "MOD 11-2, digits": (identity.identity_check_character, digits, 17),
    "7-3-1, digits": (identity.mrz_check_digit, digits, 17),
    "7-3-1, all 37 characters": (identity.mrz_check_digit, letters, 17),
}
kinds = {"one wrong character": ("substitution",), "neighbours swapped": ("swap",), "10 apart swapped": ("swap", 10)}
table = pd.DataFrame(
    {name: {kind: share_caught(*one, *error) for kind, error in kinds.items()} for name, one in laboratory.items()}
)
for method, name in (("MOD 11-2", "MOD 11-2, digits"), ("7-3-1", "7-3-1, all 37 characters")):
    table.loc["two wrong characters (drawn)", name] = 1 - identity.measure_misses(method, "two substitutions").share
table.round(4).astype(object).fillna("")

# %% [markdown]
# Read it by rows. MOD 11-2 notices **every** single wrong digit and every swap of neighbours. Its modulus is a prime above all
# digits, so a change of one place can never come out as zero; only places 10 apart carry the same weight. 7-3-1 notices every
# wrong **digit**, too. With all 37 characters some slip through, and it misses some swaps of neighbours: 7, 3 and 1 differ by
# even numbers, so digits that differ by 5 may change places unseen. Against two errors at once, a check character is a lottery:
# one in ten or eleven passes.
#
# ## Meet `<` and K
#
# Which pairs slip through? Two characters whose values differ by a multiple of 10. Modulo 10 there are ten boxes for 37
# characters, and who sits in the same box looks alike to the digit.

# %%
boxes = collections.defaultdict(list)
for character in letters:
    boxes[identity.mrz_check_digit("00" + character)].append(character)  # place 3 has the weight 1
pairs = identity.invisible_pairs("7-3-1")
print(
    f"{len(pairs)} of {len(list(itertools.combinations(letters, 2)))} pairs; the numbers L898902C< and L898902CK have"
)
print(f"the digits {identity.mrz_check_digit('L898902C<')} and {identity.mrz_check_digit('L898902CK')}")
pd.Series({digit: " ".join(members) for digit, members in sorted(boxes.items())}, name="same to the digit").to_frame()

# %% [markdown]
# The first box holds 0, A, K, U and `<`. The filler `<` looks like a K to a hasty reader, and stands at the end of every short
# number, so the commonest error of all is one that the digit was not made for. 6 and G share a box as well. What helps is
# knowledge of another kind: which characters may stand at a place, what the pixels say, and what else is printed on the page
# (lesson 14).
#
# ## Repair, and what it may not do
#
# A check character can do more than complain. Of all texts that the pixels allow, those with a wrong check character can be struck
# out. `repair_identity_number` weighs the others by what the network saw, and replaces characters only if one text holds nearly
# all of what remains. You try it on the pile. And, to compare, a repair by force: whenever a number breaks a rule, take the
# likeliest single change that makes it right.

# %%
decoded = [reading.fixed_length_decode(one, chosen.characters, alphabets) for one in worn_scores]


def valid(text):
    return identity.check_identity_number(text).valid


def forced(one):
    """The likeliest number with one character replaced that keeps all rules, however unlikely."""

    def likelihood(text):
        return sum(one.alternatives[place, chosen.characters.index(symbol)] for place, symbol in enumerate(text))

    options = [text for text in identity.every_error(one.text, characters=chosen.characters) if valid(text)]
    return one.text if valid(one.text) or not options else max(options, key=likelihood)


# %% [markdown]
# Four readings of the same lines. A wrong number that breaks a rule is said so, and goes to a person. A wrong number that keeps
# all rules goes through: that is the column that costs.

# %%
mended = [reading.repair_identity_number(one, chosen.characters) for one in decoded]
readings = {
    "greedy": [ways["greedy"](one) for one in worn_scores],
    "eighteen places": [one.text for one in decoded],
    "repaired with care": [one.lines[0] for one in mended],
    "repaired by force": [forced(one) for one in decoded],
}
rows = {}
for name, read in readings.items():
    right, passes = np.array([(one == text, valid(one)) for one, text in zip(read, worn_true)]).T
    before = np.array([one.text != other for one, other in zip(decoded, read)]) & (name not in list(readings)[:2])
    rows[name] = {"right": (right & passes).sum(), "wrong, and said so": (~right & ~passes).sum()}
    rows[name] |= {"wrong, and valid": (~right & passes).sum()}
    rows[name] |= {"replaced, now right": (before & right).sum(), "replaced, now wrong": (before & ~right).sum()}
pd.DataFrame(rows).T

# %% [markdown]
# Compare the last two rows. Both repair. The careful one mends a few errors, and leaves what it cannot tell as it was read, with a
# check character that fails and says so. The one by force mends more, and leaves next to nothing: nearly every number is valid
# now, and most of those that it changed belong to somebody else. A check character proves little once it has been used to choose:
# **what has been made to fit, fits**.
#
# ## Say "I cannot read this"
#
# Each reading has a confidence: of all characters, the least sure one. You accept a number that is valid and whose confidence
# reaches a threshold; the others go to a person. What does each threshold buy, with the check character and without?

# %%
least = np.array([one.confidence for one in decoded])
right, passes = np.array([(one.lines[0] == text, valid(one.lines[0])) for one, text in zip(mended, worn_true)]).T
thresholds = np.linspace(0, 0.99, 100)
figure, axis = ir.plots.figure(7, 4)
for name, allowed, line in (("confidence alone", np.ones(WORN, bool), "--"), ("and the check character", passes, "-")):
    accepted = [allowed & (least >= one) for one in thresholds]
    axis.plot(thresholds, [one.mean() for one in accepted], line, color="C0", label=f"accepted, {name}")
    wrong = [(one & ~right).sum() / max(1, one.sum()) for one in accepted]
    axis.plot(thresholds, wrong, line, color="C1", label=f"wrong of the accepted, {name}")
axis.set(xlabel="threshold on the confidence", ylabel="share of the pile", ylim=(0, 1))
axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
ir.plots.title(axis, "Accept, or ask a person", synthetic=True)
figure

# %% [markdown]
# *What you should see: two blue curves, the share accepted, which fall from left to right; and two orange curves, the wrong numbers
# among them: by confidence alone it begins high and sinks with the threshold, with the check character it is near zero from the
# start.* The two ask different witnesses. The confidence asks the pixels, the check character asks arithmetic, and an error has to
# fool both. The check costs little coverage: what it holds back was wrong.
#
# ## One look at the test cards
#
# All is chosen: convolutions, eighteen places, careful repair, and a confidence of at least 0.5. Now new people on new photos.

# %%
test = [photographed_card(place, 1000 * SEED + 500) for place in range(CARDS)]
test_true = [card.fields["identity_number"].text for card in test]
test_scores = chosen.log_probabilities([reading.normalise_line(card.crop("identity_number", 0.36)) for card in test])
test_decoded = [reading.fixed_length_decode(one, chosen.characters, alphabets) for one in test_scores]
test_read = [reading.repair_identity_number(one, chosen.characters).lines[0] for one in test_decoded]
exact, errors = rates(test_read, test_true)
accepted = np.array([valid(one) and made.confidence >= 0.5 for one, made in zip(test_read, test_decoded)])
wrong = accepted & (np.array(test_read) != np.array(test_true))
low, high = stats.binomtest(round(exact * CARDS), CARDS).proportion_ci(method="wilson")
ir.course.headline("exact match, number lines on photos of cards (new people, new layouts)", float(exact))
print(f"95 % interval {low:.2f} to {high:.2f}; character errors {errors:.4f}")
print(f"accepted {accepted.sum()} of {CARDS}, wrong among them {wrong.sum()}; to a person {(~accepted).sum()}")

# %% [markdown]
# The interval is wide, because the cards are few. And "none wrong among a few dozen" is no proof: by the rule of three, none of
# n leaves room for 3 in n.
#
# ## The reader that comes with the library
#
# It was trained in the same way, longer, on all 37 characters of machine-readable zones, and it finds the line by itself. You
# give it a whole card; then a line whose check character is wrong in print, as on a clumsy forgery.

# %%
card = test[0]
found = reading.read_identity_number(card.image)
print(found.text, found.text == test_true[0], f"confidence {found.confidence:.3f}", found.check.parsed.birth_date)
clumsy = number[:17] + ("1" if number[17] != "1" else "2")
line = reading.render_line(clumsy, severity="scan", pixels_per_character=24, seed=SEED)
found = reading.read_identity_number(line.image)
print(found.text, found.explanation, f"Confidence {found.confidence:g}.", sep="\n")

# %% [markdown]
# It reads what is printed, and says what is wrong with it. A reader that "repaired" that number would have helped the forger.
# Now a passport, photographed, and the same photo with a thumb on the second line.

# %%
page = documents.render("passport", seed=SEED, pixels_per_mm=8)
photo = capture.capture(page, "phone", camera=4, seed=SEED, size=(900, 1200))
smudged = photo.image.copy()
upper_left, upper_right, lower_right, lower_left = photo.fields["mrz_2"].corners
thumb = [upper_left + share * (upper_right - upper_left) for share in (0.03, 0.1)]
thumb += [lower_left + share * (lower_right - lower_left) for share in (0.03, 0.1)]
(left, top), (right, bottom) = np.min(thumb, axis=0).astype(int), np.max(thumb, axis=0).astype(int)
smudged[top:bottom, left:right] = 120
zones = {"photo": reading.read_mrz(photo.image), "with a smudge": reading.read_mrz(smudged)}
for name, zone in zones.items():
    print(f"{name}: valid {zone.valid}, to be trusted {zone.trusted}", zone.text or zone.reason, sep="\n")
columns = {
    name: {field: f"{one.text} · {one.check} · {one.confidence:.2f}" for field, one in (zone.fields or {}).items()}
    for name, zone in zones.items()
}
pd.DataFrame(columns)


# %% [markdown]
# Each field comes with its text, what its check digit says, and a confidence; a field whose digit fails has a confidence of 0,
# whatever the pixels say. Where it holds, the confidence comes from the pixels alone: of wrong texts, one in ten has a right
# digit. Names and states have none; a state is weighed with the list of codes. With the smudge, look at which fields fail, and
# at what the reading says of itself. None of it is guessed away.
#
# ## Your turn
#
# **Exercise 1.** Turn a path into a text: `path` holds one symbol a step, 0 is the blank, and i stands for `characters[i - 1]`.


# %% tags=["solution"]
def collapse(path, characters):
    """The text of a path: repeats put together, then blanks left out."""
    return "".join(characters[symbol - 1] for symbol, _ in itertools.groupby(path) if symbol)


# %% tags=["check"]
ir.course.check("12.1", collapse)


# %% [markdown]
# **Exercise 2.** Your own laboratory. `check` is a function from a text to its check character. Of the pairs of a text and its
# damaged form, return the share that is caught. Some texts came through undamaged: they do not count.


# %% tags=["solution"]
def caught_share(check, texts, damaged):
    """Share of the damaged texts whose check character differs from that of the original."""
    pairs = [(one, other) for one, other in zip(texts, damaged) if one != other]
    return sum(check(one) != check(other) for one, other in pairs) / len(pairs)


# %% tags=["check"]
ir.course.check("12.2", caught_share)


# %% [markdown]
# **Exercise 3.** A number of 18 characters fails its check. Return all numbers that differ from it in exactly one place and
# pass: `identity.identity_check_character` gives the 18th character for the first 17 digits. Before you run it: how many will
# there be?


# %% tags=["solution"]
def single_repairs(number):
    """All numbers with a right check character that differ from `number` in exactly one place."""
    tried = [number[:place] + digit + number[place + 1 :] for place in range(17) for digit in "0123456789"]
    tried += [number[:17] + character for character in "0123456789X"]
    right = [one for one in tried if identity.identity_check_character(one[:17]) == one[17]]
    return [one for one in right if one != number]


# %% tags=["check"]
ir.course.check("12.3", single_repairs)

# %% [markdown]
# ## What you learnt
#
# - CTC needs no places: it adds up all paths of a text. On its plateau a network answers like one that does not look, and then
#   finds where before what.
# - A network without a fixed width is trained short and reads long. The error of a character stays, the exact match of a line
#   falls with its length.
# - Exact match beside the character error rate: when they do not fit together, look where the errors are.
# - MOD 11-2 notices every single wrong digit and every swap of neighbours; 7-3-1 cannot see 52 pairs of characters, `<` and K
#   among them.
# - Repair only what the pixels leave open, and say when a check fails. What has been made to fit, fits, and proves nothing.
#
# **On your own images**
# ```python
# image = keras.utils.img_to_array(keras.utils.load_img("my_photo.jpg"), dtype="uint8")  # with lines for a machine
# zone = reading.read_mrz(image)
# print(zone.text or zone.reason, zone.valid, zone.trusted)
# straight = locating.straighten(image).image  # a card with a number, lesson 11
# print(reading.read_identity_number(straight))
# ```
# What this lesson did not show: handwriting, and printed names in Chinese, which need thousands of characters and far more
# training. The method is that of Graves, Fernández, Gomez and Schmidhuber, "Connectionist temporal classification" (ICML 2006);
# the network's form is that of Shi, Bai and Yao, "An end-to-end trainable neural network for image-based sequence recognition"
# (2015). The check digits stand in ICAO Doc 9303, part 3, and in ISO/IEC 7064.
#
# Next: lesson 13, Spot a forgery: what was changed on a document, and how to measure whether you would notice.
