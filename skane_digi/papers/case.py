"""All that the papers of one version are made of, fetched at once: a number of queries that no organisation adds to."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from budgets.frozen_shares import FrozenYear, years_of
from budgets.money import UNIT_SPACE
from plans.days import day_of
from plans.models import Collaboration, DecisionRound, Organisation, PlanStep, PlanVersion, VersionFault
from plans.register import Register, register_of
from skane_digi.documents.tree import PlanDocument
from skane_digi.papers.costs import YearCost, cost_words, costs_of
from skane_digi.papers.texts import Texts, texts_of
from skane_digi.versions.freezing import document_of_version


@dataclass(frozen=True)
class Case:
    """One version on its way to the organisations. ``day`` is the day that an extract of the register is made."""

    version: PlanVersion
    collaboration: Collaboration
    document: PlanDocument
    years: tuple[FrozenYear, ...]
    round: DecisionRound
    steps: tuple[PlanStep, ...]
    faults: tuple[VersionFault, ...]
    texts: Texts
    organisations: tuple[Organisation, ...]
    day: datetime.date

    @cached_property
    def register(self) -> Register:
        return register_of(self.version)

    @property
    def mark(self) -> str:
        """What stands on every page: ``Handlingsplan 2024, version 1 · 3f2a 9c1e 77b0 41d2``."""
        return f"{self.document.title}, version {self.version.number} · {self.fingerprint}"

    @property
    def fingerprint(self) -> str:
        """The version's fingerprint, which no line may break in two."""
        return self.version.fingerprint.replace(" ", UNIT_SPACE)

    @property
    def frozen_on(self) -> datetime.date:
        return day_of(self.version.frozen_at)

    @property
    def version_text(self) -> str:
        """The number and since when: ``1, fryst 2026-09-01``."""
        day = self.frozen_on.isoformat()
        became = f"återgiven {day} som den trycktes" if self.version.is_as_printed else f"fryst {day}"
        return f"{self.version.number}, {became}"

    @property
    def full_title(self) -> str:
        return f"{self.document.title} {self.document.subtitle}".strip()

    def costs(self, organisation: Organisation) -> tuple[YearCost, ...]:
        return costs_of(self.years, organisation)

    def other_amount(self, year: int) -> Decimal:
        """Return what funding forms outside the cost model carry of a year."""
        group = self.document.budget.year(year)
        columns = [column for column in group.columns if not column.is_shared] if group else []
        return sum((column.subtotal.computed or Decimal(0) for column in columns), Decimal(0))

    def values(self, organisation: Organisation) -> dict[str, str]:
        """Return what the placeholders stand for in the organisation's papers."""
        return {
            "organisation": organisation.name,
            "plan": self.document.title,
            "år": self.document.years_text,
            "kostnad": cost_words(self.costs(organisation)),
            "version": str(self.version.number),
            "samverkan": self.document.collaboration,
        }


def case_of(version: PlanVersion, *, at: datetime.datetime | None = None) -> Case:
    """Return everything about ``version``, which may come without its large fields.

    Raises ``plans.dataclass_json.UnreadableJson`` for a version whose text cannot be read.
    """
    versions = PlanVersion.objects.defer("pdf").select_related("plan__collaboration", "round")
    version = versions.get(pk=version.pk)
    return Case(
        version=version,
        collaboration=version.plan.collaboration,
        document=document_of_version(version),
        years=years_of(version),
        round=version.round,
        steps=tuple(version.steps.select_related("body").order_by("taken_at", "pk")),
        faults=tuple(version.faults.all()),
        texts=texts_of(version.plan.collaboration),
        organisations=tuple(Organisation.objects.by_name().filter(code__in=version.member_codes)),
        day=day_of(at),
    )
