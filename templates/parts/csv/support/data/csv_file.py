"""What a CSV file is made of: its encoding, separator, header and quotes, found out or named with file and line."""

import codecs
import csv
import io
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from support.data import csv_header, csv_rows
from support.errors import ProjectError
from support.settings import Settings

from pydantic import Field

SEPARATORS = (",", ";", "\t", "|")
SAMPLE = 200_000  # bytes looked at first
csv.field_size_limit(1 << 24)


class CsvOptions(Settings):
    """How a CSV file is written, where that cannot be found out from the file."""

    separator: str | None = Field(None, description="between the values of your CSV file; found out where not given")
    decimal: Literal[".", ","] | None = Field(
        None, description="mark of decimals in your CSV file, . or , ; found out where not given"
    )
    header: bool | None = Field(
        None,
        description="whether the first line of your CSV file holds the names of its columns; checked where not given",
    )
    skip_lines: int = Field(
        0, ge=0, description="lines of your CSV file above the names of its columns, such as a title"
    )
    quotes: bool | None = Field(
        None,
        description='whether a " at the beginning of a value encloses it, or is a plain character; found out where not given',
    )

    def reading(self) -> dict[str, Any]:
        """What `table.read` takes; kept in spec, so that a prediction reads as training did."""
        return {name: getattr(self, name) for name in CsvOptions.model_fields}


@dataclass(frozen=True)
class CsvFile:
    """What stands in a file, and how it is to be read.

    `body` are the rows, without the header, as UTF-8 with line ends \\n; the first is on line `line` of the file. `quotes` says
    whether quotes enclose values, where the user does; `notes`, what else a reader should know.
    """

    path: Path
    separator: str
    header: list[str]
    line: int
    body: bytes
    quotes: bool | None = None
    notes: tuple[str, ...] = ()


def opened(
    path: Path,
    separator: str | None = None,
    header: bool | None = None,
    skip_lines: int = 0,
    quotes: bool | None = None,
) -> CsvFile:
    """The file with its header read and checked.

    Raises:
        ProjectError: naming file and line, where the file is no table.
    """
    (raw, notes), begin, line = decoded(path), 0, 1
    first = raw[: raw.find(b"\n") + 1]
    if told := re.fullmatch(rb'"?sep=(.)"?\n', first, re.IGNORECASE):  # how Excel is told the separator
        separator, begin, line = separator or told[1].decode(), len(first), 2
    while begin < len(raw) and (line <= skip_lines or not raw[begin : raw.find(b"\n", begin)].strip()):
        begin, line = raw.find(b"\n", begin) + 1, line + 1
    if begin >= len(raw):
        raise ProjectError(f"{path} has {line - 1} lines, and all are blank or skipped\nSee --skip-lines.")
    text = raw[begin : begin + SAMPLE].decode("utf-8", "ignore")
    text = text[: text.rfind("\n") + 1] or text
    separator = {"tab": "\t", "\\t": "\t"}.get(separator or "", separator) or sniffed(text, path, line)
    if len(separator) != 1:
        raise ProjectError(f"--separator cannot be {separator!r}: expected one character, or tab")
    enclosed = quotes is not False
    rows = list(islice((csv_rows.quoted if enclosed else csv_rows.literal)(text, separator), 300))
    names = csv_header.checked(rows, separator, path, header, line, text)
    if header is not False:
        above, head = rows[0].end, begin
        begin, line = begin + len("\n".join(text.split("\n")[:above]).encode()) + 1, line + above
        if (again := raw.find(b"\n" + raw[head:begin], begin - 1)) >= 0:
            raise ProjectError(
                f"{path}:{raw[: again + 1].count(10) + 1}: the names of the columns are repeated here\nWere two files put together? Delete this line."
            )
    body = raw[begin:]
    if body.isspace() or not body:
        raise ProjectError(f"{path} has a header but no rows\nExpected one line per example below it.")
    return CsvFile(path, separator, names, line, body, quotes, notes)


