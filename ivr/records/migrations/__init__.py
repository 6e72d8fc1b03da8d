"""The history of the tables, first to last."""
