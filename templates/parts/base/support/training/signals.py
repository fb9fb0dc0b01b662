"""Ctrl-C and SIGTERM while a model is trained."""

import signal
import sys
from types import FrameType
from typing import Any

EXIT_CODES = {"Ctrl-C": 130, "SIGTERM": 143}  # as a shell gives them


class Signals:
    """While training, Ctrl-C and SIGTERM only set a flag, so that no batch and no file is cut in half. A second Ctrl-C stops at once."""

    def __init__(self) -> None:
        self.came = ""  # the name of the one that came
        self.before: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is signal.SIG_IGN:
                continue  # the parent process wants it ignored, as a shell does with Ctrl-C for background jobs
            try:
                self.before[number] = signal.signal(number, self._note)
            except ValueError:  # not in the main thread: the caller's own handling stays
                break

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.came:
            raise KeyboardInterrupt
        self.came = "Ctrl-C" if number == signal.SIGINT else "SIGTERM"
        print(f"\n{self.came}: finishing this batch; once more stops at once.", file=sys.stderr)
