"""Parts of the benchmark of the line's speed."""
