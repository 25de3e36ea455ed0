"""Builds what the program has learned, from public reading-comprehension data."""
