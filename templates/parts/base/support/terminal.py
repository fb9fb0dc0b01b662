"""What a step shows: text that cannot control the terminal, and progress that suits a terminal or a log."""

import io
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

# Control characters, among them the escape that begins a command to the terminal, and marks that change the direction of writing.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
OUTPUT = "the output"  # as the name of a file in an error of the system
FIRST_LINE = 30.0  # seconds until a log gets its first line of progress; each further one comes at twice the time


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


def give_up_output() -> None:
    """Let what is left for stdout go nowhere: Python would try once more at its end, and change the exit code."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


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


def progress(
    items: Iterable[T], what: str, total: int, unit: str = "", size: Callable[[T], int] = lambda item: 1
) -> Iterator[T]:
    """`items` one after another, showing how far it has come: a bar on a terminal; in a log whole lines, and few of them.

    Args:
        total: how much there is, 0 where that is not known.
        unit: what is counted, such as B for bytes.
        size: how much of it an item is.
    """
    done, began, next_line, bar = 0, time.monotonic(), FIRST_LINE, None
    if sys.stderr.isatty():
        from tqdm import tqdm

        bar = tqdm(total=total or None, unit=unit or "it", unit_scale=bool(unit), desc=what, delay=1, leave=False)
    try:
        for item in items:
            yield item
            done += size(item)
            if bar is not None:
                bar.update(size(item))
            elif time.monotonic() - began >= next_line:
                next_line *= 2
                of = f" of {total:,}" if total else ""
                print(f"{what}: {done:,}{of} {unit}".rstrip(), file=sys.stderr, flush=True)
    finally:
        if bar is not None:
            bar.close()
