"""The checks of the headset."""
