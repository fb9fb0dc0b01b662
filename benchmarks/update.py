"""How long `dlgen update` takes on a project of a few hundred files, beside making it anew, and beside `copier update`.

    python benchmarks/update.py [--copier PATH] [--files 300] [--repeats 10]     about two minutes

Both tools get the same template: --files text files of 60 lines, of which every tenth has a line changed in the
second version, and the same project, in which every fifteenth file has been edited elsewhere. Each command is a process of
its own. copier (https://copier.readthedocs.io) is given by the path of its command, and left out where there is none; it needs
git, and a template in a repository with a tag for each version. Promised: an update takes at most 1.5 times as long as making the project.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--copier", default=shutil.which("copier"))
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=10)
    options = parser.parse_args()
    dlgen = [sys.executable, "-m", "dlgen"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        home = folder / "home"
        home.mkdir()
        os.environ |= {"HOME": str(home), "USERPROFILE": str(home)}
        times = {"dlgen new": [], "dlgen update": [], "dlgen update, nothing new": []} | (
            {"copier copy": [], "copier update": []} if options.copier else {}
        )
        for number in range(options.repeats + 1):
            place = folder / str(number)
            place.mkdir()
            found = ours(dlgen, place, options.files)
            if options.copier:
                found |= copiers(options.copier, place, options.files)
            if number:  # the first round warms the disk
                for key, seconds in found.items():
                    times[key].append(seconds)
            shutil.rmtree(place)
    print(f"{options.files} files, {options.repeats} rounds")
    print(f"{'':26} {'median':>8} {'fastest':>8}  {'to dlgen new':>12}")
    for key, seconds in times.items():
        ratio = median(seconds) / median(times["dlgen new"])
        print(f"{key:26} {median(seconds):6.3f} s {min(seconds):6.3f} s  {ratio:12.2f}")


def ours(dlgen: list[str], place: Path, files: int) -> dict[str, float]:
    template, project = place / "template", place / "project"
    write(template / "{{cookiecutter.project_slug}}", files, "{{ cookiecutter.project_name }}")
    (template / "cookiecutter.json").write_text('{"project_name": "Thing", "project_slug": "project"}')
    made = timed([*dlgen, "new", str(template), str(project), "--no-input"], place)
    nothing = timed([*dlgen, "update"], project)
    edit(project, files)
    change(template / "{{cookiecutter.project_slug}}", files)
    updated = timed([*dlgen, "update"], project)
    check(project, files)
    return {"dlgen new": made, "dlgen update": updated, "dlgen update, nothing new": nothing}


def copiers(copier: str, place: Path, files: int) -> dict[str, float]:
    template, project = place / "copier-template", place / "copier-project"
    write(template, files, "{{ project_name }}", ".jinja")
    (template / "copier.yml").write_text("project_name:\n  type: str\n  default: Thing\n")
    (template / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers|to_nice_yaml }}")
    commit(template, "1")
    subprocess.run([*GIT, "tag", "v1.0.0"], cwd=template, check=True)
    made = timed([copier, "copy", "--defaults", "--quiet", str(template), str(project)], place)
    edit(project, files)
    commit(project, "1")
    change(template, files, ".jinja")
    commit(template, "2")
    subprocess.run([*GIT, "tag", "v2.0.0"], cwd=template, check=True)
    updated = timed([copier, "update", "--defaults", "--quiet"], project)
    check(project, files)
    return {"copier copy": made, "copier update": updated}


def path(number: int) -> str:
    return f"folder{number % 12}/file{number}.txt"


def write(folder: Path, files: int, name: str, suffix: str = "") -> None:
    """The first version of a template: in each file one line that is filled in."""
    for number in range(files):
        file = folder / (path(number) + suffix)
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"This is line {line} of file {number}." for line in range(59)]
        file.write_text("\n".join([f"Made for {name}.", *lines]) + "\n")


def change(folder: Path, files: int, suffix: str = "") -> None:
    """The second version: line 50 of every tenth file."""
    for number in range(0, files, 10):
        file = folder / (path(number) + suffix)
        file.write_text(file.read_text().replace("line 50 ", "the new line 50 "))


def edit(project: Path, files: int) -> None:
    """What the owner of a project did: line 5 of every fifteenth file."""
    for number in range(0, files, 15):
        file = project / path(number)
        file.write_text(file.read_text().replace("line 5 ", "my line 5 "))


def check(project: Path, files: int) -> None:
    """Both changes are there, in every file that has both."""
    for number in range(0, files, 30):
        text = (project / path(number)).read_text()
        assert "my line 5 " in text and "new line 50 " in text and "<<<<" not in text, path(number)


def commit(folder: Path, message: str) -> None:
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", message]):
        subprocess.run([*GIT, *words], cwd=folder, check=True)


def timed(command: list[str], folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
