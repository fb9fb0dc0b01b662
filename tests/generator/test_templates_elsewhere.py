"""Templates in registered folders, in git repositories and in zip files. No test needs a network: repositories are local."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen.catalog import addresses, lookup, registry, sources, templates
from dlgen.errors import DlgenError
from dlgen.system import archives

Dlgen = Callable[..., subprocess.CompletedProcess[str]]
SLUG = "{{cookiecutter.project_slug}}"


@pytest.fixture(autouse=True)
def places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings and copies in folders of their own, for each test."""
    folder = tmp_path_factory.mktemp("places")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tiny: Path) -> Path:
    """The tiny catalog as a git repository: tag v1, then a newer README on main."""
    git(tiny, "init", "-q")
    git(tiny, "add", "-A")
    git(tiny, "commit", "-qm", "first")
    git(tiny, "tag", "-a", "v1", "-m", "one")
    commit_readme(tiny, "# Newer\n")
    return tiny


def commit_readme(repository: Path, text: str) -> None:
    (repository / "beginner/tiny" / SLUG / "README.md").write_text(text)
    git(repository, "commit", "-qam", "newer")


def readme(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")


def record(project: Path) -> dict[str, object]:
    return dict(json.loads((project / ".dlgen/project.json").read_text(encoding="utf-8")))


def error(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.removeprefix("error: ").removesuffix("\n")


# ---- registered


def test_a_registered_folder_is_listed_shown_and_made_by_its_name(dlgen: Dlgen, tiny: Path, tmp_path: Path) -> None:
    done = dlgen("templates", "add", str(tiny), "--name", "team")
    assert done.stdout == "Registered team: team/tiny\nMake a project: dlgen new team/tiny\n"
    assert "team/tiny" in dlgen("list").stdout
    assert "team/tiny" in [each["name"] for each in json.loads(dlgen("list", "--json").stdout)]
    assert dlgen("show", "team/tiny").stdout.endswith("\nMake a project: dlgen new team/tiny\n")
    assert dlgen("new", "team/tiny").returncode == 0
    found = record(tmp_path / "tiny")
    assert (found["template"], found["source"], found["origin"]) == ("tiny", "team/tiny", {"path": str(tiny)})
    assert lookup.find(str(found["source"])).folder == tiny / "beginner/tiny"
    assert dlgen("templates", "list").stdout == f"name  where\nteam  {tiny}\n"
    assert json.loads(dlgen("templates", "list", "--json").stdout) == [{"name": "team", "path": str(tiny)}]


def test_a_registered_template_may_name_our_parts_and_its_own_come_first(tiny: Path) -> None:
    file = tiny / "beginner/tiny/cookiecutter.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "_parts": ["base", "classification"]}))
    registry.add(str(tiny), "team")
    template = lookup.find("team/tiny")
    assert templates.part("base", template.roots).folder == tiny / "parts/base"
    assert templates.part("classification", template.roots).folder == templates.root() / "parts/classification"


def test_what_is_forgotten_is_not_found_and_its_files_stay(dlgen: Dlgen, tiny: Path) -> None:
    dlgen("templates", "add", str(tiny), "--name", "team")
    assert dlgen("templates", "remove", "team").stdout == f"Forgot team; its files stay: {tiny}\n"
    assert (tiny / "beginner/tiny/cookiecutter.json").exists()
    assert dlgen("templates", "list").stdout == "Nothing is registered. Register a folder: dlgen templates add PATH\n"
    assert error(dlgen("new", "team/tiny")).startswith("there is no template in team/tiny\n")


def test_the_folder_gives_the_name_where_none_is_given(tiny: Path) -> None:
    ours = tiny.rename(tiny.with_name("Our templates"))
    assert registry.add(str(ours)).name == "Our-templates"


def test_settings_keep_any_path_and_are_whole_toml(tmp_path: Path, tiny: Path) -> None:
    odd = tiny.rename(tiny.with_name('odd "x" \\ é \x7f #'))
    registry.add(str(odd), "team")
    assert registry.read()["team"].path == odd
    assert [path.name for path in registry.file().parent.iterdir()] == ["templates.toml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("templates", "add", "TINY", "--name", "team"), "team is already registered: TINY\n"),
        (("templates", "add", "nowhere"), "there is no folder nowhere\n"),
        (("templates", "add", "empty"), "empty contains no template: no cookiecutter.json in "),
        (("templates", "add", "TINY", "--name", "a/b"), "a/b cannot be the name of registered templates\n"),
        (("templates", "remove", "taem"), "nothing is registered as taem; did you mean team?\n"),
        (("templates", "update", "x"), "nothing is registered as x\n"),
        (("new", "team/tinny"), "team has no template tinny; did you mean tiny?\nIt has: tiny"),
        (("new", "tiny"), "there is no template tiny; did you mean team/tiny?\n"),
    ],
)
def test_a_mistake_about_registered_templates_is_a_sentence(
    dlgen: Dlgen, tiny: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "empty").mkdir()
    registry.add(str(tiny), "team")
    kept = registry.file().read_bytes()
    done = dlgen(*(str(tiny) if word == "TINY" else word for word in arguments))
    assert error(done).startswith(message.replace("TINY", str(tiny)))
    assert registry.file().read_bytes() == kept


def test_a_folder_that_is_gone_is_said_and_everything_else_still_works(dlgen: Dlgen, tiny: Path) -> None:
    registry.add(str(tiny), "team")
    tiny.rename(tiny.with_name("elsewhere"))
    assert error(dlgen("new", "team/tiny")) == (
        f"the folder of team is gone: {tiny}\nPut it back, or forget it: dlgen templates remove team"
    )
    done = dlgen("list")
    assert done.returncode == 0 and "mnist-classifier" in done.stdout
    assert done.stderr.startswith(f"note: the folder of team is gone: {tiny}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[team", " is not TOML: "),
        ("team = 3", ": [team] is not an entry\n"),
        ("[team]\npath = 3", ": [team] is not an entry\n"),
        ("[team]\nbranch = 'x'\npath = 'y'", ": [team] is not an entry\n"),
        ("[team]\npath = 'y'\ngit = 'x'", ": [team] is not an entry\n"),
        ("[team]\ngit = 'x'\ncheckout = '--upload-pack=x'", "--upload-pack=x cannot be a branch, tag or commit"),
        (b"\xff", " is not UTF-8 text\n"),
    ],
)
def test_settings_that_are_broken_are_a_sentence_and_our_own_templates_still_work(
    dlgen: Dlgen, text: str | bytes, message: str
) -> None:
    registry.file().parent.mkdir(parents=True)
    registry.file().write_bytes(text if isinstance(text, bytes) else text.encode())
    assert message in error(dlgen("templates", "list"))
    assert message in error(dlgen("new", "team/tiny"))
    done = dlgen("list")
    assert done.returncode == 0 and "mnist-classifier" in done.stdout and message in done.stderr
    assert dlgen("new", "mnist-classifier", "--dry-run").returncode == 0


