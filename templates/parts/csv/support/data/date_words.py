"""Words in dates, brought to one spelling: names of months in ten languages, days of the week, ordinals, AM and PM, UTC.

After this "Montag, 3. Januar 2024" reads "3. Jan 2024" and "January 3rd, 2024 at 2 p.m." reads "Jan 3, 2024 2 PM": what strptime knows.
"""

import re

import pandas as pd

MONTHS = {
    "Jan": "jan january januar jänner jän janvier janv enero ene gennaio gen janeiro januari",
    "Feb": "feb february februar feber février fevrier févr fevr fév fev febrero febbraio fevereiro februari",
    "Mar": "mar march märz maerz mär mrz mars marzo março marco maart mrt marts",
    "Apr": "apr april avril avr abril abr aprile",
    "May": "may mai maj mayo maggio mag maio mei",
    "Jun": "jun june juni juin junio giugno giu junho",
    "Jul": "jul july juli juillet juil julio luglio lug julho",
    "Aug": "aug august août aout agosto ago augustus augusti",
    "Sep": "sep sept september septembre septiembre settembre set setembro",
    "Oct": "oct october okt oktober octobre octubre ottobre ott outubro out",
    "Nov": "nov november novembre noviembre novembro",
    "Dec": "dec december dez dezember décembre decembre déc diciembre dic dezembro dicembre desember des",
}
MONTH_OF = {word: month for month, words in MONTHS.items() for word in words.split()}
WORDS = {
    "%Y": "year", "%y": "two-digit year", "%m": "month", "%b": "month's name", "%d": "day", "%H": "hour", "%I": "hour", "%M": "minute",
    "%S": "second", "%f": "fraction", "%p": " AM/PM", "%z": " offset", "%q": "quarter", "%G": "year", "%V": "week", "%u": "day of the week", "%j": "day of the year",
}  # fmt: skip
NAMES = {"iso": "ISO 8601", "unix": "seconds since 1970", "unix-ms": "milliseconds since 1970", "unix-us": "microseconds since 1970",
         "unix-ns": "nanoseconds since 1970", "excel": "days as spreadsheets count them"}  # fmt: skip
WEEKDAYS = (
    "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday "
    "mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
    "lun mer jeu ven sam dim mar lundi mardi mercredi jeudi vendredi samedi dimanche "
    "mié mie jue vie sáb sab dom lunes martes miércoles jueves viernes sábado domingo "
    "gio lunedì martedì mercoledì giovedì venerdì sabato domenica ma wo za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"
)
WEEKDAY = frozenset(WEEKDAYS.split())
FILLERS = ("of", "de", "at", "um", "à", "the")

_KNOWN = re.compile(rf"(?:[\x21-\x40\x5b-\x60]|[TZ]|[AP]M| (?! )|(?:{'|'.join(MONTHS)})(?!\.))*")  # nothing to be done
_WORD = re.compile(r"[^\W\d_]{2,}")
_HALF = re.compile(r"(?<=\d)(\s*)([ap])\.?m\b\.?", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th|er|º|ª)\b", re.IGNORECASE)
_UTC = re.compile(r"\s*\b(?:UTC|GMT)\b(?=\s*[+-]\d)|(?<=\d)\s*(?:UTC|GMT)\b")


def plain(texts: pd.Series) -> pd.Series:
    """Texts with their words in one spelling, blanks collapsed, and offsets such as +00 as +0000."""
    texts = texts.str.replace(r"(:\d\d(?:[.,]\d+)?[+-]\d\d)$", r"\g<1>00", regex=True)
    worded = ~texts.str.fullmatch(_KNOWN)
    if worded.any():
        texts = texts.where(~worded, texts[worded].map(_plain))
    return texts


def plain_format(form: str) -> str:
    """A format for strptime, changed as `plain` changes the texts that it is for."""
    form = re.sub(r"%[Aa][,.]?\s*", "", _parts(form)).replace("%B", "%b").replace("%P", "%p")
    form = re.sub(rf"(?<!%)\b(?:{'|'.join(FILLERS)})\s+", "", form)
    form = re.sub(r"%b\.(?=[\s,]|$)", "%b", form)
    form = re.sub(r"\s*\bUhr\b", "", re.sub(r"(?<=%H) ?h ?(?=%M)", ":", form))
    return re.sub(r"\s+", " ", re.sub(r"\s*%Z", "%z", form)).strip()


def _parts(text: str) -> str:
    """1. Quartal 2024, KW 5/2024 and 5. KW 2024 as Q1 2024, W5/2024 and W5 2024; also in a format."""
    text = re.sub(r"(%q|[1-4])\.? ?Quartal\b|\bQuartal ?([1-4])", lambda match: "Q" + (match[1] or match[2]), text)
    return re.sub(r"(%V|\d\d?)\.? ?KW\b|\bKW ?(%V|\d\d?)", lambda match: "W" + (match[1] or match[2]), text)


def _plain(text: str) -> str:
    text = _parts(re.sub(r"\s+", " ", text))
    text = re.sub(r"(?<=\d)\s*Uhr\b", "", re.sub(r"(?<=\d) ?h ?(?=\d\d\b)", ":", text))  # 10h30
    text = _HALF.sub(lambda match: f"{match[1]}{match[2].upper()}M", text)
    text = _ORDINAL.sub("", text)
    text = _UTC.sub(
        lambda match: "" if match.end() < len(text) and text[match.end() :].lstrip()[:1] in "+-" else "Z", text
    )
    words = [match[0].lower() for match in _WORD.finditer(text)]
    months = [word for word in words if word in MONTH_OF]
    seen = 0

    def one(match: re.Match[str]) -> str:
        nonlocal seen
        word = match[0].lower()
        if word in WEEKDAY and not seen and match.start() == 0 and (word not in MONTH_OF or len(months) > 1):
            return "\0"  # a day of the week before the date says nothing that the date does not
        seen += 1
        return MONTH_OF.get(word, "\1" if word in FILLERS else match[0])

    text = _WORD.sub(one, text)
    text = re.sub(r"\x00[.,]?\s*|\x01\s+", "", text)
    return re.sub(rf"(\b(?:{'|'.join(MONTHS)}))\.(?=[\s,]|$)", r"\1", text)


def in_words(form: str) -> str:
    """A format as a person says it: day.month.year hour:minute."""
    if form in NAMES:
        return NAMES[form]
    form = form.replace("Q%q", "%q").replace("%qQ", "%q").replace("W%V", "%V").replace(" %p", "%p").replace(" %z", "%z")
    return re.sub(r"%[A-Za-z]", lambda code: WORDS.get(code[0], code[0]), form)


def quoted(form: str) -> str:
    """A format as one types it."""
    return f'"{form}"' if " " in form else form
