"""XLSForm to XForm to published version: drafts, attachments, mapping, dignity. Uses xforms and the catalogue of columns."""
