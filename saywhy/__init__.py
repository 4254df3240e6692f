"""The words of the product: domain types, errors, settings, text normalisation.

The ground floor. Everything above imports from here; nothing here imports from above.
"""

__version__ = "0.1.0"
