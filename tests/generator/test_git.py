"""git answers dlgen's questions, and no repository makes it run anything."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dlgen.errors import DlgenError
from dlgen.system import git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")


def plain_git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """What must not be made: each hostile setting would make it."""
    return tmp_path / "canary"


@pytest.fixture
def evil(tmp_path: Path, canary: Path) -> Path:
    """A program that leaves a trace. It fails: what git does with its output is not the question."""
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\necho ran >> {canary}\nexit 1\n")
    script.chmod(0o755)
    return script


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one committed file, whose time has changed since: git must read it to compare."""
    folder = tmp_path / "repository"
    folder.mkdir()
    plain_git(folder, "init", "-q")
    (folder / "a.txt").write_text("a\n")
    plain_git(folder, "add", "a.txt")
    plain_git(folder, "commit", "-qm", "one")
    os.utime(folder / "a.txt", (1, 1))
    return folder


def ask_everything(folder: Path) -> None:
    git.uncommitted(folder)
    git.seen(folder)
    git.run(["rev-parse", "HEAD"], cwd=folder)
    git.run(["checkout", "--quiet", "HEAD", "--", "."], cwd=folder)


needs_shell = pytest.mark.skipif(os.name == "nt", reason="needs a shell script")


@needs_shell
@pytest.mark.parametrize(
    "settings",
    [
        [("core.fsmonitor", "EVIL")],
        [("core.hooksPath", "HOOKS")],
        [("filter.x.clean", "EVIL"), ("filter.x.smudge", "EVIL")],
        [("filter.x.process", "EVIL"), ("filter.x.required", "true")],
        [("filter.a=b.clean", "EVIL"), ("filter.a=b.smudge", "EVIL")],
        [("filter..clean", "EVIL"), ("filter..smudge", "EVIL")],
        [("filter..process", "EVIL"), ("filter..required", "true")],
        [("include.path", "included")],
        [("core.pager", "EVIL"), ("core.editor", "EVIL"), ("core.askPass", "EVIL"), ("diff.external", "EVIL")],
        [
            ("extensions.partialClone", "origin"),
            ("core.repositoryFormatVersion", "1"),
            ("remote.origin.url", "/nowhere"),
            ("remote.origin.promisor", "true"),
            ("remote.origin.uploadpack", "EVIL"),
            ("protocol.file.allow", "always"),
        ],
        [
            ("extensions.partialClone", "origin"),
            ("core.repositoryFormatVersion", "1"),
            ("remote.origin.url", "ext::EVIL"),
            ("remote.origin.promisor", "true"),
            ("protocol.ext.allow", "always"),
        ],
    ],
    ids=lambda settings: settings[0][0],
)
def test_what_a_repository_configures_does_not_run(
    repository: Path, evil: Path, canary: Path, settings: list[tuple[str, str]]
) -> None:
    hooks = repository.parent / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        shutil.copy(evil, hooks / name)
        shutil.copy(evil, repository / ".git/hooks" / name)
    attributes = {"filter.a=b.clean": '* filter=x\n"a.txt" filter=a=b\n'}
    attributes |= dict.fromkeys(("filter..clean", "filter..process"), "* filter=\n")
    (repository / ".gitattributes").write_text(attributes.get(settings[0][0], "* filter=x\n"))
    (repository / ".git/included").write_text(f'[core]\n\tfsmonitor = {evil}\n[filter "x"]\n\tclean = {evil}\n')
    for key, value in settings:
        plain_git(repository, "config", key, value.replace("EVIL", str(evil)).replace("HOOKS", str(hooks)))
    if "extensions.partialClone" in dict(settings):  # an object that git would fetch: the committed tree
        tree = subprocess.run(
            ["git", "rev-parse", "HEAD^{tree}"], cwd=repository, check=True, capture_output=True, text=True
        ).stdout.strip()
        (repository / ".git/objects" / tree[:2] / tree[2:]).unlink()
    ask_everything(repository)
    assert not canary.exists()
    for command in (["status"], ["checkout", "HEAD", "--", "."], ["commit", "--allow-empty", "-qm", "two"]):
        subprocess.run(["git", *IDENTITY, *command], cwd=repository, capture_output=True)  # as any other program asks
    assert canary.exists() or settings[0][0] in ("core.pager", "filter.a=b.clean"), "the case is harmless anyway"


@needs_shell
def test_neither_does_what_the_repository_of_a_submodule_configures(
    repository: Path, tmp_path: Path, evil: Path, canary: Path
) -> None:
    plain_git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repository), "sub")
    plain_git(repository / "sub", "config", "core.fsmonitor", str(evil))
    ask_everything(repository)
    assert not canary.exists()
    subprocess.run(["git", "status"], cwd=repository, capture_output=True)
    assert canary.exists()


@needs_shell
def test_a_bare_repository_in_a_folder_of_yours_is_a_folder_like_any_other(
    repository: Path, evil: Path, canary: Path
) -> None:
    inside = repository / "project"
    plain_git(repository, "init", "-q", "--bare", "project")
    plain_git(inside, "config", "core.fsmonitor", str(evil))
    plain_git(inside, "config", "core.bare", "false")
    plain_git(inside, "config", "core.worktree", str(inside))
    assert "project/config" in git.uncommitted(repository / "project") or git.uncommitted(inside) == ["project/"]
    assert "config" in (git.seen(inside) or [])
    assert not canary.exists()
    subprocess.run(["git", "status"], cwd=inside, capture_output=True)
    assert canary.exists()


