"""Reading image files: every odd kind gives what a viewer would show, and both decoding routes agree."""

from __future__ import annotations

import io
import os
import pickle
import warnings

import numpy as np
import pytest
from PIL import Image

from imgrec_tf.datasets.image_files import ImageCheck, ImageFiles, ImageProblem, check_image, prepare, read_image
from imgrec_tf.vision.preparing import LUMA

RED, GREEN = (250, 10, 20), (0, 200, 90)


def encoded(image, form="PNG", **options) -> bytes:
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def smooth(height=24, width=32, channels=3, seed=0, dtype=np.uint8) -> np.ndarray:
    """Make an image that JPEG keeps well: a few waves."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / 9.0
    waves = [np.sin(a * x + b * y + c) for a, b, c in generator.uniform(0.2, 1.2, (channels, 3))]
    values = (np.stack(waves, axis=-1) + 1) / 2 * np.iinfo(dtype).max
    return values.astype(dtype)


def two_halves(mode="RGB") -> Image.Image:
    """Make an image 12 high and 20 wide, left half red, right half green."""
    image = Image.new("RGB", (20, 12), RED)
    image.paste(GREEN, (10, 0, 20, 12))
    return image.convert(mode)


# Kinds of file


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "PPM", "WEBP"])
def test_lossless_formats_give_the_pixels(form):
    image = smooth()
    np.testing.assert_array_equal(
        read_image(encoded(image, form, **({"lossless": True} if form == "WEBP" else {}))), image
    )


def test_paths_bytes_and_open_files_are_equal(tmp_path):
    data = encoded(smooth(channels=1)[..., 0])
    path = tmp_path / "image.png"
    path.write_bytes(data)
    image = read_image(path)
    assert image.shape == (24, 32, 1) and image.dtype == np.uint8
    np.testing.assert_array_equal(read_image(str(path)), image)
    np.testing.assert_array_equal(read_image(data), image)
    with path.open("rb") as file:
        np.testing.assert_array_equal(read_image(file), image)


def test_other_sources_are_refused(tmp_path):
    with pytest.raises(TypeError, match="path, bytes or an open binary file"):
        read_image(7)
    (tmp_path / "text").write_text("x")
    with (tmp_path / "text").open() as file, pytest.raises(TypeError, match="'rb'"):
        read_image(file)


def test_kind_is_told_from_content_not_name(tmp_path):
    path = tmp_path / "really_a_png.jpg"
    path.write_bytes(encoded(smooth(), "PNG"))
    np.testing.assert_array_equal(read_image(path), smooth())
    assert check_image(path).kind == "PNG RGB"


def test_palette_becomes_rgb():
    image = read_image(encoded(two_halves().quantize(4)))
    assert image.shape == (12, 20, 3)
    np.testing.assert_array_equal(image[5, 3], RED)
    np.testing.assert_array_equal(image[5, 15], GREEN)


def test_palette_with_a_transparent_colour_lies_on_white():
    palette = two_halves().quantize(4)
    image = read_image(encoded(palette, transparency=palette.getpixel((0, 0))))
    np.testing.assert_array_equal(image[5, 3], (255, 255, 255))
    np.testing.assert_array_equal(image[5, 15], GREEN)


def test_alpha_lies_on_white():
    rgba = np.zeros((8, 8, 4), np.uint8)
    rgba[:, :, 0] = 200
    rgba[:, 4:, 3] = 255
    rgba[:, 2:4, 3] = 51  # a fifth
    image = read_image(encoded(rgba))
    np.testing.assert_array_equal(image[0, 0], (255, 255, 255))
    np.testing.assert_array_equal(image[0, 3], (244, 204, 204))
    np.testing.assert_array_equal(image[0, 7], (200, 0, 0))


def test_grey_with_alpha_stays_grey():
    pixels = np.zeros((8, 8, 2), np.uint8)
    pixels[..., 0] = 100
    pixels[:, 4:, 1] = 255
    image = read_image(encoded(Image.fromarray(pixels, "LA")))
    assert image.shape == (8, 8, 1)
    assert image[0, 0, 0] == 255 and image[0, 7, 0] == 100


def test_one_bit_becomes_black_and_white():
    image = read_image(encoded(Image.fromarray(np.eye(8, dtype=bool))))
    np.testing.assert_array_equal(image[..., 0], np.eye(8, dtype=np.uint8) * 255)


def test_cmyk_becomes_rgb():
    image = read_image(encoded(two_halves("CMYK"), "JPEG", quality=95))
    assert image.shape == (12, 20, 3)
    np.testing.assert_allclose(image[5, 3], RED, atol=16)


def test_animation_gives_its_first_frame():
    frames = [Image.new("RGB", (10, 10), colour) for colour in (RED, GREEN)]
    for form in ("GIF", "PNG", "WEBP"):
        image = read_image(encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=50))
        np.testing.assert_allclose(image[5, 5].astype(int), RED, atol=6)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(tmp_path, form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = smooth(16, 28)
    quality = {"JPEG": {"quality": 97, "subsampling": 0}, "WEBP": {"lossless": True}}.get(form, {})
    data = encoded(stored, form, exif=exif, **quality)
    # What each orientation does to an array, from the definition of the tag: where row 0 and column 0 are seen.
    shown = {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.transpose(1, 0, 2),
        6: stored.transpose(1, 0, 2)[:, ::-1],
        7: stored.transpose(1, 0, 2)[::-1, ::-1],
        8: stored.transpose(1, 0, 2)[::-1],
    }[orientation]
    np.testing.assert_allclose(read_image(data).astype(int), shown, atol=6 if form == "JPEG" else 0)
    path = tmp_path / "turned"
    path.write_bytes(data)
    check = check_image(path)
    assert (check.height, check.width) == shown.shape[:2]
    assert bool(check.plain) == (orientation == 1 and form in ("JPEG", "PNG"))


# Depth


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bit_grey_keeps_its_depth(form):
    image = smooth(channels=1, dtype=np.uint16)
    read = read_image(encoded(image[..., 0], form))
    assert read.dtype == np.uint16
    np.testing.assert_array_equal(read, image)


def test_sixteen_bit_colour_png_keeps_its_depth():
    import tensorflow as tf

    image = smooth(dtype=np.uint16)
    np.testing.assert_array_equal(read_image(tf.io.encode_png(image).numpy()), image)
    opacity = np.full((24, 32, 1), 65535, np.uint16)
    opacity[:4] = 0
    read = read_image(tf.io.encode_png(np.concatenate([image, opacity], axis=-1)).numpy())
    np.testing.assert_array_equal(read[4:], image[4:])
    assert (read[:4] == 65535).all()


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_sixteen_bit_colour_tiff_keeps_its_depth(planar):
    import tifffile

    image = smooth(dtype=np.uint16)
    stored = image if planar == "contig" else np.moveaxis(image, -1, 0)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, stored, photometric="rgb", planarconfig=planar)
    np.testing.assert_array_equal(read_image(buffer.getvalue()), image)


def test_thirty_two_bit_tiff_is_read_on_a_known_scale_only():
    floats = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    read = read_image(encoded(floats, "TIFF"))
    assert read.dtype == np.uint16
    np.testing.assert_allclose(read[..., 0] / 65535, floats, atol=1e-5)
    integers = np.arange(64, dtype=np.int32).reshape(8, 8) * 1000
    np.testing.assert_array_equal(read_image(encoded(integers, "TIFF"))[..., 0], integers)
    for bad, message in (
        (floats * 300, r"floats from 0 to 300; \[0, 1\]"),
        (floats * np.nan, "NaN"),
        (integers * 2, "integers from 0 to 126000"),
        (-integers, "integers from -63000"),
    ):
        with pytest.raises(ImageProblem, match=message):
            read_image(encoded(bad, "TIFF"))


# Bad files


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size, without the pixels: what a decompression bomb looks like from outside."""
    import struct
    import zlib

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


