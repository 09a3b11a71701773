"""Makes the weights that ship with the package again, from seeds:

    python -m imgrec_tf.finance.locating.training

It renders and photographs documents, trains the three networks and writes `weights.npz`. Layouts named in
`photos.HELD_BACK` are never shown.
"""
