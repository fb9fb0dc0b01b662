"""What an update did, or would do, as text and as JSON."""

from typing import Any

from dlgen import console
from dlgen.updates.changes import Change, Plan
from dlgen.updates.diff import unified


def facts(plan: Plan, written: bool) -> dict[str, Any]:
    """The plan for programs."""
    return {
        "project": str(plan.made.folder),
        "written": written and bool(plan.writes or plan.record_differs),
        "conflicts": [change.path for change in plan.changes if change.conflicts],
        "changes": plan.facts(),
        "notes": plan.rendering.notes,
    }


def text(plan: Plan, written: bool) -> str:
    """The plan as a list, with the differences where nothing was written, and what to do next."""
    blocks = [f"note: {note}" for note in plan.rendering.notes]
    if not plan.writes:
        what = "the template has not changed since the project was made"
        if plan.record_differs:
            what = "your files already have what is new in the template"
        return "\n".join([*blocks, f"Nothing to merge: {what}."])
    rows = [_row(change) for change in plan.changes]
    blocks.append(console.table(("what", "file", ""), rows))
    if not written:
        blocks += [differences(plan), "Nothing was written: this is what would change."]
        return "\n\n".join(block for block in blocks if block)
    conflicts = [change.path for change in plan.changes if change.conflicts]
    if conflicts:
        blocks.append(f"Look for <<<<<<< yours in: {', '.join(conflicts)}\nKeep what is right, and remove the markers.")
    blocks.append("Undo it: dlgen undo")
    return "\n\n".join(blocks)


def differences(plan: Plan) -> str:
    """What would change, as a unified diff."""
    return "\n".join(
        filter(
            None, (unified(each.path, plan.made.read(each.path), each.entry, "yours", "new") for each in plan.writes)
        )
    )


def _row(change: Change) -> tuple[str, str, str]:
    note = change.note
    if change.conflicts:
        places = f"{change.conflicts} conflict{'s' if change.conflicts > 1 else ''}"
        note = f"{places}; {note}" if note else places
    return change.action, change.path, note
