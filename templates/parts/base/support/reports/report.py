"""report.html, one file that can be mailed, and model_card.md (after Mitchell et al. 2019, "Model Cards for Model Reporting")."""

import base64
import html
import re
from typing import Any

from support.files import write_text
from support.reports.figures import Picture, draw_model
from support.runs import Run
from support.settings import PROJECT
from support.terminal import one_line, printable

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 } td, th { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: left }
img { max-width: 100% } figure { margin: 1.5rem 0 } figcaption { color: #555 }
.note { background: #fff6d6; padding: .5rem 1rem; border-left: 4px solid #e0b400 }
"""


def write(run: Run, results: dict[str, Any], rows: list[list[str]], figures: list[Picture], model: Any) -> None:
    """Write the report and the model card of a run into its folder.

    Args:
        results: `note` (what was measured on) and `test_examples`.
        rows: the scores as a table, the first row its header.
        figures: files and captions; a summary of `model` is added.
    """
    environment = run.read("environment.json")
    packages = environment.get("packages", {}).items()
    versions = ", ".join([f"Python {environment.get('python')}", *(f"{name} {version}" for name, version in packages)])
    settings = [["setting", "value"], *([name, _text(value)] for name, value in run.read("config.json").items())]
    figures = [*figures, draw_model(model, run.figures / "model.png")]
    write_text(run.folder / "report.html", _html(run, results, rows, figures, settings, versions))
    write_text(run.folder / "model_card.md", _card(run, results, rows, settings, versions))


def _html(run: Run, results: dict, rows: list, figures: list[Picture], settings: list, versions: str) -> str:
    title = _escaped(f"{PROJECT.name}: run {run.name}")
    training = run.read("training.json")
    blocks = [
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>',
        f"<h1>{title}</h1>",
        f'<p class="note"><b>Training {_escaped(run.incomplete)}.</b></p>' if run.incomplete else "",
        f'<p class="note">Every number here is measured on {_escaped(results["note"])}.</p>',
        f"<h2>Scores on {results['test_examples']:,} test examples</h2>{_table(rows)}",
    ]
    for path, caption in figures:
        data, text = base64.b64encode(path.read_bytes()).decode(), _escaped(caption)
        image = f'<img alt="{text}" src="data:image/png;base64,{data}">'
        blocks.append(f"<figure>{image}<figcaption>{text}</figcaption></figure>")
    took = f"{training.get('epochs')} epochs in {training.get('seconds')} s; {versions}."
    return "\n".join([*blocks, f"<h2>Settings</h2>{_table(settings)}<p>{took}</p>", "</html>\n"])


def _card(run: Run, results: dict, rows: list, settings: list, versions: str) -> str:
    lines = ["| " + " | ".join(map(markdown, row)) + " |" for row in rows]
    table = "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
    unfinished = f" **Training {markdown(run.incomplete)}.**" if run.incomplete else ""
    return f"""# Model card: {PROJECT.name}

**Trained on** {markdown(results["note"])}.{unfinished} The numbers below hold for data like this, and say nothing about any other.

**Test scores** ({results["test_examples"]:,} examples that neither training nor the choice of the best epoch saw):

{table}

**Settings**: {", ".join(f"{name} {markdown(value)}" for name, value in settings[1:])}.

**Made with** {versions}.

**Before using it for anything that matters**, fill in: who it is for, what it must not be used for, whom a wrong prediction harms, and
how the scores differ between groups of people or places that your data holds.
"""


def _table(rows: list[list[str]]) -> str:
    tags = ["th", *["td"] * (len(rows) - 1)]
    lines = ["".join(f"<{tag}>{_escaped(cell)}</{tag}>" for cell in row) for tag, row in zip(tags, rows, strict=True)]
    return "<table><tr>" + "</tr><tr>".join(lines) + "</tr></table>"


def _escaped(text: str) -> str:
    return html.escape(printable(text))


def markdown(text: str) -> str:
    """Text as Markdown shows it unchanged, within one line: a class may be called <img …>, a|b or *."""
    escaped = html.escape(one_line(text), quote=False)
    return re.sub(r"[\\`*_{}\[\]|~#]", lambda found: "\\" + found[0], escaped)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
