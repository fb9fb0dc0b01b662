"""From a photo of handwriting to MNIST's format: bright strokes on black, 20 pixels high or wide, in the middle of 28×28.

A network knows only what it was trained on. MNIST's makers (LeCun et al. 1998, "Gradient-based learning applied to document
recognition") converted every digit to the same format, so a photo must be converted too before the network sees it:

    1. flatten    the paper, bright on one side and in shadow on the other, becomes 0 everywhere; ink, dark or light, becomes positive
    2. threshold  ink is what stands out from the paper's own grain (Otsu 1979)
    3. strokes    pixels of ink that touch are one stroke; strokes above one another are one digit, digits stand side by side
    4. fit        the digit fills 20×20 pixels with its shape kept, and its centre of mass goes to the middle of 28×28

digits(grey) -> list of images (28, 28) uint8, from left to right
"""

import numpy as np
from PIL import Image
from scipy import ndimage

SIDE, BOX = 28, 20  # pixels of an MNIST image, and of the digit in it
WORKING = 480  # pixels of the longer side of a photo in the search for strokes: enough, and fast
WINDOW = 0.3  # of the longer side: the window in which the paper's brightness is estimated; wider than any stroke
GRAIN = 6.0  # standard deviations of the paper's grain above which a pixel is ink
EVEN = 8.0  # of 255: where the edge of an image differs less, its ground has one brightness, as on a screen
FAINTEST = 12.0  # of 255: ink that differs less from its paper is not looked for
FAINT = 0.25  # share of the ink's darkness above which a pixel that touches certain ink is ink too
TOUCHING = np.ones((3, 3), int)  # pixels touch at their corners too
FEWEST = 8  # pixels of height of a digit
THINNEST = 2.0  # pixels of an MNIST image: a thinner stroke is made that thick
SMALL = 0.3  # of the tallest digit's height: what is smaller is a speck


def is_mnist_form(images: np.ndarray) -> bool:
    """Whether images (images, height, width, channels) are in MNIST's format: 28×28, grey, bright strokes that leave a black frame."""
    if images.shape[1:] != (SIDE, SIDE, 1):
        return False
    frame = np.pad(np.zeros((SIDE - 4, SIDE - 4), bool), 2, constant_values=True)
    dark = images[:, frame, 0].mean(axis=1) < 8
    return bool(dark.mean() > 0.95 and images.max() > 128)


def is_ready(grey: np.ndarray) -> bool:
    """Whether an image (height, width) is one of MNIST's own already: 28×28, with a dark edge and something brighter inside."""
    edge = _edge(grey)
    return grey.shape == (SIDE, SIDE) and bool(np.median(edge) <= grey.mean() and edge.mean() < 64)


