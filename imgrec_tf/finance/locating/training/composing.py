"""Scenes without end from a few thousand layers: page, table and light drawn and altered independently."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imgrec_tf.finance.locating.sizes import SHEET_INPUT
from imgrec_tf.finance.locating.training.layers import Layers

_TWO_TABLES = 0.04  # share of the scenes put together from two photos
_LINEAR = (np.arange(256, dtype=np.float32) / 255) ** np.float32(2.2)  # light of a pixel's value, about that of sRGB
_TONE = (np.arange(2048, dtype=np.float32) / 2047) ** np.float32(1 / 2.2)  # and back


def composed_batches(layers: Layers, seed: int, batch: int = 16) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Compose batches of scenes.

    Args:
        layers: From `layers.draw_layers`.
        seed: 0 or more.
        batch: Scenes in a batch.

    Yields:
        Scenes float32 (batch, 96, 96, 3) in [0, 255]; and the share of each output pixel that pages cover, float32
        (batch, 48, 48, 1).
    """
    rng = np.random.default_rng([seed, 11])
    while True:
        pages = _turned(layers.pages[rng.integers(len(layers.pages), size=batch)], rng).astype(np.float32)
        tables = _turned(layers.tables[rng.integers(len(layers.tables), size=batch)], rng).astype(np.float32)
        lights = _turned(layers.lights[rng.integers(len(layers.lights), size=batch)][..., None], rng)
        cover, shade = pages[..., 3:4] / 255, pages[..., 4:] / 255
        tables = _recoloured(tables, rng)
        printed = _recoloured(pages[..., :3], rng)
        likeness = rng.uniform(0, 0.97, (batch, 1, 1, 1)) * (rng.random((batch, 1, 1, 1)) < 0.2)  # white upon white
        some = np.s_[:, 2::5, 2::5]  # means of few pixels are near enough, and quick
        area = cover[some].sum(axis=(1, 2), keepdims=True) + 0.1
        gap = tables[some].mean(axis=(1, 2), keepdims=True)
        gap = gap - (printed[some] * cover[some]).sum(axis=(1, 2), keepdims=True) / area
        printed = np.clip(printed + (likeness * gap).astype(np.float32), 0, 255)
        depth = rng.uniform(0.05, 0.5, (batch, 1, 1, 1)).astype(np.float32)
        light = _linear(tables) * (1 - depth * shade) * (1 - cover) + _linear(printed) * cover
        scenes = _photographed(light * lights + _glare(batch, rng), rng)
        target = sum(cover[:, down::2, right::2] for down in (0, 1) for right in (0, 1)) / 4
        for one in np.flatnonzero(rng.random(batch) < _TWO_TABLES):
            other = int(rng.integers(batch))
            scenes[one], target[one] = (_beside(part[one], part[other]) for part in (scenes, target))
        yield scenes, target


def _turned(stack: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each picture in one of its four turns, mirrored or not."""
    turned = [np.rot90(one[:, :: rng.choice([-1, 1])], rng.integers(4)) for one in stack]
    return np.stack(turned)


def _recoloured(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half of the pictures with colours mixed anew, and all with another contrast and brightness."""
    count = len(pixels)
    mixed = pixels.copy()
    for one in np.flatnonzero(rng.random(count) < 0.45):
        mixed[one] = pixels[one] @ rng.dirichlet(np.ones(3) * 0.6, 3).T.astype(np.float32)
    negative = rng.random(count) < 0.06
    mixed[negative] = 255 - mixed[negative]
    contrast = np.where(rng.random((count, 1, 1, 1)) < 0.5, np.exp(rng.uniform(-0.8, 0.25, (count, 1, 1, 1))), 1)
    middle = mixed[:, 2::5, 2::5].mean(axis=(1, 2), keepdims=True)
    gain = np.exp(rng.normal(0, 0.12, (count, 1, 1, 1)) + rng.normal(0, 0.06, (count, 1, 1, 3)))
    mixed = mixed * (contrast * gain).astype(np.float32) + (middle * (1 - contrast) * gain).astype(np.float32)
    return np.clip(mixed, 0, 255)


def _glare(batch: int, rng: np.random.Generator) -> np.ndarray:
    """Light that is mirrored in one place of some scenes: a bent Gaussian spot."""
    steps = ((np.arange(SHEET_INPUT) + 0.5) / SHEET_INPUT).astype(np.float32)
    added = np.zeros((batch, SHEET_INPUT, SHEET_INPUT, 1), np.float32)
    for one in np.flatnonzero(rng.random(batch) < 0.25):
        (x, y), angle = rng.uniform(0.2, 0.8, 2), rng.uniform(0, np.pi)
        u = (steps - x) * np.cos(angle) + (steps[:, None] - y) * np.sin(angle)
        v = (steps[:, None] - y) * np.cos(angle) - (steps - x) * np.sin(angle)
        spot = np.exp(-0.5 * ((u / rng.uniform(0.04, 0.2)) ** 2 + (v / rng.uniform(0.02, 0.09)) ** 2))
        added[one, ..., 0] = rng.uniform(0.1, 1.0) * spot
    return added


def _photographed(light: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exposure, white balance, blur and noise: float32 in [0, 255]."""
    batch = len(light)
    gain = 2 ** rng.uniform(-1.3, 0.5, (batch, 1, 1, 1)) * np.exp(rng.normal(0, 0.07, (batch, 1, 1, 3)))
    tone = _TONE[np.clip(light * (2047 * gain).astype(np.float32), 0, 2047).astype(np.uint16)]
    grey = rng.random(batch) < 0.08
    tone[grey] = tone[grey].mean(axis=-1, keepdims=True)
    soft, axis = rng.random(batch) < 0.3, 1 + int(rng.integers(2))
    tone[soft] = 0.5 * tone[soft] + 0.25 * (np.roll(tone[soft], 1, axis) + np.roll(tone[soft], -1, axis))
    noise = rng.standard_normal(tone.shape[:-1], np.float32)[..., None]
    tone += noise * rng.uniform(0, 0.02, (batch, 1, 1, 3)).astype(np.float32)
    return 255 * np.clip(tone, 0, 1)


def _linear(pixels: np.ndarray) -> np.ndarray:
    return _LINEAR[pixels.astype(np.uint8)]


def _beside(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Two pictures, each half as wide, in one."""
    half = (len(first), len(first) // 2, 2, first.shape[-1])
    return np.concatenate([first.reshape(half).mean(axis=2), second.reshape(half).mean(axis=2)], axis=1)