BAD = {
    "text": (b"this is not an image\n", "holds text, not an image"),
    "umlauts": ("grüße\n".encode() * 200, "holds text"),
    "web_page": (b"<!DOCTYPE html><html></html>", "web page"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    "drawing": (b"<?xml version='1.0'?><svg></svg>", "SVG"),
    "document": (b"%PDF-1.7\n\xff\xfe", "PDF"),
    "archive": (b"PK\x03\x04\x00\xff", "ZIP"),
    "dicom": (bytes(128) + b"DICM" + bytes(20), "DICOM"),
    "noise": (bytes(range(128, 256)) * 3, "not an image in a format"),
    "empty": (b"", r"empty \(0 bytes\)"),
    "one_pixel": (encoded(np.zeros((1, 1), np.uint8)), "1 × 1 pixels; at least 4 × 4"),
    "bomb": (png_header(20_000, 20_000), "400 megapixels; at most 89 megapixels"),
    "truncated_jpeg": (encoded(smooth(64, 64), "JPEG")[:-40], "breaks off"),
    "half_a_jpeg": (encoded(smooth(64, 64), "JPEG", progressive=True)[:1000], "breaks off|damaged"),
    "cut_in_the_header": (encoded(smooth(), "JPEG")[:20], "starts like a JPEG"),
    "truncated_png": (encoded(smooth(64, 64))[:500], "breaks off|damaged"),
    "truncated_tiff": (encoded(smooth(64, 64), "TIFF")[:-500], "breaks off|damaged"),
    "truncated_gif": (encoded(two_halves(), "GIF")[:-20], "breaks off|damaged"),
    "truncated_webp": (encoded(smooth(), "WEBP")[:-40], "breaks off|damaged"),
}


@pytest.mark.filterwarnings("ignore:Truncated File Read")
@pytest.mark.parametrize("kind", BAD)
def test_bad_files_have_a_plain_reason(tmp_path, kind):
    data, reason = BAD[kind]
    path = tmp_path / f"{kind}.png"
    path.write_bytes(data)
    with pytest.raises(ImageProblem, match=reason) as caught:
        read_image(path)
    assert str(path) in str(caught.value) and caught.value.source == str(path)
    assert check_image(path) == ImageCheck(problem=caught.value.reason)


def test_files_that_cannot_be_opened_have_a_plain_reason(tmp_path, monkeypatch):
    with pytest.raises(ImageProblem, match="does not exist"):
        read_image(tmp_path / "absent.png")
    with pytest.raises(ImageProblem, match="folder or a device"):
        read_image(tmp_path)
    assert check_image(tmp_path / ("x" * 300)).problem
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(smooth()))

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(ImageProblem, match="no permission"):
        read_image(path)


