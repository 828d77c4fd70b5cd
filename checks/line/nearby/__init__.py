"""What is nearer than the employer: the home's router, and a second target, asked while the line is probed."""
