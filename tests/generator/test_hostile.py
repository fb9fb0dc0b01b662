"""Templates that want to do harm: without `--trust` nothing outside the project is made or changed, and nothing is run."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen import console
from dlgen.catalog import describe, layers, lookup
from dlgen.errors import DlgenError
from dlgen.rendering import render, sandbox, trust, worker
from dlgen.system import archives

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
    for number in range(layers.MANY_FILES + 1):
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
        "a hook with a dot at its end": (lines({}, {"hooks/post_gen_project.": "#!/bin/sh\ntouch VICTIM/hacked"}), "template wants to run code of its own on this computer: hooks/post_gen_project.\nRead it, and give --trust if you want that."),
        "a hook in a folder that some systems take for hooks": (lines({}, {"Hooks/pre_gen_project.py": python(Path("VICTIM"))}), "template wants to run code of its own on this computer: Hooks/pre_gen_project.py\nRead it, and give --trust if you want that."),
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
        "an absolute name": (lines({"slug": "VICTIM/evil"}, {}), "the template would write outside the project: VICTIM/evil"),
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
        "a link in a circle": (linked(f"{SLUG}/link", "link"), "VICTIM/template/{{cookiecutter.slug}}/link is a link that leads out of the template\nReplace it by the file that it leads to."),
        "parts that leave": (lines({"_parts": ["../../home"]}, {}), "there is no part ../../home"),
        "choices that leave": (lambda template, victim: write(template, {"cookiecutter.json": json.dumps({"templates": {"a": {"path": "../home"}}})}) and None, "VICTIM/template contains several templates: ../home\nChoose one: --directory ../home"),
    },
    "makes the same files on every system, and none that another program obeys": {
        "a record of its own": (lines({}, {f"{SLUG}/.dlgen/project.json": "{}"}), "the template makes .dlgen, which dlgen writes itself\nTake it out of the template."),
        "git's folder by a rendered name": (lines({}, {f"{SLUG}/{{{{ '.git' }}}}/config": FSMONITOR}), "the template would write 'thing/.git', which is git's own\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder by an answer": (lines({"x": ".git"}, {f"{SLUG}/{{{{cookiecutter.x}}}}/config": FSMONITOR}), "the template would write 'thing/.git', which is git's own\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder in a folder": (lines({"x": "sub/.git"}, {f"{SLUG}/{{{{cookiecutter.x}}}}/config": FSMONITOR}), "the template would write 'thing/sub/.git', which is git's own\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder that is copied": (lines({"x": ".git", "_copy_without_render": ["*"]}, {f"{SLUG}/{{{{cookiecutter.x}}}}/config": FSMONITOR}), "the template would write 'thing/.git', which is git's own\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder in capitals": (lines({}, {f"{SLUG}/.GIT/config": FSMONITOR}), "the template would write 'thing/.GIT', which some file systems treat as .git\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder with a dot": (lines({}, {f"{SLUG}/.git./config": FSMONITOR}), "the template would write 'thing/.git.', which some file systems treat as .git\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder with a blank": (lines({}, {f"{SLUG}/.git /config": FSMONITOR}), "the template would write 'thing/.git ', which some file systems treat as .git\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder by its short name": (lines({}, {f"{SLUG}/GIT~1/config": FSMONITOR}), "the template would write 'thing/GIT~1', which is the short name of a hidden folder on Windows\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder with a joiner": (lines({}, {f"{SLUG}/.g\u200cit/config": FSMONITOR}), "the template would write 'thing/.g\\u200cit', which some file systems treat as .git\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder in wide letters": (lines({}, {f"{SLUG}/.\uff47it/config": FSMONITOR}), "the template would write 'thing/.\\uff47it', which some file systems treat as .git\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder without a dot on its i": (lines({}, {f"{SLUG}/.g\u0131t/config": FSMONITOR}), "the template would write 'thing/.g\\u0131t', which some file systems treat as .git\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder as a stream": (lines({}, {f"{SLUG}/.git::$INDEX_ALLOCATION/config": FSMONITOR}), "the template would write 'thing/.git::$INDEX_ALLOCATION', which some file systems treat as .git\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's folder as a file": (lines({"x": ".git"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": "gitdir: elsewhere"}), "the template would write 'thing/.git', which is git's own\nGive it a name that is the same file on every system, and nothing special to git."),
        "git's modules": (lines({}, {f"{SLUG}/.gitmodules": FSMONITOR}), "the template would write 'thing/.gitmodules', which is git's own\nGive it a name that is the same file on every system, and nothing special to git."),
        "a bare repository": (lines({}, {f"{SLUG}/{name}": text for name, text in BARE.items()}), "the template makes . a repository of git's, whose settings git would follow\nRename its HEAD."),
        "a bare repository in a folder": (lines({}, {f"{SLUG}/sub/{name}": text for name, text in BARE.items()}), "the template makes sub a repository of git's, whose settings git would follow\nRename its HEAD."),
        "a bare repository that lends its objects": (lines({}, {f"{SLUG}/HEAD": BARE["HEAD"], f"{SLUG}/commondir": "x", f"{SLUG}/config": FSMONITOR}), "the template makes . a repository of git's, whose settings git would follow\nRename its HEAD."),
        "a record by another name": (lines({}, {f"{SLUG}/.DLGEN/project.json": "{}"}), "the template would write 'thing/.DLGEN', which some file systems treat as .dlgen\nGive it a name that is the same file on every system, and nothing special to git."),
        "a record by an answer": (lines({"x": ".dlgen"}, {f"{SLUG}/{{{{cookiecutter.x}}}}/local/journal.json": "{}"}), "the template makes .dlgen, which dlgen writes itself\nTake it out of the template."),
        "a device's name": (lines({"x": "NUL"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/NUL', which is a reserved name on Windows\nGive it a name that is the same file on every system, and nothing special to git."),
        "a device's name with an ending": (lines({}, {f"{SLUG}/com1.tar.gz": ""}), "the template would write 'thing/com1.tar.gz', which is a reserved name on Windows\nGive it a name that is the same file on every system, and nothing special to git."),
        "a stream of a file": (lines({"x": "a.txt:evil"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a.txt:evil', which contains a colon, which Windows does not allow in a name\nGive it a name that is the same file on every system, and nothing special to git."),
        "a name with a control": (lines({"x": "a\x1b[2Jb"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a\\x1b[2Jb', which contains a control character\nGive it a name that is the same file on every system, and nothing special to git."),
        "a name in two lines": (lines({"x": "a\nb"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a\\nb', which contains a control character\nGive it a name that is the same file on every system, and nothing special to git."),
        "a name that turns the direction": (lines({"x": "a\u202etxt.py"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a\\u202etxt.py', which contains a mark that changes the direction of writing\nGive it a name that is the same file on every system, and nothing special to git."),
        "a name that ends in a dot": (lines({"x": "a."}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a.', which ends in a dot or a space, which Windows drops\nGive it a name that is the same file on every system, and nothing special to git."),
        "a name with a backslash": (lines({"x": "a\\\\b"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a\\\\\\\\b', which contains a backslash, which makes it another path on Windows\nGive it a name that is the same file on every system, and nothing special to git."),
        "a name with a star": (lines({}, {f"{SLUG}/a*b": ""}), "the template would write 'thing/a*b', which contains *, which Windows does not allow in a name\nGive it a name that is the same file on every system, and nothing special to git."),
        "a name with a bar by an answer": (lines({"x": "a|b"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": ""}), "the template would write 'thing/a|b', which contains |, which Windows does not allow in a name\nGive it a name that is the same file on every system, and nothing special to git."),
        "two files of one name": (lines({"x": "a.txt"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": "b"}), "the template makes 'thing/a.txt' of both '{{cookiecutter.slug}}/a.txt' and '{{cookiecutter.slug}}/{{cookiecutter.x}}'\nRename one of them."),
        "a file and a folder of one name": (lines({"x": "a.txt"}, {f"{SLUG}/{{{{cookiecutter.x}}}}/b": "b"}), "the template makes 'thing/a.txt' of both '{{cookiecutter.slug}}/a.txt' and '{{cookiecutter.slug}}/{{cookiecutter.x}}'\nRename one of them."),
        "two names that differ in capitals": (lines({}, {f"{SLUG}/Data/x": "", f"{SLUG}/data/y": ""}), "the template makes both 'thing/Data' and 'thing/data', which some file systems treat as one file\nRename one of them."),
        "two names that differ in how a letter is composed": (lines({"x": "\u00e9", "y": "e\u0301"}, {f"{SLUG}/{{{{cookiecutter.x}}}}": "", f"{SLUG}/{{{{cookiecutter.y}}}}": ""}), "the template makes both 'thing/\\xe9' and 'thing/e\\u0301', which some file systems treat as one file\nRename one of them."),
    },
    "ends in time": {
        "a loop of a thousand million": (lines({}, {f"{SLUG}/b.txt": "{% for i in range(10**9) %}x{% endfor %}"}), "the template template cannot be rendered: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000)."),
        "a loop in a loop": (lines({}, {f"{SLUG}/b.txt": "{% for i in range(99999) %}{% for j in range(99999) %}xxxxxxxxxx{% endfor %}{% endfor %}"}), "the template cannot be rendered: a file would be larger than 100 MB\nRead the template, and give --trust if you want it to do what it likes."),
        "a loop that writes nothing": (lines({}, {f"{SLUG}/b.txt": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"}), "the template takes longer than 3 seconds to render, which no template should"),
        "a list that never ends": (lines({}, {f"{SLUG}/b.txt": "{% set x %}{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}{% endset %}"}), "the template takes longer than 3 seconds to render, which no template should"),
        "a huge power": (lines({}, {f"{SLUG}/b.txt": "{{ 10 ** 10 ** 10 }}"}), "the template cannot be rendered: 10000000000 ** 10 is too large for a template\nRead the template, and give --trust if you want it to do what it likes."),
        "a huge product": (lines({}, {f"{SLUG}/b.txt": "{{ 'x' * 10000000000 }}"}), "the template cannot be rendered: a repeated text or list is too large for a template\nRead the template, and give --trust if you want it to do what it likes."),
        "a huge width": (lines({}, {f"{SLUG}/b.txt": "{{ 'x' | center(10000000000) }}"}), "the template cannot be rendered: 10000000000 is too large a number for a template\nRead the template, and give --trust if you want it to do what it likes."),
        "a huge format": (lines({}, {f"{SLUG}/b.txt": "{{ '%10000000000d' % 1 }}"}), "the template cannot be rendered: the format %10000000000d is too wide for a template\nRead the template, and give --trust if you want it to do what it likes."),
        "a huge text": (lines({}, {f"{SLUG}/b.txt": "{{ random_ascii_string(10000000000) }}"}), "the template cannot be rendered: 10000000000 is too large a number for a template\nRead the template, and give --trust if you want it to do what it likes."),
        "a macro without end": (lines({}, {f"{SLUG}/b.txt": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"}), "the template template cannot be rendered: it calls itself endlessly"),
        "a pipe": (pipe, "VICTIM/template/{{cookiecutter.slug}}/pipe is neither a file nor a folder\nTake it out of the template."),
        "a huge file": (huge, "VICTIM/template contains more than 200 MB or 20,000 files: that is not a template\nThe last one seen: VICTIM/template/{{cookiecutter.slug}}/huge.bin"),
        "very many files": (many, "VICTIM/template contains more than 200 MB or 20,000 files: that is not a template\nThe last one seen: VICTIM/template/{{cookiecutter.slug}}/9998"),
        "questions nested without end": (lambda template, victim: (lines({}, {})(template, victim), (template / "cookiecutter.json").write_text('{"a":' + "[" * 100_000 + "]" * 100_000 + "}"))[0], "VICTIM/template/cookiecutter.json cannot be read as JSON: it is nested too deeply"),
        "questions of many megabytes": (lambda template, victim: (lines({}, {})(template, victim), (template / "cookiecutter.json").write_text('{"a": "' + "x" * (2 << 20) + '"}'))[0], "VICTIM/template/cookiecutter.json cannot be read as JSON: it is larger than 1 MB"),
        "a regular expression without end": (lines({}, {f"{SLUG}/b.txt": "{{ ('a' * 50 ~ '!') | slugify(regex_pattern='(a+)+$') }}"}), "the template takes longer than 3 seconds to render, which no template should"),
        "a number that grows": (lines({}, {f"{SLUG}/b.txt": "{% set n = namespace(x=3**1000) %}{% for i in range(60) %}{% set n.x = n.x * n.x %}{% endfor %}"}), "the template takes longer than 3 seconds to render, which no template should"),
        "a text that grows": (lines({}, {f"{SLUG}/b.txt": "{% set n = namespace(x='xxxxxxxx') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}"}), "the template needs more memory to render than any should"),
        "a list that grows without end": (lines({}, {f"{SLUG}/b.txt": "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}"}), "the template needs more memory to render than any should"),
        "a text that is padded": (lines({}, {f"{SLUG}/b.txt": "{{ 'x'.ljust(10000000000) }}"}), "the template needs more memory to render than any should"),
        "lists in lists": (lambda template, victim: lines({"x": deep(60)}, {})(template, victim), "VICTIM/template/cookiecutter.json cannot be read as JSON: it is nested too deeply"),
    },
    "is refused where it is wrong": {
        "options of Jinja that are objects": (lines({"_jinja2_env_vars": {"loader": "x"}}, {}), "cookiecutter.json: _jinja2_env_vars cannot contain loader = 'x'\nKnown: block_start_string, block_end_string, variable_start_string, variable_end_string, comment_start_string, comment_end_string, line_statement_prefix, line_comment_prefix, newline_sequence, trim_blocks, lstrip_blocks, optimized"),
        "marks of Jinja that are alike": (lines({"_jinja2_env_vars": {"variable_start_string": "<<", "block_start_string": "<<"}}, {}), "the template template cannot be rendered: block, variable and comment start strings must be different."),
        "a project folder that is a link": (lambda template, victim: (lines({}, {})(template, victim), (template / SLUG).rename(template / "real"), (template / SLUG).symlink_to("real")), "the template template has no project folder\nExpected one such as {{cookiecutter.project_slug}}."),
        "a project folder that is a file": (lambda template, victim: (lines({}, {})(template, victim), shutil.rmtree(template / SLUG), (template / SLUG).touch()), "the template template has no project folder\nExpected one such as {{cookiecutter.project_slug}}."),
        "a project folder without files": (lambda template, victim: (lines({}, {})(template, victim), (template / SLUG / "a.txt").unlink()), "the template template has no file in its project folder\nExpected one such as README.md."),
        "parts that are no names": (lines({"_parts": [{}]}, {}), "template: _parts in cookiecutter.json is not a list of strings\nExpected _parts: [\"...\"]"),
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
    seconds = 3 if "takes longer than 3 seconds" in message else 60  # a busy computer takes its time with the others
    script = f"import sys; from dlgen.commands import main; from dlgen.rendering import worker; worker.SECONDS = {seconds}; main.main(['new', sys.argv[1]])"
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
    outcomes: set[str] = set()
    for number in range(200):  # a name is drawn twice, so that one is made in a quarter of the tries
        if len(outcomes) == 2:
            break
        try:
            render.new(lookup.find(str(surroundings / "template")), str(surroundings / f"work/p{number}"))
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


# ---- the same in every command, and with --trust


COMMANDS = [
    ("new", "TEMPLATE", "made"),
    ("new", "TEMPLATE", "made", "--dry-run"),
    ("check", "TEMPLATE"),
    ("status", "--project", "project"),
    ("diff", "--project", "project", "--with-template"),
    ("update", "--project", "project"),
    ("update", "--project", "project", "--dry-run"),
    ("sync", "TEMPLATE", "--project", "project"),
]
CHANGES = {name: HOSTILE["runs nothing"][name][0] for name in HOSTILE["runs nothing"] if name.startswith("answers")}
CHANGES |= {name: make for name, (make, _) in HOSTILE["runs nothing"].items() if name.startswith("Jinja that")}
GIT = HOSTILE["makes the same files on every system, and none that another program obeys"]
CHANGES |= {name: GIT[name][0] for name in ("git's folder by a rendered name", "a bare repository")}


def test_no_command_runs_anything_of_a_template_that_changed_after_the_project_was_made(
    surroundings: Path, record_property: Callable[[str, object], None]
) -> None:
    template = surroundings / "template"
    lines({"x": "v", "y": ["a"]}, {})(template, surroundings)
    new = "import sys; from dlgen.commands import main; main.main(sys.argv[1:])"
    assert run(new, surroundings, "new", str(template), "project").returncode == 0
    for make in CHANGES.values():
        shutil.rmtree(template)
        make(template, surroundings)
        before = snapshot(surroundings)
        script = """