def test_two_templates_of_one_name_are_refused(tiny: Path) -> None:
    shutil.copytree(tiny / "beginner/tiny", tiny / "advanced/tiny")
    with pytest.raises(DlgenError, match=r"^team contains two templates called tiny: "):
        registry.add(str(tiny), "team")
    assert registry.read() == {}


# ---- git


def test_a_repository_is_rendered_from_its_address_and_the_record_finds_it_again(
    dlgen: Dlgen, repository: Path, tmp_path: Path
) -> None:
    address = repository.as_uri()
    assert dlgen("new", address, "new", "--directory", "beginner/tiny").returncode == 0
    assert dlgen("new", address, "old", "--directory", "beginner/tiny", "--checkout", "v1").returncode == 0
    assert dlgen("new", f"git+{address}#v1:beginner/tiny", "word").returncode == 0
    assert (readme(tmp_path / "new"), readme(tmp_path / "old")) == ("# Newer\n", "# Old\n")
    assert readme(tmp_path / "word") == "# Word\n"
    found = record(tmp_path / "old")
    commit = git(repository, "rev-parse", "v1^{commit}")
    assert found["source"] == f"{address}#v1:beginner/tiny"
    assert found["origin"] == {"git": address, "checkout": "v1", "directory": "beginner/tiny", "commit": commit}
    again = lookup.find(str(found["source"]))
    assert (again.name, again.source, again.origin) == ("tiny", found["source"], found["origin"])


