"""report.html, one file that can be mailed, and model_card.md (after Mitchell et al. 2019, "Model Cards for Model Reporting")."""

import base64
import html
import re
from typing import Any

import metrics
from support.files import write_text
from support.reports import figures
from support.reports.figures import Picture
from support.runs import Run
from support.settings import PROJECT
from support.terminal import one_line, printable

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 } td, th { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: left }
img { max-width: 100% } figure { margin: 1.5rem 0 } figcaption { color: #555 }
.note { background: #fff6d6; padding: .5rem 1rem; border-left: 4px solid #e0b400 }
"""


def write(run: Run, results: dict[str, Any], pictures: list[Picture], model: Any) -> None:
    """Write the report and the model card of a run into its folder."""
    pictures = [*pictures, figures.draw_model(model, run.figures / "model.png")]
    write_text(run.folder / "report.html", _html(run, results, pictures))
    write_text(run.folder / "model_card.md", _card(run, results))


def _html(run: Run, results: dict[str, Any], pictures: list[Picture]) -> str:
    title = f"{PROJECT.name}: run {run.name}"
    config, training = run.read("config.json"), run.read("training.json")
    blocks = [
        f"<h1>{_html_text(title)}</h1>",
        *([f'<p class="note"><b>Training {_html_text(run.incomplete)}.</b></p>'] if run.incomplete else []),
        f'<p class="note">Every number here is measured on {_html_text(results["note"])}.</p>',
        f"<h2>Scores on {results['test_examples']:,} test examples</h2>",
        _table(metrics.to_rows(results)),
    ]
    for path, caption in pictures:
        data = base64.b64encode(path.read_bytes()).decode()
        text = _html_text(caption)
        blocks.append(
            f'<figure><img alt="{text}" src="data:image/png;base64,{data}"><figcaption>{text}</figcaption></figure>'
        )
    blocks.append(
        "<h2>Settings</h2>" + _table([["setting", "value"], *([name, _text(value)] for name, value in config.items())])
    )
    blocks.append(f"<p>{training.get('epochs')} epochs in {training.get('seconds')} s; {_versions(run)}.</p>")
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{_html_text(title)}</title><style>{STYLE}</style>\n'
        + "\n".join(blocks)
        + "\n</html>\n"
    )


def _card(run: Run, results: dict[str, Any]) -> str:
    rows = "\n".join("| " + " | ".join(map(markdown, row)) + " |" for row in metrics.to_rows(results))
    header, _, rest = rows.partition("\n")
    line = "|" + "---|" * (header.count("|") - 1)
    config = run.read("config.json")
    unfinished = f" **Training {markdown(run.incomplete)}.**" if run.incomplete else ""
    return f"""# Model card: {PROJECT.name}

**Trained on** {markdown(results["note"])}.{unfinished} The numbers below hold for data like this, and say nothing about any other.

**Test scores** ({results["test_examples"]:,} examples that neither training nor the choice of the best epoch saw):

{header}
{line}
{rest}

**Settings**: {", ".join(f"{name} {markdown(_text(value))}" for name, value in config.items())}.

**Made with** {_versions(run)}.

**Before using it for anything that matters**, fill in: who it is for, what it must not be used for, whom a wrong answer harms, and
how the scores differ between groups of people or places that your data holds.
"""


def _table(rows: list[list[str]]) -> str:
    head, *body = [
        "".join(f"<{tag}>{_html_text(cell)}</{tag}>" for cell in row)
        for tag, row in zip(["th"] + ["td"] * len(rows), rows, strict=False)
    ]
    return "<table><tr>" + "</tr><tr>".join([head, *body]) + "</tr></table>"


def _versions(run: Run) -> str:
    environment = run.read("environment.json")
    packages = environment.get("packages", {}).items()
    return ", ".join([f"Python {environment.get('python')}", *(f"{name} {version}" for name, version in packages)])


def _html_text(text: str) -> str:
    return html.escape(printable(text))


def markdown(text: str) -> str:
    """Text as Markdown shows it unchanged, within one line: a class may be called <img …>, a|b or *."""
    escaped = html.escape(one_line(text), quote=False)
    return re.sub(r"[\\`*_{}\[\]|~#]", lambda found: "\\" + found[0], escaped)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
