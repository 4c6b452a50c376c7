"""Streams over what is stored: CSV."""
