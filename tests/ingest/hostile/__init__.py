"""Files that are made to break an import: `texts`, `documents` and `workbooks` write them, `runner` imports them."""
