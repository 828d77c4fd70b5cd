"""Which microphones and loudspeakers there are, by the platform's own account. One file per platform."""
