"""Templates that want to do harm: without `--trust` nothing outside the project is made or changed, and nothing is run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen import catalog, compose, console, describe, render, sandbox
from dlgen.errors import DlgenError

Dlgen = Callable[..., subprocess.CompletedProcess[str]]
SLUG = "{{cookiecutter.slug}}"
HACK = "import pathlib; pathlib.Path(r'{}').write_text('hacked')"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")


@pytest.fixture
def surroundings(tmp_path: Path) -> Path:
    """A folder with a victim's files, in which the template and the place of work are two sub-folders."""
    write(
        tmp_path, {"victim.txt": "mine", "home/notes.txt": "mine", "work/.keep": "", "template/cookiecutter.json": "{}"}
    )
    return tmp_path


def snapshot(folder: Path) -> dict[str, object]:
    """Every path under the folder, with its mode, size and content; of a huge file the size alone."""
    facts: dict[str, object] = {}
    for path in folder.rglob("*"):
        found = path.lstat()
        small = path.is_file() and not path.is_symlink() and found.st_size < 1 << 22
        facts[str(path.relative_to(folder))] = (found.st_mode, found.st_size, path.read_bytes() if small else None)
    return facts


def python(where: Path) -> str:
    return HACK.format(where / "hacked.txt")


def lines(config: dict[str, object], files: dict[str, str]) -> Callable[[Path, Path], None]:
    """A template of these files; VICTIM in them is the victim's folder."""

    def make(template: Path, victim: Path) -> None:
        facts = {"name": "Thing", "slug": "thing", **config}
        texts = {"cookiecutter.json": json.dumps(facts), f"{SLUG}/a.txt": "a", **files}
        write(template, {name: text.replace("VICTIM", str(victim)) for name, text in texts.items()})

    return make


def linked(where: str, target: str) -> Callable[[Path, Path], None]:
    def make(template: Path, victim: Path) -> None:
        lines({}, {})(template, victim)
        (template / where).symlink_to(target.replace("VICTIM", str(victim)))

    return make


def pipe(template: Path, victim: Path) -> None:
    lines({}, {})(template, victim)
    os.mkfifo(template / SLUG / "pipe")


def huge(template: Path, victim: Path) -> None:
    lines({}, {})(template, victim)
    with (template / SLUG / "huge.bin").open("wb") as file:
        file.truncate(10 << 30)  # takes no room on the disk until it is copied


def many(template: Path, victim: Path) -> None:
    lines({}, {})(template, victim)
    for number in range(compose.MANY_FILES + 1):
        (template / SLUG / f"{number}").touch()


