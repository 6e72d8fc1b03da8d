"""What the records say about a month: one gathering of facts, frozen rows, sheets; the format is chosen last."""
