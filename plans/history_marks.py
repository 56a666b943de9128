"""What has changed in a text, with its words marked, and the changed stretch alone where the text is long. No Django.

Most saves change a few words of a long text. What is the same at both ends is set aside before the words are compared,
so that a page of such changes is quick to make.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from plans.text_comparison import RunKind, WordRun, mark_words

_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
# Letters of what is kept that are shown beside a change, and of a change so long that it is cut itself.
BESIDE = 60
LONGEST_CHANGE = 360
CUT = " … "


@dataclass(frozen=True, slots=True)
class Marked:
    """A change in a text: ``runs`` are all its words, ``excerpt`` those around what differs."""

    runs: tuple[WordRun, ...]
    excerpt: tuple[WordRun, ...]

    @property
    def is_cut(self) -> bool:
        return self.runs != self.excerpt


def marked(before: str, after: str) -> Marked:
    """Return the words of both texts in reading order, those that differ marked."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    start = _same(old, new)
    end = _same(old[start:][::-1], new[start:][::-1])
    middle = mark_words("".join(old[start : len(old) - end]), "".join(new[start : len(new) - end]))
    runs = [WordRun(RunKind.KEPT, "".join(old[:start])), *middle]
    runs.append(WordRun(RunKind.KEPT, "".join(old[len(old) - end :] if end else [])))
    whole = _joined(runs)
    return Marked(whole, excerpt_of(whole))


def excerpt_of(runs: Sequence[WordRun]) -> tuple[WordRun, ...]:
    """Return the runs with what is kept far from a change cut away, and very long changes cut in their middle."""
    shown = []
    for place, run in enumerate(runs):
        if run.kind != RunKind.KEPT:
            shown.append(WordRun(run.kind, _without_middle(run.text, LONGEST_CHANGE // 2)))
            continue
        before, after = place > 0, place < len(runs) - 1
        if before and after:
            text = _without_middle(run.text, BESIDE)
        elif after:
            text = _tail(run.text, BESIDE)
        elif before:
            text = _head(run.text, BESIDE)
        else:
            text = _head(run.text, LONGEST_CHANGE)
        shown.append(WordRun(RunKind.KEPT, text))
    return tuple(shown)


def _same(old: list[str], new: list[str]) -> int:
    """Return how many tokens both lists begin with."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _joined(runs: Sequence[WordRun]) -> tuple[WordRun, ...]:
    whole: list[WordRun] = []
    for run in runs:
        if not run.text:
            continue
        if whole and whole[-1].kind == run.kind == RunKind.KEPT:
            whole[-1] = WordRun(RunKind.KEPT, whole[-1].text + run.text)
        else:
            whole.append(run)
    return tuple(whole)


def _without_middle(text: str, each: int) -> str:
    if len(text) <= 2 * each + 2 * len(CUT):
        return text
    return _cut(text[:each].rpartition(" ")[0] or text[:each], text[-each:].partition(" ")[2] or text[-each:])


def _head(text: str, letters: int) -> str:
    if len(text) <= letters + len(CUT):
        return text
    return f"{text[:letters].rpartition(' ')[0] or text[:letters]}{CUT.rstrip()}"


def _tail(text: str, letters: int) -> str:
    if len(text) <= letters + len(CUT):
        return text
    return f"{CUT.lstrip()}{text[-letters:].partition(' ')[2] or text[-letters:]}"


def _cut(head: str, tail: str) -> str:
    return f"{head.rstrip()}{CUT}{tail.lstrip()}"
