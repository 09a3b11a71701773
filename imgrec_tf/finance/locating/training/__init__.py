"""Makes the weights that ship with the package again, from seeds:

    python -m imgrec_tf.finance.locating.training

It renders and photographs documents, trains the four networks and writes `weights.npz`. Layouts named in
`photos.HELD_BACK` are never shown. The sheet network needs no photos: it learns from scenes composed of page and table
layers, 18,000 batches of 16 (`--only sheet_network`, about an hour of one core, most of it training). The page network
learns from right and wrong outlines of pages, which the edge network that is in the package's file helps to find; train
that one first.
"""
