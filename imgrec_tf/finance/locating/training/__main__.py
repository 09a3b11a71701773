"""Command line: draw pages and tables, take photos, train the networks, write the weights.

The shipped upright network learnt from the first 500 photos, each twice, and from the rendered pages, in 470 processor
seconds; the settings are those below. The shipped page network learnt from the outlines that seed 0 gives with the
shipped edge network, in 930 processor seconds; a series of 84 photos takes about 75, and all cores share the series.
Trained again, the networks come out alike, not the same.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from tqdm import tqdm

from imgrec_tf import environment
from imgrec_tf.finance.locating import weights
from imgrec_tf.finance.locating.training import outline_samples, photos, retraining


@environment.in_float32()
def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(
        prog="python -m imgrec_tf.finance.locating.training", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--photos", type=int, default=900, help="photos, for the edge and the upright network")
    parser.add_argument("--pages", type=int, default=2400, help="more rendered pages for the upright network")
    parser.add_argument(
        "--outlines", type=int, default=retraining.PAGE_PHOTOS, help="photos from which outlines are cut"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="batches a network; for a trial")
    parser.add_argument("--only", choices=weights.NETWORKS, help="train one of the networks")
    parser.add_argument("--output", type=Path, default=weights.FILE)
    given = parser.parse_args()
    taken: list[photos.TrainingPhoto] = []
    if given.only in (None, "edge_network", "upright_network"):
        taken = list(tqdm(photos.photos("train", given.photos, seed=given.seed), "photos", given.photos))
    pages: list[np.ndarray] = []
    if given.only in (None, "upright_network"):
        pages = list(tqdm(photos.upright_pages(given.pages, seed=given.seed), "pages", given.pages))
    for name in weights.NETWORKS if given.only is None else (given.only,):
        views = outline_samples.draw_views(given.outlines, seed=given.seed) if name == "page_network" else None
        model = retraining.train_network(name, taken, pages, seed=given.seed, steps=given.steps, views=views)
        print("written:", weights.save({name: model}, given.output))


if __name__ == "__main__":
    main()
