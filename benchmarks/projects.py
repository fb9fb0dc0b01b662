"""What each project reaches and how long it takes, measured; benchmarks/stated.py says where the numbers go.

    python benchmarks/projects.py                                 every project on its sample: about 20 minutes
    python benchmarks/projects.py --full ../shared/data           on what --data full gives, where FULL says how: 10 minutes more
    python benchmarks/projects.py --real ../shared/data           on other real data, where REAL says how: half an hour more
    python benchmarks/projects.py gan-images chatbot              only these
    python benchmarks/projects.py --write                         measure nothing, write what is made from results.json again
    python benchmarks/projects.py --stale                         measure nothing, list the results of code that has changed since

Each project is made, trained, evaluated and exported in processes of their own, one after another, as its owner would. What was found goes into
benchmarks/results.json, with the day, the versions and a hash of the project's code. Needs the libraries of the projects
(`python tasks.py test` installs them).
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import stated

# What `--data full` gives, by project: by itself where it needs no download ("" as the path), or from a copy of the very same data in the folder
# given with --full.
FULL: dict[str, tuple[str, str, str]] = {
    "mnist-classifier": ("MNIST, 70,000 digits", "mnist.npz", ""),
    "iris-classifier": ("the same 150 irises", "", ""),
    "student-exam": ("400 students made by a stated rule", "", ""),
    "titanic-survival": ("the list of 1,309 passengers", "titanic/titanic3.csv", "--target survived"),
    "sentiment-analysis": ("IMDB, 50,000 reviews", "imdb_full", ""),
}

# Real data by project: what it is, where it lies in the folder given with --real, and the options beside --data; @ stands before another
# path in that folder.
REAL: dict[str, tuple[str, str, str]] = {
    "house-prices": (
        "California housing, 20,640 districts",
        "housing/california_housing.csv",
        "--target median_house_value",
    ),
    "student-exam": (
        "UCI student-mat, 395 students",
        "tabular/student-mat.csv",
        '--target "G3 >= 10" --ignore G1,G2 --validation-fraction 0.15',
    ),
    "cifar10-classifier": (
        "10,000 + 2,000 pictures of CIFAR-10",
        "cifar10_part.npz",
        "--epochs 20 --filters 32,64,128",
    ),
    "sentiment-analysis": ("5,000 + 5,000 IMDB reviews", "imdb", ""),
    "time-series-forecast": (
        "daily minimum temperatures, 3,650 days",
        "series/daily-min-temperatures.csv",
        "--epochs 15",
    ),
    "face-detection": (
        "150 photos with faces",
        "faces",
        "--image-size 256 --grids 4,8,16 --epochs 60 --zoom 1.5 --shift 0.2",
    ),
    "object-detection": (
        "200 photos of raccoons",
        "raccoon",
        "--epochs 40 --batch-size 8 --image-size 128 --filters 16,32,64,96,128 --grids 8,16,32 --zoom 1.5 --shift 0.2 --light 0.4",
    ),
    "gan-images": ("MNIST, 70,000 digits", "mnist.npz", "--epochs 4"),
    "style-transfer": (
        "a photo of Tübingen, and The Scream",
        "style/tubingen.jpg",
        "--style @style/the_scream.jpg --epochs 24",
    ),
    "chatbot": ("chatterbot-corpus in English, 1,109 pairs", "dialogues", ""),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="projects; all of them where none is named")
    parser.add_argument("--full", type=Path, metavar="FOLDER", help="measure --data full; copies lie in this folder")
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="measure on real data, which lie in this folder")
    parser.add_argument("--write", action="store_true", help="only write what is made from results.json")
    parser.add_argument("--stale", action="store_true", help="only list results whose code has changed since")
    options = parser.parse_args()
    found = stated.results()
    if options.stale:
        print("\n".join(stated.stale(found)) or "Every result is of the code as it is.")
        return
    kind, folder = (
        ("full", options.full) if options.full else ("real", options.real) if options.real else ("sample", None)
    )
    chosen = {"full": FULL, "real": REAL, "sample": dict.fromkeys(stated.names(), ("", "", ""))}[kind]
    for name in [] if options.write else options.names or stated.names():
        if name in chosen:
            title, path, changes = chosen[name]
            asked = f"--data @{path} {changes}".strip() if path else "" if kind == "sample" else "--data full"
            words = [
                str((folder / word[1:]).resolve()) if word.startswith("@") else word for word in shlex.split(asked)
            ]
            found.setdefault(name, {})[kind] = {**measure(name, words, title), "options": asked.replace("@", "")}
        stated.write(found)
    stated.write(found)


def dlgen(*words: str) -> str:
    return subprocess.run([sys.executable, "-m", "dlgen", *words], check=True, capture_output=True, text=True).stdout


def measure(name: str, changes: list[str], title: str) -> dict[str, Any]:
    """Make, train, evaluate and export; the score, the best baseline's, and the seconds."""
    facts = stated.expected(name)
    metric = facts["metric"].removeprefix("test ")
    key = metric.replace("R²", "r2").replace(" ", "_")
    lower = facts.get("better") == "lower"
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        dlgen("new", name, str(project), "--no-input")
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        for step in ("train", "evaluate", "export"):
            begin = time.perf_counter()
            words = [sys.executable, f"{step}.py", *(changes if step == "train" else [])]
            done = subprocess.run(words, cwd=project, env=environment, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{name}: {step}.py ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
            seconds[step] = round(time.perf_counter() - begin)
        metrics = json.loads(next(project.glob("runs/*/metrics.json")).read_text(encoding="utf-8"))
        rows = next(project.glob("runs/*/history.csv")).read_text(encoding="utf-8").splitlines()
        place = rows[0].split(",").index("seconds")
        training = round(sum(float(row.split(",")[place]) for row in rows[1:]))
    known = {row: scores[key] for row, scores in metrics["baselines"].items() if key in scores and "real " not in row}
    best = (min if lower else max)(known, key=lambda row: known[row], default="")
    result = {
        "metric": metric,
        "value": metrics["test"][key],
        "baseline": {"name": best, "value": known.get(best)},
        "test_examples": metrics["test_examples"],
        "training_seconds": training,
        "seconds": seconds,
        "data": title or metrics["note"],
        "versions": {package: version(package) for package in ("tensorflow_cpu", "keras") if installed(package)},
        "cores": os.cpu_count(),
        "date": date.today().isoformat(),
        "code": stated.code(name),
    }
    print(f"{name}: {metric} {result['value']:.4f}, {best} {known.get(best)}, {training} s of training", flush=True)
    return result


def installed(package: str) -> bool:
    try:
        version(package)
    except ModuleNotFoundError:
        return False
    return True


if __name__ == "__main__":
    main()
