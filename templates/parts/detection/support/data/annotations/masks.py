"""Boxes around COCO's outlines: polygons, and masks as runs of 0 and 1 by turns, column by column, as counts or packed into text."""

from typing import Any

from support.data.annotations.records import around, numbers

import numpy as np

LARGEST = 250_000_000  # pixels of a mask, as of an image


def box(segmentation: Any) -> list[float] | None:
    """Left, top, right and bottom of everything in an annotation's "segmentation"; None if there is nothing, or if it cannot be read."""
    if not isinstance(segmentation, dict):
        return around(segmentation)
    size, counts = numbers(segmentation.get("size") or ()), segmentation.get("counts")
    counts = unpacked(counts) if isinstance(counts, str) else numbers(counts or ())
    if not size or len(size) != 2 or not 1 <= size[0] * size[1] <= LARGEST or not counts or min(counts) < 0:
        return None
    if sum(counts) != size[0] * size[1]:
        return None
    mask = np.repeat(np.arange(len(counts)) % 2, np.array(counts, int)).reshape(-1, int(size[0]))
    columns, rows = (np.flatnonzero(mask.any(axis=axis)).tolist() for axis in (1, 0))
    return [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1] if columns else None


def unpacked(text: str) -> list[int] | None:
    """The counts that COCO packs into text: 5 bits a letter from "0" on, the sixth says that more follow, each the difference to the last but one."""
    counts: list[int] = []
    value = shift = 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64:
            return None
        value, shift = value | (bits & 31) << shift, shift + 5
        if not bits & 32:  # the last letter of this count
            value -= (bits & 16) << (shift - 4)  # its highest bit is the sign
            counts.append(value + (counts[-2] if len(counts) > 2 else 0))
            value = shift = 0
    return None if shift else counts
