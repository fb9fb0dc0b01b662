"""What an update would do with each file: as it was made, yours, and as the template gives it today -> one."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dlgen.projects import record, transaction
from dlgen.projects.content import Entry
from dlgen.projects.journal import State, Step
from dlgen.projects.project import Made
from dlgen.updates import merge
from dlgen.updates.rerender import Rendering

ALIKE = 0.6  # of the lines in common: a file that the template has renamed, and not another one
WRITTEN = ("added", "updated", "merged", "conflict", "beside", "moved", "restored", "removed")


@dataclass(frozen=True)
class Change:
    """What happens to one file. `entry` is its new content, None where it goes; `action` a word for the list."""

    path: str
    action: str
    entry: Entry | None = None
    note: str = ""
    conflicts: int = 0


@dataclass
class Plan:
    """All changes of one update, nothing written yet. `seen` is what stood at each path when it was decided."""

    made: Made
    rendering: Rendering
    record_differs: bool  # what `.dlgen/` says, even if only the version of dlgen
    changes: list[Change] = field(default_factory=list)
    seen: dict[str, Entry | None] = field(default_factory=dict)

    @property
    def writes(self) -> list[Change]:
        return [change for change in self.changes if change.action != "kept"]

    def facts(self) -> list[dict[str, Any]]:
        """The changes for programs."""
        return [
            {"file": each.path, "action": each.action, "conflicts": each.conflicts, "note": each.note}
            for each in self.changes
        ]


def plan(made: Made, rendering: Rendering) -> Plan:
    """Decide about each file that the template had or has."""
    old, new = made.pristine, rendering.files
    recorded = {name: made.read(name) for name in rendering.record}
    differs = any(entry is None or entry.data != rendering.record[name] for name, entry in recorded.items())
    yours = {path: made.read(path) for path in {*old, *new}}
    result = Plan(made, rendering, differs, seen={**recorded, **yours})
    moved = _moved(made, new, yours)
    gone = {path for path in old if path not in new and (yours[path] == old[path] or path in moved)}
    taken = {*old, *new}
    for path in sorted(taken):
        base, mine, theirs = old.get(path), yours[path], new.get(path)
        if path in moved.values():
            continue  # together with the old name
        if path in moved:
            target = moved[path]
            assert base and mine
            change = _both(target, base, mine, new[target])
            note = "; ".join(filter(None, [f"the template renamed {path}: your edits moved with it", change.note]))
            result.changes.append(Change(path, "removed", None, f"it is {target} now"))
            result.changes.append(Change(target, "moved", change.entry, note, change.conflicts))
        elif theirs == base:
            if mine != base:
                result.changes.append(Change(path, "kept", mine, _kept(made, path, mine)))
        elif made.in_the_way(path, gone):
            if theirs:
                result.changes.append(_beside(made, path, theirs, taken, "something else is in its place"))
        elif mine == theirs:
            continue
        elif mine == base:
            word = "removed" if theirs is None else "updated" if base else "added"
            result.changes.append(Change(path, word, theirs))
        elif mine is None:
            assert base and theirs
            if theirs.data != base.data:
                result.changes.append(
                    Change(path, "restored", theirs, "you deleted it, and the template has changed it since")
                )
        elif theirs is None:
            result.changes.append(Change(path, "kept", mine, "the template no longer has it, and you have edited it"))
        elif merge.is_binary(mine.data, theirs.data) and theirs.data not in (mine.data, base and base.data):
            note = "both changed, and it is not text" if base else "you have another file with this name"
            result.changes.append(Change(path, "kept", mine, note))
            result.changes.append(_beside(made, path, theirs, taken, f"the template's {path}"))
        else:
            result.changes.append(_both(path, base, mine, theirs))
    return result


def apply(plan: Plan, what: str) -> None:
    """Write all of it, and `.dlgen/`, or nothing."""
    steps = []
    for change in plan.writes:
        old = _state(plan.seen.get(change.path))
        new = State(change.entry.data, _mode(old, change.entry)) if change.entry else None
        steps.append(Step(change.path, old, new))
    for name, data in plan.rendering.record.items():
        old = _state(plan.seen[name])
        steps.append(Step(name, old, State(data, old.mode if old else transaction.FIRST)))
    steps = [step for step in steps if step.old != step.new]
    if steps:  # else what can be undone stays what it is
        transaction.apply(plan.made.folder, steps, what)


def _state(entry: Entry | None) -> State | None:
    return State(entry.data, entry.mode) if entry else None


def _kept(made: Made, path: str, mine: Entry | None) -> str:
    if mine:
        return "only you changed it"
    return "something else is in its place" if made.has(path) else "you deleted it"


def _both(path: str, base: Entry | None, mine: Entry, theirs: Entry) -> Change:
    """Both you and the template changed the file, or both added it."""
    mode = theirs.executable if base and mine.executable == base.executable else mine.executable
    merged = merge.merge(base.data if base else None, mine.data, theirs.data)
    entry = Entry(merged.data, mode, theirs.mode)
    if merged.conflicts:
        note = "" if base else "you and the template both added it"
        return Change(path, "conflict", entry, note, merged.conflicts)
    if entry == mine:
        return Change(path, "kept", mine, "you already have the template's change")
    return Change(path, "merged" if base and base.data not in (mine.data, theirs.data) else "updated", entry)


def _beside(made: Made, path: str, theirs: Entry, taken: set[str], note: str) -> Change:
    """The template's file under a name that nothing has."""
    name, there = transaction.free_name(made.folder, path, State(theirs.data), taken)
    if there:
        return Change(name, "kept", theirs, f"the template's {path}")
    taken.add(name)
    return Change(name, "beside", theirs, note)


def _moved(made: Made, new: dict[str, Entry], yours: dict[str, Entry | None]) -> dict[str, str]:
    """Files that you edited and the template gave another name: the old name -> the new."""
    pairs: dict[str, str] = {}
    free = [path for path in sorted(new) if path not in made.pristine and not made.has(path)]
    for path, base in made.pristine.items():
        mine = yours[path]
        if path in new or mine is None or mine.data == base.data or merge.is_binary(base.data, mine.data):
            continue
        best = max(free, key=lambda name: _likeness(base, new[name]), default=None)
        if best and _likeness(base, new[best]) >= ALIKE and not made.in_the_way(best, set()):
            pairs[path] = best
            free.remove(best)
    return pairs


def _likeness(one: Entry, other: Entry) -> float:
    """The share of lines that two texts have in common, 0 to 1."""
    if merge.is_binary(one.data, other.data):
        return 0.0
    a, b = (Counter(line for line in each.data.splitlines() if line.strip()) for each in (one, other))
    both = a.total() + b.total()
    return 2 * (a & b).total() / both if both else 0.0


def _mode(old: State | None, entry: Entry) -> int:
    if old is None:
        return record.allowed(bool(entry.executable))
    mode = old.mode
    if entry.executable is None:
        return mode
    return mode | (mode & 0o444) >> 2 if entry.executable else mode & ~0o111
