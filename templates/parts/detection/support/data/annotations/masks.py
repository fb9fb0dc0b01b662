"""Boxes around COCO's outlines: polygons, and masks in run-length encoding, as lists of counts or packed into text."""

from typing import Any

from support.data.annotations.records import numbers


def box(segmentation: Any) -> list[float] | None:
    """Left, top, right and bottom of everything in an annotation's "segmentation"; None where nothing is, or it cannot be read."""
    if isinstance(segmentation, dict):
        size, counts = numbers(segmentation.get("size") or ()), segmentation.get("counts")
        counts = unpacked(counts) if isinstance(counts, str) else numbers(counts or ())
        return (
            _around_runs([int(count) for count in counts], int(size[0])) if counts and size and size[0] >= 1 else None
        )
    polygons = segmentation if isinstance(segmentation, list) else []
    flat = [
        numbers(polygon) for polygon in (polygons if all(isinstance(one, list) for one in polygons) else [polygons])
    ]
    points = [
        point
        for polygon in flat
        if polygon and len(polygon) % 2 == 0
        for point in zip(polygon[::2], polygon[1::2], strict=True)
    ]
    if not points or not all(flat):
        return None
    x, y = zip(*points, strict=True)
    return [min(x), min(y), max(x), max(y)]


def unpacked(text: str) -> list[int] | None:
    """The counts that COCO packs into text: 5 bits a letter from "0" on, the sixth says that more follow, each the difference to the last but one."""
    counts: list[int] = []
    position = 0
    while position < len(text):
        value = shift = 0
        more = True
        while more:
            if position == len(text) or not 0 <= ord(text[position]) - 48 < 64:
                return None
            bits = ord(text[position]) - 48
            value |= (bits & 31) << shift
            more, shift, position = bool(bits & 32), shift + 5, position + 1
            if not more and bits & 16:  # negative
                value -= 1 << shift
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
    return counts


def _around_runs(counts: list[int], height: int) -> list[float] | None:
    """The box around runs of 0 and 1 by turns, column by column."""
    if min(counts) < 0:
        return None
    begin, columns, rows = 0, [], []
    for position, count in enumerate(counts):
        end = begin + count
        if position % 2 and count:
            columns += [begin // height, (end - 1) // height]
            # A run that goes on in the next column touches the bottom of one and the top of the other.
            rows += [begin % height, (end - 1) % height] if columns[-1] == columns[-2] else [0, height - 1]
        begin = end
    return [min(columns), min(rows), max(columns) + 1, max(rows) + 1] if columns else None
