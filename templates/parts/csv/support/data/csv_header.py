"""Whether the first line of a CSV file holds the names of its columns, and what to do where it does not."""

import re
from pathlib import Path

from support.data import numbers
from support.data.csv_rows import Row
from support.errors import ProjectError

LOOKED_AT = 20  # lines among which the names are searched
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d.*)?|.*\b\d\d:\d\d(?::\d\d)?\b.*")


def checked(rows: list[Row], separator: str, path: Path, wanted: bool | None, line: int, text: str) -> list[str]:
    """The names of the columns.

    Args:
        rows: the first rows of the file.
        separator: between values.
        path: of the file.
        wanted: whether the first line holds the names, as the user says; None to check it.
        line: of the file on which `rows` begin.
        text: of the same rows.

    Raises:
        ProjectError: where the first line holds no names.
    """
    first = [cell.strip() for cell in rows[0].cells]
    at = f"{path}:{rows[0].line + line}"
    if len(first) < 2:
        if advice := title_lines(text, separator, line):
            raise ProjectError(f"{at}: {advice}")
        raise ProjectError(
            f"{at}: only one column, {first[0][:60]!r}, with {separator!r} as the separator\nAnother one: --separator ';'"
        )
    if wanted is False:
        return [f"column_{position}" for position in range(1, len(first) + 1)]
    if wanted is None:
        if advice := title_lines(text, separator, line):
            raise ProjectError(f"{at}: {advice}")
        _check_names(first, [[cell.strip() for cell in row.cells] for row in rows[1:]], at)
    for position, name in enumerate(first):
        if name and name in first[:position]:
            raise ProjectError(f"{at}: two columns are named {name}\nEach needs a name of its own.")
    names = [printable(name) or f"unnamed_{position}" for position, name in enumerate(first, start=1)]
    if len(set(names)) < len(names):
        raise ProjectError(f"{at}: two columns are named {max(names, key=names.count)}\nEach needs a name of its own.")
    return names


def printable(name: str) -> str:
    """A name that may be shown: control characters, which move a terminal's cursor, are written as escapes."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name)


def _check_names(first: list[str], rows: list[list[str]], at: str) -> None:
    """Raise where the first line looks like one more row."""
    advice = "Add a first line with names, for example: area,rooms,price; or take column_1, column_2, … as names: --no-header"
    named = [cell for cell in first if cell]
    if named and all(map(numbers.plain, named)):
        raise ProjectError(f"{at}: the first line holds numbers, not the names of the columns\n{advice}")
    columns = {
        place: [row[place] for row in rows if len(row) == len(first) and row != first] for place in range(len(first))
    }
    like: list[str] = []  # cells of the first line that are as their column
    unlike = 0
    digits = [float(cell) for cell in first if numbers.plain(cell)]
    counting = len(digits) > 2 and digits == sorted(set(digits)) and all(value.is_integer() for value in digits)
    for place, cell in enumerate(first):
        below = [value for value in columns[place] if value not in numbers.MISSING]
        if not below or not cell:
            continue
        numeric = sum(map(numbers.plain, below)) >= 0.9 * len(below)
        if numbers.plain(cell):
            if numeric and not counting:
                like.append(cell)
        elif numeric:
            unlike += 1
        elif (
            below.count(cell) >= 1
            or _DATE.fullmatch(cell)
            and sum(_DATE.fullmatch(value) is not None for value in below) >= 0.9 * len(below)
        ):
            like.append(cell)
        elif len(set(below)) <= 0.5 * len(below) and len(below) >= 20:
            unlike += 1
    if like and not unlike:
        raise ProjectError(
            f"{at}: the first line looks like data, not like the names of the columns: {', '.join(like[:3])} "
            f"{'is' if len(like) == 1 else 'are'} like the values below\n{advice}. If these are the names: --header"
        )


def title_lines(text: str, separator: str, line: int) -> str:
    """What to say where a line of names follows below others, such as a title, that are mostly empty; else nothing."""
    lines = text.split("\n")[: LOOKED_AT * 2]
    cells = [[cell.strip() for cell in content.split(separator)] for content in lines]
    for above in range(1, min(LOOKED_AT, len(lines))):
        names, titles = cells[above], [each for each in cells[:above] if any(each)]
        below = [len(each) for each in cells[above + 1 : above + 11] if any(each)]
        most = len(names) // 2
        if len(names) < 2 or not all(names) or any(map(numbers.plain, names)) or not titles or len(below) < 3:
            continue
        if set(below) != {len(names)} or any(sum(map(bool, each)) > most for each in titles):
            continue
        if len(names) > 2 or all(len(each) == 1 for each in titles):
            title = " ".join(cell for cell in titles[0] if cell)[:60]
            return (
                f"{title!r} is no line of names; line {line + above} looks like one: {', '.join(names[:4])}\n"
                f"Skip what stands above it: --skip-lines {line + above - 1}"
            )
    return ""
