"""Three versions of a file -> one: what you changed and what the template changed, with markers where they meet.

On bytes, so that files in any encoding come through; a line is what ends with a newline. Files with one kind of line
ending are compared without it, so that a file saved with CRLF still merges with a template in LF.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

YOURS, MIDDLE, TEMPLATE = b"<<<<<<< yours", b"=======", b">>>>>>> template"
AS_MADE = b"||||||| as it was made"
LONG = 20_000  # lines, beyond which exact matching of repeated lines would take minutes

Lines = Sequence[bytes]
Range = tuple[int, int]


@dataclass(frozen=True)
class Merged:
    """The merged bytes, and how many conflicts in them are marked."""

    data: bytes
    conflicts: int


def is_binary(*versions: bytes) -> bool:
    """Whether one of them is not text: it has a zero byte near its start, which is also git's test."""
    return any(b"\0" in data[:8000] for data in versions)


def merge(base: bytes | None, yours: bytes, theirs: bytes) -> Merged:
    """Merge two texts that were both made from `base`; without `base` each difference is a conflict.

    Every line of `yours` that is not in `base` is in the result, possibly between markers. So is every such line of
    `theirs`.
    """
    if yours == theirs or theirs == base:
        return Merged(yours, 0)
    if yours == base:
        return Merged(theirs, 0)
    versions = [data for data in (base, yours, theirs) if data is not None]
    endings = [_ending(data) for data in versions]
    one_each = None not in endings
    if one_each:
        versions = [data.replace(b"\r\n", b"\n") for data in versions]
    before, mine, new = [None] * (3 - len(versions)) + [lines_of(data) for data in versions]
    assert mine is not None and new is not None
    out: list[bytes] = []
    conflicts = 0
    for chunk in _chunks(before, mine, new):
        if isinstance(chunk, list):
            _extend(out, chunk)
        else:
            conflicts += 1
            _mark(out, *chunk, show_base=base is not None)
    data = b"".join(out)
    if one_each:  # the template changed the ending, and you did not: take its; else yours
        ending = endings[-1] if base is not None and endings[0] == endings[-2] else endings[-2]
        data = data.replace(b"\n", ending or b"\n")
    return Merged(data, conflicts)


def patch(rendered: bytes, yours: bytes, source: bytes) -> tuple[bytes, list[bytes]]:
    """Carry the edits that made `yours` from `rendered` back into the `source` that it was rendered from.

    Returns the new source, and your lines that have no place in it: the template fills in, or has changed, what
    stood there.
    """
    done, left = list[bytes](), list[bytes]()
    for chunk in _chunks(*(lines_of(data) for data in (rendered, yours, source))):
        if isinstance(chunk, list):
            _extend(done, chunk)
            continue
        before, mine, new = chunk
        if len(before) == len(mine) == len(new):  # line by line: an edit beside a line that is filled in
            for old, edited, template in zip(before, mine, new, strict=True):
                _extend(done, [edited if template == old else template])
                left += [edited] if template != old and edited not in (old, template) else []
        else:
            _extend(done, new)
            left += [line for line in mine if line not in before] or mine
    return b"".join(done), left


Conflict = tuple[list[bytes], list[bytes], list[bytes]]  # before, yours, theirs


def _chunks(base: list[bytes] | None, yours: list[bytes], theirs: list[bytes]) -> Iterator[list[bytes] | Conflict]:
    """What goes into the result, piece by piece: lines, or three lists of lines that conflict."""
    if base is None:
        base = [line for i, _, n in _matches(yours, theirs) for line in yours[i : i + n]]
        careful = True
    else:
        careful = False
    at_base = at_yours = at_theirs = 0
    for (start, end), in_yours, in_theirs in _common(base, yours, theirs):
        before, mine, new = base[at_base:start], yours[at_yours:in_yours], theirs[at_theirs:in_theirs]
        yield from _between(before, mine, new, careful)
        yield base[start:end]
        at_base, at_yours, at_theirs = end, in_yours + end - start, in_theirs + end - start


def _between(
    before: list[bytes], mine: list[bytes], new: list[bytes], careful: bool
) -> Iterator[list[bytes] | Conflict]:
    """The lines between two places where all versions agree."""
    if mine == new:
        yield mine
    elif before == mine and not careful:
        yield new
    elif before == new and not careful:
        yield mine
    else:  # what both begin or end with is not in conflict
        first = _same(mine, new)
        last = _same(mine[first:][::-1], new[first:][::-1])
        yield mine[:first]
        yield before, mine[first : len(mine) - last], new[first : len(new) - last]
        yield mine[len(mine) - last :]


def _common(base: list[bytes], yours: list[bytes], theirs: list[bytes]) -> Iterator[tuple[Range, int, int]]:
    """The ranges of `base` that are in both others, with their positions there; last an empty one at the ends."""
    left, right = list(_matches(base, yours)), list(_matches(base, theirs))
    a = b = 0
    while a < len(left) and b < len(right):
        (start_a, in_yours, length_a), (start_b, in_theirs, length_b) = left[a], right[b]
        start, end = max(start_a, start_b), min(start_a + length_a, start_b + length_b)
        if start < end:
            yield (start, end), in_yours + start - start_a, in_theirs + start - start_b
        if start_a + length_a < start_b + length_b:
            a += 1
        else:
            b += 1
    yield (len(base), len(base)), len(yours), len(theirs)


def _matches(a: list[bytes], b: list[bytes]) -> Iterator[tuple[int, int, int]]:
    """(start in a, start in b, length) of what a and b have in common, in order."""
    from difflib import SequenceMatcher

    first = _same(a, b)
    last = _same(a[first:][::-1], b[first:][::-1])
    middle_a, middle_b = a[first : len(a) - last], b[first : len(b) - last]
    if first:
        yield 0, 0, first
    if middle_a and middle_b:
        long = max(len(middle_a), len(middle_b)) > LONG
        for i, j, n in SequenceMatcher(None, middle_a, middle_b, autojunk=long).get_matching_blocks():
            if n:
                yield first + i, first + j, n
    if last:
        yield len(a) - last, len(b) - last, last


def _same(a: Lines, b: Lines) -> int:
    """How many lines both begin with."""
    number = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        number += 1
    return number


def _mark(out: list[bytes], before: list[bytes], mine: list[bytes], new: list[bytes], show_base: bool) -> None:
    _extend(out, [YOURS + b"\n"])
    _extend(out, mine)
    if show_base:
        _extend(out, [AS_MADE + b"\n"])
        _extend(out, before)
    _extend(out, [MIDDLE + b"\n"])
    _extend(out, new)
    _extend(out, [TEMPLATE + b"\n"])


def _extend(out: list[bytes], lines: list[bytes]) -> None:
    if lines and out and not out[-1].endswith(b"\n"):  # a last line without newline that is not the last any more
        out[-1] += b"\n"
    out.extend(lines)


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a text, which end with \\n only: a lone \\r, a form feed and the like are part of a line."""
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _ending(data: bytes) -> bytes | None:
    """The one line ending of a text, LF where it has no line; None where there are several, or a lone CR."""
    crlf, lf, cr = data.count(b"\r\n"), data.count(b"\n"), data.count(b"\r")
    if cr == 0:
        return b"\n"
    return b"\r\n" if crlf == lf == cr else None
