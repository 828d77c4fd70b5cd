"""The program's version, in a module of its own: ``readiness --version`` imports nothing else."""

VERSION = "0.1.0"