import contextlib, io, sys
from dlgen.commands import main
for command in eval(sys.argv[1]):
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            main.main([word.replace("TEMPLATE", sys.argv[2]) for word in command])
    except SystemExit as ended:
        print(command[0], ended.code)
"""
        done = run(script, surroundings, repr(COMMANDS), str(template))
        assert done.stderr == ""
        *first, diff, update, dry, sync = done.stdout.splitlines()
        assert first == ["new 2", "new 2", "check 1", "status 0"]
        # 0 where the project's recorded answer takes the place of a default, so that nothing hostile is rendered.
        assert (diff[-1], update[-1], dry[-1], sync[-1]) in [("2",) * 4, ("0",) * 4]
        after = snapshot(surroundings)
        for name in {*before, *after}:
            if not name.startswith("work/project/.dlgen"):
                assert after.get(name) == before.get(name), name
    record_property("said", f"in every command too: {len(CHANGES)} templates, {len(COMMANDS)} commands each")


PATHS = [
    (promise, kind)
    for promise, kind in KINDS
    if HOSTILE[promise][kind][1].startswith(("the template would write", "the template makes"))
]


@pytest.mark.parametrize(("promise", "kind"), PATHS, ids=[kind for _, kind in PATHS])
def test_trust_is_no_licence_to_leave_the_folder(
    promise: str, kind: str, surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, message = HOSTILE[promise][kind]
    make(surroundings / "template", surroundings)
    monkeypatch.chdir(surroundings / "work")
    before = snapshot(surroundings)
    with pytest.raises(DlgenError) as raised:
        render.new(lookup.find(str(surroundings / "template")), None, trust=True)
    assert str(raised.value) == message.replace("VICTIM", str(surroundings))
    assert snapshot(surroundings) == before


@pytest.mark.parametrize("target", ["VICTIM/victim.txt", "../../../victim.txt", "VICTIM/home"])
def test_a_link_out_of_the_project_that_a_trusted_hook_makes_is_refused(target: str, surroundings: Path) -> None:
    hook = f"import os; os.symlink('{target}', 'sub/link')"
    files = {"hooks/post_gen_project.py": hook, f"{SLUG}/sub/x": ""}
    lines({}, files)(surroundings / "template", surroundings)
    before = snapshot(surroundings)
    with pytest.raises(DlgenError, match=r"^the template makes a link that leads out of the project: sub/link$"):
        render.new(lookup.find(str(surroundings / "template")), str(surroundings / "work/made"), trust=True)
    assert snapshot(surroundings) == before


def test_a_link_within_the_project_that_a_trusted_hook_makes_stays(surroundings: Path) -> None:
    files = {"hooks/post_gen_project.py": "import os; os.symlink('a.txt', 'link')"}
    lines({}, files)(surroundings / "template", surroundings)
    render.new(lookup.find(str(surroundings / "template")), str(surroundings / "work/made"), trust=True)
    assert (surroundings / "work/made/link").read_text() == "a"


def test_ordinary_hidden_files_are_made(surroundings: Path) -> None:
    names = [".github/workflows/ci.yml", ".gitignore", ".gitattributes", ".gitkeep", "git/x", "console.py", "nul_.txt"]
    names += ["数字/Ünï.md", "HEAD", "sub/HEAD", "~/x", "a b.txt"]
    lines({}, {f"{SLUG}/{name}": "x" for name in names})(surroundings / "template", surroundings)
    made = render.new(lookup.find(str(surroundings / "template")), str(surroundings / "work/made"))
    assert made.files == sorted([*names, "a.txt"])


def test_the_check_runs_no_module_of_the_project_that_it_lints(surroundings: Path) -> None:
    hack = python(surroundings)
    files = {f"{SLUG}/{name}": hack for name in ("ruff.py", "ruff/__init__.py", "ruff/__main__.py", "json.py")}
    lines({}, files)(surroundings / "template", surroundings)
    script = "import sys; from dlgen.commands import main; main.main(['check', sys.argv[1]])"
    done = run(script, surroundings, str(surroundings / "template"))
    assert "lint" in done.stdout and not (surroundings / "hacked.txt").exists(), done.stdout


# ---- a process of its own


def test_the_process_is_started_anew_after_it_was_ended(surroundings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines({}, {})(surroundings / "template", surroundings)
    template = lookup.find(str(surroundings / "template"))
    render.new(template, str(surroundings / "work/a"))
    first = worker._running[0].process
    render.new(template, str(surroundings / "work/b"))
    assert worker._running[0].process is first
    first.kill()
    first.wait()
    render.new(template, str(surroundings / "work/c"))
    endless = HOSTILE["ends in time"]["a regular expression without end"][0]
    endless(surroundings / "endless", surroundings)
    monkeypatch.setattr(worker, "SECONDS", 0.5)
    with pytest.raises(DlgenError, match=r"^the template takes longer than 0\.5 seconds to render"):
        render.new(lookup.find(str(surroundings / "endless")), str(surroundings / "work/d"))
    monkeypatch.undo()
    assert worker._running == []
    render.new(template, str(surroundings / "work/e"))
    assert sorted(os.listdir(surroundings / "work")) == [".keep", "a", "b", "c", "e"]


def test_dlgens_own_templates_and_trusted_ones_need_no_second_process(
    surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(worker, "run", fail)
    lines({}, {})(surroundings / "template", surroundings)
    render.new(lookup.find("iris-classifier"), str(surroundings / "work/iris"))
    template = lookup.find(str(surroundings / "template"))
    render.new(template, str(surroundings / "work/a"), trust=True)
    with pytest.raises(AssertionError):
        render.new(template, str(surroundings / "work/b"))


CONFINED = {
    "open('OUT/x', 'w')": "outside",
    "open('OUT/victim.txt', 'a')": "outside",
    "os.open('OUT/x', os.O_CREAT | os.O_WRONLY)": "outside",
    "os.mkdir('OUT/x')": "outside",
    "os.rename('IN/x', 'OUT/x')": "outside",
    "os.rename('OUT/victim.txt', 'IN/x')": "outside",
    "os.remove('OUT/victim.txt')": "outside",
    "os.chmod('OUT/victim.txt', 0)": "outside",
    "os.truncate('OUT/victim.txt', 0)": "outside",
    "os.utime('OUT/victim.txt')": "outside",
    "shutil.rmtree('OUT/home')": "outside",
    "os.symlink('OUT/victim.txt', 'IN/link')": "more than render",
    "os.link('OUT/victim.txt', 'IN/link')": "more than render",
    "os.system('touch OUT/x')": "more than render",
    "subprocess.run(['touch', 'OUT/x'])": "more than render",
    "os.fork()": "more than render",
    "os.execv('/bin/sh', ['sh'])": "more than render",
    "os.posix_spawn('/bin/sh', ['sh'], {})": "more than render",
    "os.kill(os.getppid(), 9)": "more than render",
    "socket.socket().connect(('127.0.0.1', 9))": "more than render",
    "socket.getaddrinfo('localhost', 80)": "more than render",
    "ctypes.CDLL(None)": "more than render",
}


def test_where_templates_are_rendered_nothing_else_can_be_done_even_by_code_that_got_out(
    surroundings: Path, record_property: Callable[[str, object], None]
) -> None:
    write(surroundings, {"project/x": "x"})
    script = """
