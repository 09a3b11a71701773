"""Makes the weights that ship with the package again, from seeds:

    python -m imgrec_tf.finance.locating.training

It renders and photographs documents, trains the three networks and writes `weights.npz`. Layouts named in
`photos.HELD_BACK` are never shown. A photo takes 0.4 s of processor time, a step of the three networks 0.10, 0.13 and
0.13 s without its data (one core at 2.8 GHz, measured one by one; the whole has not been timed in one go).

The sheet network that ships was trained in two goes: 6,000 steps on photos of the layouts as they are printed, then
2,500 steps more on 600 photos as they are taken now (`--only sheet_network --go-on --steps 2500`). The other two are
those of the first go, which had seen the layouts in `photos.CHOSEN_WITH` as well.
"""
