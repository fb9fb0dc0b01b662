"""What `dlgen show` says about a template."""

from typing import Any

from dlgen import console
from dlgen.catalog import layers, settings
from dlgen.catalog.templates import Template


def facts(template: Template) -> dict[str, Any]:
    """Everything that is known about a template without rendering it.

    Raises:
        DlgenError: where its layers do not fit together.
    """
    plan = layers.plan(template)
    inside = {
        path.partition("/")[2]: file.layer
        for path, file in plan.files.items()
        if path.startswith(f"{plan.project_folder}/")
    }
    fields = [] if template.plain else settings.read(plan.project_file)
    return {
        "name": template.name,
        "title": template.title,
        "level": template.level,
        "summary": template.summary,
        "source": template.source,
        "learns": plan.config.get("_learns", []),
        "data": plan.config.get("_data", {}),
        "model": plan.config.get("_model", ""),
        "expected": template.expected,
        "parts": plan.parts,
        "dependencies": plan.config.get("_dependencies", []),
        "questions": {key: value for key, value in plan.config.items() if not key.startswith("_")},
        "settings": [
            {
                "name": each.name,
                "type": each.type,
                "default": each.shown,
                "allowed": each.allowed,
                "reason": each.reason,
            }
            for each in fields
        ],
        "files": inside,
    }


def text(facts: dict[str, Any]) -> str:
    """The facts as a page for the terminal."""
    line = console.line
    heading = f"{facts['title']} ({facts['name']}, {facts['level']})"
    blocks = [f"{line(heading)}\n{line(facts['summary'])}".rstrip()]
    if facts["learns"]:
        blocks.append("You learn\n" + _indent(map(line, facts["learns"])))
    if facts["data"]:
        blocks.append("Data\n" + _indent(line(f"{name:<7} {what}") for name, what in facts["data"].items()))
    if facts["model"]:
        blocks.append("Model\n" + _indent([line(str(facts["model"]))]))
    if facts["expected"]:
        blocks.append(_reached(facts["expected"]))
    if facts["settings"]:
        pairs = [
            (line(f"{each['name']} = {each['default']}"), line(each["allowed"]), line(each["reason"]))
            for each in facts["settings"]
        ]
        width = max(len(pair[0]) for pair in pairs)
        lines = [f"{pair[0]:<{width}}  {pair[1]}" + f"\n      {pair[2]}" * bool(pair[2]) for pair in pairs]
        blocks.append("Settings: change one with --set NAME=VALUE\n" + _indent(lines))
    if facts["parts"]:
        blocks.append("Parts\n" + _indent([line(", ".join(facts["parts"]))]))
    layers = console.table(("file", "from"), facts["files"].items())
    blocks.append("Files\n" + _indent(layers.split("\n")))
    blocks.append(f"Make a project: dlgen new {facts['name'] if facts['source'] == 'dlgen' else facts['source']}")
    return "\n\n".join(blocks)


def _reached(expected: dict[str, Any]) -> str:
    """What was measured and when, and what the sample must reach; nothing that nobody measured."""
    lower = expected.get("better") == "lower"
    measured = expected.get("measured")
    rows = []
    for kind in ("sample", "full"):
        found = measured.get(kind) if isinstance(measured, dict) else None
        text = console.expected({"measured": {kind: found}}, kind)
        day = f", {found.get('date')}" if isinstance(found, dict) and "date" in found else ""
        rows.append(f"{kind:<7} " + ("not measured" if text == "-" else f"{text}{day}"))
    if isinstance(floor := expected.get("sample"), int | float):
        rows.append(f"the sample must reach {floor:g} or {'less' if lower else 'more'}")
    title = f"Measured {expected.get('metric', '')}".rstrip() + (" (lower is better)" if lower else "")
    return "\n".join([console.line(title), _indent(map(console.line, rows))])


def _indent(lines: Any) -> str:
    return "\n".join(f"  {line}" for line in lines)
