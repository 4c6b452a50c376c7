"""The tree of areas: its import, and who may see what by it."""
