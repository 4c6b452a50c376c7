"""What tests stand on: a PostgreSQL, an S3, a JavaRosa and a browser, all out of packages, none installed.

Knows nothing of the product: each tool is proven by a test beside it.
"""
