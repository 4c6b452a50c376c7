"""A spreadsheet becomes an XForm: pyxform in a bounded child process (child.py), its words turned into notices at cells.

Knows neither database nor what the form means.
"""

from server.forms.convert.converter import Conversion, convert

__all__ = ["Conversion", "convert"]
