"""Each preprocessing layer against its reference: scikit-image where it has one, else scipy, Pillow or the formula."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from skimage import color, exposure, feature, filters, restoration

from imgrec_tf.vision import preprocessing


@pytest.fixture(scope="module")
def grey(imgrec_data):
    """One real image of each kind in MedNIST, uint8 (6, 64, 64, 1)."""
    folders = sorted(folder for folder in (imgrec_data / "mednist").iterdir() if folder.is_dir())
    files = [sorted(folder.glob("*.jpeg"))[7] for folder in folders]
    return np.stack([np.asarray(Image.open(file).convert("L")) for file in files])[..., None]


@pytest.fixture(scope="module")
def colour():
    """Smoothed colour noise of an uneven shape, uint8 (4, 20, 27, 3)."""
    noise = np.random.default_rng(0).random((4, 20, 27, 3))
    noise = ndimage.gaussian_filter(noise, (0, 1, 1, 0))
    return (255 * (noise - noise.min()) / np.ptp(noise)).astype(np.uint8)


@pytest.fixture(scope="module", params=["grey", "colour"])
def images(request):
    """Both kinds, one after the other."""
    return request.getfixturevalue(request.param)


def unit(images):
    return (images / 255.0).astype(np.float32)


def by_channel(function):
    return lambda image: np.stack([function(image[..., i]) for i in range(image.shape[-1])], axis=-1)


def differences(layer, images, reference):
    result = np.asarray(layer(images))
    expected = np.stack([np.reshape(reference(image), result.shape[1:]) for image in images])
    assert result.dtype == np.float32
    return np.abs(result - expected)


def assert_equal(layer, images, reference, tolerance):
    assert differences(layer, images, reference).max() <= tolerance


def to_grey(image):
    return image[..., 0] if image.shape[-1] == 1 else color.rgb2gray(image)


def test_grayscale_is_rgb2gray(colour):
    assert_equal(preprocessing.Grayscale(), colour, color.rgb2gray, 1e-6)
    three = np.asarray(preprocessing.Grayscale(channels=3)(colour))
    assert three.shape == colour.shape
    assert (three[..., 0] == three[..., 2]).all()


def test_grey_world_is_the_formula(colour):
    tinted = colour * np.array([1.0, 0.6, 0.3]) / 255

    def reference(image):
        return np.minimum(image * image.mean() / image.mean(axis=(0, 1)), 1)

    assert_equal(preprocessing.GreyWorld(), tinted, reference, 1e-5)
    dark = np.asarray(preprocessing.GreyWorld()(tinted * 0.3)).mean(axis=(1, 2))
    np.testing.assert_allclose(dark, dark.mean(axis=1, keepdims=True).repeat(3, axis=1), atol=1e-5)


def test_binarize_with_otsu_is_threshold_otsu(grey):
    assert_equal(preprocessing.Binarize("otsu"), grey, lambda image: image > filters.threshold_otsu(image), 0)
    thresholds = np.asarray(preprocessing.otsu_threshold(unit(grey))) * 255
    np.testing.assert_allclose(thresholds, [filters.threshold_otsu(image) for image in grey], atol=1e-3)
    assert_equal(preprocessing.Binarize(0.4), grey, lambda image: image / 255 > 0.4, 0)


def test_otsu_on_floats_is_within_a_bin_of_threshold_otsu():
    images = np.random.default_rng(1).beta(0.5, 2, (8, 30, 30, 1)).astype(np.float32)
    expected = [filters.threshold_otsu(image) for image in images]
    np.testing.assert_allclose(np.asarray(preprocessing.otsu_threshold(images)), expected, atol=1 / 128)


@pytest.mark.parametrize("sigma", [0.4, 1.3, 6.0])
def test_gaussian_is_filters_gaussian(images, sigma):
    def reference(image):
        return filters.gaussian(image, sigma, mode="nearest", truncate=4, channel_axis=-1)

    assert_equal(preprocessing.GaussianDenoise(sigma), images, reference, 1e-5)
    assert_equal(preprocessing.Blur("gaussian", sigma=sigma), images, reference, 1e-5)


@pytest.mark.parametrize("size", [3, 7])
def test_box_blur_is_uniform_filter(images, size):
    reference = by_channel(lambda channel: ndimage.uniform_filter(channel / 255, size, mode="nearest"))
    assert_equal(preprocessing.Blur("box", size=size), images, reference, 1e-5)


@pytest.mark.parametrize("size", [3, 5, 7])
def test_median_is_filters_median(images, size):
    reference = by_channel(lambda channel: filters.median(channel, np.ones((size, size)), mode="nearest") / 255)
    assert_equal(preprocessing.MedianDenoise(size), images, reference, 1e-6)


def bilateral(image, sigma_color, sigma_spatial, size):
    radius = size // 2
    padded = np.pad(image, [(radius, radius), (radius, radius), (0, 0)], mode="edge")
    total, norm = np.zeros(image.shape), np.zeros((*image.shape[:2], 1))
    for row in range(size):
        for column in range(size):
            there = padded[row : row + image.shape[0], column : column + image.shape[1]]
            distance = (row - radius) ** 2 + (column - radius) ** 2
            difference = ((there - image) ** 2).sum(axis=-1, keepdims=True)
            weight = np.exp(-distance / (2 * sigma_spatial**2) - difference / (2 * sigma_color**2))
            total, norm = total + weight * there, norm + weight
    return total / norm


@pytest.mark.parametrize("parameters", [(0.1, 1.0, 5), (0.3, 2.0, 7)])
def test_bilateral_is_the_formula(images, parameters):
    layer = preprocessing.BilateralDenoise(*parameters)
    assert_equal(layer, images, lambda image: bilateral(image / 255, *parameters), 1e-5)


def test_bilateral_is_denoise_bilateral_where_distance_hardly_counts(grey):
    def reference(image):
        return restoration.denoise_bilateral(image[..., 0] / 255, 5, 0.1, 1600, mode="edge")

    assert_equal(preprocessing.BilateralDenoise(0.1, 16, 5), grey, reference, 1e-3)


@pytest.mark.parametrize("parameters", [(0.1, 3, 3), (0.05, 5, 4)])
def test_non_local_means_is_denoise_nl_means(images, parameters):
    strength, patch_size, radius = parameters

    def reference(image):
        image = image.squeeze()
        axis = -1 if image.ndim == 3 else None
        options = {"h": strength, "fast_mode": False, "channel_axis": axis}
        return restoration.denoise_nl_means(image, patch_size, radius, **options)

    found = differences(preprocessing.NonLocalMeansDenoise(*parameters), unit(images), reference)
    assert found.max() <= 0.02
    assert found.mean() <= 0.001


@pytest.mark.parametrize("percentiles", [(2, 98), (0, 100), (10, 99)])
def test_stretch_is_rescale_intensity(images, percentiles):
    def reference(image):
        limits = tuple(np.percentile(image / 255, percentiles))
        return exposure.rescale_intensity(image / 255, in_range=limits, out_range=(0, 1))

    assert_equal(preprocessing.StretchContrast(*percentiles), images, reference, 1e-5)


def test_gamma_is_adjust_gamma(images):
    def reference(image):
        return exposure.adjust_gamma(image / 255, 0.5, 1.2).clip(0, 1)

    assert_equal(preprocessing.Gamma(0.5, gain=1.2), images, reference, 1e-5)


def test_brightness_is_a_clipped_sum(images):
    assert_equal(preprocessing.Brightness(-0.3), images, lambda image: np.clip(image / 255 - 0.3, 0, 1), 1e-6)


@pytest.mark.filterwarnings("ignore:This might be a color image")
def test_equalize_is_equalize_hist(images):
    assert_equal(preprocessing.EqualizeHistogram(), images, exposure.equalize_hist, 1e-5)


@pytest.mark.filterwarnings("ignore:This might be a color image")
def test_equalize_keeps_the_depth_of_16_bits(grey):
    deep = grey.astype(np.uint16) * 37 + np.arange(64, dtype=np.uint16)[:, None]
    assert_equal(preprocessing.EqualizeHistogram(bins=65536), deep, exposure.equalize_hist, 1e-5)


@pytest.mark.parametrize("parameters", [(2, 0.01, 256), (4, 0.01, 256), (8, 0.03, 64), (4, 1.0, 256)])
def test_clahe_is_equalize_adapthist(images, parameters):
    tiles, limit, bins = parameters

    def reference(image):
        tile = (image.shape[0] // tiles, image.shape[1] // tiles)
        image = image[..., 0] if image.shape[-1] == 1 else image
        return exposure.equalize_adapthist(image, kernel_size=tile, clip_limit=limit, nbins=bins)

    assert_equal(preprocessing.CLAHE(*parameters), images, reference, 1e-3)


def test_sobel_is_filters_sobel(images):
    assert_equal(preprocessing.Sobel(), images, lambda image: filters.sobel(to_grey(unit(image))), 1e-5)


@pytest.mark.parametrize("parameters", [(1.0, 0.1, 0.2), (0.5, 0.3, 0.9), (2.0, 0.05, 0.3)])
def test_canny_is_feature_canny(images, parameters):
    found = differences(
        preprocessing.Canny(*parameters), images, lambda i: feature.canny(to_grey(unit(i)), *parameters)
    )
    assert found.mean() <= 0.005


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(13, 18), (40, 60), (27, 27)])
def test_resize_is_pillows(colour, interpolation, size):
    height, width = size
    scale = min(height / 20, width / 27)
    tall, wide = int(20 * scale + 0.5), int(27 * scale + 0.5)
    top, left = (height - tall) // 2, (width - wide) // 2

    def reference(image):
        image, result = unit(image), np.full((height, width, 3), 0.25)
        method = Image.Resampling[interpolation.upper()]
        content = by_channel(lambda channel: np.asarray(Image.fromarray(channel).resize((wide, tall), method)))(image)
        result[top : top + tall, left : left + wide] = content.clip(image.min(), image.max())
        return result

    layer = preprocessing.ResizeWithPadding(height, width, interpolation, fill=0.25)
    assert_equal(layer, colour, reference, 1e-5)


def test_center_crop_is_a_slice(colour):
    assert_equal(preprocessing.CenterCrop(11, 20), colour, lambda image: image[4:15, 3:23] / 255, 1e-7)


def test_normalize_is_the_formula(colour):
    def by_image(image):
        return (image / 255 - (image / 255).mean()) / (image / 255).std()

    assert_equal(preprocessing.Normalize(), colour, by_image, 1e-4)
    mean, std = [0.5, 0.4, 0.3], [0.2, 0.3, 0.1]
    assert_equal(preprocessing.Normalize(mean, std), colour, lambda image: (image / 255 - mean) / std, 1e-4)


def test_normalize_from_data_gives_mean_0_and_deviation_1(colour):
    for data, value_range in ((colour, None), (colour.astype(np.float32), (0, 255)), ([(colour, None)], None)):
        result = np.asarray(preprocessing.Normalize.from_data(data, value_range)(colour))
        np.testing.assert_allclose(result.mean(axis=(0, 1, 2)), 0, atol=1e-4)
        np.testing.assert_allclose(result.std(axis=(0, 1, 2)), 1, atol=1e-4)


@pytest.mark.parametrize("bins", [2, 8, 51])
def test_color_histogram_is_numpys(colour, bins):
    def reference(image):
        counts = [np.histogram(image[..., i] / 255, bins, range=(0, 1))[0] for i in range(3)]
        return np.concatenate(counts) / (20 * 27)

    assert_equal(preprocessing.ColorHistogram(bins), colour, reference, 1e-6)


def test_joint_color_histogram_is_numpys(colour):
    def reference(image):
        return np.histogramdd(image.reshape(-1, 3) / 255, 6, range=[(0, 1)] * 3)[0] / (20 * 27)

    assert_equal(preprocessing.ColorHistogram(6, joint=True), colour, reference, 1e-6)


def test_color_moments_are_the_formulas(colour):
    def reference(image):
        values = image.reshape(-1, 3) / 255
        mean = values.mean(axis=0)
        return np.concatenate([mean, values.std(axis=0), np.cbrt(((values - mean) ** 3).mean(axis=0))])

    assert_equal(preprocessing.ColorMoments(), colour, reference, 1e-4)
