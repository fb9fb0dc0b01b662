"""What each project reaches and how long it takes: the table in README.md, made from measured runs.

    python benchmarks/projects.py                                 every project on its sample: about 20 minutes
    python benchmarks/projects.py --real ../shared/data           on real data, where REAL says how: half an hour more
    python benchmarks/projects.py gan-images chatbot              only these
    python benchmarks/projects.py --table                         measure nothing, write the table again

Each project is made, trained, evaluated and exported in processes of their own, one after another, as its owner would. What was found goes into
benchmarks/results.json, and from there into README.md: no number in the table is typed in. Needs the libraries of the projects
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
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS, README = HERE / "results.json", HERE.parent / "README.md"
BEGIN, END = "<!-- made by benchmarks/projects.py -->", "<!-- end of what benchmarks/projects.py makes -->"

# Real data by project: what it is, where it lies in the folder given with --real, and the options beside --data; @ stands before another
# path in that folder.
REAL: dict[str, tuple[str, str, str]] = {
    "mnist-classifier": ("MNIST, 70,000 digits", "mnist.npz", ""),
    "titanic-survival": ("titanic3.csv, 1,309 passengers", "titanic/titanic3.csv", "--target survived"),
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
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="measure on real data, which lie in this folder")
    parser.add_argument("--table", action="store_true", help="only write the table")
    options = parser.parse_args()
    found = results()
    for name in [] if options.table else options.names or catalog():
        if not options.real:
            found.setdefault(name, {})["sample"] = measure(name, [], "")
        elif name in REAL:
            title, path, changes = REAL[name]
            asked = f"--data @{path} {changes}".strip()
            words = [
                str((options.real / word[1:]).resolve()) if word.startswith("@") else word
                for word in shlex.split(asked)
            ]
            found.setdefault(name, {})["real"] = {**measure(name, words, title), "options": asked.replace("@", "")}
        RESULTS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    page = README.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{table(found)}{END}{after}", encoding="utf-8")


def results() -> dict[str, Any]:
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def dlgen(*words: str) -> str:
    return subprocess.run([sys.executable, "-m", "dlgen", *words], check=True, capture_output=True, text=True).stdout


def catalog() -> list[str]:
    return [template["name"] for template in json.loads(dlgen("list", "--json"))]


def expected(name: str) -> dict[str, Any]:
    """The metric of a project, and whether less of it is better."""
    facts: dict[str, Any] = json.loads(dlgen("show", name, "--json"))["expected"]
    return facts


def measure(name: str, changes: list[str], title: str) -> dict[str, Any]:
    """Make, train, evaluate and export; the score, the best baseline's, and the seconds."""
    metric = expected(name)["metric"].removeprefix("test ")
    key = metric.replace("R²", "r2").replace(" ", "_")
    lower = expected(name).get("better") == "lower"
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
    }
    print(f"{name}: {metric} {result['value']:.4f}, {best} {known.get(best)}, {training} s of training", flush=True)
    return result


def installed(package: str) -> bool:
    try:
        version(package)
    except ModuleNotFoundError:
        return False
    return True


def table(found: dict[str, Any]) -> str:
    """The results as a table in Markdown; of each level in turn, as `dlgen list` shows them."""
    lines = [
        "| project | metric on test data | sample | best baseline there | training, all steps | real data | reached | best baseline there | training |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in catalog():
        cells = [f"[{name}]({page(name)})", *["not measured"] * 4, *[""] * 4]
        if here := found.get(name, {}).get("sample"):
            arrow = ", lower is better" if expected(name).get("better") == "lower" else ""
            total = sum(here["seconds"].values())
            cells[1:5] = [
                f"{here['metric']}{arrow}",
                number(here["value"]),
                beside(here),
                f"{here['training_seconds']} s, {total} s",
            ]
        if there := found.get(name, {}).get("real"):
            cells[5:] = [
                f"{there['data']}: `{there['options']}`",
                number(there["value"]),
                beside(there),
                f"{there['training_seconds']} s",
            ]
        lines.append("| " + " | ".join(cells) + " |")
    cores = {part["cores"] for each in found.values() for part in each.values()}
    return (
        "\n".join(lines)
        + f"\n\nSeconds are those of {' or '.join(map(str, sorted(cores)))} CPU cores; all steps are train, evaluate and export, each of which loads TensorFlow.\n"
    )


def number(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"


def beside(result: dict[str, Any]) -> str:
    best = result["baseline"]
    return f"{number(best['value'])} ({best['name']})" if best["name"] else ""


def page(name: str) -> str:
    (folder,) = (HERE.parent / "templates").glob(f"*/{name}")
    return folder.relative_to(HERE.parent).as_posix()


if __name__ == "__main__":
    main()
