"""What a step shows: text that cannot steer the terminal, and progress that suits a terminal or a log."""

import io
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

# Control characters, among them the escape that begins a command to the terminal, and marks that turn the direction of writing.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
OUTPUT = "the output"  # as the name of a file in an error of the system
FIRST_LINE = 30.0  # seconds until a log gets its first line of progress; each further one comes after twice the time


def printable(text: str, keep: str = "") -> str:
    r"""`text` with each control character but line breaks, tabs and those in `keep` written out, such as \x1b.

    Names of classes, columns and files come from somebody's data: printed as they are, they could clear the screen or hide a line.
    """
    return CONTROLS.sub(lambda found: found[0] if found[0] in keep else ascii(found[0])[1:-1], text)


def one_line(text: str) -> str:
    r"""The same for a name within a line: line breaks and tabs are written out too."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


class Printable(io.TextIOWrapper):
    """A standard stream of a step. What its encoding cannot hold is written out as well, instead of ending the step."""

    keep = ""

    def write(self, text: str) -> int:
        with _named():
            super().write(printable(text, self.keep))
        return len(text)

    def flush(self) -> None:
        with _named():
            super().flush()


@contextmanager
def _named() -> Iterator[None]:
    """An error of the system in here says that it is about the output, not about a file of the project."""
    try:
        yield
    except OSError as error:
        error.filename = OUTPUT
        raise


def show_controls() -> None:
    """Let all that this process prints from now on be printable, and go nowhere where its output is closed."""
    for name, keep in (("stdout", ""), ("stderr", "\r")):  # a bar of progress goes back to the beginning of its line
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, io.TextIOWrapper(io.FileIO(os.devnull, "w"), encoding="utf-8"))
        if type(stream) is io.TextIOWrapper:  # not one that a notebook or a test has put in its place
            encoding, buffering = stream.encoding, stream.line_buffering
            changed = Printable(stream.detach(), encoding, "backslashreplace", line_buffering=buffering)
            changed.keep = keep
            setattr(sys, name, changed)


class Progress:
    """How far something long has come: a bar on a terminal; in a log whole lines, and few of them."""

    def __init__(self, what: str, total: int, unit: str = "") -> None:
        self.what, self.total, self.unit, self.done = what, total, unit, 0
        self.bar = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self.bar = tqdm(total=total, unit=unit or "it", unit_scale=bool(unit), desc=what, delay=1, leave=False)
        self.next_line = time.monotonic() + FIRST_LINE
        self.pause = FIRST_LINE

    def update(self, count: int) -> None:
        self.done += count
        if self.bar is not None:
            self.bar.update(count)
        elif time.monotonic() >= self.next_line:
            self.pause *= 2
            self.next_line += self.pause
            of = f" of {self.total:,}" if self.total else ""
            print(f"{self.what}: {self.done:,}{of}{' ' * bool(self.unit)}{self.unit}", file=sys.stderr, flush=True)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


def progress(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """`items` one after another, showing how far it has come."""
    with Progress(what, total) as shown:
        for item in items:
            yield item
            shown.update(1)
