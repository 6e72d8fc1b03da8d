"""What secretaries read: one query, frozen rows, a sheet, a format chosen last."""
