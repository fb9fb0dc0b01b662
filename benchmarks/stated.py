"""What is stated about each project, in the three places where it is: one source, benchmarks/results.json.

`write` puts what was measured into the table of README.md, into the first table of each project's README, and into `_expected` of each
cookiecutter.json, which `dlgen list` and `dlgen show` print. No number in these places is typed in, and what was not measured is called so.

benchmarks/projects.py measures; this measures nothing.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from dlgen.catalog import layers, lookup

HERE = Path(__file__).resolve().parent
RESULTS, README = HERE / "results.json", HERE.parent / "README.md"
BEGIN, END = "<!-- made by benchmarks/projects.py -->", "<!-- end of what benchmarks/projects.py makes -->"
NOT_MEASURED = "not measured"

Results = dict[
    str, dict[str, Any]
]  # by project, then "sample", "full" (as `--data full` gives it) or "real" (other real data)


def results() -> Results:
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def write(found: Results) -> None:
    """Write results.json and all that is made from it."""
    RESULTS.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    page = README.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{table(found)}{END}{after}", encoding="utf-8")
    for name in names():
        for path, text in pages(name, found.get(name, {})).items():
            path.write_text(text, encoding="utf-8")


def pages(name: str, found: dict[str, Any]) -> dict[Path, str]:
    """The project's README.md and cookiecutter.json as they should be."""
    folder = lookup.find(name).folder
    readme, config = next(folder.glob("{{*}}/README.md")), folder / "cookiecutter.json"
    text = config.read_text(encoding="utf-8")
    begin, end = _value(text, "_expected")
    stated = json.dumps({**expected(name), "measured": measured(found)}, ensure_ascii=False)
    return {
        readme: with_rows(readme.read_text(encoding="utf-8"), name, found),
        config: text[:begin] + stated + text[end:],
    }


def measured(found: dict[str, Any]) -> dict[str, Any]:
    """What `dlgen list` and `dlgen show` print: value, seconds of training and day, of the sample and of the full data."""
    return {
        kind: {"value": float(number(one["value"])), "seconds": one["training_seconds"], "date": one["date"]}
        for kind in ("sample", "full")
        if (one := found.get(kind))
    }


def with_rows(page: str, name: str, found: dict[str, Any]) -> str:
    """A project's README with the last two cells of `--data sample` and `--data full`, and a row for other real data."""
    lines = [line for line in page.splitlines(keepends=True) if not line.startswith("| for example `")]
    made = []
    for line in lines:
        kind = re.match(r"\| `--data (sample|full)\b", line)
        if not kind:
            made.append(line)
            continue
        first = [cell.strip() for cell in line.split("|")[1:3]]
        made.append(_row(*first, *cells(name, kind[1], found)))
        if kind[1] == "full" and (real := found.get("real")):
            made.append(_row(f"for example `{real['options']}`", real["data"], *cells(name, "real", found)))
    return "".join(made)


def cells(name: str, kind: str, found: dict[str, Any]) -> tuple[str, str]:
    """What was reached, and in what time: "0.997 (logistic regression: 0.958); 0.97 or more is expected", "8 s, 2026-11-25"."""
    one, stated = found.get(kind), expected(name)
    if one is None:
        return NOT_MEASURED, ""
    best = one["baseline"]
    beside = f" ({best['name']}: {number(best['value'])})" if best["name"] else ""
    floor = ""
    if kind == "sample":
        floor = f"; {stated['sample']:g} or {'less' if stated.get('better') == 'lower' else 'more'} is expected"
    copied = f", from a copy: `{one['options']}`" if kind == "full" and one["options"] != "--data full" else ""
    return f"{number(one['value'])}{beside}{floor}{copied}", f"{one['training_seconds']} s, {one['date']}"


def expected(name: str) -> dict[str, Any]:
    """The metric of a project, whether less of it is better, and what its sample run must reach, as its author states it."""
    facts = lookup.find(name).expected
    return {key: facts[key] for key in ("metric", "better", "sample") if key in facts}


def names() -> list[str]:
    return [template.name for template in lookup.catalog()]


def table(found: Results) -> str:
    """The results as a table in Markdown; of each level in turn, as `dlgen list` shows them."""
    lines = [
        "| project | metric on test data | sample | best baseline there | training | `--data full` | other real data | reached | best baseline there | training |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in names():
        row = [f"[{name}]({_page(name)})", "", *[NOT_MEASURED] * 4, *[""] * 4]
        if here := found.get(name, {}).get("sample"):
            arrow = ", lower is better" if expected(name).get("better") == "lower" else ""
            row[1:5] = [f"{here['metric']}{arrow}", number(here["value"]), beside(here), _time(here)]
        if full := found.get(name, {}).get("full"):
            row[5] = f"{cells(name, 'full', {'full': {**full, 'options': '--data full'}})[0]}, {_time(full)}"
        if there := found.get(name, {}).get("real"):
            row[6:] = [f"{there['data']}: `{there['options']}`", number(there["value"]), beside(there), _time(there)]
        lines.append("| " + " | ".join(row) + " |")
    runs = [part for each in found.values() for part in each.values()]
    cores = " or ".join(map(str, sorted({part["cores"] for part in runs})))
    days = sorted({part["date"] for part in runs})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return (
        "\n".join(lines) + f"\n\nSeconds are those of training on {cores} CPU cores. Measured {when}; "
        "`python benchmarks/projects.py --stale` lists the projects whose code has changed since.\n"
    )


def number(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"


def beside(result: dict[str, Any]) -> str:
    best = result["baseline"]
    return f"{number(best['value'])} ({best['name']})" if best["name"] else ""


def code(name: str) -> str:
    """A hash of the Python files that a project of this template has, but for its tests: what a measured result depends on."""
    digest = hashlib.sha256()
    for path, file in sorted(layers.plan(lookup.find(name)).files.items()):
        if path.endswith(".py") and "/tests/" not in path:
            digest.update(path.partition("/")[2].encode() + b"\0" + file.source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def stale(found: Results) -> list[str]:
    """Which results are of code that has changed since: "mnist-classifier: sample of 2026-11-25"."""
    now = {name: code(name) for name in names() if name in found}
    return [
        f"{name}: {kind} of {one['date']}"
        for name in now
        for kind, one in found[name].items()
        if one["code"] != now[name]
    ]


def _time(result: dict[str, Any]) -> str:
    return f"{result['training_seconds']} s"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |\n"


def _page(name: str) -> str:
    return lookup.find(name).folder.resolve().relative_to(HERE.parent).as_posix()


def _value(text: str, key: str) -> tuple[int, int]:
    """Where the table that is the value of `key` begins and ends in a JSON text; the rest keeps its form."""
    begin = text.index("{", text.index(f'"{key}"'))
    _, length = json.JSONDecoder().raw_decode(text[begin:])
    return begin, begin + length
