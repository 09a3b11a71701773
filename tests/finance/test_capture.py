"""The camera: points and pixels agree, damage grows with severity, cameras leave their own traces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from scipy import ndimage

from imgrec_tf.finance import capture, documents
from imgrec_tf.finance.capture import cameras, geometry, optics, scenes

CLEAN = capture.Severity(
    "clean", tilt=0, roll=0, fill=(0.8, 0.8), crop_chance=0, gradient=(0, 0), shadow_chance=0, shadow_depth=(0, 0),
    glare_chance=0, glare_strength=(0, 0), defocus=(0, 0), motion=(0, 0), exposure=(0, 0), noise=(0, 0), falloff=0,
    quality=(98, 98), backgrounds=("plain",),
)  # fmt: skip


@pytest.fixture(scope="module")
def card():
    return documents.render("portrait_side", "lake", seed=3, pixels_per_mm=4)


def dotted(rows: int, columns: int, radius: float) -> documents.Document:
    """A white page with nine black discs, each a field."""
    fine = 8
    sheet = Image.new("L", (columns * fine, rows * fine), 255)
    fields = {}
    for number in range(9):
        x, y = columns * (0.2 + 0.3 * (number % 3)), rows * (0.2 + 0.3 * (number // 3))
        box = [(x - radius) * fine, (y - radius) * fine, (x + radius) * fine - 1, (y + radius) * fine - 1]
        ImageDraw.Draw(sheet).ellipse(box, fill=0)
        corners = np.array(
            [[x - radius, y - radius], [x + radius, y - radius], [x + radius, y + radius], [x - radius, y + radius]]
        )
        fields[f"dot_{number}"] = documents.Field(f"dot_{number}", "", corners)
    image = np.repeat(np.asarray(sheet.reduce(fine))[..., None], 3, axis=2)
    mask = np.full((rows, columns), 255, np.uint8)
    return documents.Document(image, mask, "photo", "dots", "", fields, {}, 1.0)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    tilt=st.floats(0, 38),
    roll=st.floats(0, 180),
    fill=st.floats(0.5, 0.9),
    columns=st.integers(150, 700),
    size=st.sampled_from([(240, 320), (200, 200), (480, 640)]),
    kind=st.sampled_from(["defocus", "motion", "sharp"]),
)
def test_points_and_pixels_agree_to_half_a_pixel(seed, tilt, roll, fill, columns, size, kind):
    rows = round(0.63 * columns)
    document = dotted(rows, columns, 0.045 * columns)
    blur = {kind: (0.003, 0.003)} if kind != "sharp" else {}
    severity = replace(CLEAN, tilt=tilt, roll=roll, fill=(fill, fill), **blur)
    photo = capture.capture(document, severity, seed=seed, size=size, camera=seed % 7)
    dark = 255.0 - photo.image.mean(axis=2)
    for field in photo.fields.values():
        left, top, right, bottom = (round(one) for one in field.box)
        around = 2
        window = dark[max(0, top - around) : bottom + around, max(0, left - around) : right + around]
        paper = np.percentile(window, 8)
        y, x = ndimage.center_of_mass(np.clip(window - paper - 25, 0, None))
        found = np.array([x + 0.5 + max(0, left - around), y + 0.5 + max(0, top - around)])
        flat = document.fields[field.name].corners.mean(axis=0)
        expected = geometry.transform_points(photo.homography, flat[None])[0]
        assert np.hypot(*(found - expected)) < 0.5, (found, expected)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), severity=st.sampled_from(list(capture.SEVERITIES)), turns=st.integers(-3, 3))
def test_corners_are_where_the_page_ends(seed, severity, turns):
    document = dotted(63, 100, 4)
    white = replace(document, image=np.full_like(document.image, 255))
    chosen = replace(capture.SEVERITIES[severity], crop_chance=0.0)
    photo = capture.capture(white, chosen, seed=seed, size=(120, 160), quarter_turns=turns)
    assert photo.settings["visible_share"] == 1.0
    assert (photo.corners > 0).all() and (photo.corners < (160, 120)).all()
    first, second, third, _ = photo.corners  # clockwise on the page, so clockwise in the photo
    assert np.cross(np.append(second - first, 0), np.append(third - second, 0))[2] > 0
    np.testing.assert_allclose(photo.to_document(photo.corners), document.corners, atol=1e-6)


def test_edges_of_the_page_lie_on_its_corners():
    """White paper on black: half of the light is reached on the line between two corners."""
    document = dotted(200, 300, 2)
    document = replace(document, image=np.full_like(document.image, 255))
    severity = replace(CLEAN, roll=0.0, backgrounds=("lid",))
    for seed in range(12):
        photo = capture.capture(document, severity, seed=seed, size=(200, 300), camera=1)
        row = photo.image[100].mean(axis=1).astype(float)
        if row[0] > 100:
            continue  # a white lid
        left = photo.corners[[0, 3], 0].mean()
        bright = row[150]
        light = (row / bright) ** 2.2
        place = int(left) - 3
        crossing = place + 0.5 + np.interp(0.5, light[place : place + 8], np.arange(8))
        assert abs(crossing - left) < 0.5
        break
    else:
        pytest.fail("no dark lid in twelve seeds")


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_quarter_turns_are_clockwise(card, turns):
    photo = capture.capture(card, CLEAN, size=300, quarter_turns=turns)
    top = photo.corners[1] - photo.corners[0]
    assert np.rad2deg(np.arctan2(top[1], top[0])) % 360 == pytest.approx(90 * turns % 360, abs=1e-6)


def test_same_seed_same_photo(card):
    first = capture.capture(card, "phone", seed=4, camera=2, size=(96, 128))
    again = capture.capture(card, "phone", seed=4, camera=2, size=(96, 128))
    np.testing.assert_array_equal(first.image, again.image)
    assert first.settings == again.settings
    for other in ({"seed": 5}, {"camera": 3}, {"recapture": "screen"}, {"recapture": "print"}):
        changed = capture.capture(card, "phone", **({"seed": 4, "camera": 2} | other), size=(96, 128))
        assert not np.array_equal(first.image, changed.image)


def test_a_copy_is_photographed_like_the_original(card):
    """Pose and light are the same, so that only the copying tells the two apart."""
    plain, shown = (capture.capture(card, "phone", seed=9, size=(96, 128), recapture=one) for one in (None, "screen"))
    np.testing.assert_array_equal(plain.homography, shown.homography)
    assert plain.settings == shown.settings


@pytest.mark.slow
def test_severities_are_in_order(card):
    """What is left of the number's fine detail falls from scan to harsh."""
    means = []
    for severity in capture.SEVERITIES:
        errors = []
        for seed in range(5):
            photo = capture.capture(card, severity, seed=seed, camera=1, size=(360, 480))
            strip = photo.cut("identity_number", 40).astype(float).mean(axis=2)
            truth = np.asarray(
                Image.fromarray(card.crop("identity_number", 0.15)).resize(strip.shape[::-1]), float
            ).mean(axis=2)
            errors.append(np.corrcoef(strip.ravel(), truth.ravel())[0, 1])
        means.append(np.mean(errors))
    assert means == sorted(means, reverse=True) and means[0] > 0.9, means


