"""The ways a call reaches us."""
