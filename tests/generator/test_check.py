"""`dlgen check`: each thing that our templates keep, broken in a small template, is found and named."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen.catalog import lookup, templates
from dlgen.checks import check, contract

Dlgen = Callable[..., subprocess.CompletedProcess[str]]
SLUG = "{{cookiecutter.project_slug}}"
CATALOG = lookup.catalog()


def found(template: Path) -> list[tuple[str, str]]:
    return [(each.file, each.what) for each in check.check(lookup.find(str(template))).findings]


@pytest.fixture
def small(tiny: Path) -> Path:
    """The tiny template without the part `base`, so that it keeps no contract: nothing is found in it."""
    folder = tiny / "beginner/tiny"
    edit(folder, _parts=["images"])
    (folder / SLUG / "config.py").write_text('"""Every number."""\n')
    assert found(folder) == []
    return folder


def edit(template: Path, **keys: object) -> None:
    file = template / "cookiecutter.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **keys}))


@pytest.mark.parametrize("template", CATALOG, ids=lambda template: template.name)
def test_every_template_of_the_catalog_is_in_order(template: templates.Template) -> None:
    report = check.check(template)
    assert (report.findings, report.skipped) == ([], [])
    assert len(report.checked) == 5


def test_the_output_is_what_was_checked_then_each_finding_and_the_exit_code_says_whether(
    dlgen: Dlgen, small: Path
) -> None:
    done = dlgen("check", str(small))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "checked: its layers fit together; renders with its defaults and other answers; Python, TOML and JSON parse; "
        f"lint; links in its pages\n{small} is in order\n"
    )
    (small / SLUG / "README.md").write_text("[the guide](GUIDE.md)\n")
    done = dlgen("check", str(small))
    assert done.returncode == 1
    assert done.stdout.endswith(
        "\n\nREADME.md: links to GUIDE.md, which does not exist\n    Make the file, or fix the link.\n"
        f"\n1 finding in {small}\n"
    )
    facts = json.loads(dlgen("check", str(small), "--json").stdout)
    assert facts["template"] == str(small)
    assert facts["findings"] == [
        {
            "file": "README.md",
            "what": "links to GUIDE.md, which does not exist",
            "do": "Make the file, or fix the link.",
        }
    ]


BROKEN = {
    "not.py": ("if", "not.py", "is not Python: "),
    "jinja.py": ("x = '{{ cookiecutter.project_name }}'\n", "jinja.py", "holds Jinja: {{ cookiecutter"),
    "names.py": ("print(unknown_name)\n", "names.py:1", "F821 Undefined name `unknown_name`"),
    "values.toml": ("x = {{ cookiecutter.project_name }}\n", "values.toml", "is not TOML: "),
    "values.json": ("{", "values.json", "is not JSON: "),
    "quoted.toml": ('x = "{{ cookiecutter.project_name }}"\n', "quoted.toml", "is not TOML with project_name=O'Brien"),
    "left.txt": ("{% raw %}{% if %}{% endraw %}", "cookiecutter.json", "cannot be rendered: the template left {% in "),
    "wrong.txt": ("{{ cookiecutter.unknown }}", "cookiecutter.json", "cannot be rendered: the template "),
    "some.md": ("`python lessons.py x` [a](https://example.org) [b](#c) [d](e.png)", "some.md", "links to e.png, "),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_with_what_is_wrong_and_what_to_do(name: str, small: Path) -> None:
    text, file, what = BROKEN[name]
    (small / SLUG / name).write_text(text)
    findings = check.check(lookup.find(str(small))).findings
    assert findings[0].file == file
    assert any(each.what.startswith(what) and each.do for each in findings), findings


def test_a_choice_that_does_not_render_is_named(small: Path) -> None:
    (small / SLUG / "x.txt").write_text("{% if cookiecutter.accelerator == 'gpu' %}{{ nothing }}{% endif %}")
    ((file, what),) = found(small)
    assert (file, what[:46]) == ("cookiecutter.json", "cannot be rendered with accelerator=gpu: the t")


def test_layers_that_do_not_fit_are_a_finding(small: Path) -> None:
    edit(small, _parts=["imagse"])
    assert found(small) == [("cookiecutter.json", "there is no part imagse; did you mean images?")]


def test_the_contract_is_asked_of_projects_with_the_shared_steps(tiny: Path) -> None:
    folder = tiny / "beginner/tiny"
    (folder / SLUG / "data.py").write_text('"""Step 1."""\n\n\ndef load() -> None: ...\n' + "\n" * 200)
    (folder / SLUG / "model.py").write_text("def build_model() -> None: ...\n\n\ndef main() -> None: ...\n")
    what = found(folder)
    assert ("evaluate.py", "is missing") in what
    assert ("data.py", "has 204 lines") in what
    assert ("model.py", "does not say what it does") in what
    assert ("data.py", "does not define draw_examples, main, read_inputs") in what
    assert ("train.py", "is missing") not in what


@pytest.mark.parametrize(
    ("imports", "early"),
    [
        ("import numpy as np\nfrom support import errors\n", "numpy"),
        ("from config import Config\nfrom support import errors\n", "pydantic"),  # which config.py imports
        ("import losses\nfrom support import errors\n", "numpy"),  # in turn
        ("import json\n\nimport keras.layers\n", "keras.layers"),
        ("from __future__ import annotations\n\nimport json\n\nfrom support import errors\nimport numpy as np\n", ""),
        ("from support.errors import run\nimport numpy as np\n", ""),
    ],
)
def test_a_step_that_imports_a_library_before_the_projects_support_is_named(
    tiny: Path, imports: str, early: str
) -> None:
    folder = tiny / "beginner/tiny"
    (folder / SLUG / "data.py").write_text(
        f'"""Step 1."""\n\n{imports}\nif __name__ == "__main__":\n    errors.run()\n'
    )
    (folder / SLUG / "losses.py").write_text('"""No step: nobody starts it."""\n\nimport numpy\n')
    named = [(file, what) for file, what in found(folder) if what.endswith(" before support")]
    assert named == ([("data.py", f"imports {early} before support")] if early else [])


def test_a_plain_template_is_held_to_what_applies(plain: Path) -> None:
    assert found(plain)[0][1].startswith("cannot be rendered: plain wants to run code of its own")
    (plain / "hooks/post_gen_project.py").unlink()
    (plain / "{{cookiecutter.slug}}/a.py").write_text("x = '{{ cookiecutter.name }}'\n")
    assert found(plain) == []
    (plain / "{{cookiecutter.slug}}/a.py").write_text("{% if cookiecutter.x == '2' %}x ={% endif %}\n")
    assert [file for file, _ in found(plain)] == ["a.py"]


def test_the_steps_and_tests_of_a_project_are_run_and_the_first_that_fails_is_shown(dlgen: Dlgen, small: Path) -> None:
    (small / SLUG / "train.py").write_text("import sys\n\nprint(sys.argv)\n")
    (small / SLUG / "tests").mkdir()
    (small / SLUG / "tests/test_it.py").write_text("def test_it():\n    pass\n")
    edit(small, _steps=[["train.py"]])
    done = dlgen("check", str(small), "--run", "--python", sys.executable)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"{small} is in order")
    assert done.stderr == "[1/2] python train.py\n[2/2] python -m pytest -q -p no:cacheprovider\n"
    (small / SLUG / "train.py").write_text("raise ValueError('no data')\n")
    done = dlgen("check", str(small), "--run", "--python", sys.executable)
    assert done.returncode == 1
    assert "\ntrain.py: python train.py ended with exit code 1:\n" in done.stdout
    assert "ValueError: no data\n" in done.stdout


def test_a_python_that_is_not_there_is_a_sentence(dlgen: Dlgen, small: Path) -> None:
    done = dlgen("check", str(small), "--run", "--python", "nowhere/python")
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: there is no program nowhere/python")


@pytest.mark.nightly
def test_a_project_of_the_catalog_passes_the_whole_path(dlgen: Dlgen) -> None:
    done = dlgen("check", "iris-classifier", "--run", "--python", sys.executable)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "iris-classifier is in order")


def test_the_contract_is_the_one_that_templates_readme_states() -> None:
    page = (templates.root() / "README.md").read_text(encoding="utf-8")
    stated = {match[1] for match in re.finditer(r"`([A-Za-z_]+)(?:\([^`]*)?(?: = [^`]*)?`", page)}
    assert sorted(set().union(*contract.NAMES.values()) - {"main"} - stated) == []


@pytest.mark.parametrize("name", ["load", "read_inputs", "draw_examples", "main"])
def test_a_name_that_only_begins_like_one_of_the_contract_is_not_that_one(tiny: Path, name: str) -> None:
    folder = tiny / "beginner/tiny"
    others = [each for each in contract.NAMES["data.py"] if each != name]
    source = '"""Step 1."""\n' + "".join(
        f"\n\ndef {each}() -> None: ...\n" for each in [*others, f"{name}_x", f"_{name}"]
    )
    (folder / SLUG / "data.py").write_text(source)
    assert ("data.py", f"does not define {name}") in found(folder)


@pytest.mark.parametrize("name", ["deep.py", "deep.toml", "deep.json"])
def test_a_file_that_is_nested_without_end_is_a_finding(small: Path, name: str) -> None:
    deep = {"deep.py": "x = " + "-" * 50_000 + "1\n", "deep.toml": "x = " + "[" * 50_000, "deep.json": "[" * 50_000}
    (small / SLUG / name).write_text(deep[name])
    assert any(file == name and what.startswith("is not ") for file, what in found(small))


def test_the_floors_of_support_are_asked_of_projects_made_of_base_where_they_are_switched_on(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "BASED", (check._floors,))
    library = tiny / "beginner/tiny" / SLUG / "support/data"
    library.mkdir(parents=True)
    (library / "images.py").write_text("import train\n")
    findings = check.check(lookup.find(str(tiny / "beginner/tiny"))).findings
    assert [each for each in findings if each.file.startswith("support/")] == [
        check.Finding(
            "support/data/images.py:1", "imports train, which is the project's own", "Hand it over as an argument."
        )
    ]
