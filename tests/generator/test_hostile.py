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
        tmp_path,
        {
            "victim.txt": "mine",
            "home/notes.txt": "mine",
            "work/.keep": "",
            "template/cookiecutter.json": "{}",
            "lib/canary.py": CANARY.format(python(tmp_path)),
        },
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
CHANGE = "{{ cookiecutter.update({'_extensions': ['canary.Canary']}) or 'v' }}"
FSMONITOR = "[core]\n\tfsmonitor = touch VICTIM/hacked.txt; false\n"
BARE = {"HEAD": "ref: refs/heads/main\n", "objects/x": "", "refs/heads/x": "", "config": FSMONITOR}
CANARY = "import pathlib\n{}\nfrom jinja2.ext import Extension\nclass Canary(Extension):\n    pass\n"


def deep(levels: int) -> object:
    return [deep(levels - 1)] if levels else "x"


HOSTILE: dict[str, dict[str, tuple[Callable[[Path, Path], None], str]]] = {
    "runs nothing": {
        "a hook": (lines({}, {"hooks/post_gen_project.py": python(Path("VICTIM"))}), "template wants to run code of its own on this computer: hooks/post_gen_project.py\nRead it, and give --trust if you want that."),
        "a hook without an ending": (lines({}, {"hooks/pre_gen_project": "#!/bin/sh\ntouch VICTIM/hacked"}), "template wants to run code of its own on this computer: hooks/pre_gen_project\nRead it, and give --trust if you want that."),
        "a hook before the questions": (lines({}, {"hooks/pre_prompt.py": python(Path("VICTIM"))}), "template wants to run code of its own on this computer: hooks/pre_prompt.py\nRead it, and give --trust if you want that."),
        "an extension": (lines({"_extensions": ["os.system"]}, {}), "template wants to run code of its own on this computer: os.system\nRead it, and give --trust if you want that."),
        "an extension of its own": (lines({"_extensions": ["mine.Extension"]}, {"mine.py": python(Path("VICTIM"))}), "template wants to run code of its own on this computer: mine.Extension\nRead it, and give --trust if you want that."),
        "an extension that looks like jinja's": (lines({"_extensions": ["jinja2.ext.os.system"]}, {}), "template wants to run code of its own on this computer: jinja2.ext.os.system\nRead it, and give --trust if you want that."),
        "Jinja that finds a class": (lines({}, {f"{SLUG}/b.txt": POPEN}), "the template cannot be rendered: access to attribute '__class__' of 'str' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "Jinja that finds a module": (lines({}, {f"{SLUG}/b.txt": SYSTEM}), "the template cannot be rendered: access to attribute '__init__' of 'type' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "Jinja in a default": (lines({"x": SYSTEM}, {}), "the template cannot be rendered: access to attribute '__init__' of 'type' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "Jinja in a choice": (lines({"x": [SYSTEM]}, {}), "the template cannot be rendered: access to attribute '__init__' of 'type' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "Jinja in a table": (lines({"x": {"y": SYSTEM}}, {}), "the template cannot be rendered: access to attribute '__init__' of 'type' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "Jinja in a hidden variable": (lines({"__x": SYSTEM}, {}), "the template cannot be rendered: access to attribute '__init__' of 'type' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "Jinja in a file's name": (lines({}, {f"{SLUG}/{{{{cycler.__init__}}}}": "evil"}), "the template cannot be rendered: access to attribute '__init__' of 'type' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "Jinja that uses format": (lines({}, {f"{SLUG}/b.txt": "{{ '{0.__class__.__mro__}'.format(cookiecutter) }}"}), "the template cannot be rendered: access to attribute '__class__' of 'dict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "answers that are changed in a default": (lines({"x": CHANGE}, {}), "the template cannot be rendered: access to attribute 'update' of 'OrderedDict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "answers that are changed in a choice": (lines({"x": ["a", CHANGE]}, {}), "the template cannot be rendered: access to attribute 'update' of 'OrderedDict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "answers that are changed in a table": (lines({"x": {"y": CHANGE}}, {}), "the template cannot be rendered: access to attribute 'update' of 'OrderedDict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "answers that are changed in a hidden variable": (lines({"__x": CHANGE}, {}), "the template cannot be rendered: access to attribute 'update' of 'OrderedDict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "answers that are changed in a file": (lines({}, {f"{SLUG}/b.txt": CHANGE}), "the template cannot be rendered: access to attribute 'update' of 'dict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "answers that are changed in a name": (lines({}, {f"{SLUG}/{CHANGE}.txt": ""}), "the template cannot be rendered: access to attribute 'update' of 'dict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "answers that are changed by do": (lines({"_extensions": ["jinja2.ext.do"]}, {f"{SLUG}/b.txt": "{% do cookiecutter.update({'_extensions': ['canary.Canary']}) %}"}), "the template cannot be rendered: access to attribute 'update' of 'dict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "answers that are set": (lines({}, {f"{SLUG}/b.txt": "{{ cookiecutter.setdefault('_extensions', ['canary.Canary']) }}"}), "the template cannot be rendered: access to attribute 'setdefault' of 'dict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "answers that are taken away": (lines({}, {f"{SLUG}/b.txt": "{{ cookiecutter.pop('slug') }}"}), "the template cannot be rendered: access to attribute 'pop' of 'dict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "a list that grows": (lines({"_extensions": ["jinja2.ext.do"]}, {f"{SLUG}/b.txt": "{{ cookiecutter._extensions.append('canary.Canary') }}"}), "the template cannot be rendered: access to attribute 'append' of 'list' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
        "marks that are changed": (lines({"x": "{{ cookiecutter.update({'_jinja2_env_vars': {'loader': 1}}) or 'v' }}"}, {}), "the template cannot be rendered: access to attribute 'update' of 'OrderedDict' object is unsafe.\nRead the template, and give --trust if you want it to do what it likes."),
    },
    "writes and reads nothing outside the project": {
        "a name that leaves": (lines({"slug": "../evil"}, {}), "../evil leaves this folder: give a name, or a full path"),
        "an absolute name": (lines({"slug": "/evil"}, {}), "the template would write outside the project: /evil"),
        "a file that leaves": (lines({"x": "../../victim.txt"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": "evil"}), "the template would write outside the project: thing/../../victim.txt"),
        "an absolute file": (lines({"x": "VICTIM/victim.txt"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": "evil"}), "the template would write outside the project: VICTIM/victim.txt"),
        "a folder that leaves": (lines({"x": "../../home"}, {f"{SLUG}/{{{{cookiecutter.x}}}}/notes.txt": "evil"}), "the template would write outside the project: thing/../../home"),
        "a copied folder that leaves": (lines({"x": "../../home", "_copy_without_render": ["*cookiecutter.x*"]}, {f"{SLUG}/{{{{cookiecutter.x}}}}/notes.txt": "evil"}), "the template would write outside the project: thing/../../home"),
        "a path written with other marks": (lines({"x": "../../../victim.txt", "_jinja2_env_vars": {"variable_start_string": "[[", "variable_end_string": "]]"}}, {"[[cookiecutter.slug]]{{}}/[[cookiecutter.x]]": "evil"}), "the template template has no project folder\nExpected one such as {{cookiecutter.project_slug}}."),
        "Jinja that includes any file": (lines({}, {f"{SLUG}/b.txt": "{% include '/VICTIM/victim.txt' %}"}), "the template cannot be rendered: '/VICTIM/victim.txt' not found in search paths: '.', '../templates'"),
        "Jinja that includes a file above": (lines({}, {f"{SLUG}/b.txt": "{% include '../../victim.txt' %}"}), "the template cannot be rendered: ../../victim.txt"),
        "a link to a file outside": (linked(f"{SLUG}/link", "VICTIM/victim.txt"), "VICTIM/template/{{cookiecutter.slug}}/link is a link that leads out of the template\nReplace it by the file that it leads to."),
        "a link to a folder outside": (linked(f"{SLUG}/link", "VICTIM/home"), "VICTIM/template/{{cookiecutter.slug}}/link is a link that leads out of the template\nReplace it by the file that it leads to."),
        "a link upwards": (linked(f"{SLUG}/link", "../../victim.txt"), "VICTIM/template/{{cookiecutter.slug}}/link is a link that leads out of the template\nReplace it by the file that it leads to."),
        "a link to a device": (linked(f"{SLUG}/link", "/dev/zero"), "VICTIM/template/{{cookiecutter.slug}}/link is a link that leads out of the template\nReplace it by the file that it leads to."),
        "parts that leave": (lines({"_parts": ["../../home"]}, {}), "there is no part ../../home"),
        "choices that leave": (lambda template, victim: write(template, {"cookiecutter.json": json.dumps({"templates": {"a": {"path": "../home"}}})}) and None, "VICTIM/template holds several templates: ../home\nChoose one: --directory ../home"),
    },
    "makes the same files on every system, and none that another program obeys": {
        "a record of its own": (lines({}, {f"{SLUG}/.dlgen/project.json": "{}"}), "the template makes .dlgen, which dlgen writes itself\nTake it out of the template."),
        "git's folder by a rendered name": (lines({}, {f"{SLUG}/{{{{ '.git' }}}}/config": FSMONITOR}), "the template would write 'thing/.git', which is git's own\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder by an answer": (lines({"x": ".git"}, {f"{SLUG}/{{{{cookiecutter.x}}}}/config": FSMONITOR}), "the template would write 'thing/.git', which is git's own\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder in a folder": (lines({"x": "sub/.git"}, {f"{SLUG}/{{{{cookiecutter.x}}}}/config": FSMONITOR}), "the template would write 'thing/sub/.git', which is git's own\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder that is copied": (lines({"x": ".git", "_copy_without_render": ["*"]}, {f"{SLUG}/{{{{cookiecutter.x}}}}/config": FSMONITOR}), "the template would write 'thing/.git', which is git's own\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder in capitals": (lines({}, {f"{SLUG}/.GIT/config": FSMONITOR}), "the template would write 'thing/.GIT', which some file systems take for .git\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder with a dot": (lines({}, {f"{SLUG}/.git./config": FSMONITOR}), "the template would write 'thing/.git.', which some file systems take for .git\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder with a blank": (lines({}, {f"{SLUG}/.git /config": FSMONITOR}), "the template would write 'thing/.git ', which some file systems take for .git\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder by its short name": (lines({}, {f"{SLUG}/GIT~1/config": FSMONITOR}), "the template would write 'thing/GIT~1', which is the short name of a hidden folder on Windows\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder with a joiner": (lines({}, {f"{SLUG}/.g\u200cit/config": FSMONITOR}), "the template would write 'thing/.g\\u200cit', which some file systems take for .git\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder in wide letters": (lines({}, {f"{SLUG}/.\uff47it/config": FSMONITOR}), "the template would write 'thing/.\\uff47it', which some file systems take for .git\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder without a dot on its i": (lines({}, {f"{SLUG}/.g\u0131t/config": FSMONITOR}), "the template would write 'thing/.g\\u0131t', which some file systems take for .git\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder as a stream": (lines({}, {f"{SLUG}/.git::$INDEX_ALLOCATION/config": FSMONITOR}), "the template would write 'thing/.git::$INDEX_ALLOCATION', which some file systems take for .git\nGive it a name that is one file on every system, and nothing to git."),
        "git's folder as a file": (lines({"x": ".git"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": "gitdir: elsewhere"}), "the template would write 'thing/.git', which is git's own\nGive it a name that is one file on every system, and nothing to git."),
        "git's modules": (lines({}, {f"{SLUG}/.gitmodules": FSMONITOR}), "the template would write 'thing/.gitmodules', which is git's own\nGive it a name that is one file on every system, and nothing to git."),
        "a bare repository": (lines({}, {f"{SLUG}/{name}": text for name, text in BARE.items()}), "the template makes . a repository of git's, whose settings git would follow\nRename its HEAD."),
        "a bare repository in a folder": (lines({}, {f"{SLUG}/sub/{name}": text for name, text in BARE.items()}), "the template makes sub a repository of git's, whose settings git would follow\nRename its HEAD."),
        "a bare repository that lends its objects": (lines({}, {f"{SLUG}/HEAD": BARE["HEAD"], f"{SLUG}/commondir": "x", f"{SLUG}/config": FSMONITOR}), "the template makes . a repository of git's, whose settings git would follow\nRename its HEAD."),
        "a record by another name": (lines({}, {f"{SLUG}/.DLGEN/project.json": "{}"}), "the template would write 'thing/.DLGEN', which some file systems take for .dlgen\nGive it a name that is one file on every system, and nothing to git."),
        "a record by an answer": (lines({"x": ".dlgen"}, {f"{SLUG}/{{{{cookiecutter.x}}}}/local/journal.json": "{}"}), "the template makes .dlgen, which dlgen writes itself\nTake it out of the template."),
        "a device's name": (lines({"x": "NUL"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/NUL', which is a reserved name on Windows\nGive it a name that is one file on every system, and nothing to git."),
        "a device's name with an ending": (lines({}, {f"{SLUG}/com1.tar.gz": ""}), "the template would write 'thing/com1.tar.gz', which is a reserved name on Windows\nGive it a name that is one file on every system, and nothing to git."),
        "a stream of a file": (lines({"x": "a.txt:evil"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a.txt:evil', which holds a colon, which Windows does not take for a part of a name\nGive it a name that is one file on every system, and nothing to git."),
        "a name with a control": (lines({"x": "a\x1b[2Jb"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a\\x1b[2Jb', which holds a control character\nGive it a name that is one file on every system, and nothing to git."),
        "a name in two lines": (lines({"x": "a\nb"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a\\nb', which holds a control character\nGive it a name that is one file on every system, and nothing to git."),
        "a name that turns the direction": (lines({"x": "a\u202etxt.py"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a\\u202etxt.py', which holds a mark that turns the direction of writing\nGive it a name that is one file on every system, and nothing to git."),
        "a name that ends in a dot": (lines({"x": "a."}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a.', which ends in a dot or a blank, which Windows drops\nGive it a name that is one file on every system, and nothing to git."),
        "a name with a backslash": (lines({"x": "a\\\\b"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a\\\\\\\\b', which holds a backslash, which makes it another path on Windows\nGive it a name that is one file on every system, and nothing to git."),
        "two names that differ in capitals": (lines({}, {f"{SLUG}/Data/x": "", f"{SLUG}/data/y": ""}), "the template makes both 'thing/Data' and 'thing/data', which some file systems take for one\nRename one of them."),
        "two names that differ in how a letter is composed": (lines({"x": "\u00e9", "y": "e\u0301"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": "", f"{SLUG}/{{{{cookiecutter.y}}}}": ""}), "the template makes both 'thing/\\xe9' and 'thing/e\\u0301', which some file systems take for one\nRename one of them."),
    },
    "ends in time": {
        "a loop of a thousand million": (lines({}, {f"{SLUG}/b.txt": "{% for i in range(10**9) %}x{% endfor %}"}), "the template template cannot be rendered: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000)."),
        "a loop in a loop": (lines({}, {f"{SLUG}/b.txt": "{% for i in range(99999) %}{% for j in range(99999) %}xxxxxxxxxx{% endfor %}{% endfor %}"}), "the template cannot be rendered: a file would be larger than 100 MB\nRead the template, and give --trust if you want it to do what it likes."),
        "a loop that writes nothing": (lines({}, {f"{SLUG}/b.txt": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"}), "the template takes longer than 3 seconds to render, which none should"),
        "a list that never ends": (lines({}, {f"{SLUG}/b.txt": "{% set x %}{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}{% endset %}"}), "the template takes longer than 3 seconds to render, which none should"),
        "a huge power": (lines({}, {f"{SLUG}/b.txt": "{{ 10 ** 10 ** 10 }}"}), "the template cannot be rendered: 10000000000 ** 10 is too large for a template\nRead the template, and give --trust if you want it to do what it likes."),
        "a huge product": (lines({}, {f"{SLUG}/b.txt": "{{ 'x' * 10000000000 }}"}), "the template cannot be rendered: a repeated text or list is too large for a template\nRead the template, and give --trust if you want it to do what it likes."),
        "a huge width": (lines({}, {f"{SLUG}/b.txt": "{{ 'x' | center(10000000000) }}"}), "the template cannot be rendered: 10000000000 is too large a number for a template\nRead the template, and give --trust if you want it to do what it likes."),
        "a huge format": (lines({}, {f"{SLUG}/b.txt": "{{ '%10000000000d' % 1 }}"}), "the template cannot be rendered: the format %10000000000d is too wide for a template\nRead the template, and give --trust if you want it to do what it likes."),
        "a huge text": (lines({}, {f"{SLUG}/b.txt": "{{ random_ascii_string(10000000000) }}"}), "the template cannot be rendered: 10000000000 is too large a number for a template\nRead the template, and give --trust if you want it to do what it likes."),
        "a macro without end": (lines({}, {f"{SLUG}/b.txt": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"}), "the template template cannot be rendered: it calls itself without end"),
        "a pipe": (pipe, "VICTIM/template/{{cookiecutter.slug}}/pipe is neither a file nor a folder\nTake it out of the template."),
        "a huge file": (huge, "VICTIM/template holds more than 200 MB or 20,000 files: that is no template\nThe last one seen: VICTIM/template/{{cookiecutter.slug}}/huge.bin"),
        "very many files": (many, "VICTIM/template holds more than 200 MB or 20,000 files: that is no template\nThe last one seen: VICTIM/template/{{cookiecutter.slug}}/9998"),
        "questions nested without end": (lambda template, victim: (lines({}, {})(template, victim), (template / "cookiecutter.json").write_text('{"a":' + "[" * 100_000 + "]" * 100_000 + "}"))[0], "VICTIM/template/cookiecutter.json cannot be read as JSON: it is nested too deep"),
        "questions of many megabytes": (lambda template, victim: (lines({}, {})(template, victim), (template / "cookiecutter.json").write_text('{"a": "' + "x" * (2 << 20) + '"}'))[0], "VICTIM/template/cookiecutter.json cannot be read as JSON: it is larger than 1 MB"),
        "a regular expression without end": (lines({}, {f"{SLUG}/b.txt": "{{ ('a' * 50 ~ '!') | slugify(regex_pattern='(a+)+$') }}"}), "the template takes longer than 3 seconds to render, which none should"),
        "a number that grows": (lines({}, {f"{SLUG}/b.txt": "{% set n = namespace(x=3**1000) %}{% for i in range(60) %}{% set n.x = n.x * n.x %}{% endfor %}"}), "the template takes longer than 3 seconds to render, which none should"),
        "a text that grows": (lines({}, {f"{SLUG}/b.txt": "{% set n = namespace(x='xxxxxxxx') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}"}), "the template takes more memory to render than any should"),
        "a list that grows without end": (lines({}, {f"{SLUG}/b.txt": "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}"}), "the template takes more memory to render than any should"),
        "a text that is padded": (lines({}, {f"{SLUG}/b.txt": "{{ 'x'.ljust(10000000000) }}"}), "the template takes more memory to render than any should"),
        "lists in lists": (lambda template, victim: lines({"x": deep(60)}, {})(template, victim), "VICTIM/template/cookiecutter.json cannot be read as JSON: it is nested too deep"),
    },
    "is refused where it is wrong": {
        "options of Jinja that are objects": (lines({"_jinja2_env_vars": {"loader": "x"}}, {}), "cookiecutter.json: _jinja2_env_vars cannot hold loader = 'x'\nKnown: block_start_string, block_end_string, variable_start_string, variable_end_string, comment_start_string, comment_end_string, line_statement_prefix, line_comment_prefix, newline_sequence, trim_blocks, lstrip_blocks, optimized"),
        "parts that are no names": (lines({"_parts": [{}]}, {}), "template: _parts in cookiecutter.json is not a list of texts\nExpected _parts: [\"...\"]"),
        "steps that are no steps": (lines({"_title": "x", "_steps": "rm"}, {}), "template: _steps in cookiecutter.json is not a list of lists\nExpected [[\"data.py\"]]"),
        "several templates that are none": (lambda template, victim: write(template, {"cookiecutter.json": json.dumps({"templates": 5})}), "the template template has no project folder\nExpected one such as {{cookiecutter.project_slug}}."),
    },
}  # fmt: skip


KINDS = [(promise, kind) for promise, kinds in HOSTILE.items() for kind in kinds]


def run(script: str, place: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Python in the place of work of `place`, where a module `canary` can be imported."""
    path = os.pathsep.join([os.environ["PYTHONPATH"], str(place / "lib")])
    return subprocess.run(
        [sys.executable, "-B", "-c", script, *more],
        cwd=place / "work",
        env={**os.environ, "HOME": str(place / "home"), "PYTHONPATH": path},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(("promise", "kind"), KINDS, ids=[kind for _, kind in KINDS])
def test_a_hostile_template_is_refused_in_a_sentence_and_does_nothing(
    promise: str, kind: str, surroundings: Path, record_property: Callable[[str, object], None]
) -> None:
    make, message = HOSTILE[promise][kind]
    make(surroundings / "template", surroundings)
    before = snapshot(surroundings)
    script = "import sys; from dlgen import cli, worker; worker.SECONDS = 3; cli.main(['new', sys.argv[1]])"
    done = run(script, surroundings, str(surroundings / "template"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {message}\n".replace("VICTIM", str(surroundings))
    assert snapshot(surroundings) == before
    record_property("said", f"a template that is not trusted {promise}: {len(HOSTILE[promise])} attempts")


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
