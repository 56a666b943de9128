"""What has changed between two texts, and between two lists of texts, with the words marked. No Django.

The marked words give both texts back: kept and removed words are the text before, kept and added ones the text after.
"""

import re
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from fractions import Fraction

_TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
_WORDS = re.compile(r"\w+")

# Two texts that share less than this are two texts; the real plans' rewritten goals share more.
_SAME_TEXT = Fraction(42, 100)
# Fewer kept letters than this between two changes make a mosaic that no one can read.
_READABLE_LETTERS = 4
# Where less than this part of the longer text is kept, the texts are read whole, one after the other.
_READABLE_PART = Fraction(35, 100)
# Longer texts than this are compared whole, so that a hostile text cannot hold a server.
_MAX_TOKENS = 4_000
_MAX_PAIRS = 40_000


class RunKind(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


class ChangeKind(StrEnum):
    KEPT = "kept"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class WordRun:
    """Words in a row that share a fate."""

    kind: RunKind
    text: str


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text's fate from one list to another. ``before`` and ``after`` are its places there, ``None`` where it is not.

    ``is_moved`` says that it stands before or after what it used to follow or precede.
    """

    kind: ChangeKind
    runs: tuple[WordRun, ...]
    before: int | None
    after: int | None
    is_moved: bool = False

    @property
    def is_rewritten(self) -> bool:
        """Whether so little is kept that the two texts are read one after the other."""
        return self.kind == ChangeKind.CHANGED and all(run.kind != RunKind.KEPT for run in self.runs)

    @property
    def text_before(self) -> str:
        return text_before(self.runs)

    @property
    def text_after(self) -> str:
        return text_after(self.runs)


def text_before(runs: Sequence[WordRun]) -> str:
    return "".join(run.text for run in runs if run.kind != RunKind.ADDED)


def text_after(runs: Sequence[WordRun]) -> str:
    return "".join(run.text for run in runs if run.kind != RunKind.REMOVED)


def mark_words(before: str, after: str) -> tuple[WordRun, ...]:
    """Return the words of both texts in reading order; in each change what is removed comes first."""
    if before == after:
        return _runs([("equal", before, after)])
    whole = [("replace", before, after)]
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    if max(len(old), len(new)) > _MAX_TOKENS:
        return _runs(whole)
    steps = [
        ("equal" if tag == "equal" else "replace", "".join(old[start:end]), "".join(new[first:last]))
        for tag, start, end, first, last in SequenceMatcher(None, old, new).get_opcodes()
    ]
    steps = _readable(steps)
    kept = sum(_letters(text) for tag, text, _ in steps if tag == "equal")
    if kept < _READABLE_PART * max(_letters(before), _letters(after)):
        return _runs(whole)
    return _runs(steps)


def compare_texts(before: Sequence[str], after: Sequence[str], *, only_equal: bool = False) -> tuple[TextChange, ...]:
    """Return what became of each text: in the order of ``after``, with what is gone where it used to stand.

    With ``only_equal`` a text is either the same or another, never a changed one.
    """
    pairs = _pair(before, after, only_equal=only_equal)
    old_of = {new: old for old, new in pairs}
    moved = _moved([old_of[new] for new in sorted(old_of)])
    paired = {old for old, _ in pairs}
    shown: list[TextChange] = []
    for new, text in enumerate(after):
        old = old_of.get(new)
        if old is None:
            shown.append(TextChange(ChangeKind.ADDED, _runs([("replace", "", text)]), None, new))
            continue
        kind = ChangeKind.KEPT if before[old] == text else ChangeKind.CHANGED
        shown.append(TextChange(kind, mark_words(before[old], text), old, new, old in moved))
    for place in sorted(set(range(len(before))) - paired):
        change = TextChange(ChangeKind.REMOVED, _runs([("replace", before[place], "")]), place, None)
        shown.insert(_place_after(shown, place), change)
    return tuple(shown)


def similarity(one: str, other: str) -> Fraction:
    """Return how much of two texts' words are the same, from 0 to 1, whatever their order and endings."""
    return _overlap(_features(one), _features(other))


def _place_after(shown: list[TextChange], place: int) -> int:
    """Return where a text that is gone is shown: after the nearest one before it that did not move."""
    earlier = [
        (change.before, number)
        for number, change in enumerate(shown)
        if change.before is not None and change.before < place and not change.is_moved
    ]
    return max(earlier)[1] + 1 if earlier else 0


def _pair(before: Sequence[str], after: Sequence[str], *, only_equal: bool) -> list[tuple[int, int]]:
    """Pair each text with the one it has become: equal ones first, then the most alike, earlier ones first."""
    pairs, new_left = [], []
    places: dict[str, deque[int]] = {}
    for old, text in enumerate(before):
        places.setdefault(text, deque()).append(old)
    for new, text in enumerate(after):
        if places.get(text):
            pairs.append((places[text].popleft(), new))
        else:
            new_left.append(new)
    old_left = sorted(old for left in places.values() for old in left)
    if only_equal or len(old_left) * len(new_left) > _MAX_PAIRS:
        return pairs
    old_features = {place: _features(before[place]) for place in old_left}
    new_features = {place: _features(after[place]) for place in new_left}
    candidates = sorted(
        (-alike, old, new)
        for old in old_left
        for new in new_left
        if (alike := _overlap(old_features[old], new_features[new])) >= _SAME_TEXT
    )
    for _, old, new in candidates:
        if old in old_features and new in new_features:
            pairs.append((old, new))
            del old_features[old], new_features[new]
    return pairs


def _features(text: str) -> Counter:
    """Return the three-letter pieces of each word: an inflected word is still mostly the same word."""
    return Counter(
        f" {word} "[place : place + 3] for word in _WORDS.findall(text.casefold()) for place in range(max(len(word), 1))
    )


def _overlap(one: Counter, other: Counter) -> Fraction:
    size = one.total() + other.total()
    return Fraction(2 * (one & other).total(), size) if size else Fraction(0)


def _moved(places: list[int]) -> set[int]:
    """Return those of ``places`` outside its longest rising part."""
    ends: list[int] = []
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(ends, place)
        before[place] = tails[at - 1] if at else None
        ends[at : at + 1] = [place]
        tails[at : at + 1] = [place]
    staying: set[int] = set()
    place = tails[-1] if tails else None
    while place is not None:
        staying.add(place)
        place = before[place]
    return set(places) - staying


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _readable(steps: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Join changes with only a few kept letters between them."""
    joined: list[tuple[str, str, str]] = []
    for number, (tag, old, new) in enumerate(steps):
        between = 0 < number < len(steps) - 1
        if tag == "equal" and between and _letters(old) < _READABLE_LETTERS:
            tag = "replace"
        if joined and tag == joined[-1][0] == "replace":
            joined[-1] = ("replace", joined[-1][1] + old, joined[-1][2] + new)
        else:
            joined.append((tag, old, new))
    return joined


def _runs(steps: list[tuple[str, str, str]]) -> tuple[WordRun, ...]:
    runs = []
    for tag, old, new in steps:
        if tag == "equal":
            runs.append(WordRun(RunKind.KEPT, old))
        else:
            runs += [WordRun(RunKind.REMOVED, old), WordRun(RunKind.ADDED, new)]
    return tuple(run for run in runs if run.text)
