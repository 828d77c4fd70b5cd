"""Parts of the benchmark of intervals."""
