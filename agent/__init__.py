"""The operator's program: runs, shows, keeps, sends."""
