"""What differs from the template is said, shown, and carried back into it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen.catalog import lookup, registry, templates
from dlgen.rendering import render
from dlgen.system import disk

SLUG = "{{cookiecutter.project_slug}}"
Run = Callable[..., str]
README = "# {{ cookiecutter.project_name }}\n\nIt needs {{ cookiecutter._dependencies|join(', ') }}.\n\nThe end.\n"


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777) for path in files}


@pytest.fixture
def template(tiny: Path, tmp_path: Path) -> Path:
    """A template of one's own: beside it a part of one's own, and dlgen's parts elsewhere."""
    team = tmp_path / "team"
    shutil.copytree(tiny / "beginner/tiny", team / "tiny")
    shutil.copytree(tiny / "parts/images", team / "parts/images")
    (team / "tiny" / SLUG / "README.md").write_text(README)
    return team / "tiny"


@pytest.fixture
def made(template: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(templates, "root", lambda: tiny)
    folder = render.new(lookup.find(str(template)), str(tmp_path / "x")).folder
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(made: Path, tiny: Path) -> Run:
    """dlgen in the project, where `tiny` is the folder of dlgen's own templates."""
    script = (
        "import pathlib, sys\nfrom dlgen.catalog import templates\nfrom dlgen.commands import main\n"
        f"templates.root = lambda: pathlib.Path({str(tiny)!r})\nmain.main(sys.argv[1:])"
    )

    def dlgen(*arguments: str, code: int = 0) -> str:
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return dlgen


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_status_names_what_you_did_and_what_the_template_has_that_is_new(run: Run, made: Path, template: Path) -> None:
    assert run("status").splitlines()[2:] == [
        "No file has changed since the project was made.",
        "",
        "The template has nothing new.",
    ]
    change(made / "train.py", "train", "mine")
    (made / "config.py").unlink()
    (made / "support/__init__.py").chmod(0o755)
    (made / "mine.txt").write_text("mine")
    (made / ".gitignore").write_text("/runs/\n*.log\n")
    for ignored in ("runs/a", "support/__pycache__/a.pyc", "a.log", ".venv/a"):
        (made / ignored).parent.mkdir(parents=True, exist_ok=True)
        (made / ignored).write_text("")
    change(template / SLUG / "README.md", "The end", "The very end")
    assert run("status") == (
        f"Made from tiny of {template} by dlgen 0.1.0, parts: base, images\n"
        "\n"
        "Yours:\n"
        "  edited   train.py\n"
        "  mode     support/__init__.py\n"
        "  deleted  config.py\n"
        "  added    .gitignore\n"
        "  added    mine.txt\n"
        "\n"
        "The template has something new:\n"
        "  updated  README.md\n"
        "\n"
        "See it: dlgen update --dry-run\nApply it: dlgen update\n"
    )
    facts = json.loads(run("status", "--json"))
    assert (facts["edited"], facts["added"]) == (["train.py"], [".gitignore", "mine.txt"])
    assert facts["update"] == [{"file": "README.md", "action": "updated", "conflicts": 0, "note": ""}]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_says_which_files_you_added_where_there_is_git(run: Run, made: Path) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    (made / ".gitignore").write_text("*\n!keep.txt\n")
    (made / "keep.txt").write_text("")
    (made / "other.txt").write_text("")
    assert json.loads(run("status", "--json"))["added"] == ["keep.txt"]


def test_status_without_the_template_still_says_what_is_yours(run: Run, made: Path, template: Path) -> None:
    shutil.rmtree(template)
    change(made / "train.py", "train", "mine")
    printed = run("status")
    assert "  edited   train.py\n" in printed
    assert f"Cannot tell whether the template has something new: there is no template in {template}\n" in printed


def test_diff_shows_your_lines_and_with_template_the_templates(run: Run, made: Path, template: Path) -> None:
    assert run("diff") == ""
    change(made / "README.md", "The end", "My end")
    (made / "mine.txt").write_text("no newline")
    expected = (
        "--- made/README.md\n+++ yours/README.md\n@@ -2,4 +2,4 @@\n \n It needs numpy>=2, pillow, keras.\n \n"
        "-The end.\n+My end.\n"
    )
    assert run("diff") == expected == run("diff", "README.md") == run("diff", ".")
    assert run("diff", "support") == ""
    assert run("diff", "mine.txt") == (
        "--- /dev/null\n+++ yours/mine.txt\n@@ -0,0 +1 @@\n+no newline\n\\ No newline at end of file\n"
    )
    change(template / SLUG / "README.md", "The end", "New end")
    assert run("diff", "--with-template").splitlines()[-2:] == ["-My end.", "+New end."]
    assert run("diff", "nowhere", code=2) == "error: there is no file nowhere, neither yours nor the template's\n"
    assert run("diff", "/etc", code=2) == f"error: /etc is not in the project {made}\n"


def test_sync_carries_edits_into_the_template_and_the_next_update_has_nothing_to_merge(
    run: Run, made: Path, template: Path, tiny: Path
) -> None:
    own = content(tiny)
    before = content(template.parent)
    change(made / "config.py", "15", "20")
    change(made / "README.md", "The end", "My end")
    change(made / "README.md", "# X\n", "# Mine\n")
    change(made / "support/images.py", "28", "32")
    change(made / "train.py", "train", "mine")
    (made / "config.py").chmod(0o755)
    (made / "new/file.py").parent.mkdir()
    (made / "new/file.py").write_text("new\n")
    (made / "workflow.yml").write_text("${{ matrix.python }}\n")
    plan = run("sync", str(template), "--dry-run")
    assert content(template.parent) == before
    assert "--- template/config.py\n+++ new/config.py\n" in plan
    printed = run("sync", str(template))
    assert (
        printed.splitlines()[:-2]
        == plan.splitlines()[:9]
        == [
            "what      file",
            "edited    README.md          the template fills in or has changed: # Mine",
            "edited    config.py",
            "edited    support/images.py  in the part images, which other templates may use",
            "replaced  train.py           dlgen's own, of the part base: the template has it now",
            "added     new/file.py",
            "left      workflow.yml       it contains {{ or {%, which would be rendered: name it in _copy_without_render first",
            "edited    cookiecutter.json  _replaces: train.py",
            "",
        ]
    )
    assert printed.endswith(f"Written into {template}\nNext: dlgen update\n")
    assert (template / SLUG / "README.md").read_text() == README.replace("The end", "My end")
    assert (template / SLUG / "config.py").stat().st_mode & 0o777 == 0o755
    assert json.loads((template / "cookiecutter.json").read_text())["_replaces"] == ["train.py"]
    assert content(tiny) == own, "dlgen's own files are never written"
    run("update")
    status = json.loads(run("status", "--json"))
    assert (status["edited"], status["added"], status["update"]) == (["README.md"], ["workflow.yml"], [])
    assert run("sync", str(template)).splitlines()[-1] == "Nothing can be carried back."


def test_an_edit_beside_a_filled_in_line_goes_back_and_one_in_it_does_not(run: Run, made: Path, template: Path) -> None:
    source = template / SLUG / "README.md"
    source.write_text("before\n{{ cookiecutter.project_name }}\nafter\n")
    run("update")
    (made / "README.md").write_text("mine before\nmine\nmine after\n")
    printed = run("sync", str(template))
    assert source.read_text() == "mine before\n{{ cookiecutter.project_name }}\nmine after\n"
    assert "the template fills in or has changed: mine" in printed


def test_lines_that_would_be_rendered_are_not_carried_back(run: Run, made: Path, template: Path) -> None:
    change(made / "README.md", "The end", "{{ 7 * 7 }}")
    before = content(template)
    assert "left  README.md  would be rendered: {{ 7 * 7 }}." in run("sync", str(template))
    assert content(template) == before


def test_a_deleted_file_is_said_and_deleted_when_told(run: Run, made: Path, template: Path) -> None:
    (made / "README.md").unlink()
    (made / "train.py").unlink()
    printed = run("sync", str(template))
    assert "left  README.md  you deleted it; give --delete to delete it from the template too\n" in printed
    assert "left  train.py   you deleted it; it comes from dlgen's part base\n" in printed
    assert (template / SLUG / "README.md").exists()
    run("sync", str(template), "--delete")
    assert not (template / SLUG / "README.md").exists()


def test_places_to_decide_are_not_carried_back(run: Run, made: Path, template: Path) -> None:
    change(made / "config.py", "15", "20")
    change(template / SLUG / "config.py", "15", "30")
    run("update")
    before = content(template)
    assert "left  config.py  it has conflicts to resolve: <<<<<<< yours\n" in run("sync", str(template))
    assert content(template) == before


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_template_with_changes_that_are_not_committed_is_left_alone(run: Run, made: Path, template: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=template, check=True)
    change(made / "config.py", "15", "20")
    before = content(template)
    assert run("sync", str(template), code=2).startswith("error: the template has changes that are not committed: ")
    assert content(template) == before
    run("sync", str(template), "--allow-dirty")
    assert content(template) != before


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_part_in_a_repository_of_its_own_is_looked_at_too(run: Run, made: Path, template: Path) -> None:
    part = template.parent / "parts/images"
    subprocess.run(["git", "init", "-q"], cwd=part, check=True)  # nothing of it is committed; the template has no git
    change(made / "config.py", "15", "20")
    run("sync", str(template))
    change(made / "support/images.py", "28", "32")
    before = content(template.parent)
    assert run("sync", str(template), code=2).startswith("error: the template has changes that are not committed: ")
    assert content(template.parent) == before
    run("sync", str(template), "--allow-dirty")
    assert "32" in (part / "support/images.py").read_text()


@pytest.mark.skipif(os.name == "nt", reason="needs links")
@pytest.mark.parametrize("place", ["README.md", "sub"])
def test_sync_writes_through_no_link_and_reads_through_none(
    run: Run, made: Path, template: Path, tmp_path: Path, place: str
) -> None:
    outside = template / "kept"  # a link that leads out of the template is refused anyway
    outside.mkdir()
    (outside / "secret.txt").write_text("secret\n")
    if place == "sub":  # the new file's folder is a link in the template
        (template / SLUG / "sub").symlink_to(outside)
        (made / "sub").mkdir()
        (made / "sub/secret.txt").write_text("mine\n")
    else:
        (template / SLUG / place).rename(outside / place)
        (template / SLUG / place).symlink_to(outside / place)
        change(made / place, "The end", "My end")
    (made / "linked.txt").symlink_to(outside / "secret.txt")
    change(made / "config.py", "15", "20")
    before, theirs = content(outside), (template / SLUG / "config.py").read_text()
    assert "does not write through it\nNothing was written.\n" in run("sync", str(template), code=2)
    assert content(outside) == before and (template / SLUG / "config.py").read_text() == theirs
    assert not any(b"secret" in data for data, _ in content(template / SLUG).values() if place != "sub")


def test_a_file_is_written_into_the_template_whole_or_not_at_all(
    run: Run, made: Path, template: Path, tmp_path: Path
) -> None:
    source = template / SLUG / "config.py"
    old = source.read_text()
    os.link(source, tmp_path / "same")  # what is written in place shows here
    change(made / "config.py", "15", "20")
    (made / "new.txt").write_text("new\n")
    run("sync", str(template))
    assert (tmp_path / "same").read_text() == old != source.read_text()
    names = [path.name for path in template.rglob("*")]
    assert "new.txt" in names and not [name for name in names if name.startswith(".dlgen-")]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("old")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patched:
            patched.setattr(os, name, fail)
            with pytest.raises(OSError, match="No space left"):
                disk.write(file, b"new", 0o600)
        assert (os.listdir(tmp_path), file.read_text()) == (["file"], "old")
    disk.write(file, b"new", 0o640)
    assert (os.listdir(tmp_path), file.read_text(), file.stat().st_mode & 0o777) == (["file"], "new", 0o640)


def test_places_are_registered_by_a_file_that_takes_the_place_of_the_old_one(
    dlgen: Callable[..., subprocess.CompletedProcess[str]], tiny: Path, tmp_path: Path
) -> None:
    assert dlgen("templates", "add", str(tiny), "--name", "one").returncode == 0
    file = registry.file()
    os.link(file, tmp_path / "same")
    old = file.read_text()
    try:
        assert dlgen("templates", "add", str(tiny), "--name", "two").returncode == 0
        assert (tmp_path / "same").read_text() == old != file.read_text()
        assert os.listdir(file.parent) == ["templates.toml"]
    finally:
        file.unlink()


def test_dlgens_own_template_is_not_written(run: Run, made: Path, tiny: Path) -> None:
    change(made / "config.py", "15", "20")
    before = content(tiny)
    assert run("sync", "tiny", code=2) == (
        "error: tiny is not a folder of yours\nMake it one: dlgen eject tiny my-template\n"
    )
    assert content(tiny) == before
