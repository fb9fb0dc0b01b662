"""What a step says and how it ends: missing libraries, empty options, damaged files, stops, and text that nobody should obey."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from config import Config
from data import load
from support import environment, errors, files, runs, settings, terminal
from support.errors import ProjectError, StepStopped
from support.reports import report
from support.runs import Run
from support.runs import __main__ as table
from support.settings import PROJECT
from support.training import resuming

import pytest

STEPS = [
    path.stem
    for path in sorted(PROJECT.glob("*.py"))
    if '__name__ == "__main__"' in path.read_text(encoding="utf-8") and not path.name.startswith("walkthrough")
]
MODULES = [
    path.relative_to(PROJECT).with_suffix("").as_posix().replace("/", ".")
    for path in sorted(PROJECT.glob("support/**/*.py"))
    if "\nif __name__ ==" in path.read_text(encoding="utf-8")
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(runs, "FOLDER", tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def run(folder: Path) -> Run:
    """A run as it is before its first epoch."""
    config = settings.read(Config, argv=[])
    return runs.start(config, load(config))


def python(*words: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    known = {**os.environ, "PYTHONIOENCODING": "utf-8", **surroundings}
    return subprocess.run([sys.executable, *words], cwd=PROJECT, capture_output=True, encoding="utf-8", env=known)


# --- libraries


@pytest.mark.parametrize("step", [*(f"{name}.py" for name in STEPS), *MODULES])
def test_where_the_environment_is_not_active_each_step_says_so_in_two_lines(step: str) -> None:
    words = [step] if step.endswith(".py") else ["-m", step]
    done = python("-S", *words)  # -S: without what is installed
    first, second = done.stderr.splitlines()
    assert re.fullmatch(r"error: \w+ is not installed for .+ \(Python 3[\d.]+\)", first)
    assert "install" in second or "ctivate" in second
    assert (done.returncode, done.stdout) == (2, "")


def test_the_projects_own_environment_is_named_where_it_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(environment, "PROJECT", tmp_path)
    lost = ModuleNotFoundError("No module named 'pydantic'", name="pydantic")
    (tmp_path / ".venv").mkdir()
    assert "Activate the project's own environment" in str(environment.missing(lost))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert "python -m pip install -e" in str(environment.missing(lost))


def test_a_library_that_is_half_installed_is_named_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "pydantic").mkdir()
    (tmp_path / "pydantic" / "__init__.py").write_text("raise ImportError('libssl.so.9: cannot open shared object')")
    done = python("train.py", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 2
    assert "cannot be loaded by" in done.stderr and "libssl.so.9: cannot open shared object" in done.stderr


def test_a_mistake_in_the_projects_own_imports_keeps_its_traceback() -> None:
    for code in ("import support; import config; from config import Nothing", "import support; import support.nothing"):
        done = python("-c", code)
        assert done.returncode == 1 and "Traceback" in done.stderr


# --- the end of a step


@pytest.mark.parametrize(
    ("code", "exit_code", "said"),
    [
        ("raise KeyboardInterrupt", 130, "Stopped by Ctrl-C."),
        ("try: raise KeyboardInterrupt\nexcept BaseException: import nothing_like_it", 130, "Stopped by Ctrl-C."),
        ("errors.run(lambda: (_ for _ in ()).throw(KeyboardInterrupt))", 130, "Stopped by Ctrl-C."),
        ("raise errors.StepStopped('Stopped by SIGTERM.', 143)", 143, "Stopped by SIGTERM."),
        ("raise errors.ProjectError('so\\nso')", 2, "error: so\nso"),
        ("raise errors.StepFailed('no')", 1, "failed: no"),
    ],
)
def test_a_step_ends_with_a_sentence_and_the_exit_code_of_a_shell(code: str, exit_code: int, said: str) -> None:
    done = python("-c", f"from support import errors\n{code}")
    assert (done.returncode, done.stderr) == (exit_code, said + "\n")


def test_a_step_whose_output_is_closed_does_its_work_all_the_same() -> None:
    done = python("-c", "import sys; sys.stdout = None\nfrom support import errors\nerrors.run(lambda: print('done'))")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("lines", [1, 10_000])
def test_an_output_that_cannot_be_written_is_not_called_a_full_disk(lines: int) -> None:
    code = f"from support import errors\nerrors.run(lambda: print('a line\\n' * {lines}))"
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}  # as it is for most
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=PROJECT, env=buffered, stdout=full, stderr=subprocess.PIPE, text=True
        )
    said = "error: the output cannot be written: No space left on device\nSend it elsewhere.\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    done = python("-c", "from support import errors\nerrors.run(lambda: 1 / 0)")
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr


# --- options


@pytest.mark.parametrize("text", ["", " ", "\t"])
def test_an_empty_text_is_no_path(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import predict
    import train

    monkeypatch.setattr(sys, "argv", ["train.py", "--data", text])
    with pytest.raises(ProjectError, match=r"^--data is empty\nExpected: "):
        train.main()
    for words in ([text], ["x", "--model", text], ["x", "--run", text]):
        monkeypatch.setattr(sys, "argv", ["predict.py", *words])
        with pytest.raises(ProjectError, match=r"^(INPUTS|--model|--run) is empty\nExpected: "):
            predict.main()


# --- files of a run


DEEP = "[" * 100_000 + "]" * 100_000
BROKEN = {"nothing": "", "half": '{"state": "fin', "a list": "[1, 2]", "null": "null", "deep": DEEP, "bytes": "\x80"}
WRONG = {
    "training.json": '{"state": 3, "epochs": "many"}',
    "metrics.json": '{"test": [1], "note": null}',
    "environment.json": '{"number": "first", "packages": 5}',
}


@pytest.mark.parametrize("name", ["config.json", "spec.json", "training.json", "metrics.json", "environment.json"])
@pytest.mark.parametrize("damage", [*BROKEN, "wrong kinds"])
def test_a_damaged_file_is_named_and_spoils_one_run_only(name: str, damage: str, run: Run) -> None:
    config = settings.read(Config, argv=[])
    other = runs.start(config, load(config))
    text = BROKEN.get(damage, WRONG.get(name, '{"epochs": [], "labels": 7, "data": 5}'))
    (run.folder / name).write_text(text, encoding="latin-1")
    reading = {"config.json": lambda: run.config(Config), "spec.json": lambda: run.spec}
    with pytest.raises(ProjectError, match=re.escape(name)):
        reading.get(name, lambda: run.read(name))()
    rows = {row["run"]: row for row in table.summaries()}
    assert set(rows) == {run.name, other.name} and rows[other.name]["state"] == "unfinished"
    assert all(table.line(row) for row in rows.values())


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "junk", "encrypted"])
def test_what_is_no_model_is_named_and_not_waited_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    if kind == "pipe" and hasattr(os, "mkfifo"):
        os.mkfifo(path)
    elif kind == "device" and Path("/dev/zero").exists():
        path.symlink_to("/dev/zero")
    elif kind == "encrypted":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", "{}")
        data = bytearray(path.read_bytes())
        data[6] |= 1  # the mark of encryption, in the file's own head and in the list of contents
        data[data.find(b"PK\1\2") + 8] |= 1
        path.write_bytes(data)
    elif kind == "junk":
        path.write_bytes(b"PK\3\4 no model")
    else:
        path.mkdir()
    with pytest.raises(ProjectError, match="is damaged or not a Keras model"):
        runs.check_model_file(path)


def test_a_damaged_run_does_not_keep_another_from_going_on(run: Run) -> None:
    config = settings.read(Config, argv=[])
    other = runs.start(config, load(config))
    (other.folder / "training.json").write_text('{"state": 3}')
    assert resuming.unfinished(None).name == run.name
    with pytest.raises(ProjectError, match=r"training\.json is damaged: state cannot be 3"):
        resuming.unfinished(other.name)


def test_spec_is_read_as_it_was_written_or_not_at_all(run: Run) -> None:
    spec = run.spec
    text = (run.folder / "spec.json").read_text(encoding="utf-8")
    assert "checksum" not in spec and spec["note"] == load(settings.read(Config, argv=[])).note
    (run.folder / "spec.json").write_text(text.replace('"note": "', '"note": "x'), encoding="utf-8")
    with pytest.raises(ProjectError, match="is not what was written"):
        _ = run.spec


def test_a_run_from_before_there_were_checksums_is_read(run: Run) -> None:
    spec = run.spec
    (run.folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    assert run.spec == spec


def test_the_newest_run_is_the_last_one_that_began_also_after_the_clock_went_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = settings.read(Config, argv=[])
    made = []
    for days in (0, -400, -30):

        class Clock(datetime):
            @classmethod
            def now(cls, tz=None, days=days):  # noqa: ANN001
                return datetime(2026, 1, 1) + timedelta(days=days)

        monkeypatch.setattr(runs, "datetime", Clock)
        run = runs.start(config, load(config))
        run.model.write_bytes(b"")
        made.append(run.name)
    assert [path.name for path in runs.folders()] == made and runs.find(None).name == made[-1]


def test_a_training_that_did_not_reach_its_end_is_named_in_the_table(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    files.write_json(run.folder / "training.json", {"state": "stopped", "epochs": 1, "best_epoch": 1, "seconds": 2.0})
    wanted = run.config(Config).epochs
    assert run.incomplete == f"stopped after 1 of {wanted} epochs"
    run.warn_if_incomplete()
    assert f"training stopped after 1 of {wanted} epochs" in capsys.readouterr().err
    assert f"stopped       1 of {wanted} epochs" in table.line(table.summaries()[0])
    files.write_json(run.folder / "training.json", {"state": "finished", "epochs": 1, "best_epoch": 1, "seconds": 2.0})
    run.warn_if_incomplete()
    assert (run.incomplete, capsys.readouterr().err) == ("", "")


# --- text from data


def test_no_text_that_is_printed_steers_the_terminal() -> None:
    text = "a\x1b[2Jb\x07\x9b\u202e\r\u2028c\n\td"
    assert terminal.printable(text) == "a\\x1b[2Jb\\x07\\x9b\\u202e\\r\\u2028c\n\td"
    assert terminal.one_line("a\nb\tc") == "a\\nb\\tc"
    code = f"import sys; from support import errors\nerrors.run(lambda: (print({text!r}), print({text!r}, file=sys.stderr)))"
    done = python("-c", code)
    assert not re.search("[\x00-\x08\x1b\x9b\u202e]", done.stdout + done.stderr) and "\\x1b[2J" in done.stdout
    failed = python("-c", f"from support import errors\nraise errors.ProjectError({text!r})")
    assert failed.returncode == 2 and "\x1b" not in failed.stderr


def test_a_log_gets_lines_of_progress_and_few_of_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    for _ in terminal.progress(range(3600), "reading images", 3600):
        now[0] += 1
    said = capsys.readouterr().err
    lines = said.splitlines()
    assert said.endswith("\n") and "\r" not in said and 3 <= len(lines) <= 10
    assert lines[0] == "reading images: 30 of 3,600"


def test_the_model_card_shows_text_as_it_is() -> None:
    assert (
        report.markdown("<img src=x>|*a*\n# b `c` [d](e)") == "&lt;img src=x&gt;\\|\\*a\\*\\\\n\\# b \\`c\\` \\[d\\](e)"
    )


def test_no_text_in_a_table_is_a_formula(tmp_path: Path) -> None:
    texts = ["=1+1", "+cmd", "-cmd", "@x", "\t=1", "-0.5", "+3", "a=b", ""]
    files.write_csv(tmp_path / "t.csv", [["text"], *([text] for text in texts), [-2.5]])
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        found = [row[0] for row in csv.reader(file) if row]
    assert found == ["text", "'=1+1", "'+cmd", "'-cmd", "'@x", "'\t=1", "-0.5", "+3", "a=b", "", "-2.5"]


# --- git


def git(folder: Path, *words: str) -> str:
    known = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *words], cwd=folder, env=known, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit, whose configuration names a program wherever git would run one."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    folder, ran = tmp_path / "repository", tmp_path / "ran"
    (folder / "hooks").mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / "file.txt").write_text("a\n")
    git(folder, "add", "file.txt")
    git(folder, "commit", "-q", "-m", "first")
    for name in ("reference-transaction", "post-checkout", "post-index-change", "fsmonitor-watchman", "pre-commit"):
        (folder / "hooks" / name).write_text(f"#!/bin/sh\ntouch '{ran}'\n")
        (folder / "hooks" / name).chmod(0o755)
    for name in (
        "core.fsmonitor",
        "filter.x.clean",
        "filter.x.smudge",
        "diff.external",
        "core.pager",
        "core.sshCommand",
    ):
        git(folder, "config", name, f"touch '{ran}'")
    git(folder, "config", "core.hooksPath", str(folder / "hooks"))
    git(folder, "config", "alias.rev-parse", f"!touch '{ran}'")
    (folder / ".gitattributes").write_text("* filter=x\n")
    (folder / "file.txt").write_text("b\n")
    return folder


def test_the_commit_is_read_without_running_anything(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "PROJECT", repository)
    first = environment.describe()["git"]
    assert re.fullmatch("[0-9a-f]{40}", first) and not (tmp_path / "ran").exists()
    subprocess.run(["git", "status"], cwd=repository, capture_output=True)
    assert (tmp_path / "ran").exists()  # so the traps were set
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment.commit(repository) is None  # without git


def test_the_commit_is_that_of_the_project_itself(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = environment.commit(repository)
    git(repository, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "worktree", "add", "-q", "../tree")
    assert environment.commit(tmp_path / "tree") == first
    (repository / "inside").mkdir()
    assert environment.commit(repository / "inside") is None  # the folder above is not this project's repository
    git(tmp_path, "init", "-q", "empty")
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))  # as a hook sets it
    assert environment.commit(tmp_path / "empty") is None  # before its first commit


def test_the_code_of_a_run_is_told_by_its_hash(tmp_path: Path) -> None:
    (tmp_path / "support").mkdir()
    (tmp_path / "model.py").write_text("x = 1\n")
    (tmp_path / "support" / "a.py").write_text("y = 1\n")
    before = environment.code(tmp_path)
    (tmp_path / "notes.txt").write_text("z")
    assert environment.code(tmp_path) == before
    (tmp_path / "support" / "a.py").write_text("y = 2\n")
    assert environment.code(tmp_path) != before


def test_what_stops_a_step_is_an_exception_of_its_own() -> None:
    assert errors.ending(StepStopped("gone", 143)) == ("gone", 143)
    assert json.loads(json.dumps(errors.ending(ProjectError("x")))) == ["error: x", 2]
