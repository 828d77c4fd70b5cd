"""The employer's side: receives, verifies, stores, shows."""
