"""Tingke: lessons by telephone."""
