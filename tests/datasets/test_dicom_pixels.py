"""DICOM pixels: as pydicom's own steps give them where it reads a file, and sensible where files bend the standard."""

from __future__ import annotations

import importlib.util
import io
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from imgrec_tf.datasets import ImageProblem, read_image
from imgrec_tf.datasets.dicom import DicomProblem, NoPixels, Window, is_dicom, read

PROJECT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(3)
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")


@pytest.fixture(scope="module")
def benchmark():
    """The comparison with pydicom, which the benchmark and these tests share."""
    sys.path.insert(0, str(PROJECT / "benchmarks"))
    try:
        spec = importlib.util.spec_from_file_location("benchmark_medical", PROJECT / "benchmarks" / "medical.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(PROJECT / "benchmarks"))


def test_every_file_inside_pydicom_reads_equal_or_says_why_not(benchmark):
    """Within one grey level of pydicom's steps, or an error by name where pydicom fails too."""
    found = {path: benchmark.compared(path) for path in benchmark.pydicom_files()}
    found = {path: one for path, one in found.items() if one is not None}
    equal = [path for path, (difference, _) in found.items() if difference is not None and difference <= 1]
    told = [text for difference, text in found.values() if difference is None]
    assert len(equal) >= 90
    assert len(equal) + len(told) == len(found)
    assert all(text.startswith(("MissingCodec: ", "NoPixels: ", "DicomProblem: ")) for text in told), told


@pytest.mark.skipif(importlib.util.find_spec("gdcm") is not None, reason="the codecs of the extra are installed")
@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("MR_small_jpeg_ls_lossless", "dicom"),
        ("SC_rgb_jpeg_gdcm", "dicom"),
        ("GDCMJ2K_TextGBR", "dicom"),
        ("JPGExtended", "dicom-gpl"),
    ],
)
def test_an_absent_codec_names_its_extra(name, extra):
    path = Path(pydicom.__file__).parent / "data" / "test_files" / f"{name}.dcm"
    with pytest.raises(DicomProblem, match=rf'pip install "\.\[{extra}\]"') as caught:
        read(path).display()
    assert type(caught.value).__name__ == "MissingCodec" and caught.value.source == str(path)


# ---- files made here -------------------------------------------------------------------------------------------------


def made(pixels, *, syntax=ExplicitVRLittleEndian, bits=None, photometric=None, **attributes) -> Dataset:
    pixels = np.asarray(pixels)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    colour = pixels.ndim == 3 and pixels.shape[-1] == 3
    dataset.PhotometricInterpretation = photometric or ("RGB" if colour else "MONOCHROME2")
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.Rows, dataset.Columns = pixels.shape[:2] if colour else pixels.shape[-2:]
    if colour:
        dataset.PlanarConfiguration = 0
    elif pixels.ndim == 3:
        dataset.NumberOfFrames = len(pixels)
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    data = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    if pixels.dtype.kind == "f":
        dataset.BitsAllocated = 8 * pixels.dtype.itemsize
        setattr(dataset, "FloatPixelData" if pixels.dtype == np.float32 else "DoubleFloatPixelData", data)
    else:
        dataset.BitsAllocated = 8 * pixels.dtype.itemsize
        dataset.BitsStored = bits or dataset.BitsAllocated
        dataset.HighBit = dataset.BitsStored - 1
        dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
        dataset.PixelData = data + b"\0" * (len(data) % 2)
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def as_bytes(dataset: Dataset) -> bytes:
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def grey(source, **options) -> np.ndarray:
    """What is displayed, in [0, 255], float."""
    picture = read(source if isinstance(source, bytes) else as_bytes(source)).display(**options)
    return picture.astype(float)[..., 0] / (257 if picture.dtype == np.uint16 else 1)


def scan(low=0, high=1000, size=80, kind=np.uint16) -> np.ndarray:
    """A picture of many values, 80 × 80."""
    return np.linspace(low, high, size * size).reshape(size, size).astype(kind)


