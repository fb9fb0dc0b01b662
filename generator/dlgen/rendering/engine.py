"""Where a template's code runs: in this process, for dlgen's own templates and for trusted ones, or in another."""

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlgen.catalog.layers import Plan
    from dlgen.rendering.jobs import Ask


def perform(plan: "Plan", trusted: bool, do: str, ask: "Ask | None" = None, **values: Any) -> Any:
    """Call one of the functions of jobs.py, where the template may run.

    Args:
        trusted: whether the user said --trust.
        do: "context", "texts" or "generate".
        ask: where the template's questions are asked; None takes the defaults.
        values: the function's arguments, plain data.

    Raises:
        DlgenError: where the template cannot be rendered, or takes too long or too much memory.
    """
    template = plan.template
    job = {
        "name": template.name,
        "options": {key: plan.config[key] for key in ("_extensions", "_jinja2_env_vars") if key in plan.config},
        "do": do,
        "values": values,
    }
    if not trusted and template.source != "dlgen":
        from dlgen.rendering import worker

        return worker.run(job, ask)
    if not trusted and ask is None:
        from dlgen.rendering import own

        if own.takes(plan):
            return own.perform(job)
    from dlgen.rendering import jobs

    kept = sys.path[:]
    if trusted:
        sys.path.append(str(template.folder))  # for its extensions, as cookiecutter has it
    try:
        return jobs.perform(json.loads(json.dumps(job)), trusted, ask)  # a copy, as another process would get
    finally:
        sys.path[:] = kept
