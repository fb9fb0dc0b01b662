"""Pixels of every kind as 8 bits per colour, the same in training and in prediction: more bits, fractions, transparency.

Most files have 8 bits and no transparency, and nothing is decided for them. For the others, `Pixels` is decided from
the whole training data, kept in the spec of a run, and applied to each image in prediction. The `Facts` of an image are
what the decision needs to know.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.data.image_files import Opened
from support.errors import ProjectError

import numpy as np
from PIL import Image

DEPTHS = (1, *range(8, 33, 2))  # bits that cameras and scanners use; 12 bits are stored in files of 16
FAINT = 16  # an image that uses less than this part of the range looks black, so it is read by its own range
SLACK = 1.05  # a value above the range by less than this factor is clipped, as a stray pixel
VISIBLE = 40  # of 255: least difference between the visible part and the background
FLAT = 3  # of 255: an image whose values differ by no more looks empty
GROUNDS = {"white": 255, "black": 0}
Range = tuple[float, float]  # what becomes 0, and what becomes 255


# How images become 8 bits: the range of "whole" numbers of more than 8 bits, the range of "fractions", the "ground" ("white" or "black")
# behind transparent parts. A missing name was not decided: each image is then read by itself.
Pixels = dict[str, Any]


def in_spec(pixels: Pixels) -> dict[str, Pixels]:
    """What is kept beside a model, for prediction; empty if nothing was decided."""
    return {"pixels": pixels} if pixels else {}


@dataclass(frozen=True)
class Facts:
    """The facts about one file: the lowest and highest value, if it has more than 8 bits; the brightness (0..255) of its visible part, if
    it has transparency; and a remark for the user."""

    whole: Range | None = None
    fractions: Range | None = None
    brightness: float | None = None
    remarks: tuple[str, ...] = ()


def to_8_bits(path: Path, opened: Opened, channels: int, pixels: Pixels) -> tuple[Image.Image, Facts]:
    """An image in grey ("L", 1 channel) or colour ("RGB", 3), and the facts about it.

    Raises:
        ProjectError: if its values are not numbers, or its colours are unknown.
    """
    image, brightness = opened.image, None
    found: dict[str, Range] = {}
    remarks: list[str] = []
    if image.mode.startswith("I") or image.mode == "F" or (opened.deep and image.mode != "CMYK"):
        image, found, remarks = _without_depth(path, opened, pixels)
    if image.has_transparency_data and np.asarray(image.convert("RGBA"))[..., 3].min() < 255:
        image, brightness, ground = _on_ground(image.convert("RGBA"), pixels.get("ground"))
        remarks.append(f"with transparent parts, which become {ground}")
    try:
        image = image.convert("L" if channels == 1 else "RGB")
    except ValueError:
        raise ProjectError(f"{path} has colours of the kind {image.mode}\nExport it as PNG or JPEG.") from None
    if (np.ptp(np.reshape(image.getextrema(), (-1, 2)), axis=1) <= FLAT).all():
        remarks.append("of one single colour: nothing can be learned from it")
    if opened.several:
        remarks.append("in a file of several (an animation, or pages): the first is used")
    return image, Facts(**found, brightness=brightness, remarks=tuple(remarks))


def decide(facts: Sequence[Facts]) -> Pixels:
    """The decision for a data set, from all its images; empty if they have 8 bits and no transparency."""
    pixels: Pixels = {}
    for kind in ("whole", "fractions"):
        met = [getattr(each, kind) for each in facts if getattr(each, kind)]
        if met:
            pixels[kind] = value_range(min(low for low, _ in met), max(high for _, high in met), kind == "whole")
    brightness = [each.brightness for each in facts if each.brightness is not None]
    return {**pixels, "ground": _better_ground(float(np.median(brightness)))} if brightness else pixels


def value_range(low: float, high: float, whole: bool) -> Range:
    """The values that become 0 and 255, if values range from `low` to `high`.

    Whole numbers: the smallest of DEPTHS that holds them. Fractions: 0..1 or 0..255 if they fit. Others, such as the
    negative values of medical scanners: from the lowest to the highest.
    """
    if whole and low >= 0:
        return 0.0, float(2 ** next((bits for bits in DEPTHS if high < 2**bits), 32) - 1)
    if not whole and low >= 0 and high <= 1.001:
        return 0.0, 1.0
    if not whole and low >= 0 and FAINT < high <= 255:
        return 0.0, 255.0
    return low, high if high > low else low + 1


def remarks(paths: Sequence[Path], facts: Sequence[Facts]) -> list[str]:
    """Remarks on how these images were read, a sentence each with the first three files concerned."""
    about: defaultdict[str, list[str]] = defaultdict(list)
    for path, each in zip(paths, facts, strict=True):
        for remark in each.remarks:
            about[remark].append(str(path))
    return [
        f"{len(names):,} of {len(paths):,} images {remark}: {', '.join(names[:3])}{', …' * (len(names) > 3)}"
        for remark, names in about.items()
    ]


def _without_depth(path: Path, opened: Opened, pixels: Pixels) -> tuple[Image.Image, dict[str, Range], list[str]]:
    """An image of more than 8 bits, or of fractions, with 8; its lowest and highest value by their kind; and a remark."""
    image, kind = opened.image, "fractions" if opened.image.mode == "F" else "whole"
    stored = np.asarray(image.convert("RGB") if opened.deep else image)
    values = (stored.view(np.uint32) if opened.unsigned else stored).astype(
        np.float32 if kind == "fractions" else float
    )
    values *= 257 if opened.deep else 1  # the upper 8 of 16 bits, which a file of 12 bits leaves nearly empty
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise ProjectError(f"{path} holds no numbers: all its values are NaN or infinite")
    least, most = float(finite.min()), float(finite.max())
    own = value_range(least, most, kind == "whole")
    low, high = pixels.get(kind, own)
    words = "of more than 8 bits" if kind == "whole" else "of fractions"
    if not (high - low) / FAINT <= most - least <= (high - low) * SLACK and own != (low, high):
        low, high = own
        words += ", read by its own range, or it would hardly be seen"
    scaled = np.nan_to_num((values - low) * 255 / (high - low), nan=0.0, posinf=255.0, neginf=0.0)
    eight = scaled.clip(0, 255).astype(np.uint8)
    bright = Image.fromarray(255 - eight if opened.white_is_zero else eight)
    if "A" in image.mode:
        bright.putalpha(image.getchannel("A"))
    return bright, {kind: (least, most)}, [f"{words}: values {low:g}..{high:g} become 0..255"]


def _on_ground(image: Image.Image, ground: str | None) -> tuple[Image.Image, float, str]:
    """An image with transparency on a background, the brightness of its visible part, and the background: another if that would hide it."""
    alpha = np.asarray(image.getchannel("A"), np.float32)
    grey = np.asarray(image.convert("RGB").convert("L"))
    brightness = float((grey * alpha).sum() / max(alpha.sum(), 1))
    if ground is None or abs(brightness - GROUNDS[ground]) < VISIBLE:
        ground = _better_ground(brightness)
    return Image.alpha_composite(Image.new("RGBA", image.size, ground), image).convert("RGB"), brightness, ground


def _better_ground(brightness: float) -> str:
    return "white" if brightness < 128 else "black"
