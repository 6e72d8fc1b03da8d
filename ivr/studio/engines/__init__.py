"""Speech engines: one protocol, one file per engine."""
