"""How a column writes its dates, as a value that can be saved with a model and described in words."""

import re
from dataclasses import asdict, dataclass
from typing import Any

WORDS = {"Y": "year", "y": "two-digit year", "m": "month", "b": "month's name", "d": "day", "H": "hour", "I": "hour", "M": "minute", "S": "second",
         "f": "fraction", "p": "AM/PM", "z": " offset", "q": "quarter", "G": "year", "V": "week", "u": "day of the week", "j": "day of the year"}  # fmt: skip
NAMES = {"iso": "ISO 8601", "unix": "seconds since 1970", "unix-ms": "milliseconds since 1970", "unix-us": "microseconds since 1970",
         "unix-ns": "nanoseconds since 1970", "excel": "days as spreadsheets count them"}  # fmt: skip


@dataclass(frozen=True)
class DateFormat:
    """How a column writes its dates.

    `forms` are formats that differ in the time alone, as where midnight is left out. `ambiguous` is another format that fits every
    value, "" where there is none, and `because` the reason against it. `zone` says how time zone offsets were read: "utc", or "local" where
    every local time is midnight, so that days stay days; "" where the texts have none. `first` is the first of the hundred years that
    two-digit years lie in, 0 where there are none.
    """

    forms: tuple[str, ...]
    ambiguous: str = ""
    because: str = ""
    zone: str = ""
    first: int = 0

    def to_record(self) -> dict[str, Any]:
        return asdict(self) | {"forms": list(self.forms)}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "DateFormat":
        return cls(**{**record, "forms": tuple(record["forms"])})

    def text(self) -> str:
        """In words: day.month.year hour:minute; and what else would fit, with the option that decides."""
        text = " or ".join(map(_in_words, self.forms[:2]))
        text += {"utc": ", taken in UTC", "local": ", each in its local time"}.get(self.zone, "")
        text += f", years taken as {self.first} to {self.first + 99}" if self.first else ""
        if self.ambiguous:
            reason = f"taken because {self.because}" if self.because else "no row decides"
            option = f'"{self.ambiguous}"' if " " in self.ambiguous else self.ambiguous
            text += f" ({reason}; {_in_words(self.ambiguous)} fits too: --date-format {option})"
        return text


def _in_words(form: str) -> str:
    """A format as a person says it: day.month.year hour:minute."""
    text = form.replace("Q%q", "%q").replace("W%V", "%V").replace(" %z", "%z")
    return NAMES.get(form) or re.sub(r"%([A-Za-z])", lambda code: WORDS.get(code[1], code[0]), text)
