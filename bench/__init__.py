"""What is measured, and how: ratios against the least a server can do, in one run, by one client. See bench/README.md."""
