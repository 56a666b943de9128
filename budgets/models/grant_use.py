from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from budgets.models.funding import BudgetLine
from budgets.models.grant import GrantAgreement, GrantArea, GrantShare
from plans.models import Organisation
from plans.natural_keys import Keyed, NaturalKeyManager

LONGEST_LIFE = 50


class GrantCondition(Keyed):
    """A condition of a grant (villkor), of the whole agreement or of one of its areas."""

    agreement = models.ForeignKey(GrantAgreement, models.PROTECT, related_name="conditions", verbose_name="statsbidrag")
    area = models.ForeignKey(
        GrantArea, models.PROTECT, null=True, blank=True, related_name="conditions", verbose_name="utvecklingsområde"
    )
    text = models.TextField("villkor")
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "villkor för statsbidrag"
        verbose_name_plural = "villkor för statsbidrag"
        ordering = ["agreement", "position", "pk"]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        _check_area(self)


class GrantDuty(Keyed):
    """A report that the receivers owe (återrapportering): to whom, by when, who sees to it and when it was done."""

    agreement = models.ForeignKey(GrantAgreement, models.PROTECT, related_name="duties", verbose_name="statsbidrag")
    area = models.ForeignKey(
        GrantArea, models.PROTECT, null=True, blank=True, related_name="duties", verbose_name="utvecklingsområde"
    )
    name = models.CharField("vad som ska redovisas", max_length=300)
    report_to = models.CharField("redovisas till", max_length=160)
    due_on = models.DateField("senast den")
    responsible = models.CharField("ansvarig", max_length=200, blank=True)
    done_on = models.DateField("redovisad den", null=True, blank=True)
    remark = models.TextField("anmärkning", blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "återrapportering"
        verbose_name_plural = "återrapporteringar"
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        _check_area(self)


class GrantMeasure(Keyed):
    """A measure that an organisation takes with a grant (insats): goal, measure and what the money is for.

    ``amount`` is what it is charged with the grant, in kronor. A new measure says how it is financed when the grant
    ends. Where it is an investment ``investment_cost`` is the whole purchase and ``depreciation_years`` its life; the
    grant may be charged only the year's depreciation.
    """

    area = models.ForeignKey(GrantArea, models.PROTECT, related_name="measures", verbose_name="utvecklingsområde")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="grant_measures", verbose_name="organisation"
    )
    goal = models.TextField("mål", blank=True)
    measure = models.TextField("insats")
    purpose = models.TextField("medlen avser", blank=True)
    amount = models.DecimalField("belopp, kr", max_digits=14, decimal_places=2, null=True, blank=True)
    is_new = models.BooleanField("ny insats", default=False)
    financing_after = models.TextField("finansiering när bidraget upphör", blank=True)
    investment_cost = models.DecimalField("investering, kr", max_digits=14, decimal_places=2, null=True, blank=True)
    depreciation_years = models.PositiveSmallIntegerField(
        "avskrivning, år",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_LIFE)],
    )
    in_use_from = models.DateField("tas i bruk den", null=True, blank=True)
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "insats med statsbidrag"
        verbose_name_plural = "insatser med statsbidrag"
        ordering = ["area__position", "organisation__code", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=Decimal(0)),
                name="grant_measure_amount_not_negative",
                violation_error_message="Ett belopp kan inte vara negativt.",
            ),
            models.CheckConstraint(
                condition=Q(investment_cost__isnull=True, depreciation_years__isnull=True)
                | Q(
                    investment_cost__isnull=False,
                    depreciation_years__isnull=False,
                    investment_cost__gt=Decimal(0),
                    depreciation_years__gte=1,
                ),
                name="grant_investment_has_cost_and_life",
                violation_error_message="Ange både vad investeringen kostar och på hur många år den skrivs av.",
            ),
        ]

    def __str__(self) -> str:
        return self.measure


class GrantFunding(Keyed):
    """That an organisation's share of a grant pays for a budget line: ``amount`` is committed, ``used`` is booked."""

    share = models.ForeignKey(GrantShare, models.PROTECT, related_name="fundings", verbose_name="tilldelning")
    budget_line = models.ForeignKey(
        BudgetLine, models.PROTECT, related_name="grant_fundings", verbose_name="budgetpost"
    )
    amount = models.DecimalField("intecknat belopp, kr", max_digits=14, decimal_places=2)
    used = models.DecimalField("förbrukat, kr", max_digits=14, decimal_places=2, default=Decimal(0))

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "statsbidrag till en budgetpost"
        verbose_name_plural = "statsbidrag till budgetposter"
        ordering = ["share", "budget_line"]
        constraints = [
            models.UniqueConstraint(
                fields=["share", "budget_line"],
                name="grant_funding_once_per_line",
                violation_error_message="Tilldelningen betalar redan budgetposten. Ändra beloppet i stället.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=Decimal(0)),
                name="grant_funding_amount_positive",
                violation_error_message="Ange ett belopp som är större än noll.",
            ),
            models.CheckConstraint(
                condition=Q(used__gte=Decimal(0), used__lte=F("amount")),
                name="grant_used_within_committed",
                violation_error_message="Det förbrukade kan inte vara mindre än noll eller mer än det intecknade.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget_line}: {self.share}"

    def clean(self) -> None:
        if self.budget_line_id and self.budget_line.funding_form.is_shared:
            raise ValidationError(
                {"budget_line": "Ett statsbidrag betalar poster med finansieringsformen Annan, inte det som fördelas."}
            )


def _check_area(row: GrantCondition | GrantDuty) -> None:
    if row.area_id and row.agreement_id and row.area.agreement_id != row.agreement_id:
        raise ValidationError({"area": "Utvecklingsområdet hör till ett annat statsbidrag."})
