"""Read every file of shared/cases as the projects do, and print what came of it: case, file, reading, verdict.

    python tests/cases/read.py              all of them; exit code 1 if any is WRONG
    python tests/cases/read.py 01 05        those whose case or module begins with one of these

What a module of cases holds, ask.py says.
"""

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from ask import FOLDER, Case

MODULES = ("tables", "series", "texts", "images", "boxes")


def cases() -> list[tuple[str, Case]]:
    """All cases with the module that they are from; a module that is not there has none."""
    there = [name for name in MODULES if (Path(__file__).parent / f"{name}.py").exists()]
    return [(name, case) for name in there for case in importlib.import_module(name).CASES]


def main() -> int:
    if not FOLDER.is_dir():
        print(f"there is no {FOLDER}: nothing to read")
        return 0
    wanted, wrong, count = tuple(sys.argv[1:]), 0, 0
    print(f"{'case':22} {'file':26} reading | verdict")
    for module, case in cases():
        if wanted and not (module.startswith(wanted) or case.name.startswith(wanted)):
            continue
        reading, ok = case.read()
        verdict = "WRONG" if not ok else "refused" if reading.startswith("refused: ") else "right"
        wrong, count = wrong + (not ok), count + 1
        print(
            f"{case.name[:22]:22} {case.file[-26:]:26} {reading.removeprefix('refused: ')[:240]} | {verdict}",
            flush=True,
        )
    print(f"{count} read, {wrong} WRONG")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
