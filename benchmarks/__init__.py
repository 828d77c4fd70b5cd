"""Measurements of the product itself, one file each; `make benchmark-NAME` runs one. None is part of the tests."""
