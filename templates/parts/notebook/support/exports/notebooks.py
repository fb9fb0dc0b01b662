"""The notebook: the functions that its cells call, and how it is written from walkthrough.py.

python -m support.exports.notebooks                  writes walkthrough.ipynb, which opens in the project's folder
python -m support.exports.notebooks --standalone     writes walkthrough-standalone.ipynb, which contains the project: for Colab and Kaggle
"""

import base64
import importlib.metadata
import importlib.util
import io
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from typing import Any

from support import errors, runs, settings
from support.settings import PROJECT, Settings

from pydantic import Field

SOURCE = PROJECT / "walkthrough.py"
UNPACK = """# The project itself, packed into this cell: it is unpacked into this computer's folder.
import base64, io, os, sys, zipfile
if not os.path.exists("support"):
    zipfile.ZipFile(io.BytesIO(base64.b64decode("{}"))).extractall({!r})
    os.chdir({!r})
sys.path.insert(0, os.getcwd())"""


class Options(Settings):
    standalone: bool = Field(False, description="write a notebook that contains the project, for Colab and Kaggle")


def main() -> None:
    options = settings.read(Options, toml=False)
    name = "walkthrough-standalone.ipynb" if options.standalone else "walkthrough.ipynb"
    first = UNPACK.format(packed(), PROJECT.name, PROJECT.name) if options.standalone else None
    (PROJECT / name).write_text(written(SOURCE.read_text(encoding="utf-8"), first), encoding="utf-8", newline="\n")
    print(f"Wrote {name}" + ("\nUpload it to Colab or Kaggle and run it there." if options.standalone else ""))


def written(source: str, first: str | None = None) -> str:
    """A Python file in percent format as a notebook (nbformat 4.5), without output; `first` is a cell before all others."""
    cells = [] if first is None else [_cell("code", first, 0)]
    for position, (kind, text) in enumerate(
        re.findall(r"^# %%( \[markdown\])?\n(.*?)(?=^# %%|\Z)", source, re.M | re.S), 1
    ):
        if kind:
            text = re.sub(r"^# ?", "", text, flags=re.M)
        cells.append(_cell("markdown" if kind else "code", text.strip(), position))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def packed() -> str:
    """The project's files as a zip in base64: its code and pages, without its outputs."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(PROJECT.rglob("*")):
            inside = path.relative_to(PROJECT)
            left_out = (
                inside.parts[0] in ("runs", "data") or inside.parts[0].startswith(".") or "__pycache__" in inside.parts
            )
            if path.is_file() and not left_out and path.suffix != ".ipynb":
                archive.writestr(zipfile.ZipInfo(inside.as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return base64.b64encode(kept.getvalue()).decode("ascii")


# --- functions for the cells ---


def install_missing() -> None:
    """Install the missing libraries of the project; an installed TensorFlow stays, whatever its build."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    missing = [line for line in project["dependencies"] if not is_installed(line)]
    if missing:
        print("Installing " + ", ".join(line.split(";")[0] for line in missing))
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *missing], check=True)
    else:
        print("All libraries are there.")


def step(script: str, *options: str) -> None:
    """Run a step of the project as its own process and show what it prints, as it prints it.

    Raises:
        ProjectError: if it fails; it has printed the reason.
    """
    command = [sys.executable, "-u", script, *options]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="")
    if process.returncode != 0:
        raise errors.ProjectError(f"python {script} ended with exit code {process.returncode}\nIts last lines say why.")


def show_figures() -> None:
    """Show the figures of the newest run in the notebook; outside a notebook, print their paths."""
    for path in sorted(runs.find(None).figures.glob("*.png")):
        if importlib.util.find_spec("IPython"):
            from IPython.display import Image, display

            display(Image(filename=str(path)))  # type: ignore[no-untyped-call, unused-ignore]
        else:
            print(path)


def shown(truth: Any, spec: dict[str, Any]) -> str:
    """A target in short form, to print beside a prediction: a class, a number, or the number of boxes."""
    if truth.size == 1:
        return f"   (true: {spec['labels'][int(truth.item())] if 'labels' in spec else f'{truth.item():.6g}'})"
    return f"   (true: {int((truth[:, 0] >= 0).sum())} of them)" if spec.get("kind") == "boxes" else ""


def _cell(kind: str, text: str, position: int) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{position}", "metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return {**cell, "source": text.splitlines(keepends=True)}


def is_installed(line: str) -> bool:
    """Whether the library of a line such as `keras>=3.15; python_version > "3"` is installed, in any version."""
    name = re.split(r"[^A-Za-z0-9._-]", line.strip())[0]
    if name.startswith("tensorflow"):
        return importlib.util.find_spec("tensorflow") is not None
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    errors.run(main)
