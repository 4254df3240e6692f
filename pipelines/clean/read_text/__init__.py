"""The text of a comment as it is read: what the customer wrote, without what came along.

`reading.read` leaves out markup and characters that nobody sees (`markup`), mends letters that were decoded wrongly
(`pipelines.mojibake`), and leaves out quoted mail, greetings, signatures and the question repeated (`correspondence`).
Each character of a `reading.ReadText` knows its place in the verbatim, which never changes.
"""

from pipelines.clean.read_text.reading import ReadText, read

__all__ = ["ReadText", "read"]