def test_cut_straightens_a_field(card):
    photo = capture.capture(card, replace(CLEAN, tilt=25, roll=20), seed=6, size=(700, 900))
    page = photo.cut("page", 216)
    small = np.asarray(Image.fromarray(card.image).resize((page.shape[1], 216), Image.Resampling.BOX))
    inside = card.mask[::2, ::2][:216, : page.shape[1]] == 255
    height, width = (min(one, two) for one, two in zip(inside.shape, page.shape))
    inside = inside[:height, :width]
    first, second = (one[:height, :width][inside].astype(float).ravel() for one in (page, small))
    assert np.corrcoef(first, second)[0, 1] > 0.93
    with pytest.raises(KeyError, match="no field 'mrz_1'"):
        photo.cut("mrz_1")
    with pytest.raises(ValueError, match="height"):
        photo.cut("name", 0)


def test_crops_leave_a_part_outside(card):
    severity = replace(capture.SEVERITIES["phone"], crop_chance=1.0)
    shares = [capture.capture(card, severity, seed=seed, size=64).settings["visible_share"] for seed in range(10)]
    assert max(shares) < 0.97 and min(shares) > 0.5


@pytest.mark.parametrize("size", [(120, 200), (200, 120)])
def test_several_documents_and_none(card, size):
    passport = documents.render("passport", seed=1, pixels_per_mm=2)
    image, corners = capture.capture_several([card, passport], "phone", seed=2, camera=1, size=size)
    assert image.shape == (*size, 3) and len(corners) == 2
    for one in corners:
        assert (one >= 0).all() and (one <= size[::-1]).all()
    axis = 0 if size[1] > size[0] else 1
    assert corners[0][:, axis].max() < corners[1][:, axis].min()  # side by side
    again, _ = capture.capture_several([card, passport], "phone", seed=2, camera=1, size=size)
    np.testing.assert_array_equal(image, again)
    bare, nothing = capture.capture_several([], "phone", seed=2, camera=1, size=size)
    assert nothing == [] and bare.shape == image.shape
    with pytest.raises(TypeError, match="list of Documents"):
        capture.capture_several(card)
    with pytest.raises(ValueError, match="four"):
        capture.capture_several([card] * 5)


def test_figures_can_be_drawn(card, tmp_path):
    capture.show_severities(card, size=(60, 80), recapture=True).savefig(tmp_path / "one.png")
    figure = capture.show_photo(capture.capture(card, size=(60, 80)))
    assert "synthetic" in figure.get_suptitle()


