"""From a clean clone to the first exported model: `python3 tasks.py first-project`, an older commit beside this one.

    python benchmarks/first_project.py                     HEAD beside the commit before uv; about ten minutes
    python benchmarks/first_project.py --old v0.1.0        another commit
    python benchmarks/first_project.py --fresh             empty caches too, so that the network counts

Each commit is cloned into a folder of its own and run once, the old one first. Where caches are not fresh, both find
the packages that pip and uv have fetched before: then what is compared is the work of this computer. Promised: at
most half of the old time. The time of the processor stands beside it, which is steadier on a busy computer.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
BEFORE = "fa423ca"  # installs by pip, and what lints and tests along with the command


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--old", default=BEFORE, help="the commit to compare with")
    parser.add_argument("--fresh", action="store_true", help="begin with empty caches of pip and uv")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows = [(commit, *first_project(Path(name), commit, options.fresh)) for commit in (options.old, "HEAD")]
    print(f"{'commit':12} {'passed':>8} {'processor':>10}")
    for commit, passed, processor in rows:
        print(f"{commit:12} {passed:6.0f} s {processor:8.0f} s")
    print(f"HEAD takes {rows[1][1] / rows[0][1]:.2f} of the old time; at most 0.5 is promised")


def first_project(folder: Path, commit: str, fresh: bool) -> tuple[float, float]:
    """Seconds that pass, and seconds of the processor, until the model is exported."""
    clone = folder / commit
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(HERE), str(clone)], check=True)
    subprocess.run(["git", "checkout", "--quiet", commit], cwd=clone, check=True)
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    # A user's computer, where nothing of this one's environment is found first.
    environment["PATH"] = os.pathsep.join(
        place for place in os.environ["PATH"].split(os.pathsep) if not (Path(place).parent / "pyvenv.cfg").exists()
    )
    if fresh:
        environment |= {"PIP_CACHE_DIR": str(folder / f"{commit}-pip"), "UV_CACHE_DIR": str(folder / f"{commit}-uv")}
    began, before = time.perf_counter(), os.times()
    python = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([python, "tasks.py", "first-project", "digits"], cwd=clone, env=environment, check=True)
    passed, after = time.perf_counter() - began, os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    if not [*clone.glob("digits/runs/*/export/model.onnx")]:
        sys.exit(f"{commit} has exported no model")
    return passed, processor


if __name__ == "__main__":
    main()