def table(entries, bits, first=0) -> Sequence:
    item = Dataset()
    item.LUTDescriptor = [len(entries) % 65536, first, bits]
    item.add_new("LUTData", "US", [int(one) for one in entries])
    return Sequence([item])


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_depth_sign_and_order_of_bytes(bits, signed, syntax):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    values = (
        np.linspace(low, high, 6400)
        .reshape(80, 80)
        .round()
        .astype({True: np.int16, False: np.uint16}[signed] if bits > 8 else {True: np.int8, False: np.uint8}[signed])
    )
    image = read(as_bytes(made(values, bits=bits, syntax=syntax)))
    assert np.array_equal(image.values(), values)
    assert (image.bits, image.signed) == (bits, signed)
    shown = image.display()
    assert shown.dtype == (np.uint16 if bits > 8 else np.uint8) and shown.shape == (80, 80, 1)
    assert shown.min() == 0 and shown.max() == np.iinfo(shown.dtype).max


def test_without_a_window_the_range_of_the_values_is_shown():
    dataset = made(scan(100, 800), bits=12)
    assert np.allclose(grey(dataset), 255 * (scan(100, 800) - 100.0) / 700, atol=0.01)


def test_outliers_do_not_darken_the_rest():
    pixels = scan(100, 800)
    pixels[0, 0] = 65535
    assert grey(made(pixels)).mean() > 100


def test_a_bright_spot_in_darkness_is_not_clipped_away():
    pixels = np.zeros((200, 200), np.uint16)
    pixels[100:102, 100:102] = [[10, 20], [30, 40]]
    assert len(np.unique(grey(made(pixels)))) == 5


def test_padding_does_not_count_for_the_range():
    pixels = scan(0, 900, kind=np.int16)
    pixels[:20] = -2000
    shown = grey(made(pixels, PixelPaddingValue=-2000))
    low = float(pixels[20:].min())
    assert np.allclose(shown[20:], 255 * (pixels[20:] - low) / (900 - low), atol=0.01)


@pytest.mark.parametrize("lone", [-32768, 32767])
def test_filling_that_no_tag_announces_does_not_darken_the_rest(lone):
    pixels = scan(0, 900, kind=np.int16)
    pixels[:20] = lone
    rest = pixels[20:].astype(float)
    wanted = 255 * (rest - rest.min()) / np.ptp(rest)
    assert np.allclose(grey(made(pixels))[20:], wanted, atol=0.01)


def test_labels_far_apart_stay_apart():
    assert len(np.unique(grey(made(np.array([0, 1, 5000], np.uint16)[RNG.integers(0, 3, (80, 80))])))) == 3


def test_colours_that_contradict_their_channels_are_guessed():
    wanted = RNG.integers(0, 255, (80, 80, 3), dtype=np.uint8)
    image = read(as_bytes(made(wanted, photometric="MONOCHROME2")))
    assert np.array_equal(image.display(), wanted) and "contradicts" in image.notes[0]
    grey_one = read(as_bytes(made(wanted[..., 0], photometric="RGB")))
    assert np.array_equal(grey_one.display()[..., 0], wanted[..., 0]) and "contradicts" in grey_one.notes[0]


def test_a_dataset_in_memory_is_read_without_a_file():
    dataset = made(scan())
    plain = Dataset({element.tag: element for element in dataset})
    assert np.array_equal(read(plain).display(), read(as_bytes(dataset)).display())


def test_a_mask_of_eight_bits_is_visible():
    pixels = (scan() > 500).astype(np.uint8)
    assert set(np.unique(grey(made(pixels)))) == {0, 255}


def test_eight_bits_mean_what_they_say():
    pixels = scan(20, 180, kind=np.uint8)
    assert np.array_equal(grey(made(pixels)), pixels)


