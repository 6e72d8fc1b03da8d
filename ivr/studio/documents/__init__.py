"""Lessons from other programs, and questions for them: Word, typed texts, GIFT, Aiken."""
