"""dlgen's own templates are rendered with Jinja alone; whatever needs more of cookiecutter is left to cookiecutter.

That both make the same bytes of every template of the catalog is in test_render.py.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from dlgen.catalog import layers, lookup, templates
from dlgen.errors import DlgenError
from dlgen.projects import project
from dlgen.rendering import own, render
from dlgen.updates.rerender import render_again

FOLDER = layers.PROJECT_FOLDER


@pytest.fixture
def mine(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny template as if it were one of dlgen's own, which ask for texts only."""
    monkeypatch.setattr(templates, "root", lambda: tiny)
    file = tiny / "beginner/tiny/cookiecutter.json"
    file.write_text(
        json.dumps({key: value for key, value in json.loads(file.read_text()).items() if key != "accelerator"})
    )
    for each in tiny.rglob("*.*"):
        if each.is_file() and "cookiecutter.accelerator" in each.read_text():
            each.write_text(each.read_text().replace("cookiecutter.accelerator", "cookiecutter.project_name"))
    return file.parent


def edit(template: Path, **keys: object) -> None:
    file = template / "cookiecutter.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **keys}))


def test_a_project_of_dlgens_own_is_made_without_cookiecutter(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom dlgen.commands import main\n"
        "try: main.main(['new', 'iris-classifier', 'x', '--set', 'epochs=3'])\n"
        "except SystemExit as end: print(end.code, *{'cookiecutter', 'rich', 'arrow', 'jinja2'} & {*sys.modules}, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == "0 jinja2\n"
    assert "epochs = 3" in (tmp_path / "x/config.toml").read_text()


@pytest.mark.parametrize(
    "keys",
    [
        {"licence": ["MIT", "none"]},
        {"tests": True},
        {"__shout": "{{ cookiecutter.project_name | upper }}"},
        {"_extensions": ["jinja2.ext.do"]},
        {"_jinja2_env_vars": {"trim_blocks": True}},
    ],
)
def test_what_only_cookiecutter_knows_is_left_to_it(mine: Path, tmp_path: Path, keys: dict[str, object]) -> None:
    assert own.takes(layers.plan(lookup.find("tiny")))
    edit(mine, **keys)
    found = lookup.find("tiny")
    assert found.source == "dlgen"
    assert not own.takes(layers.plan(found))
    made = render.new(found, str(tmp_path / "x"))
    assert made.answers["project_name"] == "X"


def test_a_template_from_elsewhere_and_one_with_hooks_are_left_to_cookiecutter(mine: Path, tiny: Path) -> None:
    assert not own.takes(layers.plan(lookup.find(str(mine))))
    (mine / "hooks").mkdir()
    (mine / "hooks/pre_gen_project.py").write_text("")
    assert not own.takes(layers.plan(lookup.find("tiny")))


def test_names_and_texts_are_rendered_and_what_is_copied_stays(mine: Path, tmp_path: Path) -> None:
    inner = mine / FOLDER / "{{ cookiecutter.project_slug }}-data"
    inner.mkdir()
    (inner / "{{ cookiecutter.project_slug }}.txt").write_text("{{ [cookiecutter.project_name] | jsonify(0) }}\n\n")
    (inner / "plain.bin").write_bytes(b"\0{{ cookiecutter.project_name }}\r\n")
    (inner / "run.sh").write_text("{# gone #}echo\n")
    (inner / "run.sh").chmod(0o755)
    (inner / "code.py").write_text('"""{{ as it is }}"""\n')
    made = render.new(lookup.find("tiny"), str(tmp_path / "my-x")).folder / "my-x-data"
    assert (made / "my-x.txt").read_text() == '[\n"My x"\n]\n\n'
    assert (made / "plain.bin").read_bytes() == b"\0{{ cookiecutter.project_name }}\r\n"
    assert (made / "code.py").read_text() == '"""{{ as it is }}"""\n'
    assert (made / "run.sh").read_text() == "echo\n"
    assert (made / "run.sh").stat().st_mode & 0o100


def test_what_cannot_be_rendered_is_named_with_its_file(mine: Path, tmp_path: Path) -> None:
    (mine / FOLDER / "notes.txt").write_text("{{ cookiecutter.nothing }}")
    with pytest.raises(DlgenError) as error:
        render.new(lookup.find("tiny"), str(tmp_path / "x"))
    assert str(error.value) == "the template cannot be rendered: notes.txt: 'dict object' has no attribute 'nothing'"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("slug", ["../../evil", "/tmp/dlgen-evil", "a/b", "..", ".", "", ".git", ["..", "x"], "x\\y"])
def test_a_name_from_the_record_of_a_foreign_project_leads_nowhere(
    mine: Path, tmp_path: Path, slug: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = render.new(lookup.find("tiny"), str(tmp_path / "here/x")).folder
    record = made / ".dlgen/project.json"
    facts = json.loads(record.read_text())
    record.write_text(json.dumps({**facts, "answers": {**facts["answers"], "project_slug": slug}}))
    home = tmp_path / "temporary"
    home.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(home))
    written: list[Path] = []
    real = Path.mkdir
    monkeypatch.setattr(Path, "mkdir", lambda self, *rest, **named: (written.append(self), real(self, *rest, **named)))
    if slug == ["..", "x"]:  # a folder of that name, which is not in the record's own words
        render_again(project.find(made))
    else:
        with pytest.raises(DlgenError):
            render_again(project.find(made))
    assert [path for path in written if not Path(os.path.realpath(path)).is_relative_to(home)] == []
    assert sorted(os.listdir(tmp_path)) == sorted(["here", "temporary"])
