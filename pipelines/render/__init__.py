"""A report as a page, as JSON and as CSV."""

from pipelines.render.data import to_csv, to_json
from pipelines.render.html import start_page, to_html

__all__ = ["start_page", "to_csv", "to_html", "to_json"]
