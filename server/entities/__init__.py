"""Datasets, entities, their versions, and the lists that phones get."""
