"""The commands of ``readiness``: one module each."""