@pytest.mark.parametrize("level", [0, 7, 4000])
def test_a_picture_of_one_value_reads(level):
    assert np.ptp(grey(made(np.full((80, 80), level, np.uint16)))) == 0


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("slope", [1, 0.5, 3])
def test_windows_are_those_of_the_standard(function, slope):
    """The formulas of PS3.3 C.11.2.1.2 and C.11.2.1.3, value by value."""
    values = scan() * slope - 100.0
    dataset = made(scan(), RescaleSlope=slope, RescaleIntercept=-100, WindowCenter=200, WindowWidth=300)
    dataset.VOILUTFunction = function
    center, width = 200, 300
    if function == "SIGMOID":
        wanted = 255 / (1 + np.exp(-4 * (values - center) / width))
    elif function == "LINEAR":
        wanted = np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1) * 255
    else:
        wanted = np.clip((values - center) / width + 0.5, 0, 1) * 255
    assert np.abs(grey(dataset) - wanted).max() < 0.01


def test_monochrome1_is_inverted_after_the_window():
    plain = made(scan(), WindowCenter=300, WindowWidth=200)
    other = made(scan(), WindowCenter=300, WindowWidth=200, photometric="MONOCHROME1")
    assert np.allclose(grey(other), 255 - grey(plain), atol=0.01)


def _padded() -> np.ndarray:
    pixels = scan(-500, 500, kind=np.int16)
    pixels[:, :12] = -2000
    return pixels


