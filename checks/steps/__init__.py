"""Steps: each acquires one capture."""