def test_problem_survives_pickling():
    problem = pickle.loads(pickle.dumps(ImageProblem("is damaged", "a.png")))
    assert (problem.reason, problem.source, str(problem)) == ("is damaged", "a.png", "a.png: is damaged")


# Preparing


def test_prepare_keeps_an_image_of_the_right_size():
    image = smooth()
    np.testing.assert_array_equal(prepare(image, (24, 32), 3), image.astype(np.float32))
    grey = prepare(image, (24, 32), 1)
    np.testing.assert_allclose(grey[..., 0], image @ np.array(LUMA), atol=1e-3)
    np.testing.assert_array_equal(prepare(image[..., :1], (24, 32), 3)[..., 2], image[..., 0])
    np.testing.assert_array_equal(prepare(image[..., 0], (24, 32), 1)[..., 0], image[..., 0])


def test_prepare_keeps_sixteen_bits_as_fractions():
    image = smooth(channels=1, dtype=np.uint16)
    np.testing.assert_allclose(prepare(image, (24, 32), 1) * 257, image, atol=0.02)


def test_pad_keeps_proportions_and_fills_with_the_touching_edges():
    image = np.full((10, 20, 1), 90, np.uint8)
    image[0], image[-1] = 40, 60
    padded = prepare(image, (30, 20), 1)
    np.testing.assert_array_equal(padded[:10], 50)
    np.testing.assert_array_equal(padded[10:20], image)
    np.testing.assert_array_equal(padded[20:], 50)


def test_crop_and_stretch():
    image = np.zeros((10, 30, 1), np.uint8)
    image[:, 10:20] = 200
    np.testing.assert_array_equal(prepare(image, (10, 10), 1, "crop"), 200)
    stretched = prepare(image, (10, 10), 1, "stretch")
    assert stretched[0, 0] == 0 and stretched[0, 9] == 0 and stretched[5, 5] == 200


