"""Tests of the forms that ship: as spreadsheets, and as a phone runs them."""
