"""`dlgen update`, `add` and `undo` in a project: what is new comes in, and what you did stays."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen import __version__
from dlgen.catalog import lookup
from dlgen.projects import project
from dlgen.rendering import render
from dlgen.updates import changes
from dlgen.updates.rerender import render_again

Dlgen = Callable[..., subprocess.CompletedProcess[str]]
Tree = dict[str, tuple[bytes, int]]
SLUG = "{{cookiecutter.project_slug}}"
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]


def tree(folder: Path) -> Tree:
    """Every file with its mode, `.dlgen/` included, without what only this copy of the project holds."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    named = ((path.relative_to(folder).as_posix(), path) for path in files)
    return {
        name: (path.read_bytes(), path.stat().st_mode) for name, path in named if not name.startswith(".dlgen/local/")
    }


@pytest.fixture
def template(tiny: Path) -> Path:
    """The project folder of a template with some files more: text, bytes and a script."""
    folder = tiny / "beginner/tiny" / SLUG
    (folder / "poem.txt").write_text("".join(f"line {number}\n" for number in range(1, 11)))
    (folder / "picture.bin").write_bytes(b"\x00\x01template")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    return folder


@pytest.fixture
def made(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of that template, which is the current folder."""
    folder = render.new(lookup.find(str(template.parent)), str(tmp_path / "x"), {"epochs": "3"}).folder
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(made: Path) -> Callable[..., str]:
    """Run dlgen in the project, and return what it prints."""

    def dlgen(*arguments: str, code: int = 0) -> str:
        command = [sys.executable, "-m", "dlgen", *arguments]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return dlgen


Run = Callable[..., str]


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def anew(template: Path, folder: Path, **options: object) -> Tree:
    """What the template gives today, made from the start under the same name."""
    made = render.new(lookup.find(str(template.parent)), str(folder / "x"), {"epochs": "3"}, **options)  # type: ignore[arg-type]
    return tree(made.folder)


def test_an_unedited_project_becomes_what_the_template_gives_today(
    run: Run, made: Path, template: Path, tmp_path: Path
) -> None:
    change(template / "poem.txt", "line 5", "line five")
    change(template / "README.md", "# ", "# About ")
    (template / "new").mkdir()
    (template / "new/file.py").write_text("1\n")
    (template / "run.sh").chmod(0o755)
    (template / "picture.bin").unlink()
    printed = run("update")
    assert tree(made) == anew(template, tmp_path / "anew")
    assert printed == (
        "what     file\n"
        "updated  README.md\n"
        "added    new/file.py\n"
        "removed  picture.bin\n"
        "updated  poem.txt\n"
        "updated  run.sh\n"
        "\n"
        "Undo it: dlgen undo\n"
    )
    assert run("update") == "Nothing to merge: the template has not changed since the project was made.\n"


def test_what_only_you_changed_is_kept_and_what_both_changed_is_merged(run: Run, made: Path, template: Path) -> None:
    change(made / "train.py", "train", "mine")
    change(made / "poem.txt", "line 1\n", "my line 1\n")
    change(template / "poem.txt", "line 9", "line nine")
    (made / "run.sh").chmod(0o700)
    change(template / "run.sh", "sh", "bash")
    (made / "support/images.py").unlink()
    (made / "mine.txt").write_text("mine")
    rows = run("update").splitlines()
    assert rows[1:6] == [
        "merged   poem.txt",
        "updated  run.sh",
        "kept     support/images.py  you deleted it",
        "kept     train.py           only you changed it",
        "",
    ]
    assert (made / "poem.txt").read_text().splitlines() == [
        "my line 1",
        *(f"line {number}" for number in range(2, 9)),
        "line nine",
        "line 10",
    ]
    assert "mine" in (made / "train.py").read_text() and (made / "mine.txt").read_text() == "mine"
    assert (made / "run.sh").read_text() == "#!/bin/bash\n" and (made / "run.sh").stat().st_mode & 0o777 == 0o700
    assert not (made / "support/images.py").exists()


def test_where_both_changed_a_line_both_stand_between_markers(run: Run, made: Path, template: Path) -> None:
    change(made / "poem.txt", "line 5", "my line")
    change(template / "poem.txt", "line 5", "new line")
    printed = run("update")
    assert "conflict  poem.txt  1 conflict\n" in printed
    assert "Look for <<<<<<< yours in: poem.txt\nKeep what is right, and remove the markers.\n" in printed
    assert (made / "poem.txt").read_text().splitlines()[4:11] == [
        "<<<<<<< yours",
        "my line",
        "||||||| as it was made",
        "line 5",
        "=======",
        "new line",
        ">>>>>>> template",
    ]


def test_bytes_that_are_no_text_stay_yours_and_the_templates_stand_beside(run: Run, made: Path, template: Path) -> None:
    (made / "picture.bin").write_bytes(b"\x00mine")
    (template / "picture.bin").write_bytes(b"\x00new")
    printed = run("update")
    assert "kept    picture.bin                both changed, and it is not text" in printed
    assert "beside  picture.bin.from-template  the template's picture.bin" in printed
    assert (made / "picture.bin").read_bytes() == b"\x00mine"
    assert (made / "picture.bin.from-template").read_bytes() == b"\x00new"
    (template / "picture.bin").write_bytes(b"\x00newer")
    run("update")
    assert (made / "picture.bin.from-template").read_bytes() == b"\x00new"
    assert (made / "picture.bin.from-template-2").read_bytes() == b"\x00newer"


def test_a_file_that_both_added_keeps_both(run: Run, made: Path, template: Path) -> None:
    for name, mine, new in (("a.txt", "mine\n", "new\n"), ("same.txt", "1\n", "1\n"), ("b.bin", "\0mine", "\0new")):
        (made / name).write_text(mine)
        (template / name).write_text(new)
    printed = run("update")
    assert "conflict  a.txt                1 conflict; you and the template both added it\n" in printed
    assert (made / "a.txt").read_text() == "<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> template\n"
    assert (made / "b.bin").read_text() == "\0mine" and (made / "b.bin.from-template").read_text() == "\0new"
    assert "same.txt" not in printed


def test_what_the_template_removed_goes_only_if_you_did_not_touch_it(run: Run, made: Path, template: Path) -> None:
    change(made / "poem.txt", "line 5", "my line")
    for name in ("poem.txt", "picture.bin", "run.sh"):
        (template / name).unlink()
    (made / "run.sh").chmod(0o755)
    printed = run("update")
    assert "kept     poem.txt     the template no longer has it, and you have edited it\n" in printed
    assert (made / "poem.txt").exists() and (made / "run.sh").exists() and not (made / "picture.bin").exists()
    run("update")
    assert (made / "poem.txt").exists(), "a file that the template forgot is yours"


def test_what_you_deleted_comes_back_only_if_the_template_changed_it(run: Run, made: Path, template: Path) -> None:
    for name in ("poem.txt", "run.sh"):
        (made / name).unlink()
    change(template / "poem.txt", "line 5", "line five")
    (template / "run.sh").chmod(0o755)
    printed = run("update")
    assert "restored  poem.txt  you deleted it, and the template has changed it since\n" in printed
    assert "line five" in (made / "poem.txt").read_text() and not (made / "run.sh").exists()


def test_your_edits_follow_a_file_that_the_template_renamed(run: Run, made: Path, template: Path) -> None:
    change(made / "poem.txt", "line 1\n", "my line 1\n")
    (template / "poem.txt").rename(template / "verse.txt")
    change(template / "verse.txt", "line 9", "line nine")
    printed = run("update")
    assert "moved    verse.txt  the template renamed poem.txt: your edits moved with it\n" in printed
    lines = (made / "verse.txt").read_text().splitlines()
    assert (lines[0], lines[8]) == ("my line 1", "line nine") and not (made / "poem.txt").exists()


def test_a_file_may_become_a_folder_and_a_folder_a_file(run: Run, made: Path, template: Path, tmp_path: Path) -> None:
    (template / "run.sh").unlink()
    (template / "run.sh").mkdir()
    (template / "run.sh/inner.txt").write_text("inner\n")
    (template / "old").mkdir()
    (template / "old/inner.txt").write_text("old\n")
    run("update")
    assert (made / "run.sh/inner.txt").read_text() == "inner\n"
    shutil.rmtree(template / "old")
    (template / "old").write_text("a file now\n")
    run("update")
    assert tree(made) == anew(template, tmp_path / "anew")
    run("undo")
    assert (made / "old/inner.txt").read_text() == "old\n"


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_nothing_is_written_through_a_link_or_over_what_is_no_file(run: Run, made: Path, template: Path) -> None:
    outside = made.parent / "outside"
    outside.mkdir()
    (outside / "images.py").write_text("SIZE = 28\n")
    shutil.rmtree(made / "support")
    (made / "support").symlink_to(outside)
    (made / "poem.txt").rename(outside / "poem.txt")
    (made / "poem.txt").symlink_to(outside / "poem.txt")
    (made / "new.txt").mkdir()
    (made / "new.txt/mine").write_text("mine")
    before = tree(outside)
    for name in ("new.txt", "support/more.py"):
        (template / name).parent.mkdir(exist_ok=True)
        (template / name).write_text("new\n")
    change(template / "poem.txt", "line 5", "line five")
    run("update")
    assert tree(outside) == before
    assert (made / "poem.txt").is_symlink() and (made / "new.txt/mine").read_text() == "mine"
    assert "line five" in (made / "poem.txt.from-template").read_text()
    assert (made / "new.txt.from-template").read_text() == "new\n"
    assert (made / "support.from-template/more.py").read_text() == "new\n"


def test_undo_puts_back_bytes_and_modes_and_a_second_undo_the_update(run: Run, made: Path, template: Path) -> None:
    change(made / "poem.txt", "line 5", "my line")
    (made / "run.sh").chmod(0o600)
    before = tree(made)
    change(template / "poem.txt", "line 5", "new line")
    (template / "run.sh").chmod(0o755)
    (template / "picture.bin").unlink()
    (template / "deep/down").mkdir(parents=True)
    (template / "deep/down/new.txt").write_text("new\n")
    run("update")
    after = tree(made)
    assert run("undo").splitlines()[0] == "Undid: update"
    assert tree(made) == before and not (made / "deep").exists()
    run("update", "--undo")
    assert tree(made) == after != before


def test_undo_refuses_where_you_edited_since_and_loses_nothing_if_told_to(run: Run, made: Path, template: Path) -> None:
    assert run("undo", code=2).startswith("error: there is nothing to undo\n")
    before = tree(made)
    change(template / "poem.txt", "line 5", "new line")
    run("update")
    change(made / "poem.txt", "line 1\n", "edited since\n")
    after = tree(made)
    assert run("undo", code=2) == (
        "error: edited since: poem.txt\n"
        "Give --force to put it back anyway; a second dlgen undo brings your edits back.\n"
    )
    assert tree(made) == after
    run("undo", "--force")
    assert tree(made) == before
    run("undo")
    assert tree(made) == after


def test_a_dry_run_shows_the_plan_and_the_differences_and_writes_nothing(run: Run, made: Path, template: Path) -> None:
    change(template / "poem.txt", "line 10", "line ten")
    before = {**tree(made)}
    printed = run("update", "--dry-run")
    assert printed == (
        "what     file\n"
        "updated  poem.txt\n"
        "\n"
        "--- yours/poem.txt\n"
        "+++ new/poem.txt\n"
        "@@ -7,4 +7,4 @@\n"
        " line 7\n line 8\n line 9\n-line 10\n+line ten\n"
        "\n"
        "Nothing was written: this is what would change.\n"
    )
    assert tree(made) == before and not (made / ".dlgen/local").exists()
    facts = json.loads(run("update", "--dry-run", "--json"))
    assert facts == {
        "project": str(made),
        "written": False,
        "conflicts": [],
        "changes": [{"file": "poem.txt", "action": "updated", "conflicts": 0, "note": ""}],
        "notes": [],
    }


def test_the_record_is_that_of_the_new_rendering_and_lost_answers_are_said(
    run: Run, made: Path, template: Path
) -> None:
    config = json.loads((template.parent / "cookiecutter.json").read_text())
    del config["accelerator"]
    config["author"] = "nobody"
    (template.parent / "cookiecutter.json").write_text(json.dumps(config))
    change(template / "config.py", "epochs: int", "passes: int")
    printed = run("update")
    assert "note: the template no longer asks for accelerator, which was cpu\n" in printed
    assert "note: there is no setting epochs any more; it was 3\n" in printed
    record = json.loads((made / ".dlgen/project.json").read_text())
    assert record["answers"] == {"project_name": "X", "project_slug": "x", "author": "nobody"}
    assert (record["settings"], record["dlgen"]) == ({}, __version__)
    assert tomllib.loads((made / "config.toml").read_text()) == {}


def test_a_setting_with_a_value_that_is_no_longer_allowed_is_said(run: Run, made: Path, template: Path) -> None:
    change(template / "config.py", "Field(15, ge=1", "Field(15, ge=5")
    assert "note: epochs cannot be '3': expected a whole number, 5 or more; it was left out\n" in run("update")
    assert tomllib.loads((made / "config.toml").read_text()) == {}


@pytest.mark.parametrize("edited", [False, True])
def test_a_part_added_later_gives_the_same_files_as_at_creation(
    run: Run, made: Path, template: Path, tiny: Path, tmp_path: Path, edited: bool
) -> None:
    part = json.loads((tiny / "parts/docker/part.json").read_text())
    (tiny / "parts/docker/part.json").write_text(json.dumps({**part, "dependencies": ["dockerpy"]}))
    expected = anew(template, tmp_path / "anew", parts=("docker",))
    if edited:
        change(made / "train.py", "train", "mine")
        change(made / "pyproject.toml", "[project]", "# mine\n\n[project]")
    before = tree(made)
    printed = run("add", "docker")
    assert "Dockerfile" in printed
    if edited:
        assert (made / "pyproject.toml").read_bytes() == b"# mine\n\n" + expected["pyproject.toml"][0]
        assert "mine" in (made / "train.py").read_text()
    else:
        assert tree(made) == expected
    assert run("add", "docker", code=2) == "error: the project already has the part docker\n"
    assert run("update") == "Nothing to merge: the template has not changed since the project was made.\n"
    assert run("undo").splitlines()[0] == "Undid: add docker"
    assert tree(made) == before


def test_a_part_that_there_is_not_is_a_sentence(run: Run, made: Path) -> None:
    before = tree(made)
    assert run("add", "dokker", code=2).startswith("error: there is no optional part dokker; did you mean docker?\n")
    assert tree(made) == before


def test_a_plain_cookiecutter_template_updates_too_and_its_hooks_run_with_trust_only(
    run: Run, plain: Path, tmp_path: Path
) -> None:
    folder = render.new(lookup.find(str(plain)), str(tmp_path / "thing"), trust=True).folder
    (plain / "{{cookiecutter.slug}}/file.txt").write_text("{{ cookiecutter.name }}\nnew\n")
    assert run("update", "--project", str(folder), code=2).startswith("error: plain wants to run code of its own")
    run("update", "--project", str(folder), "--trust")
    assert (folder / "file.txt").read_text() == "Thing\nnew\n" and (folder / "hooked").exists()


def test_a_template_that_is_gone_is_a_sentence_and_can_be_named(run: Run, made: Path, template: Path) -> None:
    moved = template.parent.with_name("moved")
    template.parent.rename(moved)
    assert run("update", code=2) == (
        f"error: there is no template in {template.parent}\n"
        "This project was made from it: say where it is now with --template PATH.\n"
    )
    change(moved / SLUG / "poem.txt", "line 5", "line five")
    run("update", "--template", str(moved))
    assert "line five" in (made / "poem.txt").read_text()
    assert json.loads((made / ".dlgen/project.json").read_text())["source"] == str(moved)
    assert run("update") == "Nothing to merge: the template has not changed since the project was made.\n"


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_changes_that_are_not_committed_stop_an_update_unless_told(run: Run, made: Path, template: Path) -> None:
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "made"]):
        subprocess.run([*GIT, *words], cwd=made, check=True)
    change(template / "poem.txt", "line 5", "line five")
    change(made / "train.py", "train", "mine")
    before = tree(made)
    assert run("update", code=2) == (
        "error: the project has changes that are not committed: train.py\n"
        "Commit them first, so that you can compare; or give --allow-dirty.\n"
    )
    assert tree(made) == before
    run("update", "--allow-dirty")
    assert "line five" in (made / "poem.txt").read_text()
    status = subprocess.run(["git", "status", "--porcelain"], cwd=made, capture_output=True, text=True).stdout
    assert sorted(line[3:] for line in status.splitlines()) == [
        ".dlgen/pristine.zip",
        ".dlgen/project.json",
        "poem.txt",
        "train.py",
    ]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: shutil.rmtree(folder), "there is no project in "),
        (lambda folder: (folder / "project.json").unlink(), ".dlgen/project.json is missing\n"),
        (lambda folder: (folder / "project.json").write_text("{"), ".dlgen/project.json is damaged: "),
        (
            lambda folder: (folder / "project.json").write_text("[]"),
            ".dlgen/project.json is damaged: it has no template\n",
        ),
        (lambda folder: (folder / "pristine.zip").unlink(), ".dlgen/pristine.zip is damaged: it is missing\n"),
        (lambda folder: (folder / "pristine.zip").write_bytes(b"PK"), ".dlgen/pristine.zip is damaged: "),
    ],
)
def test_a_project_without_its_record_or_with_a_damaged_one_is_a_sentence(
    run: Run, made: Path, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(made / ".dlgen")
    for command in (["update"], ["status"], ["diff"], ["add", "docker"]):
        answer = run(*command, code=2)
        assert answer.startswith(f"error: {message}") and answer.count("\n") == 2, answer


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", ".dlgen/project.json", "a/../../out.txt", "C:out.txt"])
def test_a_record_that_names_files_outside_of_the_project_is_refused(made: Path, run: Run, name: str) -> None:
    import zipfile

    with zipfile.ZipFile(made / ".dlgen/pristine.zip", "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), "x")
    assert run("update", code=2).startswith(f"error: .dlgen/pristine.zip is damaged: it names {name}\n")


def test_jinja_in_a_record_is_refused(made: Path, run: Run) -> None:
    change(made / ".dlgen/project.json", '"X"', '"{{ 7 * 7 }}"')
    assert run("update", code=2).startswith("error: project_name cannot contain {{, which a template would run as code")


def test_a_project_is_found_from_a_folder_within(made: Path) -> None:
    assert project.find(made / "support").folder == made


# ---- links, folders, and what was edited since


@pytest.fixture
def updated(run: Run, made: Path, template: Path) -> Path:
    """A project of which an update has changed poem.txt, added new/file.txt, and removed run.sh."""
    change(template / "poem.txt", "line 5", "line five")
    (template / "new").mkdir()
    (template / "new/file.txt").write_text("new\n")
    (template / "run.sh").unlink()
    run("update")
    return made


def everything(folder: Path) -> dict[str, object]:
    """What stands at each path but in `.dlgen/local`: where a link leads, the bytes and mode of a file."""
    found: dict[str, object] = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = os.readlink(path)  # noqa: PTH115 - Path would tidy it
        elif path.is_file() and not name.startswith(".dlgen/local"):
            found[name] = (path.read_bytes(), path.stat().st_mode & 0o777)
    return found


@pytest.mark.skipif(os.name == "nt", reason="needs links")
@pytest.mark.parametrize("target", ["nowhere/./a", "mine.txt", "/etc/passwd", ".", "poem.txt"])
def test_a_link_that_you_put_in_a_files_place_is_replaced_by_force_and_comes_back(
    run: Run, updated: Path, template: Path, target: str
) -> None:
    for name in ("poem.txt", "new/file.txt", "run.sh"):
        (updated / name).unlink(missing_ok=True)
        (updated / name).symlink_to(target)
    before = everything(updated)
    assert run("undo", code=2).startswith("error: edited since: new/file.txt, poem.txt, run.sh\n")
    assert everything(updated) == before
    run("undo", "--force")
    assert "line 5\n" in (updated / "poem.txt").read_text() and not (updated / "poem.txt").is_symlink()
    assert (updated / "run.sh").read_text() == "#!/bin/sh\n" and not (updated / "new").exists()
    run("undo")
    assert everything(updated) == before
    assert "Yours:\n  edited   new/file.txt\n  edited   poem.txt\n" in run("status")


@pytest.mark.parametrize("name", ["poem.txt", "run.sh", "new/file.txt", "new"])
def test_a_folder_that_you_put_in_a_files_place_stays_and_blocks_no_later_command(
    run: Run, updated: Path, template: Path, name: str
) -> None:
    if (updated / name).is_dir():
        shutil.rmtree(updated / name)
    (updated / name).unlink(missing_ok=True)
    mine = updated / name / "mine/a.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine\n")
    before = everything(updated)
    if name.startswith("new"):  # nothing is to be put there
        run("undo", "--force")
        assert "line 5\n" in (updated / "poem.txt").read_text()
        assert not (updated / "new/file.txt").is_file()
    else:
        assert run("undo", "--force", code=2) == (
            f"error: {name} cannot be put back: a folder is there\nMove it elsewhere, and run the same command again.\n"
        )
        assert everything(updated) == before
    assert mine.read_text() == "mine\n"
    run("status")
    run("update")
    assert mine.read_text() == "mine\n"


@pytest.mark.skipif(os.name == "nt", reason="needs links")
@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_file_is_not_put_back_through_a_link_or_a_file_that_took_the_place_of_its_folder(
    run: Run, made: Path, template: Path, kind: str
) -> None:
    (template / "deep").mkdir()
    (template / "deep/file.txt").write_text("one\n")
    run("update")
    (template / "deep/file.txt").write_text("two\n")
    run("update")
    outside = made.parent / "outside"
    outside.mkdir()
    shutil.rmtree(made / "deep")
    if kind == "link":
        (made / "deep").symlink_to(outside)
    else:
        (made / "deep").write_text("mine\n")
    before = everything(made)
    assert run("undo", "--force", code=2).startswith(
        "error: deep/file.txt cannot be put back: a link or a file is on the way to it\n"
    )
    assert everything(made) == before and os.listdir(outside) == []
    run("status")


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_link_or_folder_in_a_files_place_is_an_edit_and_not_a_deletion(run: Run, made: Path) -> None:
    (made / "poem.txt").unlink()
    (made / "poem.txt").symlink_to("README.md")
    (made / "run.sh").unlink()
    (made / "run.sh").mkdir()
    (made / "run.sh/a").write_text("a")
    (made / "picture.bin").unlink()
    facts = json.loads(run("status", "--json"))
    assert (facts["edited"], facts["deleted"]) == (["poem.txt", "run.sh"], ["picture.bin"])
    assert "line 1" not in run("diff", "README.md")


def test_an_edit_between_the_look_and_the_writing_stops_an_update(made: Path, template: Path) -> None:
    change(template / "poem.txt", "line 5", "line five")
    change(template / "README.md", "# ", "# New ")
    found = project.find(made)
    for name, spoil in (
        ("poem.txt", lambda file: file.write_text("edited meanwhile\n")),
        ("poem.txt", lambda file: file.unlink()),
        ("poem.txt", lambda file: file.chmod(0o600)),
        (".dlgen/project.json", lambda file: file.write_text(file.read_text() + "\n")),
    ):
        plan = changes.plan(found, render_again(found))
        kept = (made / name).read_bytes(), (made / name).stat().st_mode
        spoil(made / name)
        before = everything(made)
        with pytest.raises(project.DlgenError, match=f"^{name} was changed while dlgen was at work\nRun the same"):
            changes.apply(plan, "update")
        assert everything(made) == before
        (made / name).write_bytes(kept[0])
        (made / name).chmod(kept[1])


def test_a_file_that_appears_between_the_look_and_the_writing_stops_an_update(made: Path, template: Path) -> None:
    (template / "new").mkdir()
    (template / "new/file.txt").write_text("new\n")
    found = project.find(made)
    for name in ("new", "new/file.txt", "new/file.txt/deeper"):
        plan = changes.plan(found, render_again(found))
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text("mine\n")
        before = everything(made)
        with pytest.raises(project.DlgenError, match=r"^new/file\.txt was changed while dlgen was at work\n"):
            changes.apply(plan, "update")
        assert everything(made) == before
        shutil.rmtree(made / "new") if (made / "new").is_dir() else (made / "new").unlink()


def test_a_script_that_the_template_makes_plain_is_plain_in_your_project_too(
    run: Run, made: Path, template: Path
) -> None:
    (template / "run.sh").chmod(0o755)
    run("update")
    assert (made / "run.sh").stat().st_mode & 0o777 == 0o755
    change(made / "run.sh", "sh", "bash")
    (template / "run.sh").chmod(0o644)
    run("update")
    assert ((made / "run.sh").read_text(), (made / "run.sh").stat().st_mode & 0o777) == ("#!/bin/bash\n", 0o644)


def test_a_new_file_that_is_unlike_the_one_that_went_is_not_taken_for_it(run: Run, made: Path, template: Path) -> None:
    change(made / "poem.txt", "line 1\n", "my line 1\n")
    (template / "poem.txt").unlink()
    (template / "other.txt").write_text("line 2\n" + "".join(f"quite another {number}\n" for number in range(10)))
    printed = run("update")
    assert printed.splitlines()[1:3] == [
        "added  other.txt",
        "kept   poem.txt   the template no longer has it, and you have edited it",
    ]
    assert (made / "other.txt").read_bytes() == (template / "other.txt").read_bytes()


def test_a_recorded_answer_that_is_no_choice_any_more_is_said_and_the_default_taken(
    run: Run, template: Path, tiny: Path, tmp_path: Path
) -> None:
    folder = render.new(lookup.find(str(template.parent)), str(tmp_path / "y"), {"accelerator": "gpu"}).folder
    file = template.parent / "cookiecutter.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "accelerator": ["cpu", "tpu"]}))
    printed = run("update", "--project", str(folder))
    assert "note: accelerator was gpu, which is no longer one of: cpu, tpu\n" in printed
    assert json.loads((folder / ".dlgen/project.json").read_text())["answers"]["accelerator"] == "cpu"
