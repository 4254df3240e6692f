"""Files with labels that people gave to comments: Label Studio, Argilla, CSV and JSON lines, read and written.

- `task`: what is in such a file, whatever its format.
- `files`: the public face; which formats there are, reading and writing any of them.
- `label_studio`, `argilla`, `lines`, `table`: one module a format.
- `code_units`: offsets of tools that count UTF-16 code units.

Whether a comment, theme or cause exists is not checked here, but where labels are imported (`service.labelling`).
"""