def test_shrinking_is_antialiased():
    stripes = np.zeros((64, 64, 1), np.uint8)
    stripes[:, ::2] = 255
    inner = prepare(stripes, (8, 8), 1)[:, 1:-1]
    np.testing.assert_allclose(inner, 127.5, atol=4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((4, 4, 2), np.uint8), (4, 4), 1), "height, width, 1 or 3"),
        ((np.zeros((4, 4), np.uint8), 4, 1), r"image_size must be \(height, width\)"),
        ((np.zeros((4, 4), np.uint8), (4, 0), 1), "image_size must be positive"),
        ((np.zeros((4, 4), np.uint8), (4, 4, 3), 1), "two whole numbers"),
        ((np.zeros((4, 4), np.uint8), (4, 4), 2), "channels must be 1"),
        ((np.zeros((4, 4), np.uint8), (4, 4), 1, "squeeze"), "fit must be one of pad, stretch, crop"),
        ((np.full((4, 4), np.nan), (4, 4), 1), "NaN"),
    ],
)
def test_prepare_says_what_it_takes(arguments, message):
    with pytest.raises(ValueError, match=message):
        prepare(*arguments)


# ImageFiles


def decoded_by_tensorflow(files: ImageFiles) -> np.ndarray:
    import tensorflow as tf

    singles = tf.data.Dataset.range(len(files)).map(files.decode_tf, num_parallel_calls=2, deterministic=True)
    singles = next(singles.batch(len(files)).as_numpy_iterator())
    batches = tf.data.Dataset.range(len(files)).batch(3).map(files.decode_batch_tf, num_parallel_calls=2)
    np.testing.assert_allclose(np.concatenate(list(batches.as_numpy_iterator())), singles, atol=1e-3)
    return singles


def write_every_kind(folder) -> list:
    exif = Image.Exif()
    exif[0x0112] = 6
    contents = {
        "grey.jpg": encoded(smooth(channels=1)[..., 0], "JPEG", quality=90),
        "colour.jpg": encoded(smooth(40, 24), "JPEG", quality=90),
        "progressive.jpg": encoded(smooth(90, 70, seed=3), "JPEG", progressive=True),
        "rotated.jpg": encoded(smooth(), "JPEG", exif=exif),
        "cmyk.jpg": encoded(two_halves("CMYK"), "JPEG"),
        "grey.png": encoded(smooth(channels=1)[..., 0]),
        "colour.png": encoded(smooth(30, 30)),
        "opaque.png": encoded(np.dstack([smooth(), np.full((24, 32), 255, np.uint8)])),
        "alpha.png": encoded(np.dstack([smooth(), smooth(channels=1)])),
        "palette.png": encoded(two_halves().quantize(4)),
        "deep.png": encoded(smooth(channels=1, dtype=np.uint16)[..., 0]),
        "deep.tif": encoded(smooth(50, 20, 1, dtype=np.uint16)[..., 0], "TIFF"),
        "picture.gif": encoded(two_halves(), "GIF"),
        "picture.bmp": encoded(smooth(), "BMP"),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in contents]


@pytest.mark.parametrize("fit", ["pad", "stretch", "crop"])
@pytest.mark.parametrize("channels", [1, 3])
def test_both_routes_agree_on_every_kind_of_file(tmp_path, fit, channels):
    paths = write_every_kind(tmp_path)
    plain = {path.name for path in paths if check_image(path).plain}
    assert plain == {"grey.jpg", "colour.jpg", "progressive.jpg", "grey.png", "colour.png", "opaque.png"}
    for size in ((20, 20), (48, 36)):
        files = ImageFiles(paths, size, channels, fit)
        assert files.dtype == np.uint16 and files.shape == (14, *size, channels)
        pixels = decoded_by_tensorflow(files)
        assert pixels.dtype == np.float32 and pixels.min() >= 0 and pixels.max() <= 255
        np.testing.assert_allclose(pixels, files.pixels(), atol=0.05)
        np.testing.assert_allclose(pixels, np.stack(list(files)) / 257, atol=0.05)