def test_saved_photos_say_specimen(card, tmp_path):
    path = capture.capture(card, size=(96, 128)).save(tmp_path / "photo.png")
    with Image.open(path) as picture:
        assert "SPECIMEN" in picture.text["Comment"] and picture.text["Severity"] == "phone"


def test_screens_show_fringes_and_prints_dots(card):
    """A copy has detail at scales at which the document has none: on an even patch of paper the pixels vary more."""
    page = replace(card, image=np.full_like(card.image, 200))
    spread = {}
    for kind in (None, "screen", "print"):
        photo = capture.capture(page, CLEAN, size=(480, 640), recapture=kind, camera=2)
        centre = photo.corners.mean(axis=0).astype(int)
        spread[kind] = (
            photo.image[centre[1] - 40 : centre[1] + 40, centre[0] - 60 : centre[0] + 60].std(axis=(0, 1)).mean()
        )
    assert spread["screen"] > 3 * spread[None] and spread["print"] > 2 * spread[None], spread


def test_cameras_differ_and_grey_stays_grey():
    first, second = capture.camera(1), capture.camera(2)
    assert capture.camera(1) is first
    assert not np.allclose(first.matrix, second.matrix) and first.shot_noise != second.shot_noise
    for number in range(20):
        np.testing.assert_allclose(capture.camera(number).matrix.sum(axis=1), 1, atol=1e-5)
    tables = {tuple(np.ravel(cameras._tables(70, capture.camera(number).table_tilt))) for number in range(6)}
    assert len(tables) == 6


def test_noise_has_the_stated_variance():
    one = replace(capture.camera(0), grain=0.0, matrix=np.eye(3, dtype=np.float32), white=np.ones(3, np.float32))
    light = np.full((300, 300, 3), 0.5, np.float32)
    noisy = cameras.sense(light, one, 2.0, np.random.default_rng(0), falloff=0.0)
    assert noisy.std() == pytest.approx(2 * np.sqrt(0.5 * one.shot_noise + one.read_noise**2), rel=0.02)
    corner = cameras.sense(light, one, 0.0, np.random.default_rng(0))
    half = 0.5 * np.hypot(300, 300) * one.falloff
    assert corner[0, 0, 0] / 0.5 == pytest.approx((1 + 2 * (149.5 / half) ** 2) ** -2, rel=1e-3)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 6), st.floats(0, 10), st.floats(0, np.pi), st.floats(0.2, 1))
def test_blur_keeps_light_and_place(defocus, motion, angle, lens):
    kernel = optics.point_spread(defocus, motion, angle, lens)
    assert kernel.sum() == pytest.approx(1, abs=1e-5) and (kernel >= 0).all()
    assert np.allclose(ndimage.center_of_mass(kernel), (kernel.shape[0] - 1) / 2, atol=0.02)
    light = np.zeros((41, 41, 3), np.float32)
    light[20, 20] = 1
    assert optics.blurred(light, kernel).sum() == pytest.approx(3, rel=1e-3)


def test_disc_has_its_radius():
    kernel = optics.point_spread(5.0, 0.0, 0.0, 0.2)
    y, x = np.indices(kernel.shape) - (kernel.shape[0] - 1) / 2
    assert (kernel * (x**2 + y**2)).sum() == pytest.approx(5.0**2 / 2, rel=0.06)  # second moment of a disc


@pytest.mark.parametrize("kind", list(scenes.BACKGROUNDS))
def test_backgrounds_have_texture(kind):
    one = scenes.background(kind, np.random.default_rng(1), 90, 120)
    assert one.shape == (90, 120, 3) and one.dtype == np.uint8 and one.std() > 0.3
    assert scenes.background(kind, np.random.default_rng(1), 700, 900).shape == (700, 900, 3)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"severity": "awful"}, ValueError, "severity must be one of scan"),
        ({"severity": 3}, TypeError, "severity"),
        ({"camera": -1}, ValueError, "camera"),
        ({"camera": "a"}, TypeError, "camera"),
        ({"seed": -1}, ValueError, "seed"),
        ({"size": 4}, ValueError, "size"),
        ({"size": (100, 100, 3)}, TypeError, "size"),
        ({"quarter_turns": 7}, ValueError, "quarter_turns"),
        ({"recapture": "fax"}, ValueError, "recapture"),
    ],
)
def test_bad_arguments_are_named(card, options, error, message):
    with pytest.raises(error, match=message):
        capture.capture(card, **options)


def test_what_is_no_document_is_refused(card):
    with pytest.raises(TypeError, match="Document"):
        capture.capture(card.image)
    with pytest.raises(ValueError, match="no three of them on a line"):
        capture.homography_between(np.zeros((4, 2)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match="background"):
        scenes.background("lawn", np.random.default_rng(0), 20, 20)
