"""Which of the log's entries are one and the same act: a text saved again and again, or a period split.

The log is read backwards, a line for each entry without its texts. No database.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from plans.models import LogEntry

Action = LogEntry.Action
PERIOD, ACTIVITY = "plans.activityperiod", "plans.activity"
YEARS = frozenset({"start_year", "end_year"})


class Line(NamedTuple):
    """An entry without its texts; ``names`` are the fields that it gave a value."""

    number: int
    at: datetime.datetime
    actor: int | None
    action: str
    subject: str
    key: str
    names: frozenset[str]


@dataclass(slots=True)
class Act:
    """Entries that are told as one, the newest first. ``is_split``: they split a period."""

    lines: list[Line]
    is_split: bool = False

    @property
    def newest(self) -> Line:
        return self.lines[0]

    @property
    def oldest(self) -> Line:
        return self.lines[-1]

    @property
    def action(self) -> str:
        return self.oldest.action


@dataclass(slots=True)
class Gatherer:
    """Gathers entries, the newest first, into ``acts`` in the order of their newest entry.

    The same person's saves of the same fields of the same row are one act where no more than ``window`` passes between
    one and the next and nobody else has changed those fields in between. Without a window each entry is told by itself.
    """

    window: datetime.timedelta | None
    acts: list[Act] = field(default_factory=list)
    _growing: dict[tuple[str, str], list[Act]] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        if self._ends_split(line):
            return
        row = (line.subject, line.key)
        growing = self._growing.get(row, [])
        if line.action == Action.CHANGED:
            act = next((act for act in growing if self._continues(act, line)), None)
            growing = [other for other in growing if other is act or not other.newest.names & line.names]
            if act is not None:
                act.lines.append(line)
                self._growing[row] = growing
                return
        elif line.action != Action.MOVED:
            growing = []
        act = Act([line])
        self.acts.append(act)
        if line.action == Action.CHANGED and self.window is not None:
            growing.append(act)
        self._growing[row] = growing

    def is_whole(self, acts: Sequence[Act], last: Line) -> bool:
        """Whether no entry older than ``last`` can belong to any of ``acts``."""
        growing = {id(act) for several in self._growing.values() for act in several}
        for act in acts:
            if act.oldest.at == last.at or (id(act) in growing and self._is_near(act.oldest, last)):
                return False
        return True

    def _continues(self, act: Act, line: Line) -> bool:
        newer = act.oldest
        return newer.actor == line.actor and newer.names == line.names and self._is_near(newer, line)

    def _is_near(self, newer: Line, older: Line) -> bool:
        return self.window is not None and abs(newer.at - older.at) <= self.window

    def _ends_split(self, line: Line) -> bool:
        """Join a period's new years with the new period and the moves that were made in the same moment."""
        if self.window is None or (line.action, line.subject, line.names) != (Action.CHANGED, PERIOD, YEARS):
            return False
        parts: list[Act] = []
        for act in reversed(self.acts):
            wanted = (Action.MOVED, ACTIVITY) if parts else (Action.CREATED, PERIOD)
            newer = act.oldest
            same = (newer.at, newer.actor, newer.number) == (line.at, line.actor, line.number + len(parts) + 1)
            if not same or len(act.lines) > 1 or (newer.action, newer.subject) != wanted:
                break
            parts.append(act)
        if not parts:
            return False
        del self.acts[-len(parts) :]
        self.acts.append(Act([*(act.newest for act in reversed(parts)), line], is_split=True))
        self._growing.pop((line.subject, line.key), None)
        return True