@pytest.mark.parametrize(("size", "channels"), [((64, 64), 1), ((28, 28), 1), ((80, 50), 3)])
def test_both_routes_agree_on_real_grey_jpegs(imgrec_data, size, channels):
    paths = sorted((imgrec_data / "mednist").glob("*/*.jpeg"))[::150]
    files = ImageFiles(paths, size, channels)
    pixels = decoded_by_tensorflow(files)
    np.testing.assert_allclose(pixels, files.pixels(), atol=0.05)
    np.testing.assert_allclose(pixels, files[:].astype(np.float32), atol=0.55)


def test_both_routes_agree_on_real_photographs_and_deep_masks(imgrec_data):
    photographs = sorted((imgrec_data / "bccd" / "JPEGImages").glob("*.jpg"))[:4]
    masks = sorted((imgrec_data / "nuclei" / "labels").glob("*.png"))[:3]
    cells = sorted((imgrec_data / "nuclei" / "images").glob("*.png"))[:3]
    assert photographs and masks and cells
    for fit in ("pad", "crop"):
        files = ImageFiles([*photographs, *masks, *cells], (96, 64), 3, fit)
        np.testing.assert_allclose(decoded_by_tensorflow(files), files.pixels(), atol=1.0)


def test_files_behave_like_an_array(tmp_path):
    paths = write_every_kind(tmp_path)[:6]
    files = ImageFiles(paths, (16, 20), 3)
    assert len(files) == 6 and files.ndim == 4 and files.dtype == np.uint8
    assert files[0].shape == (16, 20, 3) and files[0].dtype == np.uint8
    np.testing.assert_array_equal(files[-1], files[5])
    np.testing.assert_array_equal(files[1:3], np.stack([files[1], files[2]]))
    np.testing.assert_array_equal(np.asarray(files), files[:])
    part = files.subset([4, 1])
    np.testing.assert_array_equal(part[0], files[4])
    np.testing.assert_array_equal(files.subset(np.arange(6) > 3)[:], files[4:])
    np.testing.assert_allclose(decoded_by_tensorflow(part), part.pixels(), atol=0.05)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(part))[:], part[:])
    with pytest.raises(IndexError):
        files[6]


def test_files_with_a_problem_are_refused(tmp_path):
    path = tmp_path / "text.png"
    path.write_text("no")
    with pytest.raises(ImageProblem, match="holds text"):
        ImageFiles([path], (8, 8), 1)
    with pytest.raises(ValueError, match="0 checks for 1 paths"):
        ImageFiles([path], (8, 8), 1, checks=[])


def test_a_file_that_goes_bad_later_is_named(tmp_path):
    import tensorflow as tf

    path = tmp_path / "picture.bmp"
    path.write_bytes(encoded(smooth(), "BMP"))
    files = ImageFiles([path], (8, 8), 3)
    path.write_bytes(b"")
    with pytest.raises(ImageProblem, match=r"picture.bmp: the file is empty"):
        files[0]
    with pytest.raises(tf.errors.OpError, match=r"picture.bmp: the file is empty"):
        decoded_by_tensorflow(files)


def test_paths_outlive_a_change_of_folder(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(encoded(smooth()))
    monkeypatch.chdir(tmp_path)
    files = ImageFiles(["a.png"], (8, 8), 3)
    monkeypatch.chdir("/")
    assert files[0].shape == (8, 8, 3)


def test_names_of_any_script_and_length(tmp_path):
    names = ["Grüße 你好 🩻.png", "x" * 240 + ".png", "quote ' \" and [brackets] {0} %s.png"]
    for name in names:
        (tmp_path / name).write_bytes(encoded(smooth()))
    files = ImageFiles([tmp_path / name for name in names], (8, 8), 3)
    np.testing.assert_allclose(decoded_by_tensorflow(files), files.pixels(), atol=0.05)


def test_reading_ordinary_files_warns_of_nothing(tmp_path):
    paths = write_every_kind(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in paths:
            read_image(path)


def test_reading_loads_no_tensorflow(tmp_path):
    import subprocess
    import sys

    (tmp_path / "a.png").write_bytes(encoded(smooth()))
    code = (
        "import sys; from imgrec_tf.datasets import read_image; read_image(sys.argv[1]); "
        "raise SystemExit('tensorflow' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, os.fspath(tmp_path / "a.png")], check=True)
