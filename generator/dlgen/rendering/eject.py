"""`dlgen eject`: a template and its parts as one plain cookiecutter template."""

from pathlib import Path

from dlgen.catalog import layers
from dlgen.catalog.templates import Template
from dlgen.rendering import names, workspace

README = """# {title}

A plain cookiecutter template, written by `dlgen eject {name}`. It is yours: change anything.

    dlgen new {here} my-project
    cookiecutter {here}

Both make the same files; `dlgen new` also checks settings (`--set epochs=20`) and records what it made in `.dlgen/`.

## What to change

| file | what it is |
|---|---|
| `cookiecutter.json` | the questions (`project_name`), the libraries (`_dependencies`), what `dlgen show` says |
| `{folder}/config.py` | every number worth changing, with its reason |
| `{folder}/data.py`, `model.py` | the data and the model: start here for a project type of your own |
| `{folder}/support/` | the machinery that all projects share |
| everything else | as it is in a project |

Python files are copied as they are (`_copy_without_render`), so they contain no `{{{{ ... }}}}`; the other files may.
"""


def eject(template: Template, directory: str, parts: tuple[str, ...] = ()) -> tuple[Path, list[str]]:
    """Write the composed template, with optional `parts`, and a README into the new folder `directory`; return it and its files.

    Raises:
        DlgenError: where the folder is not empty or cannot be used.
    """
    plan = layers.plan(template, parts)
    target = names.destination(directory, plan)
    with workspace.beside(target) as temporary:
        folder = temporary / "template"
        folder.mkdir()
        layers.write(plan, folder)
        if "README.md" not in plan.files:
            here = directory if "/" in directory else f"./{directory}"
            text = README.format(title=template.title, name=template.name, here=here, folder=plan.project_folder)
            (folder / "README.md").write_text(text, encoding="utf-8")
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        workspace.move(folder, target)
    return target, files
