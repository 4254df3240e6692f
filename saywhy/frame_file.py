"""Files with code frames: those that ship, and those of people."""

from __future__ import annotations

from pathlib import Path

from saywhy.errors import InvalidInput
from saywhy.frame import Frame
from saywhy.frame_yaml import parse_frame

#: Frames that ship, each in a file with its id.
SHIPPED = Path(__file__).with_name("frames")


def load_frame(path: Path) -> Frame:
    """Read a file. Raises `InvalidInput` with its name and every fault."""
    return read_frame(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The text of a file. Raises `InvalidInput`."""
    try:
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None


def decode(content: bytes, name: str) -> str:
    """The text of a file of that name, its lines ended by newlines. Raises `InvalidInput`."""
    try:
        return with_newlines(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name}: not UTF-8 at byte {error.start + 1}") from None


def with_newlines(text: str) -> str:
    """The text with its lines ended by newlines alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shipped_frames() -> dict[str, Path]:
    """The files of the frames that ship, by id."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def read_frame(text: str, name: str = "the code frame") -> Frame:
    """Read YAML. Raises `InvalidInput` with every fault; `name` says in which file."""
    frame, faults = parse_frame(text)
    if frame is None:
        raise InvalidInput(f"{name}: " + "; ".join(map(str, faults)))
    return frame
