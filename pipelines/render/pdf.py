"""Documents as PDF. Nothing is fetched: no font, image or style sheet, from no network and no disk.

`python -m pipelines.render.pdf` makes a PDF of the HTML on its input. A server lets such a process do it
(`pdf_in_process`): laying out pages takes seconds of a processor, and a process can be stopped.
"""

from __future__ import annotations

import logging
import subprocess
import sys

from saywhy.errors import NotInstalled, ServerBusy

#: Seconds after which a process that makes a PDF is stopped. The longest document takes a few.
TIMEOUT = 60

#: Bytes of address space of such a process.
_MEMORY = 2 * 1024**3


def to_pdf(document: str) -> bytes:
    """A tagged PDF of an HTML document; addresses in it are not followed.

    Raises `NotInstalled` where the libraries of WeasyPrint are missing.
    """
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it warns of rules that are for browsers
    try:
        from weasyprint import HTML
        from weasyprint.urls import FatalURLFetchingError, URLFetcher
    except OSError as error:  # a library of the system, which it loads by name
        raise NotInstalled(f"PDFs need Pango (on Debian: apt-get install libpangoft2-1.0-0): {error}") from None

    class NoFetcher(URLFetcher):  # type: ignore[misc]  # it has no types
        def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002
            raise FatalURLFetchingError(f"a document must not fetch anything, and this one wants {url[:100]!r}")

    pdf: bytes = HTML(string=document, url_fetcher=NoFetcher()).write_pdf(pdf_tags=True)
    return pdf


def pdf_in_process(document: str) -> bytes:
    """`to_pdf`, in a process of its own with a limit of time and memory.

    Raises `ServerBusy` if it takes too long, and `NotInstalled`.
    """
    command = [sys.executable, "-m", __name__]
    try:
        # The interpreter itself, no shell.
        done = subprocess.run(  # nosec B603
            command, input=document.encode(), capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        raise ServerBusy(f"a PDF was not done in {TIMEOUT} s") from None
    if done.returncode == _NOT_INSTALLED:
        raise NotInstalled(done.stderr.decode(errors="replace").strip())
    done.check_returncode()
    return done.stdout


_NOT_INSTALLED = 3


def _main() -> int:
    from resource import RLIMIT_AS, setrlimit

    setrlimit(RLIMIT_AS, (_MEMORY, _MEMORY))
    try:
        pdf = to_pdf(sys.stdin.buffer.read().decode())
    except NotInstalled as error:
        print(error.detail, file=sys.stderr)
        return _NOT_INSTALLED
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
