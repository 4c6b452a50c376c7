"""Invented data: a region, its people's homes and a year of visits, sent through the real ingest as phones send them.

Nothing in the product knows this package but the first start (`server.sample`) and the command `demo`.
"""
