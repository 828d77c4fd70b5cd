"""Parts of the benchmarks of voice quality."""
