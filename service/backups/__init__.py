"""Backups: a store in one file, which any database of this or a later version can take.

`writing.back_up` writes one, `restoring.restore` puts one in the place of a store, `archive` is the format.
"""

from service.backups.restoring import Restored, restore
from service.backups.writing import back_up

__all__ = ["Restored", "back_up", "restore"]