def decoded(path: Path) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of the file as UTF-8, without a mark at the beginning and blank lines at the end, lines ended by \\n; and notes.

    Raises:
        ProjectError: where it is no text.
    """
    if str(path) in ("", "."):
        raise ProjectError("the path of the data is empty\nExpected the path of a CSV file.")
    if path.is_dir():
        raise ProjectError(f"{path} is a folder\nExpected a CSV file, for example {path}/table.csv.")
    if not path.exists():
        raise ProjectError(f"there is no data at {path}\nExpected sample, full, or the path of a CSV file.")
    if not path.is_file():  # a pipe may never say anything, a device such as /dev/zero never ends
        raise ProjectError(f"{path} is neither a file nor a folder\nExpected a CSV file.")
    raw = path.read_bytes()
    if not raw or raw.isspace():
        raise ProjectError(
            f"{path} is empty\nExpected a line with the names of the columns, and one line per example below it."
        )
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raw = raw.decode("utf-16", errors="replace").encode()
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"PAR1")):
        raise ProjectError(
            f"{path}:1: this is a workbook or a packed file, not text\nSave the sheet as CSV, or unpack it."
        )
    if re.match(
        rb"\s*(?:<(?:!doctype|\?xml|html|table)\b|[\[{]\s*[\"{\[])",
        raw.removeprefix(codecs.BOM_UTF8)[:100],
        re.IGNORECASE,
    ):
        raise ProjectError(f"{path}:1: this looks like HTML, XML or JSON, not like a table\nExpected a CSV file.")
    for encoding, zeros in (("utf-16-le", raw[1:200:2]), ("utf-16-be", raw[:200:2])):
        if zeros and 2 * zeros.count(0) > len(zeros) and not len(raw) % 2:  # UTF-16 without its mark
            raw = raw.decode(encoding, errors="replace").encode()
    if b"\0" in raw or sum(byte < 9 for byte in raw[:4096]) > 4:
        line = raw[: raw.find(b"\0")].count(b"\n") + 1 if b"\0" in raw else 1
        raise ProjectError(
            f"{path}:{line}: this is a binary file, not text\nExpected a CSV file: a line with the names of the columns, then one line per example."
        )
    raw = raw.removeprefix(codecs.BOM_UTF8)
    notes: tuple[str, ...] = ()
    if not raw.isascii() and (other := _as_utf8(raw, path)) is not raw:
        word = re.search(r"\w*[^\x00-\x7f]+\w*", other.decode())
        raw, notes = (
            other,
            (f"warning: {path} is not UTF-8; it was read as Windows-1252, for example {word and word[0]}",),
        )
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    while raw.endswith(b"\n\n"):
        raw = raw[:-1]
    return raw if raw.endswith(b"\n") else raw + b"\n", notes


def _as_utf8(raw: bytes, path: Path) -> bytes:
    try:
        raw.decode("utf-8")
        return raw
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        foreign = error.object[error.start : error.start + 1]
        proper = _first_utf8_line(raw)
        try:
            if proper is None:
                return raw.decode("cp1252").encode()  # what spreadsheets on Windows write
        except UnicodeDecodeError as other:
            line = raw[: other.start].count(b"\n") + 1
            raise ProjectError(
                f"{path}:{line}: byte 0x{raw[other.start]:02x} is neither UTF-8 nor Windows-1252\nSave the file as UTF-8."
            ) from None
        raise ProjectError(
            f"{path}:{line}: byte 0x{foreign.hex()} is not UTF-8, but line {proper} is: the file mixes two encodings\nSave the whole file as UTF-8, for example in a spreadsheet: CSV UTF-8."
        ) from None


def _first_utf8_line(raw: bytes) -> int | None:
    """The first line with a letter outside ASCII that is proper UTF-8."""
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.isascii():
            try:
                line.decode("utf-8")
                return number
            except UnicodeDecodeError:
                continue
    return None


def sniffed(text: str, path: Path, line: int = 1) -> str:
    """The separator that cuts the first lines into the same number of columns, the most of them.

    Raises:
        ProjectError: where none cuts the first line.
    """
    found: dict[str, tuple[float, int]] = {}
    for separator in SEPARATORS:
        widths = [
            len(row)
            for _, row in zip(range(100), csv.reader(io.StringIO(text, newline=""), delimiter=separator), strict=False)
            if row
        ]
        if widths and widths[0] > 1:
            found[separator] = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
    if found:
        return max(found, key=lambda separator: found[separator])
    for separator in SEPARATORS:
        if advice := csv_header.title_lines(text, separator, line):
            raise ProjectError(f"{path}:{line}: {advice}")
    if re.match(r'".*[,;\t|].*"$', text, re.MULTILINE):
        raise ProjectError(f"{path}:{line}: each line stands in quotes as a whole\nRemove the quotes around the lines.")
    raise ProjectError(
        f"{path}:{line}: only one column: {text.splitlines()[0][:60]!r}\nExpected names of columns with , ; | or a tab between them; any other: --separator."
    )
