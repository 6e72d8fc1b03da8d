"""The official record: who is enrolled, what was sent and done in each call, what follows from it."""
