"""A village of simulated callers rings the real line, and what became of them is told."""
