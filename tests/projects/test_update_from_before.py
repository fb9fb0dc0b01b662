"""Projects of the version before become those of today, and keep what was edited in them.

`before/NAME.zip` holds the `.dlgen/` of a project as the version before made it (2026-11-25, before support/ had floors): its record, and
its files as they were rendered, from which the project is laid out again.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from dlgen.catalog import lookup
from dlgen.rendering import render

BEFORE = Path(__file__).parent / "before"
NAMES = sorted(path.stem for path in BEFORE.glob("*.zip"))
EDIT = "# an edit of mine\n"


def lay_out(name: str, folder: Path) -> Path:
    """The project as it was made."""
    (folder / ".dlgen").mkdir(parents=True)
    with zipfile.ZipFile(BEFORE / f"{name}.zip") as archive:
        archive.extractall(folder / ".dlgen")
    with zipfile.ZipFile(folder / ".dlgen/pristine.zip") as archive:
        archive.extractall(folder)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".dlgen" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def update(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dlgen", "update"], cwd=folder, capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout


@pytest.fixture
def today(tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, bytes]:
    return tree(render.new(lookup.find(request.param), str(tmp_path / "today" / request.param)).folder)


@pytest.mark.parametrize(("name", "today"), [(name, name) for name in NAMES], indirect=["today"])
def test_an_unedited_project_of_the_version_before_becomes_todays(
    name: str, today: dict[str, bytes], tmp_path: Path
) -> None:
    made = lay_out(name, tmp_path / name)
    update(made)
    assert tree(made) == today


@pytest.mark.parametrize(("name", "today"), [(name, name) for name in NAMES], indirect=["today"])
def test_edits_in_a_project_of_the_version_before_are_kept_and_follow_renamed_files(
    name: str, today: dict[str, bytes], tmp_path: Path
) -> None:
    made = lay_out(name, tmp_path / name)
    edited = ["data.py", "model.py", "support/checkpoints.py", "tests/test_resume.py", "GUIDE.md"]
    for file in edited:
        text = (made / file).read_text(encoding="utf-8")
        (made / file).write_text(text + EDIT, encoding="utf-8")
    before = tree(made)
    printed = update(made)
    after = tree(made)
    kept = {file: content for file, content in after.items() if EDIT.encode() in content}
    assert len(kept) == len(edited), printed
    assert "support/training/checkpoints.py" in kept and "support/checkpoints.py" not in after  # it was renamed
    others = {file: content for file, content in after.items() if file not in kept}
    assert others == {file: content for file, content in today.items() if file not in kept}
    subprocess.run([sys.executable, "-m", "dlgen", "undo"], cwd=made, check=True, capture_output=True)
    assert tree(made) == before
