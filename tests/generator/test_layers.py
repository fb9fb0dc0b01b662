"""Layers of whole files become one plain cookiecutter template."""

import json
from pathlib import Path

import pytest
from dlgen.catalog import layers, lookup, templates
from dlgen.catalog.templates import Template
from dlgen.errors import DlgenError

SLUG = "{{cookiecutter.project_slug}}"


def find(tiny: Path) -> Template:
    return lookup.find(str(tiny / "beginner" / "tiny"))


def edit(tiny: Path, **keys: object) -> None:
    file = tiny / "beginner" / "tiny" / "cookiecutter.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **keys}))


def test_the_files_are_the_union_of_the_layers_and_each_knows_its_layer(tiny: Path) -> None:
    plan = layers.plan(find(tiny))
    assert {path: file.layer for path, file in plan.files.items()} == {
        f"{SLUG}/README.md": "tiny",
        f"{SLUG}/config.py": "tiny",
        f"{SLUG}/config.toml": "base",
        f"{SLUG}/pyproject.toml": "base",
        f"{SLUG}/support/__init__.py": "base",
        f"{SLUG}/support/images.py": "images",
        f"{SLUG}/train.py": "base",
    }
    assert list(plan.files) == sorted(plan.files)


def test_dependencies_are_the_union_in_the_order_of_the_layers(tiny: Path) -> None:
    assert layers.plan(find(tiny)).config["_dependencies"] == ["numpy>=2", "pillow", "keras"]


def test_what_tools_leave_behind_is_never_copied(tiny: Path) -> None:
    for name in ("__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache"):
        (tiny / "parts" / "images" / name).mkdir(exist_ok=True)
        (tiny / "parts" / "images" / name / "x").write_text("x")
    (tiny / "parts" / "images" / ".DS_Store").write_text("x")
    (tiny / "parts" / "images" / "old.pyc").write_text("x")
    names = " ".join(layers.plan(find(tiny)).files)
    assert not any(junk in names for junk in ("__pycache__", "_cache", ".DS_Store", ".pyc"))


def test_a_file_in_two_layers_is_refused(tiny: Path) -> None:
    (tiny / "beginner" / "tiny" / SLUG / "train.py").write_text("mine")
    with pytest.raises(DlgenError) as error:
        layers.plan(find(tiny))
    assert str(error.value) == (
        "train.py is in both base and tiny\nName it in the replaces of tiny, or give one of the two another name."
    )


def test_a_file_in_two_layers_is_taken_from_the_upper_one_that_replaces_it(tiny: Path) -> None:
    (tiny / "beginner" / "tiny" / SLUG / "train.py").write_text("mine")
    edit(tiny, _replaces=["train.py"])
    assert layers.plan(find(tiny)).files[f"{SLUG}/train.py"].layer == "tiny"


def test_replacing_a_file_that_a_layer_does_not_have_is_refused(tiny: Path) -> None:
    edit(tiny, _replaces=["trian.py"])
    with pytest.raises(DlgenError, match=r"^tiny says that it replaces trian\.py, which it does not have$"):
        layers.plan(find(tiny))


def test_an_unknown_part_is_named_with_the_closest_one(tiny: Path) -> None:
    edit(tiny, _parts=["base", "image"])
    with pytest.raises(DlgenError, match=r"^there is no part image; did you mean images\?$"):
        layers.plan(find(tiny))


def test_an_optional_part_is_added_by_name_and_no_other_part_is(tiny: Path) -> None:
    plan = layers.plan(find(tiny), ("docker",))
    assert plan.files[f"{SLUG}/Dockerfile"].layer == "docker"
    assert plan.parts == ["base", "images", "docker"]
    with pytest.raises(DlgenError, match=r"^there is no optional part doker; did you mean docker\?\nOptional parts: "):
        layers.plan(find(tiny), ("doker",))


def test_a_template_may_name_dlgens_own_parts(tiny: Path) -> None:
    assert templates.root() in find(tiny).roots
    assert find(tiny).roots[0] == tiny


def test_composing_twice_gives_the_same_bytes(tiny: Path, tmp_path: Path) -> None:
    trees = []
    for name in ("a", "b"):
        layers.write(layers.plan(find(tiny)), tmp_path / name, {"epochs": 3})
        paths = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        trees.append({path.relative_to(tmp_path / name): (path.read_bytes(), path.stat().st_mode) for path in paths})
    assert trees[0] == trees[1]


def test_modes_are_kept_and_files_stay_writable(tiny: Path, tmp_path: Path) -> None:
    source = tiny / "parts" / "base" / "train.py"
    source.chmod(0o555)
    layers.write(layers.plan(find(tiny)), tmp_path)
    assert (tmp_path / SLUG / "train.py").stat().st_mode & 0o777 == 0o755
