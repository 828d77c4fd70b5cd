"""What the employer keeps: one database, one writer, plain reads."""
