"""Templates made at random of what attacks are made of: whatever comes of it, no canary is touched.

The canaries are a file outside the project, a module that may be imported, a program that may be started and a port that
may be connected to. That each of them is touched where a template is trusted shows that they would tell.
"""

import json
import os
import random
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dlgen.catalog import lookup
from dlgen.errors import DlgenError
from dlgen.rendering import render, worker
from dlgen.system import paths

CASES = 2000
SEED = 20261126
SLUG = "{{cookiecutter.slug}}"

# ---- what the canaries are


class Canaries:
    """A file, a module, a program and a port: `touched` says which of them was found and used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = folder / "told"
        for name in ("told", "lib", "bin", "outside"):
            (folder / name).mkdir()
        (folder / "outside/victim.txt").write_text("mine")
        hack = f"import pathlib\npathlib.Path(r'{self.told}', 'import').touch()\n"
        (folder / "lib/canary.py").write_text(
            hack + "from jinja2.ext import Extension\n\n\nclass Canary(Extension):\n    pass\n"
        )
        program = folder / "bin/canary"
        program.write_text(f"#!/bin/sh\ntouch '{self.told}/process'\n")
        program.chmod(0o755)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()
        self.before = self.outside()

    def _listen(self) -> None:
        while True:
            try:
                self.server.accept()[0].close()
            except OSError:
                return
            (self.told / "socket").touch()

    def outside(self) -> dict[str, object]:
        places = [self.folder / "outside", self.folder / "lib", self.folder / "bin"]
        found = [path for place in places for path in place.rglob("*") if "__pycache__" not in path.parts]
        return {str(path): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"") for path in found}

    def touched(self) -> list[str]:
        told = sorted(os.listdir(self.told))
        return [*told, *([] if self.outside() == self.before else ["file"])]


@pytest.fixture
def canaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Canaries]:
    worker.end()
    made = Canaries(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "lib")])
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path / "bin")
    yield made
    made.server.close()
    worker.end()


# ---- what cases are made of

TO_PYTHON = [
    "''.__class__.__mro__[1].__subclasses__()",
    "cycler.__init__.__globals__",
    "lipsum.__globals__['os']",
    "joiner.__init__.__globals__.os",
    "namespace.__init__.__globals__.os",
    "self.__init__.__globals__",
    "self._TemplateReference__context.environment",
    "cookiecutter.__class__.__base__.__subclasses__()",
    "cookiecutter.keys.__self__",
    "(cookiecutter | attr('__class__'))",
    "(cycler | attr('__in' ~ 'it__') | attr('__globals__'))",
    "([cookiecutter] | map(attribute='__class__') | list)",
    "(['x'] | groupby('__class__') | list)",
    "'{0.__class__.__init__.__globals__}'.format(cookiecutter)",
    "'{x.__class__}'.format_map({'x': cycler})",
    "('%s' | format(cookiecutter.__class__))",
    "cookiecutter['__class__']",
    "(1).__class__.__bases__[0].__subclasses__()",
    "[].__class__.__base__.__subclasses__()[100].__init__.__globals__",
    "random_ascii_string.__globals__.os",
    "uuid4.__globals__.os",
    "(undefined_name or cycler).__init__",
    "caller.__code__",
    "loop.__init__.__globals__",
    "range.__class__",
    "dict.__init_subclass__",
    "cookiecutter.values.__func__",
    "x.__globals__",
]
DO = [
    "{}.system('canary')",
    "{}.popen('canary').read()",
    "{}['__builtins__']['__import__']('canary')",
    "{}.open('OUTSIDE/victim.txt', 'w').write('evil')",
    "{}",
    "{}('canary')",
    "{} | string",
]
CHANGES = [
    "cookiecutter.update({'_extensions': ['canary.Canary']}) or 'v'",
    "cookiecutter.setdefault('_extensions', ['canary.Canary'])",
    "cookiecutter.__setitem__('_extensions', ['canary.Canary'])",
    "cookiecutter._extensions.append('canary.Canary')",
    "cookiecutter.pop('slug')",
    "cookiecutter.clear()",
    "cookiecutter.update(slug='../outside')",
    "(cookiecutter | attr('update'))({'_extensions': ['canary.Canary']})",
    "dict.update(cookiecutter, {'_extensions': ['canary.Canary']})",
    "[cookiecutter.update] | map('string') | list",
    "cookiecutter.copy().update({'a': 1})",
    "cookiecutter.move_to_end('slug')",
    "namespace(a=cookiecutter).a.popitem()",
]
HARMLESS = ["cookiecutter.name", "cookiecutter.slug | upper", "7 * 7", "'x' | slugify", "range(3) | list", "uuid4()"]
STATEMENTS = [
    "{% include 'OUTSIDE/victim.txt' %}",
    "{% include '../../../outside/victim.txt' %}",
    "{% import 'canary.py' as c %}{{ c }}",
    "{% extends 'OUTSIDE/victim.txt' %}",
    "{% from 'os' import system %}{{ system('canary') }}",
    "{% set cookiecutter = {'slug': '../outside'} %}",
    "{% set ns = namespace(x=1) %}{% set ns.__class__ = 2 %}",
    "{% macro m(a=EXPR) %}{{ a }}{% endmacro %}{{ m() }}",
    "{% call(x) cycler(EXPR) %}{% endcall %}",
    "{% for a in [1, 2] %}{{ EXPR }}{% endfor %}",
    "{% if EXPR %}a{% endif %}",
    "{% filter upper %}{{ EXPR }}{% endfilter %}",
    "{% do EXPR %}",
    "{% trans %}{{ x }}{% endtrans %}",
    "{% debug %}",
    "{% now 'utc', EXPR %}",
    "{% now '{0.__class__}' %}",
    "{% raw %}{{ EXPR }}{% endraw %}",
    "{% set x %}{{ EXPR }}{% endset %}{{ x }}",
    "{% autoescape true %}{{ EXPR }}{% endautoescape %}",
    "{% block b scoped %}{{ EXPR }}{% endblock %}",
    "{# {{ EXPR }} #}",
]
NAMES = [
    "..",
    "/",
    ".git",
    ".GIT",
    "git~1",
    ".git.",
    ".g\u200cit",
    ".dlgen",
    "NUL",
    "com1.txt",
    "a:b",
    "a.",
    "~",
    "-rf",
]
NAMES += ["OUTSIDE/victim.txt", "../../outside/victim.txt", "hooks", "config", "HEAD", "objects", "refs", "x", "a\\b"]
NAMES += [
    "\u202ea",
    "a\x1bb",
    "\u00e9",
    "e\u0301",
    "X",
    ".github",
    ".gitignore",
    "sub",
    "",
    ".",
    "\x00",
    "\ud800",
    "$(canary)",
]
KEYS = [
    "_extensions",
    "_jinja2_env_vars",
    "_copy_without_render",
    "_new_lines",
    "_settings",
    "_steps",
    "_parts",
    "_title",
]
KEYS += [
    "__x",
    "__prompts__",
    "_template",
    "_output_dir",
    "_repo_dir",
    "_composed",
    "_replaces",
    "_dependencies",
    "x",
    "y",
]
KEYS += ["slug", "name", "project_slug", "templates", "template", "__class__", "cookiecutter", "_data", "_expected"]
MODULES = ["canary.Canary", "canary", "os.system", "jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n"]
MODULES += [
    "jinja2.ext.debug",
    "jinja2.ext.canary",
    "cookiecutter.extensions.TimeExtension",
    "canary:Canary",
    "..canary.Canary",
]


class Maker:
    """Cases by a generator of random numbers: what a template holds, as JSON and files."""

    def __init__(self, chance: random.Random, outside: Path) -> None:
        self.chance, self.outside = chance, outside

    def some(self, *kinds: list[str]) -> str:
        return self.chance.choice(self.chance.choice(kinds))

    def expression(self) -> str:
        if self.chance.random() < 0.3:
            return self.some(HARMLESS)
        if self.chance.random() < 0.4:
            return self.some(CHANGES)
        return self.some(DO).replace("{}", self.some(TO_PYTHON))

    def code(self) -> str:
        text = "{{ EXPR }}" if self.chance.random() < 0.5 else self.some(STATEMENTS)
        text = text.replace("EXPR", self.expression())
        if self.chance.random() < 0.1:  # broken somewhere
            at = self.chance.randrange(len(text))
            text = text[:at] + self.chance.choice(["", "{{", "%}", "'", "\n", "\x00", "#", "_"]) + text[at + 1 :]
        return text.replace("OUTSIDE", str(self.outside))

    def name(self) -> str:
        roll = self.chance.random()
        if roll < 0.4:
            return "{{ cookiecutter." + self.chance.choice("xy") + " }}"
        if roll < 0.6:
            return "{{ '" + self.some(NAMES).replace("OUTSIDE", str(self.outside)).replace("\\", "\\\\") + "' }}"
        return self.code() if roll < 0.7 else self.some(NAMES).replace("OUTSIDE", "o")

    def value(self, key: str, depth: int = 0) -> object:
        roll = self.chance.random()
        if key == "_extensions":
            return [self.some(MODULES) for _ in range(self.chance.randrange(3))]
        if key == "_jinja2_env_vars" and roll < 0.7:
            marks = {
                "variable_start_string": "[[",
                "variable_end_string": "]]",
                "trim_blocks": True,
                "loader": "canary",
            }
            return dict(self.chance.sample(sorted(marks.items(), key=str), self.chance.randrange(4)))
        if key == "_copy_without_render" and roll < 0.7:
            return [self.chance.choice(["*", "*.txt", ".git*", "../*", "*x*"])]
        if key in ("_parts", "_dependencies", "_replaces") and roll < 0.7:
            return [self.some(NAMES)]
        if roll < 0.1 and depth < 3:
            return {self.code(): self.value("x", depth + 1)}
        if roll < 0.2 and depth < 3:
            return [self.value("x", depth + 1) for _ in range(self.chance.randrange(3))]
        if roll < 0.3:
            return self.chance.choice([None, True, 3, -1.5, "", 10**30])
        return self.code() if roll < 0.7 else self.some(NAMES).replace("OUTSIDE", str(self.outside))

    def case(self) -> tuple[dict[str, object], dict[str, str]]:
        config: dict[str, object] = {"name": "Thing", "slug": "thing", "x": "x", "y": "y"}
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            key = self.chance.choice(KEYS)
            config[key] = self.value(key)
        files = {f"{SLUG}/a.txt": "a"}
        for _ in range(self.chance.choice([0, 1, 1, 2, 3])):
            place = "/".join([SLUG, *(self.name() for _ in range(self.chance.choice([1, 1, 2])))])
            files[place] = self.code() if self.chance.random() < 0.7 else "plain\n"
        if self.chance.random() < 0.05:
            files["hooks/" + self.chance.choice(["post_gen_project.sh", "pre_prompt", "Pre_Gen_Project.py"])] = "canary"
        return config, files


def write(folder: Path, config: dict[str, object], files: dict[str, str]) -> bool:
    """Whether the template could be written: a name may be one that this system has not."""
    folder.mkdir()
    (folder / "cookiecutter.json").write_text(json.dumps(config))
    home = folder.resolve()
    for name, text in files.items():
        file = folder / name
        if "\0" in name or ".." in Path(name).parts or not (home / os.path.normpath(name)).is_relative_to(home):
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", errors="surrogatepass")
        except (OSError, ValueError):
            continue
    return True


def test_no_canary_is_touched_by_any_of_two_thousand_templates(
    canaries: Canaries, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr(worker, "SECONDS", 20)  # none of the cases is meant to take long
    maker = Maker(random.Random(SEED), canaries.folder / "outside")
    outcomes: Counter[str] = Counter()
    for number in range(CASES):
        config, files = maker.case()
        place = canaries.folder / str(number)
        place.mkdir()
        write(place / "template", config, files)
        shown = f"case {number}: {config} {files}"
        try:
            made = render.new(lookup.find(str(place / "template")), str(place / "made"))
        except DlgenError as error:
            assert len(str(error).splitlines()) <= 2, (shown, str(error))
            outcomes["refused"] += 1
            assert not (place / "made").exists(), shown
        else:
            outcomes["made"] += 1
            assert [name for name in made.files if paths.reason(name)] == [], shown
        assert sorted(os.listdir(place)) in (["template"], ["made", "template"]), shown
        assert canaries.touched() == [], shown
    assert outcomes["made"] > CASES / 20 and outcomes["refused"] > CASES / 2, outcomes
    record_property(
        "said",
        f"templates made at random: {CASES}, of which {outcomes['made']} gave a project; 4 canaries, none touched",
    )


TOUCHES = {
    "file": "{{ cycler.__init__.__globals__['__builtins__']['open']('OUTSIDE/victim.txt', 'w').write('evil') }}",
    "import": "{{ cycler.__init__.__globals__['__builtins__']['__import__']('canary') }}",
    "process": "{{ cycler.__init__.__globals__['__builtins__']['__import__']('os').system('canary') }}",
    "socket": "{{ cycler.__init__.__globals__['__builtins__']['__import__']('socket')"
    ".create_connection(('127.0.0.1', PORT)).recv(1) }}",
}


@pytest.mark.parametrize("name", TOUCHES)
def test_each_canary_is_touched_by_a_trusted_template_and_not_by_the_same_one_untrusted(
    name: str, canaries: Canaries
) -> None:
    code = TOUCHES[name].replace("OUTSIDE", str(canaries.folder / "outside")).replace("PORT", str(canaries.port))
    write(canaries.folder / "template", {"name": "Thing", "slug": "thing"}, {f"{SLUG}/a.txt": code})
    template = lookup.find(str(canaries.folder / "template"))
    with pytest.raises(DlgenError, match=r"access to attribute '__init__' of 'type' object is unsafe"):
        render.new(template, str(canaries.folder / "made"))
    assert canaries.touched() == []
    sys.modules.pop("canary", None)
    render.new(template, str(canaries.folder / "made"), trust=True)
    assert canaries.touched() == [name]
