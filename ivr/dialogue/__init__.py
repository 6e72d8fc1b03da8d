"""The conversation, pure: a state and an input in, a turn out. No I/O, no clock, no randomness."""
