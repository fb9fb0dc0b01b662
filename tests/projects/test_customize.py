"""docs/customize.md, followed to the letter: its files are written, its changes made and its commands run, in order."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from once import ONCE, deselected

PAGE = Path(__file__).parents[2] / "docs" / "customize.md"
BASE = Path(__file__).parents[2] / "templates" / "parts" / "base"
MODEL = "test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_weights"  # depends on what the network is made of


def blocks() -> list[tuple[str, str, str]]:
    """(kind, file, text) of each fenced block; the file is the last path that the lines since the block before it name."""
    found, file, kind, text = [], "", "", ""
    for line in PAGE.read_text(encoding="utf-8").splitlines(keepends=True):
        if not line.startswith("```"):
            text += line
        elif kind:
            found.append((kind, file, text))
            file, kind, text = "", "", ""
        else:
            paths = re.findall(r"`([\w./{}-]+/[\w.{}-]+\.\w+)`", text)
            file, kind, text = (paths or [""])[-1], line.strip("`\n"), ""
    return found


def follow(folder: Path, slow: bool) -> list[str]:
    """Do what the page says in `folder`; return the commands that were run."""
    scripts = folder / "bin"
    scripts.mkdir()
    for name, module in (("dlgen", "-m dlgen"), ("cookiecutter", "-m cookiecutter"), ("python", "")):
        script = scripts / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n')
        script.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "XDG_CONFIG_HOME": str(folder / "config"),
        # Of the project's own tests those that ask about code which every project has are run in one of ours.
        "PYTEST_ADDOPTS": " ".join([*(f"--ignore=tests/{file}" for file in ONCE), *deselected(BASE, kept=MODEL)]),
    }
    commands = []
    for kind, file, text in blocks():
        if kind == "diff":
            old, new = (next(line[1:] for line in text.splitlines() if line.startswith(mark)) for mark in "-+")
            whole = (folder / file).read_text(encoding="utf-8")
            assert whole.count(old) == 1, f"{file} has not the line that the page changes"
            (folder / file).write_text(whole.replace(old, new), encoding="utf-8")
        elif kind == "sh":
            for command in text.splitlines():
                if "--run" in command and not slow:
                    continue
                done = subprocess.run(
                    ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
                )
                assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
                commands.append(f"{command}\n{done.stdout}")
        else:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
    return commands


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".dlgen" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.skipif(os.name == "nt", reason="the page's commands are those of a Unix shell")
def test_everything_on_the_page_works_in_its_order(tmp_path: Path) -> None:
    commands = follow(tmp_path, slow=False)
    said = dict(command.split("\n", 1) for command in commands)
    assert "epochs: int = Field(12" in (tmp_path / "scans/config.py").read_text(encoding="utf-8")
    ours, theirs = tree(tmp_path / "scans"), tree(tmp_path / "scans-too")
    assert {name for name in ours if ours[name] != theirs[name]} == {"README.md", "pyproject.toml"}  # their names
    assert said["dlgen check ./team/shapes"].endswith("/team/shapes is in order\n")
    assert "team/shapes" in said["dlgen list"]
    shown = said["dlgen show team/shapes"]
    assert (
        "base, folders, images, labelled-images, classification" in shown
        and "Make a project: dlgen new team/shapes" in shown
    )
    made = tree(tmp_path / "our-shapes")
    assert made["README.md"].startswith(b"# Our shapes\n") and b"def sample" in made["data.py"]
    assert set(tree(tmp_path / "shapes-checked")) - set(made) == {
        ".github/workflows/project.yml",
        ".pre-commit-config.yaml",
        "docs/ci.md",
        "docs/precommit.md",
    }
    assert tree(tmp_path / "owned-shapes")["OWNERS.md"] == b"# Owners of Owned shapes\n\nThe vision team.\n"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the page's commands are those of a Unix shell")
def test_the_teams_template_passes_the_whole_path(tmp_path: Path) -> None:
    commands = follow(tmp_path, slow=True)
    (run,) = (command for command in commands if "--run" in command)
    assert "all its steps and its own tests" in run and run.endswith("/team/shapes is in order\n")
