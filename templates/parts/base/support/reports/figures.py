"""Figures that every project draws. No window is opened: each is a PNG file, and a caption for the report."""

import warnings
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

from support.files import write_safely  # noqa: E402
from support.runs import Run  # noqa: E402

from matplotlib import font_manager  # noqa: E402
from matplotlib import pyplot as plt  # noqa: E402

Picture = tuple[Path, str]  # the file and its caption

# Matplotlib's own font has no Chinese, Japanese, Korean, Thai and Hindi letters: those that the computer has help out.
OTHER_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Noto Sans Thai", "Noto Sans Devanagari"),  # Linux
    *("PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo", "Thonburi", "Arial Unicode MS"),  # macOS
    *("Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "Leelawadee UI", "Nirmala UI"),  # Windows
)
_installed = set(font_manager.fontManager.get_font_names())
plt.rcParams["font.family"] = ["DejaVu Sans", *(name for name in OTHER_FONTS if name in _installed)]
warnings.filterwarnings("ignore", message="Glyph .* missing from")  # it is drawn as a box, which says the same


def save(figure: Any, path: Path, caption: str) -> Picture:
    """Write the figure as PNG and close it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_safely(
        path, lambda temporary: figure.savefig(temporary, dpi=110, bbox_inches="tight", metadata={"Software": None})
    )
    plt.close(figure)
    return path, caption


def learning_curves(run: Run) -> Picture:
    """Loss and metrics of training and validation by epoch, and the learning rate."""
    from support.training.recorder import read_history

    history = read_history(run)
    names = [
        name
        for name in (history[0] if history else {})
        if not name.startswith("val_") and name not in ("epoch", "seconds")
    ]
    figure, axes = plt.subplots(1, max(1, len(names)), figsize=(4 * max(1, len(names)), 3), squeeze=False)
    for axis, name in zip(axes[0], names, strict=False):
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            points = [(row["epoch"], row[key]) for row in history if key in row]
            if points:
                axis.plot(*zip(*points, strict=True), marker="o", markersize=3, label=label)
        axis.set_title(name.replace("_", " "))
        axis.set_xlabel("epoch")
        axis.grid(alpha=0.3)
        if f"val_{name}" in history[0]:
            axis.legend()
    best = run.read("training.json").get("best_epoch")
    return save(
        figure,
        run.figures / "learning_curves.png",
        f"Learning curves. The weights of epoch {best}, the best in validation, were kept.",
    )


def draw_model(model: Any, path: Path) -> Picture:
    """The layers from input to output with their shapes and parameters."""
    layers = [
        inner for layer in model.layers for inner in getattr(layer, "layers", [layer])
    ]  # a model in a model is opened
    figure, axis = plt.subplots(figsize=(8, 0.36 * len(layers) + 0.3))
    for row, layer in enumerate(layers):
        y = len(layers) - row
        count = layer.count_params()
        shape = getattr(layer.output, "shape", "")
        axis.text(0, y, layer.__class__.__name__, ha="left", va="center", weight="bold" if count else "normal")
        axis.text(
            0.45, y, str(tuple(shape)).replace("None", "batch"), ha="left", va="center", family="monospace", size=9
        )
        axis.text(1, y, f"{count:,} parameters" if count else "", ha="right", va="center", size=9)
        axis.axhline(y - 0.5, color="0.9", linewidth=0.8)
    axis.set_xlim(0, 1)
    axis.set_ylim(0.5, len(layers) + 0.5)
    axis.axis("off")
    return save(figure, path, f"The layers, {model.count_params():,} parameters in all.")
