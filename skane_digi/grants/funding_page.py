"""The page where a share of a grant is committed to budget lines: what there is, what is typed, what is left."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django import forms
from django.db.models import Exists, OuterRef, Q

from budgets.grant_balances import Balance, balances_of
from budgets.grant_funding import FUNDING_FIELDS, FundingWish, fund_lines
from budgets.grant_limits import misused, part_name
from budgets.grant_rows import GrantCollision, GrantRefused, bases_of
from budgets.models import BudgetLine, GrantAgreement, GrantFunding, GrantShare
from budgets.money import format_kr, to_ore
from plans.models import Organisation, Plan, PlanYear
from skane_digi.cost_rules.fields import AmountField
from skane_digi.grants.edit_fields import packed, unpacked

PREFIX = "post"


class LineForm(forms.Form):
    """What the share is to pay of one line, and what of that is used."""

    amount = AmountField(label="Intecknat, kr", required=False)
    used = AmountField(label="Förbrukat, kr", required=False)
    seen = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, data=None, *, line: BudgetLine, held: GrantFunding | None):
        row = held or GrantFunding()
        initial = {"amount": row.amount, "used": row.used or None, "seen": packed(bases_of(row, FUNDING_FIELDS))}
        super().__init__(data, prefix=f"{PREFIX}-{line.key}", initial=initial, label_suffix="")
        self.line, self.current = line, {}

    @property
    def wish(self) -> FundingWish:
        values = self.cleaned_data
        bases = unpacked(values["seen"], FUNDING_FIELDS)
        return FundingWish(self.line, values["amount"], values["used"] or Decimal(0), bases)

    def refuse(self, field: str, refusal: GrantRefused) -> None:
        self.add_error(field if field in self.fields else None, refusal.reason)
        if isinstance(refusal, GrantCollision):
            self.current = refusal.current
            told = bases_of(refusal.row, (clash.name for clash in refusal.clashes))
            bases = unpacked(self.cleaned_data["seen"], FUNDING_FIELDS)
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = packed({**bases, **told})


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with its form. ``others_text`` is what other grants pay of it, empty for nothing."""

    line: BudgetLine
    form: LineForm
    name: str
    amount_text: str
    others_text: str
    is_locked: bool


@dataclass(frozen=True, slots=True)
class PlanLines:
    plan: Plan
    rows: tuple[LineRow, ...]


class FundingPage:
    """A share, and every line that it pays for or could pay for now."""

    def __init__(self, agreement: GrantAgreement, share: GrantShare, *, data=None):
        self.agreement, self.share, self.fault = agreement, share, ""
        balances = balances_of(agreement)
        self.balance: Balance = balances.of_share(share)
        area = balances.of_area(share.grant_amount.area_id, share.organisation_id)
        self.measures = area.measures
        others = area.lines - self.balance.lines
        self.available = min(share.amount, area.received - area.measures - others)
        members = Organisation.objects.in_collaboration(agreement.collaboration_id)
        self.is_member = members.filter(pk=share.organisation_id).exists()
        self.plans = tuple(self._plans(data))
        self.is_bound = data is not None

    @property
    def part(self) -> str:
        return part_name(self.share.grant_amount)

    @property
    def is_reserved(self) -> bool:
        return self.share.grant_amount.is_reserved

    @property
    def rows(self) -> list[LineRow]:
        return [row for group in self.plans for row in group.rows]

    @property
    def left(self) -> Decimal:
        return self.available - self.balance.lines

    @property
    def left_text(self) -> str:
        return format_kr(self.left)

    @property
    def measures_text(self) -> str:
        return format_kr(self.measures) if self.measures else ""

    @property
    def available_ore(self) -> int:
        return to_ore(self.available)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every fault, as the id of its field and a sentence."""
        whole = [("intecknat", self.fault)] if self.fault else []
        return [
            *whole,
            *(
                (
                    row.form[name if name in row.form.fields else "amount"].auto_id,
                    fault if fault.startswith(row.name) else f"{row.name}: {fault}",
                )
                for row in self.rows
                for name, faults in row.form.errors.items()
                for fault in faults
            ),
        ]

    def save(self, by) -> bool:
        """Commit what the forms say and return whether that could be done; the page says why not."""
        are_valid = [row.form.is_valid() for row in self.rows]
        if not all(are_valid):
            return False
        try:
            fund_lines(share=self.share, wishes=[row.form.wish for row in self.rows], by=by)
        except GrantRefused as refusal:
            key, _, field = refusal.field.rpartition(".")
            form = next((row.form for row in self.rows if row.line.key == key), None)
            if form is None:
                self.fault = refusal.reason
            else:
                form.refuse(field, refusal)
            return False
        return True

    def _plans(self, data) -> Iterable[PlanLines]:
        held = {row.budget_line_id: row for row in self.share.fundings.all()}
        lines = list(self._lines(held, _named_in(data)))
        paid = _paid_by_others(lines, self.share)
        for _, group in groupby(lines, key=lambda line: line.focus_area.plan_id):
            rows = tuple(_row(line, held.get(line.pk), paid.get(line.pk, Decimal(0)), data) for line in group)
            yield PlanLines(rows[0].line.focus_area.plan, rows)

    def _lines(self, held, named: set[str]) -> Iterable[BudgetLine]:
        """Return the lines of drafts that are not shared, and those that the share pays for or that were typed in."""
        rows = BudgetLine.objects.filter(focus_area__plan__collaboration=self.agreement.collaboration_id)
        own_year = PlanYear.objects.filter(plan=OuterRef("focus_area__plan"), year=OuterRef("year"))
        open_now = Q(
            Exists(own_year),
            ~Q(focus_area__plan__status__in=Plan.PUBLIC_STATUSES),
            funding_form__is_shared=False,
            amount__gt=0,
        )
        payable = open_now if self.is_member else Q(pk__in=())
        rows = rows.filter(payable | Q(pk__in=held) | Q(key__in=named))
        order = ("-focus_area__plan__pk", "year", "focus_area__position", "funding_form__position", "position", "pk")
        for line in rows.select_related("focus_area__plan", "funding_form").order_by(*order):
            if line.pk in held or line.key in named or not misused(self.share.grant_amount, line):
                yield line


def _row(line: BudgetLine, held: GrantFunding | None, others: Decimal, data) -> LineRow:
    return LineRow(
        line=line,
        form=LineForm(data, line=line, held=held),
        name=", ".join(part for part in (line.focus_area.name, line.label) if part),
        amount_text=format_kr(line.amount),
        others_text=format_kr(others) if others else "",
        is_locked=line.focus_area.plan.is_locked,
    )


def _paid_by_others(lines: list[BudgetLine], share: GrantShare) -> dict[int, Decimal]:
    paid: dict[int, Decimal] = {}
    rows = GrantFunding.objects.filter(budget_line__in=lines).exclude(share=share)
    for line, amount in rows.values_list("budget_line", "amount"):
        paid[line] = paid.get(line, Decimal(0)) + amount
    return paid


def _named_in(data) -> set[str]:
    """Return the keys of the lines that something was typed for: they are shown also when they can be paid no more."""
    if data is None:
        return set()
    start, end = f"{PREFIX}-", "-amount"
    return {
        name.removeprefix(start).removesuffix(end)
        for name, value in data.items()
        if name.startswith(start) and name.endswith(end) and value.strip()
    }