MIXTURES = {
    "MONOCHROME1 with a lookup table": lambda: made(
        scan(0, 4095), bits=12, photometric="MONOCHROME1", VOILUTSequence=table(np.arange(4096) ** 2 // 4095, 12)
    ),
    "MONOCHROME1 with a falling slope": lambda: made(
        scan(),
        bits=12,
        photometric="MONOCHROME1",
        RescaleSlope=-2,
        RescaleIntercept=900,
        WindowCenter=0,
        WindowWidth=1200,
    ),
    "deflated": lambda: made(scan(), syntax=DeflatedExplicitVRLittleEndian, bits=12, WindowCenter=400, WindowWidth=500),
    "big endian with a sigmoid": lambda: made(
        scan(), syntax=ExplicitVRBigEndian, WindowCenter=400, WindowWidth=500, VOILUTFunction="SIGMOID"
    ),
    "signed 12 bits over foreign bits": lambda: made(
        ((scan(-2000, 2000, kind=np.int16).astype(int) & 0xFFF) | 0x5000).astype(np.uint16).view(np.int16), bits=12
    ),
    "padding in a window": lambda: made(
        _padded(), PixelPaddingValue=-2000, RescaleSlope=2, RescaleIntercept=10, WindowCenter=0, WindowWidth=1500
    ),
    "MONOCHROME1 with padding in a window": lambda: made(
        _padded(), photometric="MONOCHROME1", PixelPaddingValue=-2000, WindowCenter=0, WindowWidth=900
    ),
    "32 bits signed": lambda: made(scan(-50_000, 50_000, kind=np.int32), WindowCenter=0, WindowWidth=80_000),
    "a slope far below one": lambda: made(scan(0, 32_000, kind=np.int16), RescaleSlope=0.0031, RescaleIntercept=0),
    "nine bits": lambda: made(scan(0, 511), bits=9),
    "16-bit colour": lambda: made(np.stack([scan(0, 65_535)] * 3, axis=-1)),
}


@pytest.mark.parametrize("mixture", MIXTURES)
def test_mixtures_of_attributes_agree_with_pydicoms_own_steps(benchmark, mixture, tmp_path):
    path = tmp_path / "mixture.dcm"
    path.write_bytes(as_bytes(MIXTURES[mixture]()))
    difference, told = benchmark.compared(path)
    assert difference is not None and difference <= 1, told


@pytest.mark.parametrize("width", [1, 0, -100])
def test_a_window_of_no_width_leaves_neither_black_nor_white(width):
    image = read(as_bytes(made(scan(), bits=12, WindowCenter=500, WindowWidth=width)))
    shown = image.display()
    assert len(np.unique(shown)) > 100 and any("not used" in note for note in image.notes)


def test_a_negative_slope_inverts():
    dataset = made(scan(0, 255, kind=np.uint8), RescaleSlope=-1, RescaleIntercept=255)
    assert np.array_equal(grey(dataset), 255 - scan(0, 255, kind=np.uint8))


def test_several_windows_by_number_name_and_pair():
    dataset = made(scan(0, 3000), WindowCenter=[400, 2000], WindowWidth=[800, 1000])
    dataset.WindowCenterWidthExplanation = ["SOFT", "BONE"]
    image = read(as_bytes(dataset))
    assert [window.name for window in image.windows] == ["SOFT", "BONE"]
    assert np.array_equal(image.display(), image.display(0))
    assert np.array_equal(image.display("bone"), image.display(1))
    assert np.array_equal(image.display((2000, 1000)), image.display(1))
    assert np.array_equal(image.display(Window(2000, 1000)), image.display(1))
    assert not np.array_equal(image.display(0), image.display(1))
    for wrong, error, message in [
        (2, ValueError, "no window 2; the file has 0 SOFT, 1 BONE"),
        ("lung", ValueError, "no window called 'lung'"),
        ((1, 0), ValueError, "width above 0"),
        ((1,), TypeError, "an index, a name"),
        (True, TypeError, "an index, a name"),
    ]:
        with pytest.raises(error, match=message):
            image.display(wrong)


def test_customary_windows_are_for_computed_tomography():
    lung = read(as_bytes(made(scan(), Modality="CT", RescaleIntercept=-1000, RescaleSlope=1))).display("lung")
    assert lung.max() > lung.min()
    with pytest.raises(ValueError, match="no window called 'lung'; the file has none"):
        read(as_bytes(made(scan(), Modality="MR"))).display("lung")


@pytest.mark.parametrize(
    ("attributes", "note"),
    [
        ({"WindowCenter": [400, 500], "WindowWidth": [300]}, "contradict each other: 2 centres and 1 widths"),
        ({"WindowCenter": 400}, "incomplete"),
        ({"WindowCenter": 400, "WindowWidth": 0}, "width 0"),
        ({"WindowCenter": 400, "WindowWidth": -5}, "width -5"),
        ({"WindowCenter": 400, "WindowWidth": 1}, "black or white all over"),
        ({"WindowCenter": 90000, "WindowWidth": 100}, "black or white all over"),
        ({"WindowCenter": 400, "WindowWidth": 300, "VOILUTFunction": "CURVED"}, "'CURVED' is unknown"),
        ({"RescaleSlope": 0, "RescaleIntercept": 0}, "slope is 0"),
    ],
)
def test_contradicting_attributes_are_noted_and_the_picture_is_seen(attributes, note):
    image = read(as_bytes(made(scan(), **attributes)))
    shown = image.display()
    assert any(note in one for one in image.notes), image.notes
    assert len(np.unique(shown)) > 100


def test_a_window_that_shows_nothing_gives_way_to_the_next():
    image = read(as_bytes(made(scan(), WindowCenter=[90000, 500], WindowWidth=[10, 400])))
    assert np.array_equal(image.display(), image.display(1))
    assert np.ptp(image.display(0)) == 0, "a window that is asked for is obeyed"


def test_a_window_in_stored_numbers_is_understood():
    dataset = made(scan(), RescaleSlope=1, RescaleIntercept=-50_000, WindowCenter=500, WindowWidth=600)
    wanted = made(scan(), WindowCenter=500, WindowWidth=600)
    assert np.allclose(grey(dataset), grey(wanted), atol=0.01)


def test_a_window_narrower_than_one_on_small_values():
    dataset = made(scan(), RescaleSlope=0.001, RescaleIntercept=0, WindowCenter=0.5, WindowWidth=0.4)
    assert np.allclose(grey(dataset), np.clip((scan() * 0.001 - 0.5) / 0.4 + 0.5, 0, 1) * 255, atol=0.01)


@pytest.mark.parametrize(("bits", "stated"), [(8, 8), (12, 12), (12, 16), (16, 16), (10, 16)])
def test_voi_tables_of_any_depth_reach_white(bits, stated):
    entries = np.linspace(0, 2**bits - 1, 1001).round()
    assert np.abs(grey(made(scan(), VOILUTSequence=table(entries, stated))) - scan() * 0.255).max() < 1


def test_voi_tables_go_before_windows_and_start_where_they_say():
    dataset = made(scan(), VOILUTSequence=table(np.arange(256), 8, first=300), WindowCenter=1, WindowWidth=2)
    assert np.array_equal(grey(dataset).round(), np.clip(scan() - 300.0, 0, 255))
    assert len(read(as_bytes(dataset)).windows) == 2


def test_packed_entries_of_a_table():
    item = Dataset()
    item.LUTDescriptor = [256, 0, 8]
    item.add_new("LUTData", "OW", bytes(range(256)))
    dataset = made(scan(0, 255), bits=12, VOILUTSequence=Sequence([item]))
    assert np.array_equal(grey(dataset).round(), scan(0, 255))


def test_a_modality_table_comes_before_the_window():
    entries = np.arange(1001)[::-1]
    dataset = made(scan(), ModalityLUTSequence=table(entries, 16), WindowCenter=500, WindowWidth=1000)
    assert np.array_equal(read(as_bytes(dataset)).values(), 1000.0 - scan())
    assert grey(dataset)[0, 0] > 250 > 5 > grey(dataset)[-1, -1]


def test_a_broken_table_is_noted():
    item = Dataset()
    item.LUTDescriptor = [500, 0, 12]
    item.add_new("LUTData", "US", [1, 2, 3])
    image = read(as_bytes(made(scan(), VOILUTSequence=Sequence([item]))))
    assert len(np.unique(image.display())) > 100
    assert any("entries and states 500" in note for note in image.notes)


def test_values_in_the_upper_bits():
    """Old files put 12 bits at the upper end of 16, and overlays into the lower ones."""
    dataset = made((scan(0, 4000) << 4) + 5, bits=12)
    dataset.HighBit = 15
    assert np.array_equal(read(as_bytes(dataset)).values(), scan(0, 4000))
    signed = made(scan(-2000, 2000, kind=np.int16) << 4, bits=12)
    signed.HighBit = 15
    assert np.array_equal(read(as_bytes(signed)).values(), scan(-2000, 2000, kind=np.int16))


def test_overlays_in_the_upper_bits_are_left_out():
    pixels = scan(0, 4000)
    pixels[::7] |= 0x8000
    assert np.array_equal(read(as_bytes(made(pixels, bits=12))).values(), scan(0, 4000))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_float_pixels(kind):
    pixels = scan(-1, 2, kind=kind)
    pixels[0, :5] = [np.nan, np.inf, -np.inf, np.nan, 0]
    shown = grey(made(pixels))
    assert shown.shape == (80, 80) and shown[40, 40] == pytest.approx(127, abs=3) and np.isfinite(shown).all()
    windowed = grey(made(pixels, WindowCenter=0.5, WindowWidth=2, VOILUTFunction="LINEAR_EXACT"))
    assert windowed[40, 40] == pytest.approx(127, abs=3)


def test_one_bit():
    bits = np.packbits(scan() > 500, bitorder="little")
    dataset = made(np.zeros((80, 80), np.uint8))
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelData = 1, 1, 0, bits.tobytes()
    assert np.array_equal(grey(dataset), 255 * (scan() > 500))


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
def test_colour(planar, photometric):
    from pydicom.pixels import convert_color_space

    wanted = np.stack([scan(0, 255), scan(255, 0), scan(60, 200)], axis=-1).astype(np.uint8)
    stored = wanted if photometric == "RGB" else convert_color_space(wanted, "RGB", "YBR_FULL")
    dataset = made(stored, photometric=photometric, PlanarConfiguration=planar)
    if planar:
        dataset.PixelData = np.ascontiguousarray(np.moveaxis(stored, -1, 0)).tobytes()
    shown = read(as_bytes(dataset)).display()
    assert shown.dtype == np.uint8 and np.abs(shown.astype(int) - wanted).max() <= 1


def test_a_colour_clip_gives_its_middle_frame():
    frames = RNG.integers(0, 255, (5, 20, 30, 3), dtype=np.uint8)
    dataset = made(frames[0])
    dataset.NumberOfFrames, dataset.PixelData = 5, frames.tobytes()
    image = read(as_bytes(dataset))
    assert np.array_equal(image.display(), frames[2])
    assert np.array_equal(image.display(frame="last"), frames[4]) and np.array_equal(image.display(frame=1), frames[1])
    for wrong in (5, -1, "all", True):
        with pytest.raises(ValueError, match="frame must be from 0 to 4"):
            image.display(frame=wrong)


def test_a_blank_middle_frame_gives_way():
    frames = np.stack([scan(), scan(), np.zeros_like(scan()), scan(1000, 0)])
    image = read(as_bytes(made(frames)))
    assert np.array_equal(image.display(), image.display(frame=1)) and "frame 1 is shown" in image.notes[0]
    assert np.ptp(image.display(frame=2)) == 0 and np.ptp(read(as_bytes(made(frames * 0))).display()) == 0


def test_full_colours_stated_as_half():
    from pydicom.pixels import convert_color_space

    wanted = np.stack([scan(0, 255), scan(255, 0), scan(60, 200)], axis=-1).astype(np.uint8)
    image = read(as_bytes(made(convert_color_space(wanted, "RGB", "YBR_FULL"), photometric="YBR_FULL_422")))
    assert np.abs(image.display().astype(int) - wanted).max() <= 1
    assert any("YBR_FULL_422" in note for note in image.notes)


@pytest.mark.parametrize(("bits", "scale"), [(8, 1), (16, 257), (16, 1)])
def test_palettes_of_any_depth(bits, scale):
    """16-bit tables with 8-bit entries are a habit of some scanners."""
    colours = RNG.integers(0, 256, (256, 3)) | 1
    colours[0] = 255
    dataset = made(scan(0, 255, kind=np.uint8), photometric="PALETTE COLOR")
    for number, name in enumerate(("Red", "Green", "Blue")):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, bits])
        data = (colours[:, number] * scale).astype("<u2" if bits == 16 else np.uint8).tobytes()
        setattr(dataset, f"{name}PaletteColorLookupTableData", data)
    assert np.array_equal(read(as_bytes(dataset)).display(), colours[scan(0, 255, kind=np.uint8)])


