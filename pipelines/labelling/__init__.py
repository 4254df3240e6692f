"""What people's labels are worth, and which are wanted next: values in, values out.

- `agreement`: how far people agree, as Krippendorff's alpha with an interval.
- `suspects`: labels that are probably wrong, by confident learning.
- `selection`: which comments to label next.
"""
