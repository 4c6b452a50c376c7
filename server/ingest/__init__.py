"""Receive, parse, identify, store, check, project: the way of one submission."""
