"""What `dlgen check` has found, as values and as a page for the terminal."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """What is wrong, in which file of the project or template, and what to do about it."""

    file: str
    what: str
    do: str


@dataclass
class Report:
    """What was found, what was looked at, and what was not, with the reason."""

    findings: list[Finding] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def text(report: Report, name: str) -> str:
    """The report as a page for the terminal."""
    lines = [f"checked: {'; '.join(report.checked)}"] if report.checked else []
    lines += [f"skipped: {reason}" for reason in report.skipped]
    for each in report.findings:
        indented = each.what.replace("\n", "\n    ")
        lines.append(f"\n{each.file}: {indented}\n    {each.do}")
    count = len(report.findings)
    lines.append(f"\n{count} finding{'s' * (count > 1)} in {name}" if count else f"{name} is in order")
    return "\n".join(lines)
