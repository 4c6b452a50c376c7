"""Forms: what is in the field, an upload with its problems in place, one form from draft to its versions."""
