"""Rendered documents."""
