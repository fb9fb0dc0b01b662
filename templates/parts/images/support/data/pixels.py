"""Pixels of every kind as 8 bits a colour, the same in training and in prediction: more bits, fractions, ink, transparent ground.

Most files have 8 bits and no transparency, and nothing is decided for them. For the others a `Pixels` is decided from the whole training
data, kept in the spec of a run, and applied to each image that is predicted. What an image says about that is in its `Facts`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from support.data.image_formats import Opened
from support.errors import ProjectError

import numpy as np
from PIL import Image

DEPTHS = (1, *range(8, 33, 2))  # bits that cameras and scanners give; 12 of them come in files of 16
FAINT = 16  # an image that uses less than this part of the range is black to the eye, and read by its own range
SLACK = 1.05  # a value above the range by less than this is cut off, as a stray pixel
VISIBLE = 40  # of 255: how far what is drawn must be from the ground behind it
FLAT = 3  # of 255: an image whose values differ by no more shows nothing
GROUNDS = {"white": 255, "black": 0}
Range = tuple[float, float]  # what becomes 0, and what becomes 255


@dataclass(frozen=True)
class Pixels:
    """How images become 8 bits; None: each image is read by itself, as nothing was decided."""

    whole: Range | None = None  # of whole numbers of more than 8 bits
    fractions: Range | None = None  # of floating-point numbers
    ground: str | None = None  # "white" or "black", put behind what is transparent

    def to_spec(self) -> dict[str, Any]:
        """What a run keeps; empty where nothing was decided."""
        decided = {name: value for name, value in asdict(self).items() if value is not None}
        return {"pixels": decided} if decided else {}

    @staticmethod
    def of(spec: dict[str, Any]) -> "Pixels":
        kept = spec.get("pixels", {})
        ranges = {name: (kept[name][0], kept[name][1]) for name in ("whole", "fractions") if name in kept}
        return Pixels(**ranges, ground=kept.get("ground"))


@dataclass(frozen=True)
class Facts:
    """What was met in one file: its `depth` ("whole", "fractions" or None for 8 bits), `low` and `high` of its values, how bright
    (0..255) what is visible before a transparent ground is, whether the file holds `several` images, whether this one is `flat`."""

    depth: str | None = None
    low: float = 0
    high: float = 0
    brightness: float | None = None
    several: bool = False
    flat: bool = False
    own: bool = False  # read by its own range or on its own ground, since those of the data would hide it


def to_8_bits(path: Path, opened: Opened, channels: int, pixels: Pixels) -> tuple[Image.Image, Facts]:
    """An image in grey ("L", 1 channel) or colour ("RGB", 3), and what was met in it.

    Raises:
        ProjectError: where its values are no numbers, or its colours unknown.
    """
    image, facts = _without_depth(path, opened, pixels)
    if image.has_transparency_data:
        image, brightness, own = _on_ground(image.convert("RGBA"), pixels.ground)
        facts = replace(facts, brightness=brightness, own=facts.own or own)
    try:
        image = image.convert("L" if channels == 1 else "RGB")
    except ValueError:
        raise ProjectError(f"{path} has colours of the kind {image.mode}\nExport it as PNG or JPEG.") from None
    extrema = image.getextrema()
    pairs: Sequence[Any] = [extrema] if channels == 1 else extrema
    flat = all(high - low <= FLAT for low, high in pairs)
    return image, replace(facts, several=opened.several, flat=flat)


def decide(facts: Iterable[Facts]) -> Pixels:
    """What holds for a data set, from all its images."""
    facts = list(facts)
    ranges = {}
    for depth in ("whole", "fractions"):
        found = [each for each in facts if each.depth == depth]
        if found:
            low, high = min(each.low for each in found), max(each.high for each in found)
            ranges[depth] = value_range(low, high, depth == "whole")
    brightness = [each.brightness for each in facts if each.brightness is not None]
    ground = _better_ground(float(np.median(brightness))) if brightness else None
    return Pixels(ranges.get("whole"), ranges.get("fractions"), ground)


def value_range(low: float, high: float, whole: bool) -> Range:
    """What becomes 0 and 255, where values reach from `low` to `high`.

    Whole numbers: the smallest of DEPTHS that holds them. Fractions: 0..1 or 0..255 where they fit. Others, as those below zero that
    scanners in hospitals write: from the lowest to the highest.
    """
    if whole and low >= 0:
        return 0.0, float(2 ** next((bits for bits in DEPTHS if high < 2**bits), 32) - 1)
    if not whole and low >= 0 and high <= 1.001:
        return 0.0, 1.0
    if not whole and low >= 0 and FAINT < high <= 255:
        return 0.0, 255.0
    return low, high if high > low else low + 1


def remarks(paths: Sequence[Path], facts: Sequence[Facts], pixels: Pixels) -> list[str]:
    """What a person should know about how these images were read, a sentence each."""
    found = []
    for depth, words in (("whole", "more than 8 bits"), ("fractions", "fractions")):
        deep = [each for each in facts if each.depth == depth]
        decided = getattr(pixels, depth)
        if deep and decided:
            found.append(f"note: {_count(deep)} of {words}: values {decided[0]:g}..{decided[1]:g} become 0..255")
        elif deep:
            found.append(f"{_count(deep)} of {words}, for which nothing was decided: each is read by its own range")
    clear = [each for each in facts if each.brightness is not None]
    if clear:
        found.append(f"note: {_count(clear)} with transparent parts, which become {pixels.ground or 'what shows more'}")
    for words, chosen in (
        ("read by its own range or on its own ground, or it would hardly be seen", lambda each: each.own),
        ("in a file of several (an animation, or pages): the first is used", lambda each: each.several),
        ("of one single colour: nothing can be learned from it", lambda each: each.flat),
    ):
        rows = [row for row, each in enumerate(facts) if chosen(each)]
        if rows:
            names = ", ".join(str(paths[row]) for row in rows[:3]) + (", …" if len(rows) > 3 else "")
            found.append(f"{len(rows):,} of {len(facts):,} images {words}: {names}")
    return found


def _count(facts: Sequence[Facts]) -> str:
    return f"{len(facts):,} image{'' if len(facts) == 1 else 's'}"


def _without_depth(path: Path, opened: Opened, pixels: Pixels) -> tuple[Image.Image, Facts]:
    """An image of more than 8 bits, or of fractions, with 8; any other as it is."""
    image = opened.image
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        stored = np.asarray(image).view(np.uint32) if opened.unsigned else np.asarray(image)
        values: np.ndarray = stored.astype(np.float32 if image.mode == "F" else np.float64)
        finite = values[np.isfinite(values)]
        if not finite.size:
            raise ProjectError(f"{path} holds no numbers: all its values are NaN or infinite")
        facts = Facts("fractions" if image.mode == "F" else "whole", float(finite.min()), float(finite.max()))
        low, high, own = _range_for(facts, pixels)
        scaled = np.nan_to_num((values - low) * (255 / (high - low)), nan=0.0, posinf=255.0, neginf=0.0)
        eight = scaled.clip(0, 255).astype(np.uint8)
        return Image.fromarray(255 - eight if opened.white_is_zero else eight), replace(facts, own=own)
    if opened.deep and image.mode in ("L", "RGB", "RGBA", "LA"):
        colours = image.convert("RGB")  # the upper 8 of 16 bits, which a file of 12 leaves nearly empty
        least, most = _extrema(colours)
        facts = Facts("whole", least * 257, most * 257)
        low, high, own = _range_for(facts, pixels)
        table = ((np.arange(256) * 257.0 - low) * (255 / (high - low))).clip(0, 255).round().astype(int).tolist()
        bright = colours.point(table * 3)
        if "A" in image.mode:
            bright.putalpha(image.getchannel("A"))
        return bright, replace(facts, own=own)
    return image, Facts()


def _range_for(facts: Facts, pixels: Pixels) -> tuple[float, float, bool]:
    """The range that an image is read by, and whether it is its own where another was decided."""
    own = value_range(facts.low, facts.high, facts.depth == "whole")
    decided = pixels.whole if facts.depth == "whole" else pixels.fractions
    if decided is None:
        return *own, False
    low, high = decided
    faint = (facts.high - low) * FAINT < high - low
    beyond = facts.high - low > SLACK * (high - low)
    return (*own, True) if (faint or beyond) and own != decided else (low, high, False)


def _on_ground(image: Image.Image, ground: str | None) -> tuple[Image.Image, float | None, bool]:
    """An image with transparent parts on black or white, how bright its visible part is, and whether it got another ground than decided."""
    width, height = image.size
    small = np.asarray(image.resize((min(width, 256), min(height, 256)), Image.Resampling.NEAREST), np.float64)
    alpha = small[..., 3]
    if _extrema(image.getchannel("A"))[0] == 255:
        return image.convert("RGB"), None, False
    grey = small[..., :3] @ np.array([0.299, 0.587, 0.114])  # luminance, ITU-R 601, as Pillow's
    weight = max(alpha.sum(), 1.0)
    brightness = float((grey * alpha).sum() / weight)
    chosen = ground or _better_ground(brightness)
    hidden = float((np.abs(grey - GROUNDS[chosen]) * alpha).sum() / weight) < VISIBLE
    own = hidden and chosen != _better_ground(brightness)
    chosen = _better_ground(brightness) if own else chosen
    return Image.alpha_composite(Image.new("RGBA", image.size, chosen), image).convert("RGB"), brightness, own


def _better_ground(brightness: float) -> str:
    return "white" if brightness < 128 else "black"


def _extrema(image: Image.Image) -> tuple[float, float]:
    """The lowest and the highest value of all channels."""
    found: Any = image.getextrema()
    pairs = found if isinstance(found[0], tuple) else [found]
    return min(low for low, _ in pairs), max(high for _, high in pairs)
