"""Sound: capturing it in a child process, and what its samples say. Imports nothing heavy."""
