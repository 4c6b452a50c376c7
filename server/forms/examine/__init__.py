"""Looks at an upload from every side before anything is stored: `examine(data, filename)`, and the passes it is made of.

Pure: bytes in, notices at cells out. Knows no database.
"""

from server.forms.examine.examination import MAX_XML, SHEET_TYPES, XML_TYPE, Examination, examine

__all__ = ["MAX_XML", "SHEET_TYPES", "XML_TYPE", "Examination", "examine"]
