"""The pages under docs/ name only what exists."""

import re
from pathlib import Path

import pytest
from dlgen import catalog

DOCS = Path(__file__).parents[2] / "docs"
ROWS = [row for row in (DOCS / "concepts.md").read_text(encoding="utf-8").splitlines() if row.startswith("| ")][1:]
BY_NAME = {template.name: template for template in catalog.templates()}


@pytest.mark.parametrize("row", ROWS)
def test_each_idea_leads_to_a_lesson_that_exists(row: str) -> None:
    _, _, projects, what, _ = (cell.strip() for cell in row.split("|"))
    lessons = re.findall(r"python lessons\.py ([a-z0-9-]+)", what)
    names = projects.split(", ")
    if projects == "every project":
        return
    assert set(names) <= set(BY_NAME)
    offered = "".join(next(BY_NAME[name].folder.glob("{{*}}/lessons.py")).read_text(encoding="utf-8") for name in names)
    assert [lesson for lesson in lessons if f'"{lesson}"' not in offered] == []