def test_a_segmented_palette():
    dataset = made(scan(0, 255, kind=np.uint8), photometric="PALETTE COLOR")
    for name, end in (("Red", 255), ("Green", 100), ("Blue", 0)):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        words = np.array([0, 1, 0, 1, 255, end * 257], "<u2")  # one entry of 0, then 255 in a line
        setattr(dataset, f"Segmented{name}PaletteColorLookupTableData", words.tobytes())
    shown = read(as_bytes(dataset)).display()
    assert np.abs(shown[..., 0].astype(int) - scan(0, 255, kind=np.uint8)).max() <= 1
    assert shown[..., 1].max() == 100 and shown[..., 2].max() == 0


def test_frames_with_their_own_window_and_rescaling():
    dataset = made(np.stack([scan(), scan()]))
    dataset.PerFrameFunctionalGroupsSequence = Sequence([Dataset(), Dataset()])
    for item, center in zip(dataset.PerFrameFunctionalGroupsSequence, (200, 800)):
        view = Dataset()
        view.WindowCenter, view.WindowWidth = center, 300
        item.FrameVOILUTSequence = Sequence([view])
    shared, rescale = Dataset(), Dataset()
    rescale.RescaleSlope, rescale.RescaleIntercept = 2, -7
    shared.PixelValueTransformationSequence = Sequence([rescale])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    image = read(as_bytes(dataset))
    assert np.array_equal(image.values(0), 2.0 * scan() - 7)
    assert image.display(frame=0).mean() > image.display(frame=1).mean()