def test_the_variables_of_the_caller_lead_to_no_other_repository(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    plain_git(other, "init", "-q")
    (repository / "new.txt").write_text("new\n")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "status.showUntrackedFiles")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "no")
    assert git.uncommitted(repository) == ["new.txt"]
    assert git.seen(repository) == ["new.txt", "a.txt"]
    assert not (other / "index").exists()


def test_a_file_that_the_users_own_filter_cleans_is_clean(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_git(repository, "config", "--global", "filter.upper.clean", "tr a-z A-Z")
    try:
        (repository / ".gitattributes").write_text("*.up filter=upper\n")
        (repository / "b.up").write_text("word\n")
        plain_git(repository, "add", "-A")
        plain_git(repository, "commit", "-qm", "filtered")
        os.utime(repository / "b.up", (1, 1))
        assert git.uncommitted(repository) == []
    finally:
        plain_git(repository, "config", "--global", "--remove-section", "filter.upper")


def test_a_folder_within_a_repository_is_asked_about_alone_and_its_names_may_be_odd(repository: Path) -> None:
    inside = repository / "sub [a]*"
    inside.mkdir()
    names = ["größe.txt", "two words.txt"] + ([] if os.name == "nt" else ["line\nbreak.txt", '"quoted".txt'])
    for name in names:
        (inside / name).write_text("")
    (repository / "outside.txt").write_text("")
    assert sorted(git.seen(inside) or []) == sorted(names)
    assert git.uncommitted(inside) == [f"{inside.name}/"]
    with pytest.raises(
        DlgenError, match=r"^the project has changes that are not committed: outside.txt, sub \[a\]\*/\n"
    ):
        git.check_clean(repository, "the project")


def test_without_git_or_a_repository_nothing_is_uncommitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("a")
    assert (git.uncommitted(tmp_path), git.seen(tmp_path), git.has_repository(tmp_path)) == ([], None, False)
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (git.uncommitted(tmp_path), git.seen(tmp_path), git.has_repository(tmp_path)) == ([], None, False)
    assert git.run(["rev-parse", "HEAD"], cwd=tmp_path).returncode == 127


def test_a_repository_that_git_refuses_is_said_and_taken_for_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()
    assert (git.uncommitted(tmp_path), git.seen(tmp_path)) == ([], None)
    line = f"note: git cannot be asked about {tmp_path}: not a git repository"
    assert all(said.startswith(line) for said in capsys.readouterr().err.splitlines())


@needs_shell
def test_only_full_paths_are_searched_for_git(
    repository: Path, tmp_path: Path, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = repository / "git"
    fake.write_text(f"#!/bin/sh\necho ran >> {canary}\n")
    fake.chmod(0o755)
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    assert git.uncommitted(repository) == ["git"]
    assert not canary.exists()


@needs_shell
def test_a_git_that_does_not_end_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bin/git"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\nsleep 100 &\necho $! > {tmp_path}/child\nwait\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    done = git.run(["ls-remote", "x"], timeout=1, network=True)
    assert (done.returncode, done.stderr) == (124, b"fatal: timed out: no answer in 1 seconds\n")
    child = int((tmp_path / "child").read_text())
    for _ in range(200):  # a killed orphan is gone once the system has collected it
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(child)], capture_output=True, text=True).stdout.strip()
        if not state or state.startswith("Z"):
            return
        time.sleep(0.01)
    raise AssertionError(f"process {child} still runs: {state}")


@needs_shell
def test_what_git_is_run_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bin/git"
    fake.parent.mkdir()
    fake.write_text(
        f"#!{sys.executable}\nimport os, sys\nprint(sys.argv[1:], sorted(e for e in os.environ.items() if e[0].startswith('GIT_')))\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent))
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -i key")
    monkeypatch.setenv("GIT_PROXY_COMMAND", "evil")
    said = {network: git.run(["ls-remote", "--", "x"], network=network).stdout.decode() for network in (False, True)}
    for text in said.values():
        for words in ("'core.fsmonitor=false'", "'core.hooksPath=/dev/null'", "'safe.bareRepository=explicit'"):
            assert f"'-c', {words}" in text
        for pair in ("('GIT_TERMINAL_PROMPT', '0')", "('GIT_ASKPASS', '')", "('GIT_NO_LAZY_FETCH', '1')"):
            assert pair in text
        assert "evil" not in text
    assert "('GIT_ALLOW_PROTOCOL', '')" in said[False] and "ssh" not in said[False]
    assert "('GIT_ALLOW_PROTOCOL', 'file:git:http:https:ssh')" in said[True]
    assert "('GIT_SSH_COMMAND', 'ssh -i key')" in said[True]
    monkeypatch.delenv("GIT_SSH_COMMAND")
    assert "('GIT_SSH_COMMAND', 'ssh -oBatchMode=yes')" in git.run(["ls-remote", "x"], network=True).stdout.decode()


@needs_shell
def test_an_address_that_runs_a_command_is_refused_by_git_itself(evil: Path, canary: Path) -> None:
    done = git.run(["ls-remote", "--", f"ext::{evil}"], network=True)
    assert done.returncode != 0
    assert b"transport 'ext' not allowed" in done.stderr
    assert not canary.exists()


def test_only_the_commands_that_were_thought_about_are_run(repository: Path) -> None:
    with pytest.raises(AssertionError, match="diff"):
        git.run(["diff"], cwd=repository)
