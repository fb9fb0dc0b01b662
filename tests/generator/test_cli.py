"""What the command prints, and how little it imports for that."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen import __version__, console
from dlgen.catalog import lookup, templates

Dlgen = Callable[..., subprocess.CompletedProcess[str]]
CATALOG = lookup.catalog()
HEAVY = {"cookiecutter", "jinja2", "rich", "requests", "yaml", "zipfile", "difflib", "tomllib", "tensorflow"}


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ()])
def test_help_begins_with_what_to_type_first(dlgen: Dlgen, arguments: tuple[str, ...]) -> None:
    done = dlgen(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: dlgen [OPTIONS] [COMMAND] [ARGS]...")
    assert "Start with: dlgen new mnist-classifier --run" in done.stdout


def test_the_version_is_printed(dlgen: Dlgen) -> None:
    assert dlgen("--version").stdout == f"dlgen {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["new", "--help"]])
def test_help_and_list_import_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom dlgen.commands import main\n"
        f"try: main.main({arguments!r})\n"
        "except SystemExit: print(sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, env=_bare())
    assert HEAVY & set(json.loads(done.stderr.replace("'", '"'))) == set()


def _bare() -> dict[str, str]:
    """An environment in which -S, which leaves out .pth files, still finds what is installed."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def test_list_names_every_template_with_what_its_sample_reaches(dlgen: Dlgen) -> None:
    lines = dlgen("list").stdout.splitlines()
    assert lines[0].split() == ["level", "name", "sample", "full", "data", "what", "it", "does"]
    for template, line in zip(CATALOG, lines[1:], strict=False):
        assert line.startswith(template.level) and template.name in line and template.summary in line
        assert console.expected(template.expected, "sample") in line
    assert lines[-2:] == ["More about one: dlgen show NAME", "Make a project: dlgen new NAME"]


def test_what_was_measured_is_shown_and_otherwise_what_the_sample_must_reach() -> None:
    facts = {"metric": "test mase", "sample": 0.7}
    measured = {"measured": {"sample": {"value": 0.668, "seconds": 11, "date": "2026-11-25"}}}
    assert console.expected({**facts, **measured}, "sample") == "0.668 in 11 s"
    assert console.expected({**facts, **measured}, "full") == "-"
    assert console.expected(facts, "sample") == "0.7 or more"
    assert console.expected({**facts, "better": "lower"}, "sample") == "0.7 or less"
    for wrong in ({}, {"measured": 5}, {"measured": {"sample": 5}}, {"measured": {"sample": {"value": "x"}}}):
        assert console.expected(wrong, "sample") == console.expected(wrong, "full") == "-"


def test_list_is_json_for_programs(dlgen: Dlgen) -> None:
    found = json.loads(dlgen("list", "--json").stdout)
    assert [(each["level"], each["name"], each["title"]) for each in found] == [
        (template.level, template.name, template.title) for template in CATALOG
    ]


@pytest.mark.parametrize("template", CATALOG, ids=lambda template: template.name)
def test_show_tells_everything_and_gives_each_file_its_layer(
    dlgen: Dlgen, template: templates.Template, rendered: Callable[[str], Path]
) -> None:
    facts = json.loads(dlgen("show", template.name, "--json").stdout)
    record = json.loads((rendered(template.name) / ".dlgen/project.json").read_text())
    assert set(facts["files"]) == set(record["files"])
    assert set(facts["files"].values()) <= {*facts["parts"], template.name}
    assert facts["learns"] and facts["data"].keys() == {"sample", "full", "own"} and facts["model"]
    page = dlgen("show", template.name).stdout
    words = [facts["title"], *facts["learns"], *facts["data"].values(), facts["model"], *facts["files"]]
    assert [word for word in words if word not in page] == []
    assert page.endswith(f"\nMake a project: dlgen new {template.name}\n")


def test_new_is_json_for_programs(dlgen: Dlgen, tiny: Path, tmp_path: Path) -> None:
    facts = json.loads(dlgen("new", str(tiny / "beginner/tiny"), "x", "--set", "epochs=2", "--json").stdout)
    assert facts["project"] == str(tmp_path / "x")
    assert (facts["settings"], facts["written"], facts["next"][0]) == ({"epochs": 2}, True, "cd x")
    assert facts["files"] == sorted(json.loads((tmp_path / "x/.dlgen/project.json").read_text())["files"])


def test_eject_ends_with_how_to_render_it(dlgen: Dlgen, tmp_path: Path) -> None:
    done = dlgen("eject", "mnist-classifier", "mine")
    first, *rest = done.stdout.splitlines()
    assert first.startswith("Wrote ") and first.endswith(" files to mine")
    assert rest == ["", "What to change: ./mine/README.md", "Render it: dlgen new ./mine my-project"]
    assert "dlgen new ./mine my-project" in (tmp_path / "mine/README.md").read_text()


def test_shell_completion_offers_the_templates(dlgen: Dlgen, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_DLGEN_COMPLETE": "bash_complete", "COMP_WORDS": "dlgen new mni", "COMP_CWORD": "2"}.items():
        monkeypatch.setenv(name, value)
    assert "plain,mnist-classifier" in dlgen().stdout.splitlines()


def on_a_terminal(place: Path, arguments: list[str], typed: str) -> tuple[int, str]:
    """The exit code of dlgen and what it shows on a terminal on which `typed` is typed."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dlgen", *arguments], cwd=place, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    output = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # what Linux says when the other end is closed
            break
        if not piece:
            break
        output += piece
    return process.wait(), output.decode()


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("arguments", "typed", "folder"),
    [
        (["new"], "1\nmine\n", "mine"),
        (["new", "mnist-classifier"], "\n", "mnist-classifier"),
        (["new", "mnist-classifier", "--no-input"], "", "mnist-classifier"),
        (["new", "mnist-classifier", "here"], "", "here"),
    ],
)
def test_on_a_terminal_only_the_template_and_the_folder_are_asked(
    tmp_path: Path, arguments: list[str], typed: str, folder: str
) -> None:
    code, output = on_a_terminal(tmp_path, arguments, typed)
    assert code == 0, output
    assert (tmp_path / folder / "config.toml").exists()


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("trust", [[], ["--trust"]])
def test_on_a_terminal_the_questions_of_a_foreign_template_are_asked_and_jinja_is_refused(
    tmp_path: Path, plain: Path, trust: list[str]
) -> None:
    (plain / "hooks/post_gen_project.py").unlink()
    code, output = on_a_terminal(tmp_path, ["new", str(plain), *trust], "Other\n\n2\n")
    assert code == 0, output
    assert (tmp_path / "other/file.txt").read_text() == "Other 2\n"
    code, output = on_a_terminal(tmp_path, ["new", str(plain), *trust], "{{ 7 * 7 }}\n\n\n")
    assert code == 2 and "error: name cannot contain {{, which a template would run as code: {{ 7 * 7 }}" in output
    code, output = on_a_terminal(tmp_path, ["new", str(plain), *trust], "\x04")  # Ctrl-D
    assert code == 130 and output.endswith("Stopped by Ctrl-C.\r\n") and "Traceback" not in output
    assert os.listdir(tmp_path) == ["other"]
