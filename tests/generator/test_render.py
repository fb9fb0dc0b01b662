"""A template and answers become a project: exactly its files, exactly its bytes."""

import hashlib
import json
import os
import stat
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen import __version__
from dlgen.catalog import layers, lookup, templates
from dlgen.checks.check import AWKWARD
from dlgen.errors import DlgenError
from dlgen.rendering import render

CATALOG = lookup.catalog()
Dlgen = Callable[..., subprocess.CompletedProcess[str]]
each_template = pytest.mark.parametrize("template", CATALOG, ids=[template.name for template in CATALOG])


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Path -> content and mode of every file but those of .dlgen/."""
    files = (path for path in folder.rglob("*") if path.is_file())
    named = ((path.relative_to(folder).as_posix(), path) for path in files)
    return {name: (path.read_bytes(), path.stat().st_mode) for name, path in named if not name.startswith(".dlgen/")}


@each_template
def test_a_project_holds_exactly_the_files_of_its_layers(
    template: templates.Template, rendered: Callable[[str], Path]
) -> None:
    sources = [template.folder / layers.PROJECT_FOLDER]
    sources += [templates.root() / "parts" / part for part in template.config["_parts"]]
    junk = {"__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache"}
    found = (path.relative_to(source) for source in sources for path in source.rglob("*") if path.is_file())
    expected = {path.as_posix() for path in found if not junk & set(path.parts)} - {"part.json"}
    assert set(tree(rendered(template.name))) == expected


@each_template
def test_every_python_file_is_its_source_byte_for_byte(
    template: templates.Template, rendered: Callable[[str], Path]
) -> None:
    plan = layers.plan(template)
    project = rendered(template.name)
    for path in project.rglob("*.py"):
        source = plan.project_file(path.relative_to(project).as_posix())
        assert source is not None and path.read_bytes() == source.read_bytes()


@each_template
def test_no_jinja_is_left_in_a_project(template: templates.Template, rendered: Callable[[str], Path]) -> None:
    for name, (data, _) in tree(rendered(template.name)).items():
        if not name.endswith(".py"):
            assert b"cookiecutter." not in data and b"{%" not in data, name


@each_template
@pytest.mark.parametrize("value", AWKWARD)
def test_awkward_names_render_into_files_that_still_parse(
    template: templates.Template, value: str, tmp_path: Path
) -> None:
    project = render.new(template, str(tmp_path / "x"), {"project_name": value}).folder
    for name, (data, _) in tree(project).items():
        if name.endswith(".toml"):
            tomllib.loads(data.decode())
        if name.endswith(".json"):
            json.loads(data)
    assert value in (project / "README.md").read_text(encoding="utf-8")
    assert json.loads((project / ".dlgen/project.json").read_text(encoding="utf-8"))["answers"]["project_name"] == value


@each_template
def test_eject_and_cookiecutter_make_the_same_bytes_as_new(
    template: templates.Template, dlgen: Dlgen, rendered: Callable[[str], Path], tmp_path: Path
) -> None:
    assert dlgen("eject", template.name, "ejected").returncode == 0
    subprocess.run(
        [sys.executable, "-m", "cookiecutter", "ejected", "--no-input", f"project_slug={template.name}"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert dlgen("new", "./ejected", f"again/{template.name}").returncode == 0
    assert tree(tmp_path / template.name) == tree(rendered(template.name)) != {}
    expected = json.loads((rendered(template.name) / ".dlgen/project.json").read_text())["answers"]["project_name"]
    project_name = f"project_name={expected}"
    assert dlgen("new", "./ejected", f"named/{template.name}", "--set", project_name).returncode == 0
    assert tree(tmp_path / "named" / template.name) == tree(rendered(template.name))


@each_template
def test_ejecting_with_optional_parts_gives_what_new_gives_with_them_and_a_change_is_kept(
    template: templates.Template, dlgen: Dlgen, tmp_path: Path
) -> None:
    parts = [word for part in templates.optional_parts((templates.root(),)) for word in ("--with", part.name)]
    assert dlgen("new", template.name, f"new/{template.name}", *parts).returncode == 0
    assert dlgen("eject", template.name, "ejected", *parts).returncode == 0
    with (tmp_path / "ejected" / layers.PROJECT_FOLDER / "data.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    subprocess.run(
        [sys.executable, "-m", "cookiecutter", "ejected", "--no-input", f"project_slug={template.name}"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    ours, theirs = tree(tmp_path / "new" / template.name), tree(tmp_path / template.name)
    content, mode = ours["data.py"]
    assert theirs == {**ours, "data.py": (content + b"# changed\n", mode)}


def test_settings_are_written_into_config_toml_and_answers_into_files(dlgen: Dlgen, tiny: Path, tmp_path: Path) -> None:
    chosen = ["epochs=3", "learning-rate=3e-4", "filters=8,16", "augment=no", 'data=C:\\my "data"', "accelerator=gpu"]
    options = [word for item in chosen for word in ("--set", item)]
    assert dlgen("new", str(tiny / "beginner/tiny"), "my-net", *options).returncode == 0
    values = {"epochs": 3, "learning_rate": 3e-4, "filters": [8, 16], "augment": False, "data": 'C:\\my "data"'}
    assert tomllib.loads((tmp_path / "my-net/config.toml").read_text()) == values
    record = json.loads((tmp_path / "my-net/.dlgen/project.json").read_text())
    assert record["settings"] == values
    assert record["answers"] == {"project_name": "My net", "project_slug": "my-net", "accelerator": "gpu"}


def test_the_record_says_where_a_project_came_from_and_holds_what_was_rendered(tiny: Path, tmp_path: Path) -> None:
    project = render.new(lookup.find(str(tiny / "beginner/tiny")), str(tmp_path / "x"), parts=("docker",)).folder
    record = json.loads((project / ".dlgen/project.json").read_text())
    files = {name: hashlib.sha256(data).hexdigest() for name, (data, _) in tree(project).items()}
    assert record == {
        "template": "tiny",
        "source": str(tiny / "beginner/tiny"),
        "dlgen": __version__,
        "answers": {"project_name": "X", "project_slug": "x", "accelerator": "cpu"},
        "settings": {},
        "parts": ["base", "images", "docker"],
        "files": files,
    }
    with zipfile.ZipFile(project / ".dlgen/pristine.zip") as archive:
        pristine = {item.filename: (archive.read(item), item.external_attr >> 16) for item in archive.infolist()}
    assert pristine == tree(project)
    assert all(stat.S_ISREG(mode) for _, mode in pristine.values())


def test_the_same_project_made_twice_is_the_same_bytes_records_included(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = lookup.find(str(tiny / "beginner/tiny"))
    first = render.new(template, str(tmp_path / "a/x")).folder
    for path in tiny.rglob("*"):
        os.utime(path, (10**9, 10**9))
    later = time.time() + 400 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *moment: time.gmtime(later))
    second = render.new(template, str(tmp_path / "b/x")).folder
    for name in ("project.json", "pristine.zip"):
        assert (first / ".dlgen" / name).read_bytes() == (second / ".dlgen" / name).read_bytes()
    with zipfile.ZipFile(first / ".dlgen/pristine.zip") as archive:
        dates = {item.filename: item.date_time for item in archive.infolist()}
    assert dates == dict.fromkeys(tree(first), (1980, 1, 1, 0, 0, 0))


def test_an_existing_empty_folder_is_filled_and_folders_above_are_made(tiny: Path, tmp_path: Path) -> None:
    template = lookup.find(str(tiny / "beginner/tiny"))
    (tmp_path / "empty").mkdir()
    assert (render.new(template, str(tmp_path / "empty")).folder / "train.py").exists()
    assert (render.new(template, str(tmp_path / "a/b/c")).folder / "train.py").exists()
    assert sorted(os.listdir(tmp_path)) == ["a", "empty"]


@pytest.mark.parametrize("trust", [False, True])
def test_the_name_of_the_folder_that_one_works_in_is_no_jinja(
    trust: bool, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tiny / "beginner/tiny" / layers.PROJECT_FOLDER / "{{ cookiecutter.project_slug }}/inner"
    inner.mkdir(parents=True)
    (inner / "a.txt").write_text("a")
    template = lookup.find(str(tiny / "beginner/tiny"))
    place = tmp_path / "{{ nothing }} {% of %} {# this #}"
    place.mkdir()
    monkeypatch.chdir(tmp_path)
    first = tree(render.new(template, "made", trust=True).folder)
    monkeypatch.chdir(place)
    made = render.new(template, "made", trust=trust)
    assert (made.folder, tree(made.folder)) == (place / "made", first)
    assert "made/inner/a.txt" in first


def test_a_dry_run_shows_the_tree_and_writes_nothing(dlgen: Dlgen, tiny: Path, tmp_path: Path) -> None:
    done = dlgen("new", str(tiny / "beginner/tiny"), "x", "--dry-run")
    assert done.stdout == (
        "x/\n"
        "├── README.md\n"
        "├── config.py  Every number\n"
        "├── config.toml\n"
        "├── pyproject.toml\n"
        "├── train.py   Step 3: train\n"
        "└── support/\n"
        "    ├── __init__.py\n"
        "    └── images.py\n"
        "\n"
        "Nothing was written: this is what dlgen new would make.\n"
    )
    assert (done.returncode, done.stderr, list(tmp_path.iterdir())) == (0, "", [])


def test_new_ends_with_what_to_type_next(dlgen: Dlgen, tiny: Path) -> None:
    done = dlgen("new", str(tiny / "beginner/tiny"), "x")
    assert done.stdout.partition("\n\n")[2] == (
        "Next:\n  cd x\n  python3 -m venv .venv\n  . .venv/bin/activate\n"
        '  pip install -e ".[dev]"\n'
        "  python data.py\n  python train.py\n  python evaluate.py\n  python export.py\n"
    )


def test_jinja_that_is_left_over_in_our_own_template_is_an_error(tiny: Path, tmp_path: Path) -> None:
    readme = tiny / "beginner/tiny" / layers.PROJECT_FOLDER / "README.md"
    readme.write_text("{% raw %}{{ cookiecutter.project_name }}{% endraw %}")
    with pytest.raises(DlgenError, match=r"^the template left \{\{ cookiecutter in README.md$"):
        render.new(lookup.find(str(tiny / "beginner/tiny")), str(tmp_path / "x"))
    assert list(tmp_path.iterdir()) == []


def test_jinja_that_does_not_parse_is_a_sentence_with_its_line(tiny: Path, tmp_path: Path) -> None:
    (tiny / "parts/base/config.toml").write_text("\n{% if %}\n")
    with pytest.raises(DlgenError, match=r"^the template cannot be rendered config\.toml:2: "):
        render.new(lookup.find(str(tiny / "beginner/tiny")), str(tmp_path / "x"))
    assert list(tmp_path.iterdir()) == []


def test_a_plain_cookiecutter_template_renders_and_its_hooks_run_with_trust(
    dlgen: Dlgen, plain: Path, tmp_path: Path
) -> None:
    done = dlgen("new", str(plain), "--set", "x=2", "--trust")
    assert done.stderr == "Running code of the template: hooks/post_gen_project.py\n"
    assert (done.returncode, sorted(os.listdir(tmp_path / "thing"))) == (0, [".dlgen", "file.txt", "hooked"])
    assert (tmp_path / "thing/file.txt").read_text() == "Thing 2\n"


def test_a_plain_cookiecutter_template_takes_the_folder_that_is_given(
    dlgen: Dlgen, plain: Path, tmp_path: Path
) -> None:
    (plain / "hooks/post_gen_project.py").unlink()
    assert dlgen("new", str(plain), "mine").returncode == 0
    assert (tmp_path / "mine/file.txt").read_text() == "Thing 1\n"


def test_nothing_is_read_from_or_written_to_the_home_folder(
    dlgen: Dlgen, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (home / ".cookiecutterrc").write_text("default_context: {project_name: from home}\nreplay_dir: [broken")
    assert dlgen("new", str(tiny / "beginner/tiny"), "tiny").returncode == 0
    assert (tmp_path / "tiny/README.md").read_text() == "# Tiny\n"
    assert os.listdir(home) == [".cookiecutterrc"]
