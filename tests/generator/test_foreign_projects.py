"""A project from elsewhere does no harm: whatever its `.dlgen/` holds, nothing outside of it is read or written."""

import json
import os
import random
import shutil
import signal
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dlgen import __version__
from dlgen.catalog import lookup
from dlgen.commands import main
from dlgen.errors import DlgenError
from dlgen.projects import content, project, record, transaction
from dlgen.rendering import render
from dlgen.system import archives
from dlgen.updates import changes
from dlgen.updates.rerender import render_again

SLUG = "{{cookiecutter.project_slug}}"
CASES = int(os.environ.get("DLGEN_FUZZ", "400"))
needs_links = pytest.mark.skipif(os.name == "nt", reason="needs links")


@pytest.fixture
def made(tiny: Path, tmp_path: Path) -> Path:
    """A project that was updated once, so that there is something to undo."""
    folder = render.new(lookup.find(str(tiny / "beginner/tiny")), str(tmp_path / "home/x")).folder
    (folder / "mine.txt").write_text("mine\n")
    (tiny / "beginner/tiny" / SLUG / "README.md").write_text("# New {{ cookiecutter.project_name }}\n")
    found = project.find(folder)
    changes.apply(changes.plan(found, render_again(found)), "update")
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """What must stay as it is."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "file.txt").write_text("secret\n")
    (folder / "project.json").write_text("{}")
    (folder / "lock").write_text("not yours\n")
    (folder / ".gitignore").write_text("theirs\n")
    return folder


def listing(folder: Path) -> dict[str, Any]:
    return {
        path.relative_to(folder).as_posix(): (path.lstat().st_mode, path.lstat().st_mtime_ns, path.read_bytes())
        if path.is_file()
        else path.lstat().st_mode
        for path in folder.rglob("*")
    }


def dlgen(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main.main(list(arguments))
    return int(ended.value.code or 0)


def journal(made: Path, steps: list[Any], name: str = "update.zip", what: Any = "update") -> None:
    """Write a journal by hand: each step a path, and the old and the new bytes, or (bytes, facts)."""
    (made / ".dlgen/local").mkdir(exist_ok=True)
    listed = []
    with zipfile.ZipFile(made / ".dlgen/local" / name, "w") as archive:
        for number, (path, *states) in enumerate(steps):
            item: dict[str, Any] = {"path": path}
            for side, given in zip(("old", "new"), states, strict=True):
                data, facts = given if isinstance(given, tuple) else (given, {})
                if data is not None:
                    archive.writestr(f"{side}/{number}", data)
                    facts = {"sha256": content.Entry(data).hash, "mode": 0o644, **facts}
                item[side] = facts if data is not None else None
            listed.append(item)
        archive.writestr("journal.json", json.dumps({"what": what, "steps": listed}))


# ---- links


@needs_links
@pytest.mark.parametrize("command", [["status"], ["update"], ["undo", "--force"]], ids=" ".join)
@pytest.mark.parametrize(
    "name",
    [
        ".dlgen",
        ".dlgen/project.json",
        ".dlgen/pristine.zip",
        ".dlgen/local",
        ".dlgen/local/lock",
        ".dlgen/local/.gitignore",
        ".dlgen/local/update.zip",
        ".dlgen/local/update.tmp",
        ".dlgen/local/undo.zip",
    ],
)
@pytest.mark.parametrize("target", ["there", "nowhere"])
def test_a_link_in_dlgens_folder_is_not_followed(
    made: Path,
    outside: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    target: str,
    command: list[str],
) -> None:
    place = made / name
    if target == "there":  # the same content, outside
        if place.exists():
            place.rename(outside / "moved")
        else:
            (outside / "moved").write_bytes((made / ".dlgen/local/undo.zip").read_bytes())
    elif place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    place.symlink_to(outside / "moved")
    before, theirs = listing(outside), listing(made)
    monkeypatch.chdir(made)
    assert dlgen(*command) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") <= 2, error
    assert ".dlgen" in error
    assert listing(outside) == before and listing(made) == theirs


@needs_links
def test_a_temporary_file_that_is_a_link_is_replaced_and_not_written_through(made: Path, outside: Path) -> None:
    before = listing(outside)
    (made / ".dlgen/local/next.tmp").symlink_to(outside / "file.txt")
    transaction.undo(made)
    assert (made / "README.md").read_text() == "# X\n"
    assert listing(outside) == before


@pytest.mark.skipif(os.name == "nt", reason="needs hard links")
@pytest.mark.parametrize("name", ["lock", "next.tmp", "update.tmp"])
def test_a_file_that_has_another_name_outside_is_not_written(made: Path, outside: Path, name: str) -> None:
    (made / ".dlgen/local" / name).unlink(missing_ok=True)
    os.link(outside / "lock", made / ".dlgen/local" / name)
    transaction.undo(made)
    assert (outside / "lock").read_text() == "not yours\n"


# ---- journals


@pytest.mark.parametrize(
    "path",
    [
        "../out.txt",
        "/out.txt",
        "a/../../out.txt",
        "C:out.txt",
        "sub/.git/config",
        "sub/.GIT/config",
        "sub/.git./config",
        "sub/git~1/config",
        "sub/.g\u200cit/config",
        ".git/hooks/post-checkout",
        ".dlgen/local/lock",
        "sub/.dlgen/project.json",
        "a\\b",
        "",
        ".",
        "a//b",
        "CON",
        "sub/nul.txt",
        "file.txt::$DATA",
        "a\x1b[2Jb",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("name", ["update.zip", "undo.zip"])
def test_a_journal_that_names_what_is_no_file_of_the_project_is_refused(made: Path, path: str, name: str) -> None:
    steps = [("fine.txt", None, b"x"), (path, None, b"x")] if name == "update.zip" else [(path, b"x", None)]
    journal(made, steps, name)
    before = listing(made.parent)
    with pytest.raises(
        DlgenError, match=r"^\.dlgen/local/u.*\.zip names .*, which is not a file of the project\n"
    ) as error:
        transaction.undo(project.find(made).folder)
    assert "\x1b" not in str(error.value)
    assert listing(made.parent) == before


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([("a", None, b"x"), ("a", None, b"y")], "it names a file twice"),
        ([("a", None, b"x"), ("a/b", None, b"y")], "it has a as a file and as a folder"),
        ([("a", None, (b"x", {"mode": 0o4755}))], "a has an invalid mode"),
        ([("a", None, (b"x", {"mode": "0"}))], "a has an invalid mode"),
        ([("a", None, (b"x", {"sha256": ""}))], "a does not match its hash"),
        ([("a", None, (b"a\0b", {"link": True}))], "a is a link to nothing"),
        ([(".dlgen/project.json", None, (b"/etc/passwd", {"link": True}))], ".dlgen/project.json cannot be a link"),
        ([(7, None, b"x")], "a path is not text"),
    ],
)
def test_a_journal_that_makes_no_sense_is_refused_in_a_sentence(made: Path, steps: list[Any], message: str) -> None:
    journal(made, steps)
    before = listing(made)
    with pytest.raises(DlgenError) as error:
        project.find(made)
    assert str(error.value).startswith(f".dlgen/local/update.zip is damaged: {message}\n")
    assert listing(made) == before


@needs_links
def test_a_link_that_a_journal_makes_leads_to_no_write_outside(made: Path, outside: Path) -> None:
    before = listing(outside)
    journal(made, [("out", None, (str(outside).encode(), {"link": True, "mode": 0}))])
    project.find(made)
    assert (made / "out").is_symlink()
    journal(made, [("out/file.txt", b"secret\n", b"evil"), ("out/new.txt", None, b"evil")])
    project.find(made)
    assert listing(outside) == before


# ---- records


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {"dlgen": "99.1"},
            f"this project was made by dlgen 99.1, and you have {__version__}\nInstall the newer dlgen.",
        ),
        (
            {"dlgen": f"{__version__}.1"},
            f"this project was made by dlgen {__version__}.1, and you have {__version__}\n",
        ),
        ({"dlgen": 7}, ".dlgen/project.json is damaged: dlgen is not a version\n"),
        ({"dlgen": "\x1b[2J"}, ".dlgen/project.json is damaged: dlgen is not a version\n"),
        ({"template": 7}, ".dlgen/project.json is damaged: it has no template\n"),
        ({"parts": "base"}, ".dlgen/project.json is damaged: it has no parts\n"),
        ({"parts": [["base"]]}, ".dlgen/project.json is damaged: parts are strings\n"),
        ({"files": {"a": 1}}, ".dlgen/project.json is damaged: files have hashes, which are strings\n"),
        (
            {"settings": {"a": {"b": 1}}},
            ".dlgen/project.json is damaged: a setting is a number, a string, or a list of ",
        ),
        (
            {"answers": {"a": [[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]}},
            ".dlgen/project.json is damaged: the answer to a ",
        ),
        ({"origin": ["git"]}, ".dlgen/project.json is damaged: origin is a table of strings\n"),
        ({"template": "\ud800"}, ".dlgen/project.json is damaged: it contains half a character\n"),
    ],
    ids=str,
)
def test_a_record_that_this_dlgen_cannot_read_is_refused_in_a_sentence(
    made: Path, facts: dict[str, Any], message: str
) -> None:
    file = made / ".dlgen/project.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **facts}))
    with pytest.raises(DlgenError) as error:
        project.find(made)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("version", [__version__, "0.0.9", "0.1.0.dev3", None])
def test_a_record_of_this_dlgen_or_an_older_one_is_read(made: Path, version: str | None) -> None:
    file = made / ".dlgen/project.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "dlgen": version}))
    assert project.find(made).facts["dlgen"] == version


def test_an_interrupted_change_of_a_newer_dlgen_is_not_finished_by_this_one(made: Path) -> None:
    file = made / ".dlgen/project.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "dlgen": "99"}))
    journal(made, [("new.txt", None, b"x")])
    with pytest.raises(DlgenError, match="Install the newer dlgen"):
        project.find(made)
    assert not (made / "new.txt").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "it is nested too deeply"),
        ('{"answers": ' + "[" * 100_000 + "]" * 100_000 + "}", "it is nested too deeply"),
        (" " * (record.LARGE + 1), "it is larger than 16 MB"),
        ('{"a": ' + "9" * 10_000 + "}", "Exceeds the limit"),
        ("\ufeff{}", "Unexpected UTF-8 BOM"),
    ],
    ids=["list", "table", "large", "number", "mark"],
)
def test_a_record_that_is_too_deep_or_too_large_is_refused_in_a_sentence(made: Path, text: str, message: str) -> None:
    (made / ".dlgen/project.json").write_text(text, encoding="utf-8")
    with pytest.raises(DlgenError) as error:
        project.find(made)
    assert str(error.value).startswith(f".dlgen/project.json is damaged: {message}")
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", "a"], "it names a twice"),
        (["a", "a/b"], "it has a as a file and as a folder"),
        (["sub/.git/config"], "it names sub/.git/config"),
        (["nul.txt"], "it names nul.txt"),
        (["a\x1b[2Jb"], r"it names a\\x1b[2Jb".replace("\\\\", "\\")),
    ],
    ids=ascii,
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_files_as_they_were_made_have_names_of_the_project(made: Path, names: list[str], message: str) -> None:
    with zipfile.ZipFile(made / ".dlgen/pristine.zip", "a") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x")
    with pytest.raises(DlgenError) as error:
        project.find(made)
    assert str(error.value).startswith(f".dlgen/pristine.zip is damaged: {message}\n")


@pytest.mark.parametrize("kind", ["many", "bomb"])
def test_an_archive_that_would_fill_the_memory_is_refused_before_it_is_unpacked(
    made: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(made / ".dlgen/pristine.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        if kind == "bomb":
            archive.writestr("zeros", bytes(archives.MANY_MB + 1 << 20))
        else:
            for number in range(archives.MANY_FILES + 1):
                archive.writestr(str(number), b"")
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *arguments: pytest.fail("it was unpacked"))
    with pytest.raises(DlgenError, match=r"^\.dlgen/pristine\.zip is damaged: (it )?(is|contains) (larger|more) than"):
        project.find(made)


# ---- anything


NAMES = [".dlgen", ".dlgen/project.json", ".dlgen/pristine.zip", ".dlgen/local"]
NAMES += [f".dlgen/local/{name}" for name in ("lock", ".gitignore", "update.zip", "update.tmp", "undo.zip", "next.tmp")]
PATHS = ["README.md", "mine.txt", "new.txt", "a/b.txt", "support", "support/x", "../out", "/out", ".git/config"]
PATHS += ["sub/.GIT/x", ".dlgen/local/lock", ".dlgen/project.json", "", "con", "out", "out/file.txt", "\ud800", "a\0b"]
VALUES = [None, 7, -1, 1e400, "text", "\ud800", "\x1b[2J", [], {}, [[]], {"a": None}, True, "9" * 5000, "../../x"]


def small(file: Path) -> bool:
    """Whether it is a plain file that may be read: not one of those that this test made to be none."""
    return file.is_file() and not file.is_symlink() and file.stat().st_size < 1 << 20


def spoil(made: Path, outside: Path, dice: random.Random) -> None:
    """Put something odd in the place of something in `.dlgen/`."""
    place = made / dice.choice(NAMES)
    if not place.parent.is_dir() or place.parent.is_symlink():
        return
    old = (place.read_bytes() if small(place) else b"") or b"PK\5\6" + bytes(18)
    kind = dice.choice(
        ["link", "link", "pipe", "folder", "bytes", "cut", "flip", "hard", "sparse", "json", "journal", "gone"]
    )
    if kind == "json":
        file = made / ".dlgen/project.json"
        if not small(file):
            return
        try:
            facts = json.loads(file.read_text())
            for _ in range(dice.randint(1, 3)):
                facts[dice.choice([*facts, "more"])] = dice.choice(VALUES)
        except (ValueError, IndexError, TypeError, AttributeError):
            return
        file.write_text(json.dumps(facts))
        return
    if kind == "journal":
        folder = made / ".dlgen/local"
        if folder.is_symlink() or not folder.is_dir():
            return
        steps = []
        for _ in range(dice.randint(1, 4)):
            states = [
                dice.choice([None, b"", b"# New X\n", b"other\n", (str(outside).encode(), {"link": True, "mode": 0})])
                for _ in "12"
            ]
            if dice.random() < 0.2:
                states[dice.randint(0, 1)] = (b"x", {dice.choice(["mode", "sha256", "link"]): dice.choice(VALUES)})
            steps.append((dice.choice([*PATHS, *VALUES]) if dice.random() < 0.1 else dice.choice(PATHS), *states))
        name = dice.choice(["update.zip", "undo.zip"])
        if (folder / name).is_dir() or (folder / name).is_symlink():
            return
        (folder / name).unlink(missing_ok=True)
        journal(made, steps, name, dice.choice(["update", *VALUES]) if dice.random() < 0.2 else "update")
        return
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    if kind == "link":
        targets = [outside, outside / "file.txt", outside / "new", place, "/dev/zero", "..", made / "mine.txt"]
        place.symlink_to(dice.choice(targets))
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
        (place / "inside").write_text("mine\n") if dice.random() < 0.5 else None
    elif kind == "bytes":
        place.write_bytes(dice.randbytes(dice.randint(0, 300)))
    elif kind == "cut":
        place.write_bytes(old[: dice.randint(0, len(old))])
    elif kind == "flip":
        data = bytearray(old)
        for _ in range(dice.randint(1, 8)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        place.write_bytes(data)
    elif kind == "hard":
        os.link(outside / "file.txt", place)
    elif kind == "sparse":
        with place.open("wb") as file:
            file.truncate(1 << 40)


@pytest.fixture
def hurried() -> Iterator[None]:
    """What reads without end is ended."""

    def stop(*arguments: object) -> None:
        raise TimeoutError("it reads without end")

    kept = signal.signal(signal.SIGALRM, stop)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, kept)


@needs_links
def test_whatever_dlgens_folder_holds_a_command_ends_well_or_in_a_sentence_and_nothing_outside_is_touched(
    made: Path,
    outside: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    hurried: None,
) -> None:
    original = tmp_path / "original"
    made.rename(original)
    before, beside = listing(outside), {"x"}
    codes: dict[int, int] = {}
    for number in range(CASES):
        dice = random.Random(number)
        shutil.copytree(original, made, symlinks=True)
        for _ in range(dice.randint(1, 3)):
            spoil(made, outside, dice)
        monkeypatch.chdir(made)
        for command in (
            ["diff"],
            ["undo"],
            ["undo", "--force"],
            *([["update"]] if number % 20 == 0 else []),
        ):
            signal.alarm(60)
            code = dlgen(*command)
            signal.alarm(0)
            codes[code] = codes.get(code, 0) + 1
            printed = capsys.readouterr()
            assert code in (0, 2), (number, command, printed.err)
            assert "Traceback" not in printed.err and "\x1b" not in printed.err + printed.out, (number, command)
            if code == 2:
                assert printed.err.splitlines()[-1:] and "error: " in printed.err, (number, command)
        assert listing(outside) == before, number
        assert set(os.listdir(made.parent)) == beside, number
        found = [path for path in made.rglob("mine.txt*") if stat.S_ISREG(path.lstat().st_mode)]
        kept = any(b"mine\n" in path.read_bytes() for path in found)
        assert kept or any(_journal_holds(made, b"mine\n")), f"case {number}: your file is lost"
        monkeypatch.chdir(tmp_path)
        shutil.rmtree(made)
    assert codes[0] > CASES // 4 and codes[2] > CASES, codes
    print(f"{CASES} odd .dlgen folders, {sum(codes.values())} commands: {codes}")


def _journal_holds(made: Path, data: bytes) -> Iterator[bool]:
    for name in ("update.zip", "undo.zip"):
        file = made / ".dlgen/local" / name
        if small(file):
            try:
                with zipfile.ZipFile(file) as archive:
                    yield any(archive.read(item) == data for item in archive.infolist())
            except (zipfile.BadZipFile, OSError):
                continue
