"""What a call would sound like over a line: jitter buffer, codec, and the E-model."""
