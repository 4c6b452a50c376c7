"""An uploaded spreadsheet as neutral values, where things stand in it, and the same file given back with something added.

`read(data, filename)` opens it. Knows nothing of what the cells mean.
"""

from server.forms.workbook.reading import (
    MAX_UNPACKED,
    Cell,
    Kind,
    Place,
    Row,
    Sheet,
    Workbook,
    WorkbookError,
    read,
)

__all__ = ["MAX_UNPACKED", "Cell", "Kind", "Place", "Row", "Sheet", "Workbook", "WorkbookError", "read"]
