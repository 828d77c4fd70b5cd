"""The line to the employer: probing it, and what a voice would make of it."""
