"""Visits: which ones (list, gallery, map, download) and one of them, with the decision about it."""