def digits(grey: np.ndarray) -> list[np.ndarray]:
    """The digits in a photo (height, width), uint8, from left to right, each (28, 28) uint8; an empty list where there is no ink."""
    longer = max(grey.shape)
    side = min(WORKING, max(longer, WORKING // 2))  # small photos are made larger
    height, width = (max(1, round(each * side / longer)) for each in grey.shape)
    way = Image.Resampling.BOX if side < longer else Image.Resampling.BICUBIC
    ink = flatten(np.asarray(Image.fromarray(grey).resize((width, height), way), np.float32))
    return [fit(ink, digit) for digit in strokes(threshold(ink))]


def flatten(grey: np.ndarray) -> np.ndarray:
    """How much each pixel differs from the paper around it, positive for ink: the light of the room is gone.

    The brightness of the paper is estimated on a small copy, in two rounds. A morphological closing removes whatever is narrower
    than its window, which shows where ink is. Then ink is replaced by the paper beside it, and the median of a window is the paper.
    Both keep the edge of a shadow. An even background, as in a drawing on a screen, needs none of this, and its strokes may be broad.
    """
    edge = _edge(grey)
    if np.ptp(edge) < EVEN:
        difference = np.median(edge) - grey
        return difference if (difference**3).sum() >= 0 else -difference
    height, width = grey.shape
    step = max(1, max(height, width) // 60)
    small = ndimage.uniform_filter(grey, step, mode="nearest")[step // 2 :: step, step // 2 :: step]
    window = max(3, round(WINDOW * max(small.shape)) | 1)
    outside = beside_paper(small)
    small = _filled(small, outside)
    wide = ndimage.median_filter(small, 2 * window | 1, mode="nearest") - small
    sign = 1 if (wide**3).sum() >= 0 else -1  # ink is darker than its paper, or brighter: where pixels differ more
    difference = ndimage.grey_closing(sign * small, window, mode="nearest") - sign * small
    inky = difference > max(_otsu(difference), FAINTEST / 2)
    paper = ndimage.median_filter(_filled(small, ndimage.binary_dilation(inky)), window // 2 | 1, mode="nearest")
    paper = ndimage.gaussian_filter(paper, 1, mode="nearest")
    rows, columns = ((np.arange(size) - step // 2) / step for size in (height, width))
    where = np.meshgrid(rows, columns, indexing="ij")
    paper, outside = (
        ndimage.map_coordinates(each.astype(np.float32), where, order=1, mode="nearest") for each in (paper, outside)
    )
    return np.where(outside > 0, 0, sign * ndimage.gaussian_filter(paper - grey, 0.7, mode="nearest"))


def beside_paper(grey: np.ndarray) -> np.ndarray:
    """Which pixels are the table around a sheet of bright paper that lies in the photo; none where the photo shows paper only."""
    bright = grey > _otsu(grey)
    broad = ndimage.binary_opening(bright, np.ones(2 * [max(grey.shape) // 7]))  # no stroke is as broad
    labels, count = ndimage.label(broad)
    if not count or bright.all():
        return np.zeros(grey.shape, bool)
    sheet = labels == 1 + np.argmax(ndimage.sum_labels(broad, labels, np.arange(1, count + 1)))
    reached = sum(bool(side.any()) for side in (sheet[0], sheet[-1], sheet[:, 0], sheet[:, -1]))
    contrast = np.median(grey[sheet]) - np.median(grey[~bright])
    if reached > 1 or _edge(bright).mean() > 0.4 or sheet.mean() < 0.15 or contrast < 40:  # light and shadow
        return np.zeros(grey.shape, bool)
    hull = ndimage.binary_fill_holes(ndimage.binary_closing(np.pad(sheet, 20), np.ones((9, 9)))[20:-20, 20:-20])
    return ~ndimage.binary_erosion(hull, np.ones((3, 3)))


def _filled(grey: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """The same with each missing pixel replaced by the nearest pixel that is not missing."""
    if missing.all():
        return grey
    nearest = ndimage.distance_transform_edt(missing, return_distances=False, return_indices=True)
    return grey[tuple(nearest)]


def threshold(ink: np.ndarray) -> np.ndarray:
    """Which pixels are ink: what stands out from the paper and its grain, and what is fainter and touches it."""
    spread = float(np.median(np.abs(ink - np.median(ink))))  # of the paper, as most of it is paper
    steps = float(np.median(np.abs(np.diff(ink, axis=1))))  # from pixel to pixel, where most of the photo is ink
    grain = 1.4826 * min(spread, 2 * steps)  # the standard deviation of a normal distribution
    least = max(GRAIN * grain, FAINTEST)
    certain = ink > max(least, _otsu(ink[ink > least / 2])) if (ink > least).any() else np.zeros(ink.shape, bool)
    peak = float(np.percentile(ink[certain], 90)) if certain.any() else 0.0
    labels, _ = ndimage.label(ink > max(least / 2, FAINT * peak), TOUCHING)
    return np.isin(labels, np.unique(labels[certain]))


def _otsu(values: np.ndarray) -> float:
    """The value that divides `values` into two groups with the largest variance between them (Otsu 1979)."""
    counts, edges = np.histogram(values, 128)
    middle = (edges[:-1] + edges[1:]) / 2
    below, above = np.cumsum(counts), counts.sum() - np.cumsum(counts)
    total = np.cumsum(counts * middle)
    difference = total / np.maximum(below, 1) - (total[-1] - total) / np.maximum(above, 1)
    return float(edges[1:][np.argmax(below * above * difference**2)])


def strokes(mask: np.ndarray) -> list[np.ndarray]:
    """The pixels of each digit, as masks from left to right.

    Two strokes are one digit where they stand above one another and near, as the bar of a 5, or hardly apart. What touches the edge of
    the photo is the table beside the paper or a line on it, unless there is nothing else.
    """
    from scipy.sparse.csgraph import connected_components  # here: training looks at no strokes

    labels, count = ndimage.label(mask, TOUCHING)
    if not count:
        return []
    found = ndimage.find_objects(labels)
    boxes = np.array([(rows.start, rows.stop, columns.start, columns.stop) for rows, columns in found])
    numbers, height = np.arange(1, count + 1), boxes[:, 1] - boxes[:, 0]
    inside = (boxes[:, ::2] > 0).all(axis=1) & (boxes[:, 1::2] < mask.shape).all(axis=1)
    if (height[inside] >= SMALL * height.max()).any():
        numbers, boxes = numbers[inside], boxes[inside]
    top, bottom, left, right = (boxes[:, [side]] for side in range(4))  # (strokes, 1): with .T, each beside each other
    taller = np.maximum(bottom - top, (bottom - top).T)
    narrower = np.minimum(right - left, (right - left).T)
    across, down = _gap(left, right), _gap(top, bottom)
    one = (down < 0.3 * taller) & ((-across > 0.4 * narrower) | (across < 0.04 * taller))
    digits, digit = connected_components(one)
    tall = np.array([np.ptp(boxes[digit == each, :2]) for each in range(digits)])
    order = sorted(range(digits), key=lambda each: boxes[digit == each, 2].min())
    least = max(SMALL * tall.max(), FEWEST)
    return [np.isin(labels, numbers[digit == each]) for each in order if tall[each] >= least]


def _gap(begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The pixels between each two of the strokes (strokes, strokes); below 0 they overlap."""
    return np.maximum(begin, begin.T) - np.minimum(end, end.T)


def fit(ink: np.ndarray, digit: np.ndarray) -> np.ndarray:
    """The strokes of one digit as MNIST has them: (28, 28), uint8.

    `ink` (height, width) is how dark each pixel is, in any unit; `digit`, of the same shape, says which of them are the strokes.
    """
    box = ndimage.find_objects(digit.astype(int))[0]
    ink, digit = ink[box], digit[box]
    scale = BOX / max(digit.shape)
    thickness = 4 * float(ndimage.distance_transform_edt(np.pad(digit, 1))[1:-1, 1:-1][digit].mean()) * scale
    # A pen is thinner than what MNIST's writers used, and would be a grey line of half a pixel.
    thicker = max(0, round((THINNEST - thickness) / scale / 2))  # pixels on each side
    ink, digit = np.pad(ink, thicker), np.pad(digit, thicker)
    soft = round(0.5 / scale)  # pixels of a stroke's edge
    values = np.where(ndimage.binary_dilation(digit, iterations=soft) if soft else digit, ink, 0)
    values = values / np.percentile(ink[digit], 80)
    disc = np.hypot(*np.ogrid[-thicker : thicker + 1, -thicker : thicker + 1]) <= thicker
    strokes = Image.fromarray(ndimage.grey_dilation(values, footprint=disc).clip(0, 1).astype(np.float32))
    width, height = (max(1, round(side * BOX / max(strokes.size))) for side in strokes.size)
    small = np.asarray(strokes.resize((width, height), Image.Resampling.BILINEAR))
    middle = ndimage.center_of_mass(small)
    top, left = (
        int(np.clip(round(SIDE / 2 - centre), 0, SIDE - side)) for centre, side in zip(middle, small.shape, strict=True)
    )
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top : top + small.shape[0], left : left + small.shape[1]] = np.round(small / small.max() * 255)
    return image


def _edge(grey: np.ndarray) -> np.ndarray:
    """The pixels along the four sides."""
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
