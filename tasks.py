"""The door to this repository: one command for each thing to do. Needs Python 3.11 or newer and nothing else.

python3 tasks.py first-project [FOLDER]    a trained, evaluated and exported digit classifier, in a few minutes
python3 tasks.py test [ARG ...]            lint, types and the tests that take under eight minutes; ARGs go to pytest
python3 tasks.py test --slow               also those that take longer: what CI runs, none of them left out in silence
python3 tasks.py test --nightly            those that CI has no time for
python3 tasks.py measure [ARG ...]         what `test --slow` costs, written into docs/checks.md
python3 tasks.py lint                      lint and types only
python3 tasks.py benchmark                 how fast the command is, beside click and cookiecutter

Everything is installed into .venv/ here. pip is configured as always: by its environment variables and its own files.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# The import order of templates is checked in rendered projects, where the folders are the real ones.
TEMPLATES = ["--isolated", "--line-length=120", "templates"]

BESIDE = ["-n", "auto", "--dist", "worksteal"]  # a test on each core
# Small networks hardly use two threads: with one each, the same training takes an eighth less of the processor.
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}

phases: dict[str, float] = {}  # seconds of each thing done here, for the summary


def main() -> None:
    arguments = sys.argv[1:]
    match arguments:
        case ["first-project", *rest] if len(rest) <= 1:
            first_project(rest[0] if rest else "mnist-classifier")
        case ["test", *rest]:
            test(rest)
        case ["measure", *rest]:
            measure(rest)
        case ["lint"]:
            install()
            lint()
        case ["benchmark"]:
            install()
            run(PYTHON, "benchmarks/cli.py", "--predict", folder=HERE)
        case _:
            print(__doc__)
            sys.exit(0 if arguments in ([], ["-h"], ["--help"]) else 2)


def first_project(folder: str) -> None:
    """Make, train, evaluate and export the digit classifier in the current folder."""
    if Path(folder).exists():
        sys.exit(f"error: {folder} is there already\nGive another name: python3 tasks.py first-project my-digits")
    install(extra="")  # dlgen alone: what lints and tests it can wait
    run(PYTHON, "-m", "dlgen", "new", "mnist-classifier", folder, "--run", "--no-input")


def test(arguments: list[str]) -> None:
    """Lint, types and tests, with the libraries of every project in the catalog."""
    kinds = {"--slow": "not nightly", "--nightly": "nightly"}
    kind = next((word for word in arguments if word in kinds), "")
    rest = [word for word in arguments if word not in kinds]
    marked = ["-m", kinds[kind], "--no-silent-skip"] if kind else []
    with phase("installing"):
        install()
        needed = project_dependencies()
        once("projects", json.dumps(needed), *installer(), *needed)
    with phase("lint and types"):
        lint()
    with phase("tests"):
        run(PYTHON, "-m", "pytest", *BESIDE, *marked, *rest, folder=HERE, **ONE_THREAD)
    took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in phases.items())
    print(f"In all {sum(phases.values()) / 60:.1f} minutes: {took}", flush=True)


def measure(arguments: list[str]) -> None:
    """Run what CI runs, and state what it cost in docs/checks.md."""
    record, counts = VENV / "checks.json", VENV / "counts.txt"
    counts.unlink(missing_ok=True)
    install()
    run(PYTHON, "benchmarks/checks.py", "count", str(counts), folder=HERE)
    try:
        test(["--slow", "--record", str(record), *arguments])
    finally:
        run(PYTHON, "benchmarks/checks.py", "stop", folder=HERE)
    run(PYTHON, "benchmarks/checks.py", "write", str(record), str(counts), json.dumps(phases), folder=HERE)


@contextlib.contextmanager
def phase(name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    phases[name] = time.perf_counter() - began


def lint() -> None:
    run(PYTHON, "-m", "ruff", "check", ".", folder=HERE)
    run(PYTHON, "-m", "ruff", "format", "--check", ".", folder=HERE)
    run(PYTHON, "-m", "ruff", "check", "--select=E,F,UP,B,SIM", "--ignore=E501", *TEMPLATES, folder=HERE)
    run(PYTHON, "-m", "ruff", "format", "--check", *TEMPLATES, folder=HERE)
    run(PYTHON, "-m", "mypy", folder=HERE)


def install(extra: str = "[dev]") -> None:
    """Make .venv where there is none, and install dlgen into it where pyproject.toml has changed."""
    if not PYTHON.exists():
        make_venv()
    wanted = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    name = "dlgen" if extra else "dlgen-alone"
    if not (is_done(name, wanted) or is_done("dlgen", wanted)):
        once(name, wanted, *installer(), "-e", f"{HERE}{extra}")


def make_venv() -> None:
    """With pip in it, for what uv cannot reach; uv makes one in a second, Python in five."""
    uv = shutil.which("uv")
    if uv:
        command = [uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(VENV)]
        print("$ " + " ".join(command), flush=True)
        if subprocess.run(command).returncode == 0:
            return
    print(f"$ {Path(sys.executable).name} -m venv {VENV}", flush=True)
    venv.create(VENV, with_pip=True, clear=True)


def installer() -> list[str | Path]:
    """uv, where it can reach the packages as it is configured; else pip, ten times slower.

    It is the one on the PATH, or a wheel in .venv, which pip fetches once. The libraries are compiled as pip does it: else, where
    PYTHONDONTWRITEBYTECODE is set, every start of TensorFlow compiles its two thousand modules anew, which takes longer than the rest.
    """
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet"]
    uv = shutil.which("uv") or PYTHON.with_name("uv.exe" if os.name == "nt" else "uv")
    if not Path(uv).exists() and subprocess.run([*pip, "uv"]).returncode != 0:
        return pip
    command: list[str | Path] = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", PYTHON]
    tried = subprocess.run([*command, "--dry-run", "tqdm"], capture_output=True)
    return command if tried.returncode == 0 else pip


def project_dependencies() -> list[str]:
    """What the projects of the catalog and the optional parts need, all together."""

    def dlgen(*words: str) -> str:
        return subprocess.run([PYTHON, "-m", "dlgen", *words], check=True, capture_output=True, text=True).stdout

    names = [template["name"] for template in json.loads(dlgen("list", "--json"))]
    needed = [item for name in names for item in json.loads(dlgen("show", name, "--json"))["dependencies"]]
    parts = sorted(HERE.glob("templates/parts/*/part.json"))
    needed += [item for part in parts for item in json.loads(part.read_text(encoding="utf-8"))["dependencies"]]
    return list(dict.fromkeys(needed))


def once(name: str, wanted: str, *command: str | Path) -> None:
    """Run an installation unless the same was done before in this .venv."""
    if not is_done(name, wanted):
        run(*command)
        (VENV / f"{name}.stamp").write_text(digest_of(wanted))


def is_done(name: str, wanted: str) -> bool:
    """Whether the installation of that name was the same the last time."""
    stamp = VENV / f"{name}.stamp"
    return stamp.exists() and stamp.read_text() == digest_of(wanted)


def digest_of(wanted: str) -> str:
    return hashlib.sha256(f"{HERE} {wanted}".encode()).hexdigest()


def run(*command: str | Path, folder: Path | None = None, **surroundings: str) -> None:
    """Print a command and run it; end with its exit code where it fails."""
    words = [str(word) for word in command]
    print("$ " + " ".join(f'"{word}"' if " " in word or "[" in word else word for word in words), flush=True)
    done = subprocess.run(words, cwd=folder, env=os.environ | surroundings)
    if done.returncode != 0:
        sys.exit(done.returncode)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
