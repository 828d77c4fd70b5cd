"""Fixtures of the tests of sound."""

from tests.lab.headset.fixtures import plug_in

__all__ = ["plug_in"]
