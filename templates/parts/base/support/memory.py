"""Keep the memory that a training step has freed for the next one; TensorFlow 2.21 returns it to the system after every step."""

import contextlib
import ctypes
import sys

# Names and numbers of mallopt(3) in the GNU C library.
TRIM_THRESHOLD, KEPT = -1, 1 << 28  # bytes that may lie unused before they are given back
MMAP_THRESHOLD, MAPPED = (
    -3,
    1 << 25,
)  # an array of so many bytes or more is mapped, and unmapped when it is freed; the most allowed


def keep_freed() -> None:
    """Undo what TensorFlow sets when a training's first batch is asked for ("M_TRIM_THRESHOLD=128 kb was set", says its log).

    With it every array above 128 KiB is mapped anew in every step, and each of its pages is cleared by the system: half of the
    time of a small convolutional network on a CPU. Only the GNU C library has such settings; elsewhere nothing is done.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError, AttributeError):  # another C library, such as musl
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(TRIM_THRESHOLD, KEPT)
        library.mallopt(MMAP_THRESHOLD, MAPPED)
