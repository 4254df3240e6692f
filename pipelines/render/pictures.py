"""Drawings (SVG) as pictures (PNG)."""

from __future__ import annotations

import re

from saywhy.errors import FileTooLarge

#: Pixels for each unit of a drawing, sharp on slides; and the most of a picture, of four bytes each.
SCALE, MOST_PIXELS = 2, 32_000_000

_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')


def to_png(svg: str) -> bytes:
    """The drawing as PNG, with the fonts that this machine has. Raises `FileTooLarge` for more than `MOST_PIXELS`.

    The drawing begins with its width and height.
    """
    import vl_convert  # a large library, which only this needs

    size = _SIZE.match(svg)
    assert size is not None
    width, height = (round(SCALE * float(side)) for side in size.groups())
    if width * height > MOST_PIXELS:
        raise FileTooLarge(f"the picture would have {width:,} × {height:,} pixels: take SVG, or show fewer rows")
    return bytes(vl_convert.svg_to_png(svg, scale=SCALE))