POPEN = "{% for c in ''.__class__.__mro__[1].__subclasses__() %}{% if c.__name__ == 'Popen' %}{{ c(['touch', 'VICTIM/hacked']) }}{% endif %}{% endfor %}"
SYSTEM = "{{ cycler.__init__.__globals__.os.system('touch VICTIM/hacked') }}"
HOSTILE: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "a name that leaves": (lines({"slug": "../evil"}, {}), "../evil leaves this folder"),
    "an absolute name": (lines({"slug": "/evil"}, {}), "cannot be a project's name|is a file|evil"),
    "a file that leaves": (
        lines({"x": "../../victim.txt"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": "evil"}),
        "the template would write outside the project: ",
    ),
    "an absolute file": (
        lines({"x": "VICTIM/victim.txt"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": "evil"}),
        "the template would write outside the project: ",
    ),
    "a folder that leaves": (
        lines({"x": "../../home"}, {f"{SLUG}/{{{{cookiecutter.x}}}}/notes.txt": "evil"}),
        "the template would write outside the project: ",
    ),
    "a copied folder that leaves": (
        lines({"x": "../../home", "_copy_without_render": ["*cookiecutter.x*"]}, {f"{SLUG}/{{{{cookiecutter.x}}}}/notes.txt": "evil"}),
        "the template would write outside the project: ",
    ),
    "a path written with other marks": (
        lines({"x": "../../../victim.txt", "_jinja2_env_vars": {"variable_start_string": "[[", "variable_end_string": "]]"}}, {"[[cookiecutter.slug]]{{}}/[[cookiecutter.x]]": "evil"}),
        "outside the project|no project folder|several|cannot be rendered",
    ),
    "a hook": (lines({}, {"hooks/post_gen_project.py": python(Path("VICTIM"))}), "wants to run code of its own on this computer: hooks/post_gen_project.py"),
    "a hook without an ending": (lines({}, {"hooks/pre_gen_project": "#!/bin/sh\ntouch VICTIM/hacked"}), "wants to run code of its own on this computer: hooks/pre_gen_project"),
    "a hook before the questions": (lines({}, {"hooks/pre_prompt.py": python(Path("VICTIM"))}), "wants to run code of its own on this computer: hooks/pre_prompt.py"),
    "an extension": (lines({"_extensions": ["os.system"]}, {}), "wants to run code of its own on this computer: os.system"),
    "an extension of its own": (lines({"_extensions": ["mine.Extension"]}, {"mine.py": python(Path("VICTIM"))}), "wants to run code of its own on this computer: mine.Extension"),
    "an extension that looks like jinja's": (lines({"_extensions": ["jinja2.ext.os.system"]}, {}), "wants to run code of its own"),
    "Jinja that finds a class": (lines({}, {f"{SLUG}/b.txt": POPEN}), "cannot be rendered"),
    "Jinja that finds a module": (lines({}, {f"{SLUG}/b.txt": SYSTEM}), "cannot be rendered"),
    "Jinja in a default": (lines({"x": SYSTEM}, {}), "cannot be rendered"),
    "Jinja in a choice": (lines({"x": [SYSTEM]}, {}), "cannot be rendered"),
    "Jinja in a table": (lines({"x": {"y": SYSTEM}}, {}), "cannot be rendered"),
    "Jinja in a hidden variable": (lines({"__x": SYSTEM}, {}), "cannot be rendered"),
    "Jinja in a file's name": (lines({}, {f"{SLUG}/{{{{cycler.__init__}}}}": "evil"}), "cannot be rendered"),
    "Jinja that uses format": (lines({}, {f"{SLUG}/b.txt": "{{ '{0.__class__.__mro__}'.format(cookiecutter) }}"}), "cannot be rendered"),
    "Jinja that includes any file": (lines({}, {f"{SLUG}/b.txt": "{% include '/VICTIM/victim.txt' %}"}), "cannot be rendered"),
    "Jinja that includes a file above": (lines({}, {f"{SLUG}/b.txt": "{% include '../../victim.txt' %}"}), "cannot be rendered"),
    "a loop of a thousand million": (lines({}, {f"{SLUG}/b.txt": "{% for i in range(10**9) %}x{% endfor %}"}), "Range too big"),
    "a loop in a loop": (lines({}, {f"{SLUG}/b.txt": "{% for i in range(99999) %}{% for j in range(99999) %}xxxxxxxxxx{% endfor %}{% endfor %}"}), "a file would be larger than|takes (more|longer)"),
    "a loop that writes nothing": (lines({}, {f"{SLUG}/b.txt": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"}), "takes longer than"),
    "a list that never ends": (lines({}, {f"{SLUG}/b.txt": "{% set x %}{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}{% endset %}"}), "takes (more|longer)"),
    "a huge power": (lines({}, {f"{SLUG}/b.txt": "{{ 10 ** 10 ** 10 }}"}), "too large"),
    "a huge product": (lines({}, {f"{SLUG}/b.txt": "{{ 'x' * 10000000000 }}"}), "too large"),
    "a huge width": (lines({}, {f"{SLUG}/b.txt": "{{ 'x' | center(10000000000) }}"}), "too large"),
    "a huge format": (lines({}, {f"{SLUG}/b.txt": "{{ '%10000000000d' % 1 }}"}), "too wide"),
    "a huge text": (lines({}, {f"{SLUG}/b.txt": "{{ random_ascii_string(10000000000) }}"}), "too large"),
    "a macro without end": (lines({}, {f"{SLUG}/b.txt": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"}), "calls itself without end|cannot be rendered"),
    "options of Jinja that are objects": (lines({"_jinja2_env_vars": {"loader": "x"}}, {}), "_jinja2_env_vars cannot hold loader"),
    "a link to a file outside": (linked(f"{SLUG}/link", "VICTIM/victim.txt"), "is a link that leads out of the template"),
    "a link to a folder outside": (linked(f"{SLUG}/link", "VICTIM/home"), "is a link that leads out of the template"),
    "a link upwards": (linked(f"{SLUG}/link", "../../victim.txt"), "is a link that leads out of the template"),
    "a link to a device": (linked(f"{SLUG}/link", "/dev/zero"), "is a link that leads out of the template"),
    "a pipe": (pipe, "is neither a file nor a folder"),
    "a huge file": (huge, "holds more than "),
    "very many files": (many, "holds more than "),
    "questions nested without end": (lambda template, victim: (lines({}, {})(template, victim), (template / "cookiecutter.json").write_text('{"a":' + "[" * 100_000 + "]" * 100_000 + "}"))[0], "nested too deep"),
    "questions of many megabytes": (lambda template, victim: (lines({}, {})(template, victim), (template / "cookiecutter.json").write_text('{"a": "' + "x" * (2 << 20) + '"}'))[0], "larger than 1 MB"),
    "parts that leave": (lines({"_parts": ["../../home"]}, {}), "there is no part ../../home"),
    "parts that are no names": (lines({"_parts": [{}]}, {}), "_parts in cookiecutter.json is not a list of texts"),
    "steps that are no steps": (lines({"_title": "x", "_steps": "rm"}, {}), "_steps in cookiecutter.json is not a list of lists"),
    "a record of its own": (lines({}, {f"{SLUG}/.dlgen/project.json": "{}"}), "the template makes .dlgen"),
    "choices that leave": (lambda template, victim: write(template, {"cookiecutter.json": json.dumps({"templates": {"a": {"path": "../home"}}})}) and None, "holds several templates|no template"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_template_is_refused_in_a_sentence_and_does_nothing(
    kind: str, surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, message = HOSTILE[kind]
    make(surroundings / "template", surroundings)
    before = snapshot(surroundings)
    script = f"from dlgen import cli, worker; worker.SECONDS = 3; cli.main(['new', '{surroundings / 'template'}'])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=surroundings / "work",
        env={**os.environ, "HOME": str(surroundings / "home")},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(message, done.stderr), done.stderr
    assert done.stderr.startswith("error: ") and len(done.stderr.splitlines()) <= 2
    assert snapshot(surroundings) == before


def test_a_path_that_is_drawn_by_lot_is_looked_at_when_it_is_written(surroundings: Path) -> None:
    path = "{{ ['a', 'b' ~ sep ~ '..' ~ sep ~ '..' ~ sep ~ '..' ~ sep ~ 'victim.txt'] | random }}"
    config = {"name": "Thing", "slug": "thing", "sep": "/"}
    name = path.replace("sep", "cookiecutter.sep")
    write(surroundings / "template", {"cookiecutter.json": json.dumps(config), f"{SLUG}/{name}": "evil"})
    before = snapshot(surroundings)
    outcomes = set()
    for number in range(12):
        try:
            render.new(catalog.find(str(surroundings / "template")), str(surroundings / f"work/p{number}"))
            outcomes.add("made")
        except DlgenError as error:
            assert str(error).startswith("the template would write outside the project: ")
            outcomes.add("refused")
    after = {name: facts for name, facts in snapshot(surroundings).items() if not name.startswith("work/p")}
    assert after == before
    assert outcomes == {"made", "refused"}


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "a\\..\\..\\x", "x\0"])
def test_a_rendered_path_that_leaves_is_refused_however_it_is_written(path: str, tmp_path: Path) -> None:
    with pytest.raises(DlgenError, match=r"^the template would write outside the project: "):
        sandbox.check_path(path, tmp_path / "project")
    sandbox.check_path(str(tmp_path / "project/x/./y"), tmp_path / "project")
    sandbox.check_path("x/y", tmp_path / "project")


# ---- what plain templates may do


RICH = {
    "cookiecutter.json": json.dumps(
        {
            "name": "Great Thing",
            "slug": "{{ cookiecutter.name | lower | replace(' ', '_') }}",
            "license": ["MIT", "{{ cookiecutter.name }} license", "none"],
            "docs": True,
            "files": {"png": {"title": "Pictures of {{ cookiecutter.name }}", "libs": ["a", "b"]}, "csv": {"title": "T"}},
            "version": 3,
            "_private": "{{ stays as it is }}",
            "__computed": "{{ cookiecutter.slug | upper }}",
            "__prompts__": {"name": "What is it called?", "license": {"__prompt__": "Which?", "MIT": "the short one"}},
            "_copy_without_render": ["*.html", "raw/*", "static"],
            "_extensions": ["jinja2.ext.do", "jinja2.ext.loopcontrols"],
            "_jinja2_env_vars": {"trim_blocks": True, "lstrip_blocks": True},
        }
    ),
    f"{SLUG}/README.md": "# {{ cookiecutter.name }}\n{% if cookiecutter.docs %}\ndocs: {{ cookiecutter.license }}\n{% endif %}\n",
    f"{SLUG}/{{{{cookiecutter.slug}}}}/__init__.py": "A = '{{ cookiecutter.__computed }} {{ cookiecutter._private }}'\n",
    f"{SLUG}/types.txt": "{% for k, v in cookiecutter.files | dictsort %}\n{{ k }} {{ v.title }} {{ v.libs | default([]) | join }}\n{% endfor %}\n",
    f"{SLUG}/page.html": "{{ not rendered }}",
    f"{SLUG}/raw/x.txt": "{{ not rendered }}",
    f"{SLUG}/static/{{{{cookiecutter.slug}}}}.txt": "{{ not rendered }}",
    f"{SLUG}/loop.txt": "{% for i in range(9) %}\n{% if i == 3 %}{% break %}{% endif %}\n{{ i * 2 ** 3 }} {{ '%03d' % i }}\n{% endfor %}{{ cookiecutter | jsonify }}\n",
    f"{SLUG}/{{% if cookiecutter.docs %}}docs.txt{{% endif %}}": "{{ 'A b' | slugify }} {{ cookiecutter.version + '1' }}\r\nx\r\n",
    f"{SLUG}/include.txt": "{% include 'shared.txt' %}",
    "templates/shared.txt": "shared {{ cookiecutter.slug }}\n",
}  # fmt: skip


@pytest.mark.parametrize("answers", [{}, {"license": "none", "docs": "no"}, {"name": "Other", "license": "MIT"}])
def test_a_plain_template_renders_to_the_bytes_that_cookiecutter_makes(
    dlgen: Dlgen, tmp_path: Path, answers: dict[str, str]
) -> None:
    write(tmp_path / "rich", RICH)
    pairs = [f"{key}={value}" for key, value in answers.items()]
    made = [sys.executable, "-m", "cookiecutter", str(tmp_path / "rich"), "--no-input", "-o", str(tmp_path / "out")]
    subprocess.run([*made, *pairs], check=True, capture_output=True)
    (project,) = (tmp_path / "out").iterdir()
    done = dlgen("new", str(tmp_path / "rich"), *(word for pair in pairs for word in ("--set", pair)))
    assert (done.returncode, done.stderr) == (0, "")

    def tree(folder: Path) -> dict[str, bytes]:
        files = (path for path in folder.rglob("*") if path.is_file() and ".dlgen" not in path.parts)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    ours, theirs = tree(tmp_path / project.name), tree(project)
    theirs["loop.txt"] = theirs["loop.txt"].replace(str(tmp_path / "out").encode(), str(tmp_path).encode())
    assert ours == theirs


def test_one_of_several_nested_templates_is_rendered_by_its_folder(dlgen: Dlgen, tmp_path: Path) -> None:
    write(tmp_path / "nest/first", RICH)
    choices = {"one": {"path": "./first", "title": "First"}}
    write(tmp_path / "nest", {"cookiecutter.json": json.dumps({"templates": choices})})
    done = dlgen("new", "nest")
    assert done.stderr == "error: nest holds several templates: first\nChoose one: --directory first\n"
    assert dlgen("new", "nest", "--directory", "first").returncode == 0
    assert (tmp_path / "great_thing/include.txt").read_text() == "shared great_thing\n"


def test_with_trust_every_kind_of_own_code_runs_after_it_was_named(dlgen: Dlgen, tmp_path: Path) -> None:
    write(
        tmp_path / "own",
        {
            "cookiecutter.json": json.dumps({"slug": "thing", "said": "?", "_extensions": ["mine.shout"]}),
            "mine.py": "from cookiecutter.utils import simple_filter\n@simple_filter\ndef shout(v):\n    return v.upper()\n",
            "hooks/pre_prompt.py": "import json, pathlib\np = pathlib.Path('cookiecutter.json')\n"
            "p.write_text(json.dumps({**json.loads(p.read_text()), 'said': 'asked'}))\n",
            "hooks/pre_gen_project.py": "open('pre.txt', 'w').write('{{ cookiecutter.slug }}')\n",
            "hooks/post_gen_project.py": "open('post.txt', 'w').write('{{ cookiecutter.slug | shout }}')\n",
            f"{SLUG}/a.txt": "{{ cookiecutter.said | shout }}",
        },
    )
    named = "hooks/post_gen_project.py, hooks/pre_gen_project.py, hooks/pre_prompt.py, mine.shout"
    assert named in dlgen("new", "own").stderr
    assert os.listdir(tmp_path) == ["own"]
    done = dlgen("new", "own", "--trust")
    assert (done.returncode, done.stderr) == (0, f"Running code of the template: {named}\n")
    made = {name: (tmp_path / "thing" / name).read_text() for name in ("a.txt", "pre.txt", "post.txt")}
    assert made == {"a.txt": "ASKED", "pre.txt": "thing", "post.txt": "THING"}
    assert '"said": "?"' in (tmp_path / "own/cookiecutter.json").read_text()


def test_a_hook_that_fails_is_a_sentence_and_leaves_nothing(dlgen: Dlgen, plain: Path, tmp_path: Path) -> None:
    (plain / "hooks/post_gen_project.py").write_text("raise SystemExit(3)")
    done = dlgen("new", str(plain), "--trust")
    assert done.stderr.endswith("error: the template plain cannot be rendered: Hook script failed (exit status: 3)\n")
    assert (done.returncode, os.listdir(tmp_path)) == (2, [])


ODD: list[object] = [
    None,
    True,
    5,
    -1.5,
    "",
    "x",
    "{{",
    [],
    [None],
    [[]],
    ["{% x"],
    {},
    {"x": None},
    {"x": {"y": []}},
    "\0",
]
KEYS = ("_title", "_summary", "_level", "_learns", "_data", "_model", "_expected", "_parts", "_dependencies")
KEYS += ("_replaces", "_copy_without_render", "_extensions", "_jinja2_env_vars", "_settings", "_steps", "_composed")
KEYS += ("__prompts__", "_new_lines", "_template", "templates", "template", "slug", "name", "x")


@pytest.mark.parametrize("key", KEYS)
def test_any_value_of_any_key_gives_a_project_or_a_sentence(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcomes = []
    for number, value in enumerate(ODD):
        place = tmp_path / str(number)
        config = {"_title": "T", "name": "Thing", "slug": "thing", key: value}
        write(place / "odd", {"cookiecutter.json": json.dumps(config), f"{SLUG}/a.txt": "{{ cookiecutter.name }}"})
        try:
            template = catalog.find(str(place / "odd"))
            describe.text(describe.facts(template))
            console.expected(template.expected, "sample")
            render.new(template, str(place / "made"))
            outcomes.append("made")
        except DlgenError as error:
            assert len(str(error).splitlines()) <= 2
            outcomes.append("refused")
    assert len(outcomes) == len(ODD)


@pytest.mark.parametrize("key", ["title", "summary", "dependencies", "optional", "replaces", "other"])
@pytest.mark.parametrize("value", [None, 5, [5], {"x": "y"}])
def test_a_part_whose_description_is_wrong_is_a_sentence(tiny: Path, key: str, value: object) -> None:
    file = tiny / "parts/base/part.json"
    file.write_text(json.dumps({"title": "Base", key: value}))
    with pytest.raises(DlgenError, match=re.escape(str(file))):
        compose.plan(catalog.find(str(tiny / "beginner/tiny")))