def test_a_commit_can_be_checked_out(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD~1")
    template = lookup.find(repository.as_uri(), commit, "beginner/tiny")
    assert template.origin["commit"] == commit
    assert readme(template.folder / SLUG) == "# {{ cookiecutter.project_name }}\n"


def test_a_template_in_a_repository_may_name_parts_beside_it(repository: Path) -> None:
    template = lookup.find(repository.as_uri(), None, "beginner/tiny")
    assert template.roots[-2:] == (template.folder.parents[1], templates.root())
    assert templates.part("docker", template.roots).summary == "an image"


def test_a_repository_of_one_template_has_its_name(plain: Path) -> None:
    (plain / "hooks/post_gen_project.py").unlink()
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "x")):
        git(plain, *arguments)
    bare = plain.parent / "thing.git"
    git(plain, "clone", "-q", "--bare", ".", str(bare))
    assert [lookup.find(where).name for where in (bare.as_uri(), str(bare))] == ["thing", "thing"]


def test_each_use_looks_for_something_newer_and_without_an_answer_the_copy_is_used(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def text() -> str:
        return readme(lookup.find(repository.as_uri(), None, "beginner/tiny").folder / SLUG)

    assert text() == "# Newer\n"
    commit_readme(repository, "# Newest\n")
    assert text() == "# Newest\n"
    repository.rename(repository.with_name("gone"))
    assert capsys.readouterr().err == ""
    assert text() == "# Newest\n"
    assert capsys.readouterr().err.startswith(f"{repository.as_uri()} cannot be reached: using the copy from 2")


def test_a_registered_repository_changes_only_when_told_to(dlgen: Dlgen, repository: Path) -> None:
    def text() -> str:
        return readme(lookup.find("team/tiny").folder / SLUG)

    assert dlgen("templates", "add", repository.as_uri(), "--name", "team").returncode == 0
    first = git(repository, "rev-parse", "HEAD")
    assert lookup.find("team/tiny").origin == {"git": repository.as_uri(), "commit": first}
    commit_readme(repository, "# Newest\n")
    assert text() == "# Newer\n"
    second = git(repository, "rev-parse", "HEAD")
    assert dlgen("templates", "update").stdout == f"team is updated: {second[:12]}\n"
    assert text() == "# Newest\n"
    assert dlgen("templates", "update", "team").stdout == f"team is as it was: {second[:12]}\n"


def test_nothing_but_copies_is_kept_in_the_cache(repository: Path, places: Path) -> None:
    with pytest.raises(DlgenError):
        lookup.find(repository.as_uri(), "nope", "beginner/tiny")
    lookup.find(repository.as_uri(), None, "beginner/tiny")
    (copy,) = (places / "cache/dlgen/templates").iterdir()
    assert sorted(path.name for path in copy.iterdir()) == sorted([repository.name, "fetched.json"])
    assert not (copy / repository.name / ".git").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("URL",),
            "URL contains several templates: beginner/other, beginner/tiny\nChoose one: --directory beginner/other",
        ),
        (("URL", "--directory", "beginner/tinny"), "URL has no template in its folder beginner/tinny; did you mean "),
        (("URL", "--directory", "../.."), "../.. leaves the template: give the path of a folder inside it"),
        (("URL", "--checkout", "nope"), "URL has no branch, tag or commit nope\n"),
        (("URL", "--checkout", "--upload-pack=x"), "--upload-pack=x cannot be a branch, tag or commit"),
        (("URL/nowhere",), "there is no git repository URL/nowhere, or you may not read it\n"),
        (
            ("hg+https://example.org/x",),
            "hg+https://example.org/x is a Mercurial repository, which dlgen does not read\n",
        ),
        (("nested",), "nested contains several templates: one, two/three\nChoose one: --directory one"),
        (("folder",), "there is no template in folder\n"),
        (("nested", "--checkout", "v1"), "nested is a folder, which has no branches\n"),
        (("ext::sh -c touch% hacked",), "there is no template ext::sh -c touch% hacked\n"),
    ],
)
def test_a_mistake_about_an_address_is_a_sentence(
    dlgen: Dlgen, repository: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    shutil.copytree(repository / "beginner/tiny", repository / "beginner/other")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "two")
    (tmp_path / "folder").mkdir()
    (tmp_path / "nested").mkdir()
    choices = {"a": {"path": "one"}, "b": {"path": "two/three"}}
    (tmp_path / "nested/cookiecutter.json").write_text(json.dumps({"templates": choices}))
    done = dlgen("new", *(word.replace("URL", repository.as_uri()) for word in arguments))
    assert error(done).startswith(message.replace("URL", repository.as_uri()))
    assert sorted(os.listdir(tmp_path)) == ["folder", "nested"]


