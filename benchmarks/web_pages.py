"""Pages of the web app in a workspace of 100,000 comments: time of the server, first paint, bytes.

    python -m benchmarks.web_pages [--comments 100000] [--requests 40] [--folder DIR]

The survey is `benchmarks.large_survey`, analysed with `benchmarks.recombined_annotator` instead of the encoder. `saywhy
serve` runs in its own process. A page is requested again and again on one connection; the first request, which fills
caches, is shown apart. First paint and bytes are those of a Chromium with an empty cache, with scripts and styles.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2
import numpy as np
from playwright.sync_api import Browser, sync_playwright

from api.web.cause_links import cause_path
from benchmarks.large_survey import write
from benchmarks.latency import serving
from benchmarks.million import WORKSPACE, folder_for, run, run_analysis, run_import
from benchmarks.timing import print_table, processor
from saywhy.store import open_store
from service.cases import open_earlier
from service.reports.reading import read_report

CHROMIUM = "/usr/bin/chromium"
WAVE = "2026-Q2"


@dataclass(frozen=True, slots=True)
class Paint:
    """What a browser without a cache needs: milliseconds to the first contentful paint, bytes over the wire."""

    milliseconds: float
    transferred: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--comments", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=40, help="of each page")
    parser.add_argument("--folder", type=Path, help="keep the database there, or use the one that is there")
    options = parser.parse_args()
    with folder_for(options.folder) as folder:
        database = folder / "pages.db"
        if not database.exists():
            prepare(folder, database, options.comments)
        pages = addresses(f"sqlite:///{database}")
        with serving(database, workspace=WORKSPACE) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            rows = [row(name, server + path, options.requests, browser) for name, path in pages.items()]
    print(f"{processor()}; {options.comments:,} comments\n")
    print_table(("page", "first", "p50", "p95", "first paint", "transferred"), rows)


def prepare(folder: Path, database: Path, comments: int) -> None:
    """A workspace with so many comments, analysed, and a case for each that is due for a follow-up."""
    url = f"sqlite:///{database}"
    write(folder / "survey.csv", 2 * comments)  # every other response has a comment
    run(run_import, url, folder / "survey.csv")
    run(run_analysis, url, True)
    engine = open_store(url)
    open_earlier(engine, WORKSPACE, None)
    engine.dispose()


def addresses(url: str) -> dict[str, str]:
    """The pages, with the choices that cost most."""
    engine = open_store(url)
    report = read_report(engine, WORKSPACE, "all")
    cause = next(issue.key for issue in report.issues if issue.kind == "topic")
    engine.dispose()
    return {
        "overview": "/",
        "overview, a wave, all rows": f"/?wave={WAVE}&rows=all",
        "cause": cause_path(cause),
        "comments": "/comments",
        "comments of a cause": f"/comments?cause={cause.id}",
        "comments with a word": "/comments?q=delivery",
        "comments that mean": "/comments?q=late+delivery&by=meaning",
        "compare": "/compare",
        "segments": "/segments",
        "map": "/map",
        "what if": "/what-if",
        "pebbles": "/pebbles",
        "follow-ups": "/follow-ups",
        "customers": "/customers",
        "customer": "/customers/C-77",
        "praise": "/praise",
        "import": "/imports",
        "data quality": "/quality",
        "settings": "/settings",
    }


def row(name: str, address: str, requests: int, browser: Browser) -> tuple[str, ...]:
    seconds = request_times(address, requests)
    p50, p95 = np.quantile(seconds[1:], (0.5, 0.95))
    paint = paint_of(browser, address)
    return (
        name,
        f"{1000 * seconds[0]:,.0f} ms",
        f"{1000 * p50:,.0f} ms",
        f"{1000 * p95:,.0f} ms",
        f"{paint.milliseconds:,.0f} ms",
        f"{paint.transferred / 1000:,.0f} KB",
    )


def request_times(address: str, requests: int) -> list[float]:
    """Seconds of each request of a page, the first one too."""
    times = []
    with httpx2.Client(headers={"accept": "text/html", "accept-encoding": "gzip"}, timeout=60) as client:
        for _ in range(requests + 1):
            started = time.perf_counter()
            client.get(address).raise_for_status()
            times.append(time.perf_counter() - started)
    return times


def paint_of(browser: Browser, address: str) -> Paint:
    """First visit of a page with an empty cache."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(address, wait_until="networkidle")
    entries = page.evaluate("performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)")
    page.close()
    return Paint(float(entries[0]), sum(sizes))


if __name__ == "__main__":
    main()
