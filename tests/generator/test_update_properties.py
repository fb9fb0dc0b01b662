"""Whatever you edit and whatever the template changes: an update loses none of your lines, and undo takes it all back."""

import itertools
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from dlgen.catalog import lookup
from dlgen.catalog.layers import PROJECT_FOLDER
from dlgen.projects import project, transaction
from dlgen.rendering import render
from dlgen.updates import changes, merge
from dlgen.updates.rerender import render_again
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

NAMES = ["a.txt", "b.txt", "sub/c.txt", "sub/d.txt", "e.bin"]
LATER = ["f.txt", "sub", "sub/g.txt", "a.txt/deep.txt", "e.bin"]  # a folder may become a file, and a file a folder
LINES = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", ""]), min_size=1, max_size=10)
KINDS = ["edit", "edit", "edit", "add", "delete", "rename", "mode", "bytes", "crlf"]
EDITS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=7)


def write(folder: Path, name: str, data: bytes) -> None:
    """Write a file where a file or nothing is; leave it where anything else is in the way."""
    target = folder / name
    if target.is_dir() or any(above.is_file() for above in target.parents):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def change(folder: Path, edits: list[tuple[str, int, int]], word: str) -> None:
    """Edit the files of a folder; each line that is put in is one of its own: the word and a number."""
    numbers = itertools.count()

    def line() -> bytes:
        return f"{word}{next(numbers)}".encode()

    for kind, one, other in edits:
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and ".dlgen" not in path.parts]
        if kind == "add" or not files:
            write(folder, LATER[one % len(LATER)], line() + b"\n" + line() + b"\n")
            continue
        file = files[one % len(files)]
        data = file.read_bytes()
        if kind == "edit":
            lines = merge.lines_of(data)
            place = other % (len(lines) + 1)
            lines[place : place + other % 3] = [line() + b"\n"] * (other % 2) or [line() + b"\n", line() + b"\n"][
                : one % 3
            ]
            file.write_bytes(b"".join(lines))
        elif kind == "delete":
            file.unlink()
        elif kind == "rename":
            write(folder, LATER[other % len(LATER)], data)
            if (folder / LATER[other % len(LATER)]).is_file() and file.name != LATER[other % len(LATER)]:
                file.unlink(missing_ok=True)
        elif kind == "mode":
            file.chmod(0o755 if other % 2 else 0o644)
        elif kind == "bytes":
            file.write_bytes(b"\0" + line() + b"\n" + data)
        else:
            file.write_bytes(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {
        name: ((folder / name).read_bytes(), (folder / name).stat().st_mode)
        for name in names
        if not name.startswith(".dlgen/local/")
    }


def put_in(folder: Path, word: bytes) -> Counter[bytes]:
    """The lines with that word in all files of the project."""
    found: Counter[bytes] = Counter()
    for name, (data, _) in tree(folder).items():
        if not name.startswith(".dlgen/"):
            found.update(line for line in data.replace(b"\0", b"").split() if line.startswith(word))
    return found


@settings(
    max_examples=int(os.environ.get("DLGEN_EXAMPLES", "25")), deadline=None, suppress_health_check=list(HealthCheck)
)
@example(
    [["alpha"]] * 5, [("edit", 0, 1)], [], [("delete", 0, 0), ("rename", 0, 518)]
)  # a folder in an edited file's place
@example([["alpha"]] * 5, [], [("mode", 0, 1)], [("mode", 0, 0)])  # executable, and then not any more
@given(st.lists(LINES, min_size=len(NAMES), max_size=len(NAMES)), EDITS, EDITS, EDITS)
def test_no_line_of_yours_is_lost_and_undo_restores_bytes_and_modes(
    contents: list[list[str]],
    mine: list[tuple[str, int, int]],
    theirs: list[tuple[str, int, int]],
    later: list[tuple[str, int, int]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        template = Path(name).resolve() / "template"
        folder = template / PROJECT_FOLDER
        for file, lines in zip(NAMES, contents, strict=True):
            write(folder, file, ("\n".join(lines) + "\n").encode())
        (folder / "always.txt").write_text("stays\n")
        (template / "cookiecutter.json").write_text('{"project_slug": "x", "_copy_without_render": ["*"]}')
        made = render.new(lookup.find(str(template)), str(Path(name).resolve() / "x")).folder
        change(made, mine, "mine")
        for round, edits in enumerate((theirs, later)):
            change(folder, edits, f"new{round}-")
            (folder / "always.txt").write_text(f"stays {round}\n")
            before = tree(made)
            lines = put_in(made, b"mine")
            found = project.find(made)
            plan = changes.plan(found, render_again(found))
            assert len({each.path for each in plan.writes}) == len(plan.writes)
            changes.apply(plan, "update")
            after = tree(made)
            assert lines - put_in(made, b"mine") == Counter(), plan.changes
            today = render.new(lookup.find(str(template)), str(Path(name).resolve() / "today" / "x")).folder
            for file, (data, mode) in tree(today).items():  # and none of the template's, but where you deleted
                untouched = found.pristine.get(file) == found.read(file) if file in found.pristine else False
                if untouched and file in after:
                    assert after[file][0] == data
                    assert after[file][1] & 0o111 == mode & 0o111, f"{file}: the template's mode was not taken"
            for file, (_, mode) in before.items():  # nor does a mode of yours change that the template did not
                entry = found.pristine.get(file)
                theirs = entry.executable if entry else None
                if file in after and entry and tree(today).get(file, (b"", -1))[1] & 0o100 == (0o100 if theirs else 0):
                    assert after[file][1] == mode, f"{file}: your mode was lost"
            assert (made / ".dlgen/pristine.zip").read_bytes() == (today / ".dlgen/pristine.zip").read_bytes()
            shutil.rmtree(today)
            transaction.undo(made)
            assert tree(made) == before
            transaction.undo(made)
            assert tree(made) == after