def test_without_git_a_sentence_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DlgenError, match=r"^git is not installed, and .* is a git repository\nInstall git, or "):
        lookup.find(repository.as_uri())


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder into which each call of git writes its arguments and its environment before the real one is run."""
    folder = tmp_path / "watched"
    folder.mkdir()
    real = shutil.which("git")
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable} -I\nimport json, os, sys, tempfile\n"
        f"with tempfile.NamedTemporaryFile('w', dir={str(folder)!r}, delete=False) as file:\n"
        "    json.dump([sys.argv[1:], dict(os.environ)], file)\n"
        f"os.execv({real!r}, [{real!r}, *sys.argv[1:]])\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return folder


def test_git_is_run_without_ext_without_questions_and_without_the_callers_repository(
    repository: Path, watched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = {
        "GIT_DIR": str(tmp_path / "theirs"),
        "GIT_WORK_TREE": str(tmp_path / "theirs"),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": "touch hacked",
        "GIT_TEMPLATE_DIR": str(tmp_path),
        "GIT_ASKPASS": "askpass",
        "GIT_TERMINAL_PROMPT": "1",
        "GIT_ALLOW_PROTOCOL": "ext",
    }
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)
    lookup.find(repository.as_uri(), "v1", "beginner/tiny")
    lookup.find(repository.as_uri(), "v1", "beginner/tiny")
    calls = [json.loads(file.read_text()) for file in watched.iterdir()]
    known = ("clone", "ls-remote", "rev-parse", "config")
    words = {next(word for word in arguments if word in known) for arguments, _ in calls}
    assert words == {*known}
    for arguments, environment in calls:
        settings = [arguments[at + 1] for at, word in enumerate(arguments) if word == "-c"]
        assert {"core.fsmonitor=false", "core.hooksPath=/dev/null"} <= set(settings)
        assert "ext" not in environment["GIT_ALLOW_PROTOCOL"].split(":")
        assert environment["GIT_TERMINAL_PROMPT"] == "0" and environment["GIT_ASKPASS"] == ""
        assert environment.keys() & theirs.keys() == {"GIT_ALLOW_PROTOCOL", "GIT_TERMINAL_PROMPT", "GIT_ASKPASS"}
        if "clone" in arguments:
            assert "--template=" in arguments and arguments[-3] == "--"
            assert "BatchMode=yes" in environment["GIT_SSH_COMMAND"]


@pytest.mark.parametrize("url", ["ext::sh -c touch% hacked", "fd::3", "-u=touch hacked", "--upload-pack=touch hacked"])
def test_an_address_that_would_run_something_runs_nothing_even_where_it_was_registered(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    registry.file().parent.mkdir(parents=True)
    registry.file().write_text(f"[team]\ngit = {json.dumps(url)}\n")
    with pytest.raises(DlgenError):
        registry.get("team").folder(fresh=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", ["OUTSIDE", "../outside", "../../../../../../../../OUTSIDE"])
def test_a_folder_inside_a_template_is_not_followed_through_a_link(
    tiny: Path, tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tiny.parent / "outside"
    shutil.copytree(tiny / "beginner/tiny", outside, dirs_exist_ok=True)
    (tiny / "link").symlink_to(target.replace("OUTSIDE", str(outside)).replace("../" * 8 + "/", "../" * 8))
    with pytest.raises(DlgenError, match="has no template in its folder link"):
        lookup.find(str(tiny), None, "link")
    assert lookup.find(str(tiny), None, "beginner/tiny").name == "tiny"
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "x")):
        git(tiny, *arguments)
    for look in (
        lambda: lookup.find(tiny.as_uri(), None, "link"),
        lambda: registry.add(tiny.as_uri(), "team", None, "link"),
    ):
        with pytest.raises(DlgenError, match="contains a link that leads out of it: link"):
            look()
    assert registry.read() == {}


def test_a_download_that_is_too_large_is_ended(tmp_path: Path, places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MANY_MB", 1)
    file = tmp_path / "large.zip"
    with file.open("wb") as output:
        output.truncate(50 << 20)
    monkeypatch.setattr(archives, "opened", lambda *arguments: pytest.fail("all of it was fetched"))
    with pytest.raises(DlgenError, match=r"large\.zip is larger than 1 MB: that is not a template$"):
        lookup.find(file.as_uri())
    assert not any(path.is_file() for path in (places / "cache").rglob("*"))


@pytest.mark.parametrize("damage", ["deflate", "encrypted", "method", "list", "many"])
def test_a_zip_file_that_cannot_be_unpacked_is_a_sentence(
    tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "thing.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"x/{number}", b"some text " * 100)
    data = bytearray(file.read_bytes())
    first = data.index(b"PK\1\2")
    if damage == "deflate":
        data[33 : 33 + 8] = b"\xff" * 8
    if damage == "encrypted":
        data[6] |= 1
        data[first + 8] |= 1
    if damage == "method":
        data[8] = data[first + 10] = 99
    if damage == "list":
        data[data.rindex(b"PK\5\6") + 12 : data.rindex(b"PK\5\6") + 16] = b"\xff\xff\xff\x7f"
    if damage == "many":
        monkeypatch.setattr(archives, "MANY_FILES", 4)
    file.write_bytes(data)
    with pytest.raises(
        DlgenError, match=r"thing\.zip (cannot be unpacked: .|contains more than [0-9,]+ files: that is not)"
    ):
        lookup.find(str(file))


@pytest.mark.parametrize(
    ("text", "url", "checkout", "directory"),
    [
        ("gh:owner/repo", "https://github.com/owner/repo.git", "", ""),
        ("gl:owner/repo#feature/x", "https://gitlab.com/owner/repo.git", "feature/x", ""),
        ("git@example.org:owner/repo.git#:a/b", "git@example.org:owner/repo.git", "", "a/b"),
        ("git+ssh://git@example.org/owner/repo#v1:a", "ssh://git@example.org/owner/repo", "v1", "a"),
        ("https://example.org/x.zip", "https://example.org/x.zip", "", ""),
    ],
)
def test_an_address_is_read_from_one_word_and_written_back(text: str, url: str, checkout: str, directory: str) -> None:
    address = addresses.parse(text)
    assert address == addresses.Address(url, checkout, directory)
    assert addresses.parse(address.text) == address


# ---- zip


def test_a_zip_file_is_a_template_and_leaves_nothing_outside_the_cache(
    plain: Path, tmp_path: Path, places: Path
) -> None:
    (plain / "hooks/post_gen_project.py").unlink()
    file = tmp_path / "thing.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(plain.rglob("*")):
            archive.write(path, f"thing-main/{path.relative_to(plain)}")
        archive.writestr("thing-main/../../../../zipped-evil.txt", "evil")
    for where in (str(file), file.as_uri()):
        template = lookup.find(where)
        assert (template.name, template.config["name"]) == ("thing", "Thing")
        assert list(template.origin) == ["zip", "commit"]
    evil = list(tmp_path.parent.rglob("zipped-evil.txt"))
    assert [path for path in evil if not path.is_relative_to(places / "cache/dlgen/templates")] == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no zip", "cannot be unpacked: File is not a zip file"),
        (b"PK\5\6" + bytes(18), "thing.zip is empty\nExpected a zip file that contains a template."),
        (None, "cannot be fetched: "),
    ],
)
def test_a_zip_file_that_is_none_is_a_sentence(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "thing.zip"
    if content:
        file.write_bytes(content)
    with pytest.raises(DlgenError) as raised:
        lookup.find(file.as_uri())
    assert message in str(raised.value)


def test_a_zip_file_that_would_fill_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MANY_MB", 1)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/zeros", b"\0" * (2 << 20))
    with pytest.raises(DlgenError, match=r"bomb\.zip is larger than 1 MB: that is not a template$"):
        lookup.find(str(tmp_path / "bomb.zip"))
