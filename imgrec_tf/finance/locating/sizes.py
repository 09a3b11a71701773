"""Sizes of what the networks take and give, in pixels; apart from them, so that reading these loads no TensorFlow."""

SHEET_INPUT, SHEET_OUTPUT = 96, 48
STRIP_ACROSS, STRIP_ALONG = 32, 64
UPRIGHT_INPUT = 160
PAGE_INPUT = 80