def test_a_file_without_preamble_or_meta():
    dataset = made(scan(), syntax=ImplicitVRLittleEndian, WindowCenter=500, WindowWidth=500)
    file = io.BytesIO()
    plain = Dataset(dataset)
    plain.save_as(file, implicit_vr=True, little_endian=True)
    data = file.getvalue()
    assert data[:2] == b"\x08\x00" and is_dicom(data[:132])
    assert np.allclose(grey(data), grey(dataset))
    assert "transfer syntax" in " ".join(_notes(data))


def _notes(data: bytes) -> list[str]:
    image = read(data)
    image.display()
    return image.notes


@pytest.mark.parametrize(
    "keyword", ["PixelRepresentation", "BitsStored", "HighBit", "SamplesPerPixel", "PhotometricInterpretation"]
)
def test_one_missing_attribute_is_guessed(keyword):
    dataset = made(scan())
    delattr(dataset, keyword)
    assert len(np.unique(grey(dataset))) > 100


# ---- faults ----------------------------------------------------------------------------------------------------------


def test_faults_have_names_and_reasons(tmp_path):
    whole = as_bytes(made(scan()))
    without = made(scan())
    del without.PixelData
    unsized = made(scan())
    del unsized.Rows
    cases = [
        (as_bytes(without), NoPixels, "holds no pixels"),
        (whole[:-200], DicomProblem, "breaks off in the middle"),
        (whole[:700], DicomProblem, "holds no pixels|breaks off|damaged"),
        (whole[:140], DicomProblem, "DICOM"),
        (as_bytes(unsized), DicomProblem, "no usable number of rows"),
        (b"", DicomProblem, "empty"),
        (b"\x89PNG and so on", DicomProblem, "not a DICOM file"),
    ]
    for number, (data, kind, reason) in enumerate(cases):
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(data)
        with pytest.raises(kind, match=reason) as caught:
            read(path).display()
        assert caught.value.source == str(path)
    with pytest.raises(DicomProblem, match="No such file"):
        read(tmp_path / "nowhere.dcm")
    with pytest.raises(TypeError, match="path, bytes"):
        read(12)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_bytes_never_crash(data):
    """Whatever is cut off or changed: a picture, or an `ImageProblem`."""
    whole = bytearray(as_bytes(made(scan(size=16), WindowCenter=500, WindowWidth=300)))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(132, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(132, len(whole)))
    try:
        assert read_image(bytes(whole[:cut])).ndim == 3
    except ImageProblem as problem:
        assert problem.reason


