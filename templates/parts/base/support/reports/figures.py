"""Figures that every project draws. No window is opened: each is a PNG file, and a caption for the report."""

import warnings
from pathlib import Path
from typing import Any

from support.files import write_safely
from support.runs import Run

import matplotlib
from matplotlib import font_manager
from matplotlib import pyplot as plt

Picture = tuple[Path, str]  # the file and its caption

# Matplotlib's own font has no Chinese, Japanese, Korean, Thai and Hindi characters: the computer's fonts provide them.
OTHER_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Noto Sans Thai", "Noto Sans Devanagari"),  # Linux
    *("PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo", "Thonburi", "Arial Unicode MS"),  # macOS
    *("Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Leelawadee UI", "Nirmala UI"),  # Windows
)
matplotlib.use("Agg")
_installed = set(font_manager.fontManager.get_font_names())
plt.rcParams["font.family"] = ["DejaVu Sans", *(name for name in OTHER_FONTS if name in _installed)]
warnings.filterwarnings("ignore", message="Glyph .* missing from")  # it is drawn as a box, which says the same


def save(figure: Any, path: Path, caption: str) -> Picture:
    """Write the figure as PNG and close it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    as_png = {"dpi": 110, "bbox_inches": "tight", "metadata": {"Software": None}}
    write_safely(path, lambda temporary: figure.savefig(temporary, **as_png))
    plt.close(figure)
    return path, caption


def learning_curves(run: Run) -> Picture:
    """Loss and metrics of training and validation by epoch, and the learning rate."""
    from support.training import history as epochs

    history = epochs.read(run)
    every = list(history[0]) if history else []
    names = [name for name in every if not name.startswith("val_") and name not in ("epoch", "seconds")]
    columns = max(1, len(names))
    figure, axes = plt.subplots(1, columns, figsize=(4 * columns, 3), squeeze=False, layout="constrained")
    for axis, name in zip(axes[0], names, strict=False):
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            if points := [(row["epoch"], row[key]) for row in history if key in row]:
                axis.plot(*zip(*points, strict=True), marker="o", markersize=3, label=label)
        axis.set(title=name.replace("_", " "), xlabel="epoch")
        axis.grid(alpha=0.3)
        if f"val_{name}" in every:
            axis.legend()
    best = run.read("training.json").get("best_epoch")
    caption = f"Learning curves. The weights of epoch {best}, the best in validation, were kept."
    return save(figure, run.figures / "learning_curves.png", caption)


def draw_model(model: Any, path: Path) -> Picture:
    """The layers from input to output with their output shapes and parameters; nested models are expanded."""
    lines = [f"{'layer':32}{'output':32}{'parameters':>12}", ""]
    for layer in (inner for outer in model.layers for inner in getattr(outer, "layers", [outer])):
        shape, count = getattr(layer.output, "shape", ""), layer.count_params()
        parameters = f"{count:,}" if count else ""
        lines.append(f"{layer.__class__.__name__:32}{str(shape).replace('None', 'batch'):32}{parameters:>12}")
    figure = plt.figure()
    figure.text(0, 0, "\n".join(lines), family="monospace", size=8)
    return save(figure, path, f"The layers, {model.count_params():,} parameters in all.")
