"""The pages of the app, a module each, in the order of the navigation.

A module declares its `PAGE` (`api.web.page`), the context of its template and its routes; here it is registered.
docs/explanation/web-app.md says how to add one.
"""

from typing import Any

from api.web.page import Page
from api.web.pages import comments, overview

#: Every page, in the order of the navigation.
PAGES: tuple[Page[Any], ...] = (overview.PAGE, comments.PAGE)