import ctypes, os, shutil, socket, subprocess, sys
from dlgen.rendering import limits
from dlgen.errors import DlgenError
limits.allow(sys.argv[2])
limits.confine()
os.mkdir(sys.argv[2] + "/sub")
open(sys.argv[2] + "/sub/made", "w").close()
shutil.rmtree(sys.argv[2] + "/sub")
for line in eval(sys.argv[1]):
    try:
        exec(line)
        print("done")
    except DlgenError as error:
        print(error)
"""
    made = [line.replace("OUT", str(surroundings)).replace("IN", str(surroundings / "project")) for line in CONFINED]
    before = snapshot(surroundings)
    done = run(script, surroundings, repr(made), str(surroundings / "project"))
    assert done.stderr == ""
    for line, said, expected in zip(CONFINED, done.stdout.splitlines(), CONFINED.values(), strict=True):
        assert expected in said, (line, said)
    assert snapshot(surroundings) == before
    record_property("said", f"what code could do where templates are rendered: {len(CONFINED)} attempts")


# ---- what is typed, and what is shown


def answered(
    template: Path, monkeypatch: pytest.MonkeyPatch, *typed: str, trust: bool = False, place: str = "made"
) -> render.Project:
    """A project whose questions were answered on a terminal."""
    lines_typed = iter(typed)
    monkeypatch.setattr("builtins.input", lambda *prompt: next(lines_typed))
    return render.new(lookup.find(str(template)), str(template.parent / place), ask=True, trust=trust)


@pytest.mark.parametrize("trust", [False, True])
def test_what_is_typed_is_taken_as_it_is_and_what_is_not_is_the_default(
    trust: bool, surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"x": "{{ cookiecutter.name }}!", "choice": ["a", "b"], "yes": True, "table": {"k": "v"}}
    lines(config, {})(surroundings / "template", surroundings)
    typed = ["Other", "", "", "2", "no", '{"k": "w"}']
    made = answered(surroundings / "template", monkeypatch, *typed, trust=trust)
    expected = {"name": "Other", "slug": "thing", "x": "Other!", "choice": "b", "yes": False, "table": {"k": "w"}}
    assert made.answers == expected


@pytest.mark.parametrize("trust", [False, True])
@pytest.mark.parametrize(
    ("typed", "mark"),
    [
        (["{{ 7 * 7 }}"], "name cannot contain {{, "),
        (["{% x"], "name cannot contain {%, "),
        (["{# x"], "name cannot contain {#, "),
        (["", "", "<< x >>"], "x cannot contain <<, "),
        (["", "", "", '{"a": "{{ 7 }}"}'], "table cannot contain {{, "),
        (["", "", "", '{"a": {"b": ["<<"]}}'], "table cannot contain <<, "),
        (["a\x1b[2J"], r"name cannot contain the character '\x1b', "),
    ],
)
def test_jinja_that_is_typed_is_refused_as_on_the_command_line(
    typed: list[str], mark: str, trust: bool, surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"x": "v", "table": {"a": "b"}, "_jinja2_env_vars": {"comment_start_string": "<<"}}
    lines(config, {})(surroundings / "template", surroundings)
    with pytest.raises(DlgenError) as raised:
        answered(surroundings / "template", monkeypatch, *typed, trust=trust)
    assert str(raised.value).startswith(mark)
    assert not (surroundings / "made").exists()


def test_a_line_that_jinja_takes_for_a_statement_is_refused(surroundings: Path) -> None:
    lines({"_jinja2_env_vars": {"line_statement_prefix": "%%"}}, {})(surroundings / "template", surroundings)
    with pytest.raises(DlgenError, match=r"^name cannot contain %%, which a template would run as code: %% set x = 1$"):
        render.new(lookup.find(str(surroundings / "template")), "made", {"name": "%% set x = 1"})


EVIL = "a\x1b[2J\x07\x9b1m\r\x7f\u202etxt"
SHOWN = r"a\x1b[2J\x07\x9b1m\r\x7f\u202etxt"


def test_what_a_template_says_is_shown_escaped_and_json_stays_json(surroundings: Path) -> None:
    config = {"_title": EVIL, "_summary": f"{EVIL}\nerror: x", "_learns": [EVIL], "_data": {"sample": EVIL}}
    config |= {"_model": EVIL, "_expected": {"metric": EVIL}, "_dependencies": [EVIL], "_level": EVIL}
    lines(
        {**config, EVIL: "x"}, {f"{SLUG}/config.py": f"class Config:\n    x: int = Field(1, description={EVIL!r})\n"}
    )(surroundings / "template", surroundings)
    write(surroundings / "broken", {"cookiecutter.json": json.dumps({"_parts": [EVIL]}), f"{SLUG}/a": ""})
    folder = "template\x1b[2J"
    (surroundings / "template").rename(surroundings / folder)
    script = "import sys; from dlgen.commands import main; main.main(sys.argv[1:])"
    outputs = []
    for words in (
        ["show", f"../{folder}"],
        ["templates", "add", f"../{folder}", "--name", "team"],
        ["list"],
        ["templates", "list"],
        ["new", f"../{folder}", "made"],
        ["show", "../broken"],
        ["check", f"../{folder}"],
        ["new", "../broken", "made2"],
        ["status", "--project", "made"],
    ):
        done = run(script, surroundings, *words)
        outputs.append(done.stdout + done.stderr)
        assert not console.COMMANDS.search(done.stdout + done.stderr), words
        assert "Traceback" not in done.stderr
    assert SHOWN in outputs[0] and rf"{SHOWN}\nerror: x" in outputs[2] and SHOWN in outputs[5]
    for words in (["show", f"../{folder}", "--json"], ["list", "--json"]):
        done = run(script, surroundings, *words)
        assert not console.COMMANDS.search(done.stdout)
        facts = json.loads(done.stdout)
        found = facts if isinstance(facts, dict) else next(each for each in facts if each["title"] == EVIL)
        assert (found["title"], found["summary"]) == (EVIL, f"{EVIL}\nerror: x")


def test_questions_and_defaults_are_shown_escaped_and_kept_as_they_are(
    surroundings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = {"x": EVIL, "choice": ["a", EVIL], "__prompts__": {"x": EVIL, "choice": {"__prompt__": EVIL, EVIL: EVIL}}}
    lines(config, {})(surroundings / "template", surroundings)
    made = answered(surroundings / "template", monkeypatch, "", "", "", "2")
    kept = EVIL.replace("\r", "\n")  # as Jinja has it, on the command line too
    assert (made.answers["x"], made.answers["choice"]) == (kept, kept)
    out = capsys.readouterr().out
    assert not re.search("[\x07\x9b\x7f\u202e]", out) and "\x1b[2J" not in out
    assert out.count(r"\x1b[2J") >= 4


# ---- archives


def test_an_archive_is_measured_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.zip"

    def refusal(files: dict[str, bytes]) -> str:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda *arguments: pytest.fail("something was unpacked"))
        with pytest.raises(archives.TooLarge) as raised, archives.opened(file):
            pass
        monkeypatch.undo()
        return str(raised.value)

    monkeypatch.setattr(archives, "MANY_FILES", 3)
    assert refusal({str(number): b"" for number in range(4)}) == "contains more than 3 files"
    monkeypatch.setattr(archives, "MANY_FILES", 3)
    monkeypatch.setattr(archives, "LONG_NAME", 10)
    assert refusal({"a" * 100: b""}) == "contains more than 3 files"  # by the size of the list alone
    monkeypatch.setattr(archives, "SMALL_MB", 0)
    assert refusal({"zeros": bytes(1 << 20)}) == "is more than 200 times larger unpacked than packed"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x", b"x" * 100)
    with archives.opened(file) as archive:
        assert archive.read("x") == b"x" * 100


@pytest.mark.parametrize("at", range(0, 130, 3))
def test_a_damaged_archive_is_said_to_be(tmp_path: Path, at: int) -> None:
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", b"some text " * 9)
    data = bytearray(file.read_bytes())
    data[at % len(data)] ^= 0xFF
    file.write_bytes(data)
    try:
        with archives.opened(file) as archive:
            archive.read(archive.namelist()[0])
    except (archives.Damaged, archives.TooLarge, ValueError, OSError) as error:
        assert str(error)


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
    assert done.stderr == "error: nest contains several templates: first\nChoose one: --directory first\n"
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


LISTS = ("_learns", "_parts", "_dependencies", "_replaces", "_copy_without_render", "_extensions")
TABLES = ("_data", "_expected", "_settings", "_jinja2_env_vars")
QUESTIONS = ("templates", "template", "slug", "name", "x")
NO_JINJA = {
    6: "the template cannot be rendered: unexpected 'end of template'",
    7: "the template odd cannot be rendered: The list of choices is empty",
    10: "the template cannot be rendered: Encountered unknown tag 'x'.",
}
NEW_LINES = "the template odd cannot be rendered: open() argument 'newline' must be str or None, not "
COLON = (
    'the template would write "{}", which contains a colon, which Windows does not allow in a name\n'
    "Give it a name that is the same file on every system, and nothing special to git."
)
MARKS = f"Known: {', '.join(trust.OPTIONS)}"
OUTCOMES: dict[str, dict[int, str]] = {  # of the values of ODD, by their number; a project of all others
    **{
        key: dict.fromkeys(
            {*range(15)} - {7, 10},
            f'odd: {key} in cookiecutter.json is not a list of strings\nExpected {key}: ["..."]',
        )
        for key in LISTS
    },
    **{
        key: dict.fromkeys(
            {*range(15)} - {11, 12, 13}, f"odd: {key} in cookiecutter.json is not a table\nExpected {key}: {{...}}"
        )
        for key in TABLES
    },
    "_steps": dict.fromkeys(
        {*range(15)} - {7}, 'odd: _steps in cookiecutter.json is not a list of lists\nExpected [["data.py"]]'
    ),
    **{key: {**NO_JINJA} for key in QUESTIONS},
    "_new_lines": {
        **{number: f"{NEW_LINES}{kind}" for number, kind in {1: "bool", 2: "int", 3: "float"}.items()},
        5: "the template odd cannot be rendered: illegal newline value: x",
        6: "the template odd cannot be rendered: illegal newline value: {{",
        **dict.fromkeys((8, 9, 10), f"{NEW_LINES}list"),
        **dict.fromkeys((12, 13), f"{NEW_LINES}dict"),
        14: "the template odd cannot be rendered: embedded null character",
    },
}
OUTCOMES["_parts"][10] = "there is no part {% x"
OUTCOMES["_replaces"][10] = "odd says that it replaces {% x, which it does not have"
OUTCOMES["_extensions"][10] = (
    "odd wants to run code of its own on this computer: {% x\nRead it, and give --trust if you want that."
)
OUTCOMES["_jinja2_env_vars"] |= {
    12: f"cookiecutter.json: _jinja2_env_vars cannot contain x = None\n{MARKS}",
    13: f"cookiecutter.json: _jinja2_env_vars cannot contain x = {{'y': []}}\n{MARKS}",
}
OUTCOMES["slug"] |= {
    4: "the template would write outside the project: /a.txt",
    12: COLON.format("{'x': None}"),
    13: COLON.format("{'x': {'y': []}}"),
    14: r"the template would write outside the project: \x00",
}


@pytest.mark.parametrize("key", KEYS)
def test_each_value_of_each_key_gives_a_project_or_its_sentence(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcomes = {}
    for number, value in enumerate(ODD):
        place = tmp_path / str(number)
        config = {"_title": "T", "name": "Thing", "slug": "thing", key: value}
        write(place / "odd", {"cookiecutter.json": json.dumps(config), f"{SLUG}/a.txt": "{{ cookiecutter.slug }}"})
        try:
            template = lookup.find(str(place / "odd"))
            describe.text(describe.facts(template))
            console.expected(template.expected, "sample")
            made = render.new(template, str(place / "made"))
        except DlgenError as error:
            outcomes[number] = str(error)
            assert not (place / "made").exists()
        else:
            assert made.files == ["a.txt"]
            assert (place / "made/a.txt").read_text(encoding="utf-8") == str(made.answers["slug"])
    assert outcomes == OUTCOMES.get(key, {})


@pytest.mark.parametrize("key", ["title", "summary", "dependencies", "optional", "replaces", "other"])
@pytest.mark.parametrize("value", [None, 5, [5], {"x": "y"}])
def test_a_part_whose_description_is_wrong_is_a_sentence(tiny: Path, key: str, value: object) -> None:
    file = tiny / "parts/base/part.json"
    file.write_text(json.dumps({"title": "Base", key: value}))
    with pytest.raises(DlgenError, match=re.escape(str(file))):
        layers.plan(lookup.find(str(tiny / "beginner/tiny")))
