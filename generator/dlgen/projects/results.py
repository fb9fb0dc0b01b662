"""What a project's newest run reached: the one place that knows the files of a run folder."""

import json
from pathlib import Path
from typing import Any

from dlgen import console


def read(project: Path) -> dict[str, Any]:
    """The newest run's metrics, exports and report; keys are missing where the files are."""
    metrics = sorted(project.glob("runs/*/metrics.json"), key=lambda file: file.stat().st_mtime)
    if not metrics:
        return {}
    run = metrics[-1].parent
    report = run / "report.html"
    return {
        "run": str(run),
        "metrics": _json(run / "metrics.json"),
        "exports": _json(run / "export" / "export_report.json").get("formats", []),
        **({"report": str(report)} if report.exists() else {}),
    }


def text(results: dict[str, Any]) -> str:
    """The results as tables, and where the report is."""
    blocks = []
    metrics = results.get("metrics", {})
    test = _numbers(metrics.get("test"))
    if test:
        models = {
            "this model": test,
            **{name: _numbers(scores) for name, scores in metrics.get("baselines", {}).items()},
        }
        header = (f"on the {metrics.get('data', 'test')} data", *models)
        rows = [(name, *(console.number(scores.get(name)) for scores in models.values())) for name in test]
        blocks.append(console.table(header, rows))
    if results.get("exports"):
        columns = ("export", "difference", "size", "one example", "score", "")
        blocks.append(console.table(columns, [_export(each) for each in results["exports"]]))
    if "report" in results:
        blocks.append(f"Report: {results['report']}")
    return "\n" + "\n\n".join(blocks or ["The steps wrote no metrics.json under runs/."])


def _export(facts: dict[str, Any]) -> tuple[str, ...]:
    size, time = facts.get("bytes"), facts.get("milliseconds")
    return (
        str(facts.get("format", "?")),
        console.number(facts.get("max_difference"), 2),
        "-" if size is None else f"{size / 1024:.0f} KB",
        "-" if time is None else f"{time:.2f} ms",
        console.number(facts.get("score")),
        "ok" if facts.get("ok") else str(facts.get("error", "differs from the model")),
    )


def _numbers(values: Any) -> dict[str, float]:
    pairs = values.items() if isinstance(values, dict) else ()
    return {str(name): value for name, value in pairs if isinstance(value, int | float)}


def _json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
