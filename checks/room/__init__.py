"""The checks of the room."""
