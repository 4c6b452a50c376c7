"""The household monitoring database: tables, catalogue of columns, projection, domain checks."""
