"""The app's own widgets, one file each."""