# ---- how it lies -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cosines", "letters"),
    [([1, 0, 0, 0, 1, 0], ("L", "P")), ([0, 1, 0, 0, 0, -1], ("P", "F")), ([-0.9, 0.1, 0, 0, 0.1, -0.9], ("R", "F"))],
)
def test_directions_from_cosines(cosines, letters):
    assert read(made(scan(), ImageOrientationPatient=cosines)).directions == letters


@pytest.mark.parametrize("row", "LR")
@pytest.mark.parametrize("column", "FH")
@pytest.mark.parametrize("turned", [False, True])
def test_upright_brings_every_position_to_the_same_picture(row, column, turned):
    seen = scan(0, 255, kind=np.uint8)[:40]
    lying = seen if row == "L" else seen[:, ::-1]
    lying = lying if column == "F" else lying[::-1]
    letters = [row, column]
    if turned:
        lying, letters = lying.T, letters[::-1]
    shown = read(as_bytes(made(lying, PatientOrientation=letters))).display(upright=True)
    assert np.array_equal(shown[..., 0], seen)


def test_square_pixels_and_spacing():
    image = read(as_bytes(made(scan()[:20], PixelSpacing=[2, 0.5])))
    assert image.spacing == (2, 0.5) and image.spacing_measured_at == "patient"
    assert image.display(square=True).shape == (80, 80, 1)
    detector = read(as_bytes(made(scan(), ImagerPixelSpacing=[0.1, 0.1])))
    assert detector.spacing_measured_at == "detector"
    unknown = read(as_bytes(made(scan())))
    assert unknown.spacing is None and unknown.display(square=True, upright=True).shape == (80, 80, 1)
    assert len(unknown.notes) == 2


def test_read_image_takes_dicom(tmp_path):
    path = tmp_path / "without_a_suffix"
    path.write_bytes(as_bytes(made(scan(), photometric="MONOCHROME1")))
    assert np.array_equal(read_image(path), read(path).display())
    path.write_bytes(as_bytes(made(scan()[:2])))
    with pytest.raises(ImageProblem, match="80 × 2 pixels; at least 4 × 4"):
        read_image(path)
