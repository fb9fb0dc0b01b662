"""Deliberate faults, and the tests that must notice each: `python tests/mutants/run.py`.

    python tests/mutants/run.py                  all of them, half an hour on two cores
    python tests/mutants/run.py NAME …           those whose names hold one of these words
    python tests/mutants/run.py --list           what there is
    python tests/mutants/run.py --write          all, and the table in docs/mutants.md
    python tests/mutants/run.py --write NAME …   those, and their lines of the table; the others keep what was found of them
    python tests/mutants/run.py --names          nothing: the names of files in the table alone

A fault (a mutant) is one small change to a file of the repository. It is put into a copy, and the tests named beside it are run there; they
must fail, and they must pass without it. A mutant that no longer fits its file is an error too: the code has moved on, so look again.
Exit code 1 where a fault goes unnoticed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from faults import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "generator"))
from dlgen.catalog import layers, lookup  # noqa: E402 - of this checkout, whatever is installed

PAGE = ROOT / "docs" / "mutants.md"
BEGIN, END = "<!-- made by tests/mutants/run.py --write -->", "<!-- end of what tests/mutants/run.py makes -->"
MISSED = "**nothing**"
COPIED = (
    "generator",
    "templates",
    "tests",
    "benchmarks",
    "docs",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "pyproject.toml",
    "tasks.py",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="the names only")
    parser.add_argument("--write", action="store_true", help="write docs/mutants.md")
    parser.add_argument("--names", action="store_true", help="write it anew from faults.py, and try nothing")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, metavar="N", help="how many at a time")
    options = parser.parse_args()
    wanted = [each for each in MUTANTS if not options.words or any(word in each.name for word in options.words)]
    if options.list:
        print("\n".join(f"{each.name}  ({each.file})" for each in wanted))
        return 0
    if options.names:
        write({})
        return 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.at_once) as pool:
        controls = {(each.project, each.tests) for each in wanted}
        untouched = dict(zip(controls, pool.map(lambda one: control(*one, Path(folder)), controls), strict=True))
        verdicts = list(pool.map(lambda each: verdict(each, Path(folder)), wanted))
    tried, missed = {}, 0
    for each, (caught, said) in zip(wanted, verdicts, strict=True):
        passes, printed = untouched[each.project, each.tests]
        good = caught and passes
        missed += not good
        tried[each.name] = good
        if not good:
            print(
                f"\n{each.name}: {'NOT NOTICED' if passes else 'its tests fail without it, too'}\n{said if passes else printed}"
            )
    print(f"{len(wanted) - missed} of {len(wanted)} faults are noticed")
    if options.write:
        write(tried)
    return 1 if missed else 0


def verdict(mutant: Mutant, folder: Path) -> tuple[bool, str]:
    """Whether the tests notice the fault, and what they printed."""
    began = time.perf_counter()
    place = copy(Path(tempfile.mkdtemp(dir=folder)))
    path = place / mutant.file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if text.count(mutant.old) != 1:
        return False, f"{mutant.file} holds the text to change {text.count(mutant.old)} times; expected once"
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    done = run_tests(mutant.project, mutant.tests, place)
    shutil.rmtree(place, ignore_errors=True)
    caught = done.returncode == 1  # tests failed; anything else means that none could be run
    print(f"{'noticed' if caught else 'MISSED '} {time.perf_counter() - began:5.0f} s  {mutant.name}", flush=True)
    return caught, done.stdout[-2500:] + done.stderr[-1000:]


def control(project: str, tests: str, folder: Path) -> tuple[bool, str]:
    """Whether the same tests pass where nothing was changed."""
    place = copy(Path(tempfile.mkdtemp(dir=folder)))
    done = run_tests(project, tests, place)
    shutil.rmtree(place, ignore_errors=True)
    return done.returncode == 0, done.stdout[-2500:] + done.stderr[-1000:]


def copy(place: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
        else:
            shutil.copyfile(source, place / name)
    return place


def run_tests(project: str, tests: str, place: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(place / "generator"), "PYTHONDONTWRITEBYTECODE": "1"}
    folder = place
    if project:
        folder = place / "made" / project
        made = subprocess.run(
            [sys.executable, "-m", "dlgen", "new", project, str(folder), "--no-input"],
            env=environment,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            return made
        del environment["PYTHONPATH"]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests.split()]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def write(tried: dict[str, bool]) -> None:
    """The table of docs/mutants.md; faults that were not tried now keep what stands there of them."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(f"{BEGIN}\n")
    inside, _, after = rest.partition(END)
    known = {line.split(" | ")[0].removeprefix("| "): MISSED not in line for line in inside.splitlines()}
    lines = ["| fault | in | noticed by |", "|---|---|---|"]
    for mutant in MUTANTS:
        caught = tried.get(mutant.name, known.get(mutant.name))
        by = "not tried yet" if caught is None else tests_of(mutant) if caught else MISSED
        lines.append(f"| {mutant.name} | {shown(mutant.file)} | {by} |")
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


def tests_of(mutant: Mutant) -> str:
    """The tests that must notice it, by the files of this repository that hold them.

    Raises:
        FileNotFoundError: where there is no such file, or the project has none.
    """
    words = mutant.tests.split()
    files = [word for word in words if word.partition("::")[0].endswith(".py")]
    asked = " ".join(word for word in words if word not in files)
    if mutant.project:
        project = layers.plan(lookup.find(mutant.project))
        found = [project.project_file(word.partition("::")[0]) for word in files]
    else:
        found = [ROOT / word.partition("::")[0] for word in files]
    named = []
    for word, path in zip(files, found, strict=True):
        if path is None or not path.is_file():
            raise FileNotFoundError(f"{mutant.name}: there is no {word} in {mutant.project or 'the repository'}")
        _, _, test = word.partition("::")
        named.append(shown(path.relative_to(ROOT).as_posix()) + (f" (`{test}`)" if test else ""))
    text = ", ".join(named) + (f" (`{asked}`)" if asked else "")
    return f"{text} in {mutant.project}" if mutant.project else text


def shown(path: str) -> str:
    """A file of the repository, as the page names it.

    Raises:
        FileNotFoundError: where there is none.
    """
    if not (ROOT / path).is_file():
        raise FileNotFoundError(path)
    return f"`{path}`"


if __name__ == "__main__":
    sys.exit(main())
