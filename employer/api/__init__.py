"""The agent's interface: one module for each thing that it asks."""
