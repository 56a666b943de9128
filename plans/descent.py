"""How focus areas descend from plan to plan, over any number of plans, read in one query."""

from collections import defaultdict
from dataclasses import dataclass, field

from plans.models.focus_area import AreaLineage
from plans.models.plan import Plan


@dataclass
class Descent:
    """The lineage of a whole collaboration. Areas and plans are named by their database ids."""

    _plans_before: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    _steps_before: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    _plan_of: dict[int, int] = field(default_factory=dict)
    _stated_new: set[int] = field(default_factory=set)
    _ended: dict[int, str] = field(default_factory=dict)
    _reasons: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of_collaboration(cls, collaboration_id: int) -> "Descent":
        descent = cls()
        rows = AreaLineage.objects.filter(plan__collaboration=collaboration_id).order_by("pk")
        for kind, plan, before, plan_before, after, reason in rows.values_list(
            "kind", "plan", "predecessor", "predecessor__plan", "successor", "reason"
        ):
            descent._add(kind, plan, before, plan_before, after, reason)
        return descent

    def _add(self, kind: str, plan: int, before: int | None, plan_before: int | None, after: int | None, reason: str):
        if after is None:
            self._ended[before] = reason
        else:
            self._plan_of[after] = plan
            self._reasons.setdefault(after, reason)
        if before is None:
            self._stated_new.add(after)
            return
        self._plan_of[before] = plan_before
        self._plans_before[plan].add(plan_before)
        if after is not None:
            self._steps_before[after].append((before, kind))

    def plans_before(self, plan: Plan) -> set[int]:
        """Return every plan that areas of ``plan`` come from, over any number of plans between."""
        found: set[int] = set()
        waiting = [plan.pk]
        while waiting:
            for before in self._plans_before.get(waiting.pop(), ()):
                if before not in found and before != plan.pk:
                    found.add(before)
                    waiting.append(before)
        return found

    def forerunners(self, area_id: int, plan: Plan) -> tuple[dict[int, bool], bool]:
        """Return the areas of ``plan`` that the area comes from, and whether each was renamed on the way.

        The second answer is whether the lineage says so much as where the area begins.
        """
        found: dict[int, bool] = {}
        seen, waiting, is_stated = {area_id}, [(area_id, False)], False
        while waiting:
            at, renamed = waiting.pop(0)
            is_stated |= at in self._stated_new
            for before, kind in self._steps_before.get(at, ()):
                is_renamed = renamed or kind == AreaLineage.Kind.RENAMED
                if self._plan_of[before] == plan.pk:
                    found[before] = is_renamed
                elif before not in seen:
                    seen.add(before)
                    waiting.append((before, is_renamed))
        return found, is_stated or bool(found)

    def ending(self, area_id: int) -> str | None:
        """Return why the area, or what came of it, has ended; ``None`` where no plan says that it has."""
        after = defaultdict(list)
        for later, steps in self._steps_before.items():
            for before, _ in steps:
                after[before].append(later)
        seen, waiting = {area_id}, [area_id]
        while waiting:
            at = waiting.pop(0)
            if at in self._ended:
                return self._ended[at]
            fresh = [later for later in after[at] if later not in seen]
            seen.update(fresh)
            waiting += fresh
        return None

    def reason(self, area_id: int) -> str:
        """Return what the plan says about where the area comes from."""
        return self._reasons.get(area_id, "")
