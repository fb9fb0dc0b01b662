"""Three versions of a text become one, and no line of yours is lost."""

from collections import Counter

import pytest
from dlgen.updates import merge
from hypothesis import example, given
from hypothesis import strategies as st

BASE = b"one\ntwo\nthree\nfour\nfive\n"


def both(mine: bytes, before: bytes, new: bytes) -> bytes:
    return b"<<<<<<< yours\n" + mine + b"||||||| as it was made\n" + before + b"=======\n" + new + b">>>>>>> template\n"


@pytest.mark.parametrize(
    ("yours", "theirs", "expected", "conflicts"),
    [
        (BASE, BASE.replace(b"two", b"2"), BASE.replace(b"two", b"2"), 0),
        (BASE.replace(b"two", b"2"), BASE, BASE.replace(b"two", b"2"), 0),
        (b"0\n" + BASE, BASE + b"6\n", b"0\n" + BASE + b"6\n", 0),
        (BASE.replace(b"two\n", b""), BASE.replace(b"four", b"4"), b"one\nthree\n4\nfive\n", 0),
        (BASE.replace(b"two", b"2"), BASE.replace(b"two", b"2") + b"6\n", b"one\n2\nthree\nfour\nfive\n6\n", 0),
        (
            BASE.replace(b"two", b"mine"),
            BASE.replace(b"two", b"new"),
            b"one\n" + both(b"mine\n", b"two\n", b"new\n") + b"three\nfour\nfive\n",
            1,
        ),
        (  # what both begin and end with stands outside of the markers
            BASE.replace(b"two\n", b"a\nmine\nz\n"),
            BASE.replace(b"two\n", b"a\nnew\nz\n"),
            b"one\na\n" + both(b"mine\n", b"two\n", b"new\n") + b"z\nthree\nfour\nfive\n",
            1,
        ),
        (b"", BASE + b"6\n", both(b"", BASE, BASE + b"6\n"), 1),
        (  # a last line without newline does not run into a marker
            b"one\nmine",
            b"one\nnew",
            b"one\n" + both(b"mine\n", b"two\nthree\nfour\nfive\n", b"new\n"),
            1,
        ),
    ],
)
def test_what_one_side_changed_is_taken_and_what_both_changed_stands_between_markers(
    yours: bytes, theirs: bytes, expected: bytes, conflicts: int
) -> None:
    assert merge.merge(BASE, yours, theirs) == merge.Merged(expected, conflicts)


def test_two_files_that_nobody_made_from_one_another_conflict_wherever_they_differ() -> None:
    merged = merge.merge(None, b"a\nmine\nb\n", b"a\nb\nnew\n")
    expected = b"a\n<<<<<<< yours\nmine\n=======\n>>>>>>> template\nb\n<<<<<<< yours\n=======\nnew\n>>>>>>> template\n"
    assert merged == merge.Merged(expected, 2)


def test_a_file_that_you_saved_with_crlf_stays_so_and_still_merges() -> None:
    yours = BASE.replace(b"\n", b"\r\n").replace(b"two", b"2")
    merged = merge.merge(BASE, yours, BASE + b"six\n")
    assert merged == merge.Merged(b"one\r\n2\r\nthree\r\nfour\r\nfive\r\nsix\r\n", 0)


def test_crlf_that_came_with_the_template_goes_with_it() -> None:
    windows = BASE.replace(b"\n", b"\r\n")
    assert merge.merge(windows, windows + b"mine\r\n", b"0\n" + BASE) == merge.Merged(b"0\n" + BASE + b"mine\n", 0)
    conflict = merge.merge(windows, windows.replace(b"two", b"a"), windows.replace(b"two", b"b")).data
    assert conflict.count(b"\n") == conflict.count(b"\r\n") == 11


def test_mixed_line_endings_are_left_as_they_are() -> None:
    base = b"one\r\ntwo\nthree\n"
    assert merge.merge(base, base + b"mine\r\n", b"0\n" + base) == merge.Merged(b"0\n" + base + b"mine\r\n", 0)


def test_text_in_any_encoding_and_with_odd_line_separators_is_merged_byte_for_byte() -> None:
    base = "größe\n\f\nein\u2028zwei\nende\n".encode("latin-1", "replace") + b"\xff\xfe\x80\n"
    assert merge.merge(base, b"\xe4\n" + base, base + b"\xfc\n").data == b"\xe4\n" + base + b"\xfc\n"


LINES = st.lists(st.sampled_from("abcdef"), max_size=12)
ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def edited(draw: st.DrawFn, base: list[str], word: str) -> bytes:
    """`base` with lines taken out, changed and put in; each line of its own holds `word` and a number."""
    lines = list(base)
    for number in range(draw(st.integers(0, 5))):
        place = draw(st.integers(0, len(lines)))
        lines[place : place + draw(st.integers(0, 2))] = [f"{word}{number}"] * draw(st.integers(0, 1))
    return text(lines, draw(ENDS), draw(st.booleans()))


def text(lines: list[str], end: str = "\n", last: bool = True) -> bytes:
    return (end.join(lines) + (end if last and lines else "")).encode()


@given(st.data())
def test_no_line_that_one_side_put_in_is_lost(data: st.DataObject) -> None:
    base = data.draw(LINES)
    yours, theirs = data.draw(edited(base, "mine")), data.draw(edited(base, "new"))
    before = data.draw(st.sampled_from([None, text(base)]))
    merged = merge.merge(before, yours, theirs).data.split()
    for version, word in ((yours, b"mine"), (theirs, b"new")):
        put_in = Counter(line for line in version.split() if line.startswith(word))
        assert put_in - Counter(merged) == Counter()


@given(LINES, st.data())
def test_without_a_conflict_the_merge_is_the_same_whoever_comes_first(base: list[str], data: st.DataObject) -> None:
    before = text(base)
    one, other = data.draw(edited(base, "mine")), data.draw(edited(base, "new"))
    first, second = merge.merge(before, one, other), merge.merge(before, other, one)
    assert first.conflicts == second.conflicts
    if first.conflicts == 0 and b"\r" not in one + other:
        assert first.data == second.data


@given(LINES, st.data())
@example(["a"], None)
def test_an_edit_goes_back_into_the_source_of_a_rendered_text(base: list[str], data: st.DataObject | None) -> None:
    """Where no line was filled in, patching the source is merging."""
    if data is None:
        assert merge.patch(b"name: x\nb\n", b"name: y\nb\nc\n", b"name: {{x}}\nb\n") == (
            b"name: {{x}}\nb\nc\n",
            [b"name: y\n"],
        )
        return
    yours = data.draw(edited(base, "mine"))
    assert merge.patch(text(base), yours, text(base)) == (yours, [])
