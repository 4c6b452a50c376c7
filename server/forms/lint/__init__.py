"""Every fault of a spreadsheet that can be told from its cells, each at its own: what pyxform would name one at a time.

`look(book)` is the whole of it, one file a pass. Knows the XLSForm's rules and no XForm, no database, no page.
"""

from server.forms.lint.look import headed, look, no_survey

__all__ = ["headed", "look", "no_survey"]
