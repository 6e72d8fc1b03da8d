"""A person's voice in a lesson: judged, cut, marked in its text, and made into takes."""
