"""The page where a decision is recorded: what it is about, what it costs, and what has been recorded already."""

import datetime
from dataclasses import dataclass

from budgets.cost_tables import LINES, PRINTED
from budgets.frozen_shares import shares_in, years_of
from budgets.money import format_kr
from plans.models import Decision, Organisation, PlanVersion
from skane_digi.decisions.record_form import RecordForm
from skane_digi.decisions.recording import why_closed


@dataclass(frozen=True, slots=True)
class YearCost:
    """What the organisation pays of a year; ``printed_text`` by the plan's printed total, where that is another."""

    year: int
    amount_text: str
    printed_text: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """Something recorded for the organisation; ``is_current`` until a correction has taken its place."""

    decision: Decision
    is_current: bool


@dataclass(frozen=True, slots=True)
class RecordPage:
    """``closed`` says why nothing can be recorded now. ``earlier`` are the organisation's records, the latest last."""

    version: PlanVersion
    organisation: Organisation
    form: RecordForm
    corrects: Decision | None
    closed: str
    costs: tuple[YearCost, ...]
    earlier: tuple[Earlier, ...]

    @property
    def plan(self):
        return self.version.plan

    @property
    def wanted_on(self) -> datetime.date | None:
        return self.version.round.wanted_on

    @property
    def kept_extract(self) -> str:
        """The name of the protocol extract that follows into the correction."""
        extract = getattr(self.corrects, "extract", None)
        return extract.name if extract else ""

    @property
    def shows_form(self) -> bool:
        """What has been typed is shown also where it can no longer be recorded."""
        return not self.closed or self.form.is_bound


def record_page(
    version: PlanVersion, organisation: Organisation, *, corrects: Decision | None = None, data=None, files=None
) -> RecordPage:
    """Return the page with an empty form, or with what was sent (``data`` and ``files``)."""
    rows = Decision.objects.filter(version=version, organisation=organisation).select_related("replaced_by")
    earlier = tuple(Earlier(row, _is_current(row)) for row in rows.order_by("recorded_at", "pk"))
    form = RecordForm(
        data,
        files,
        version=version,
        organisation=organisation,
        members=Organisation.objects.by_name().filter(code__in=version.member_codes),
        corrects=corrects,
        case_number=earlier[-1].decision.case_number if earlier else "",
    )
    return RecordPage(
        version=version,
        organisation=organisation,
        form=form,
        corrects=corrects,
        closed=why_closed(version),
        costs=_costs(version, organisation.code),
        earlier=earlier,
    )


def _is_current(decision: Decision) -> bool:
    return not hasattr(decision, "replaced_by") and decision.outcome != Decision.Outcome.WITHDRAWN


def _costs(version: PlanVersion, code: str) -> tuple[YearCost, ...]:
    years = years_of(version)
    printed = {share.year.year: format_kr(share.member.amount) for share in shares_in(years, code, PRINTED)}
    return tuple(
        YearCost(share.year.year, format_kr(share.member.amount), printed.get(share.year.year, ""))
        for share in shares_in(years, code, LINES)
    )
