"""Each mistake is answered in one or two lines, with exit code 2, and nothing is written."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen.catalog import lookup
from dlgen.commands import main
from dlgen.rendering import render, review

Dlgen = Callable[..., subprocess.CompletedProcess[str]]
NEW = ("new", "mnist-classifier")
MISTAKES = [
    (
        ("new", "mnist-clasifier"),
        "there is no template mnist-clasifier; did you mean mnist-classifier?\nAll templates: dlgen list",
    ),
    (("new", "./nowhere"), "there is no template in ./nowhere\nExpected a folder that contains a cookiecutter.json."),
    (
        ("new",),
        "which template? Give its name, for example: dlgen new mnist-classifier\nAll templates: dlgen list",
    ),
    ((*NEW, "full"), "the folder full is not empty\nGive another name, or empty it first."),
    ((*NEW, "file"), "file is in the way: it is not a folder\nGive another name."),
    ((*NEW, "link"), "link is in the way: it is not a folder\nGive another name."),
    ((*NEW, "../x"), "../x leaves this folder: give a name, or a full path"),
    ((*NEW, "a/../../x"), "a/../../x leaves this folder: give a name, or a full path"),
    ((*NEW, "class"), "class is a Python keyword and cannot be a project's name\nFor example: my-class"),
    ((*NEW, "nul"), "nul is a reserved name on Windows\nFor example: my-nul"),
    ((*NEW, "keras"), "keras is the name of a library that the project installs\nFor example: my-keras"),
    (
        (*NEW, "3d net!"),
        "3d net! cannot be a project's name\nUse letters, digits, - and _, starting with a letter: my-3d-net",
    ),
    (
        (*NEW, "Müller"),
        "Müller cannot be a project's name\nUse letters, digits, - and _, starting with a letter: M-ller",
    ),
    ((*NEW, "."), "the project needs a folder of its own\nGive a name, or a full path."),
    ((*NEW, ""), "the project needs a folder of its own\nGive a name, or a full path."),
    (("new", ""), "the name of the template is empty\nAll templates: dlgen list"),
    ((*NEW, "x{{7*7}}"), "the folder cannot contain {{, which a template would run as code: x{{7*7}}"),
    (
        (*NEW, "x", "--set", "project_name={% x %}"),
        "project_name cannot contain {%, which a template would run as code: {% x %}",
    ),
    (
        (*NEW, "x", "--set", "data={# x #}"),
        "data cannot contain {#, which a template would run as code: {# x #}",
    ),
    (
        (*NEW, "x", "--set", "project_name=a\nb"),
        r"project_name cannot contain the character '\n', which not every file format allows",
    ),
    (
        (*NEW, "x", "--set", "project_slug=y"),
        "project_slug is the name of the project's folder\nGive it as DIR: dlgen new NAME DIR",
    ),
    (
        (*NEW, "x", "--set", "epoch=3"),
        "there is no setting epoch; did you mean epochs?\nAll settings: dlgen show mnist-classifier",
    ),
    ((*NEW, "x", "--set", "epochs=-1"), "epochs cannot be '-1': expected a whole number, 1 or more"),
    ((*NEW, "x", "--set", "learning_rate=abc"), "learning_rate cannot be 'abc': expected a number, more than 0"),
    ((*NEW, "x", "--set", "epochs"), "--set epochs: expected KEY=VALUE, for example --set epochs=20"),
    (
        ("new", "mnist-classifier", "x", "--with", "docke"),
        None,
    ),
    ((*NEW, "x", "--bogus"), "no such option '--bogus'\nAll options: dlgen new --help"),
    (("shw",), "no such command 'shw'; did you mean show?\nAll options: dlgen --help"),
    (("eject", "mnist-classifier", "full"), "the folder full is not empty\nGive another name, or empty it first."),
    (
        ("show", "mnist"),
        "there is no template mnist; did you mean mnist-classifier?\nAll templates: dlgen list",
    ),
]


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize(("arguments", "message"), MISTAKES, ids=lambda value: " ".join(value or "")[:40])
def test_a_mistake_is_a_sentence_with_exit_code_2_and_writes_nothing(
    dlgen: Dlgen, tmp_path: Path, arguments: tuple[str, ...], message: str | None
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("full")
    before = everything(tmp_path)

    done = dlgen(*arguments)

    if message is None:
        assert done.stderr.startswith("error: there is no optional part docke")
    else:
        assert done.stderr == f"error: {message}\n"
    assert (done.returncode, done.stdout, everything(tmp_path)) == (2, "", before)


def test_a_template_with_hooks_is_refused_by_name_without_trust(dlgen: Dlgen, tmp_path: Path, plain: Path) -> None:
    done = dlgen("new", str(plain))
    assert done.stderr == (
        "error: plain wants to run code of its own on this computer: hooks/post_gen_project.py\n"
        "Read it, and give --trust if you want that.\n"
    )
    assert (done.returncode, everything(tmp_path)) == (2, [])


def test_a_template_that_writes_outside_the_project_is_refused(dlgen: Dlgen, tmp_path: Path, plain: Path) -> None:
    (plain / "hooks" / "post_gen_project.py").unlink()
    (plain / "{{cookiecutter.slug}}" / "{{cookiecutter.x}}").mkdir()
    (plain / "{{cookiecutter.slug}}" / "{{cookiecutter.x}}" / "evil.txt").write_text("evil")
    facts = {"slug": "thing", "name": "Thing", "x": "../../evil"}
    (plain / "cookiecutter.json").write_text(json.dumps(facts))
    done = dlgen("new", str(plain))
    assert done.stderr == "error: the template would write outside the project: thing/../../evil\n"
    assert (done.returncode, everything(tmp_path)) == (2, [])


def test_a_plain_template_that_names_its_folder_with_dots_is_refused(dlgen: Dlgen, tmp_path: Path, plain: Path) -> None:
    (plain / "hooks" / "post_gen_project.py").unlink()
    done = dlgen("new", str(plain), "--set", "slug=../evil")
    assert done.stderr == "error: ../evil leaves this folder: give a name, or a full path\n"
    assert (done.returncode, everything(tmp_path)) == (2, [])


def test_a_link_out_of_a_template_is_refused(dlgen: Dlgen, tmp_path: Path, plain: Path) -> None:
    (plain / "hooks" / "post_gen_project.py").unlink()
    link = plain / "{{cookiecutter.slug}}" / "passwords"
    link.symlink_to("/etc/passwd")
    done = dlgen("new", str(plain))
    assert done.stderr == (
        f"error: {link} is a link that leads out of the template\nReplace it by the file that it leads to.\n"
    )
    assert (done.returncode, everything(tmp_path)) == (2, [])


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    def no_room() -> None:  # a limit on the size of files gives the same kind of error as a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run(
        [sys.executable, "-B", "-m", "dlgen", *NEW, "x"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=no_room,
    )
    first, second = done.stderr.splitlines()
    assert first.startswith("error: the disk is full while writing ")
    assert second == "Free some space and run the same command again; nothing was left behind."
    assert (done.returncode, everything(tmp_path)) == (2, [])


def test_a_read_only_folder_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: str, mode: int = 0) -> None:
        raise OSError(30, "Read-only file system", path)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "mkdir", refuse)  # by a patch, because root may write everywhere
    with pytest.raises(SystemExit) as ended:
        main.main([*NEW, "x"])
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"error: no permission to write {tmp_path}/.x.dlgen-")
    assert second == "Change its permissions, or choose a folder of your own."
    assert ended.value.code == 2


def test_a_mistake_of_ours_is_a_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(review, "check", lambda *arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        render.new(lookup.find("mnist-classifier"), "x")
    assert everything(tmp_path) == []
