from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from budgets.querysets import BudgetLineQuerySet
from plans.models import Collaboration, FocusArea, Plan
from plans.natural_keys import Keyed, NaturalKeyManager, NaturallyKeyed
from plans.richtext import RichTextField
from plans.years import PLAUSIBLE_YEAR


class FundingForm(NaturallyKeyed):
    """How something is paid: by the members through the cost model (SGD), or in another way (Annan)."""

    NATURAL_KEY = ("collaboration__slug", "slug")

    collaboration = models.ForeignKey(
        Collaboration, models.PROTECT, related_name="funding_forms", verbose_name="samverkan"
    )
    slug = models.SlugField("kortnamn", max_length=40)
    name = models.CharField("namn", max_length=80)
    description = models.TextField("beskrivning", blank=True)
    is_shared = models.BooleanField("fördelas på medlemmarna", default=False)
    position = models.PositiveSmallIntegerField("ordning i tabeller", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "finansieringsform"
        verbose_name_plural = "finansieringsformer"
        ordering = ["collaboration", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "slug"], name="funding_form_slug_in_collaboration")
        ]

    def __str__(self) -> str:
        return self.name


class TableNote(NaturallyKeyed):
    """A note under a plan's budget table, with the mark (*, **) that points to it."""

    NATURAL_KEY = ("plan__slug", "mark")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="table_notes", verbose_name="handlingsplan")
    mark = models.CharField("märke", max_length=8)
    text = models.TextField("text")
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "tabellnot"
        verbose_name_plural = "tabellnoter"
        ordering = ["plan", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "mark"], name="table_note_mark_in_plan")]

    def __str__(self) -> str:
        return f"{self.mark} {self.text}"


class NotePlacement(Keyed):
    """A place outside the cells where a plan prints a note's mark."""

    class Place(models.TextChoices):
        FUNDING_FORM = "funding_form", "kolumnrubrik för finansieringsform"
        COLUMN_FOOT = "column_foot", "sist i en kolumn, före delsumman"
        COST_TABLE = "cost_table", "rubriken för kostnadsfördelningen"

    note = models.ForeignKey(TableNote, models.PROTECT, related_name="placements", verbose_name="not")
    place = models.CharField("plats", max_length=20, choices=Place.choices)
    funding_form = models.ForeignKey(
        FundingForm, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="finansieringsform"
    )
    year = models.PositiveSmallIntegerField("budgetår", validators=PLAUSIBLE_YEAR, null=True, blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "notmärkets plats"
        verbose_name_plural = "notmärkenas platser"
        ordering = ["note", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(place="cost_table", funding_form__isnull=True, year__isnull=True)
                | Q(place="funding_form", funding_form__isnull=False, year__isnull=True)
                | Q(place="column_foot", funding_form__isnull=False, year__isnull=False),
                name="note_placement_says_where",
                violation_error_message="Ange finansieringsform, och för en kolumns slut även budgetår.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.note.mark}: {self.get_place_display()}"


class BudgetLine(Keyed):
    """Money for a focus area, a year and a funding form, as a whole or for a named part of the area.

    ``amount`` is kronor. Zero means that nothing is set aside. Empty means that there is no figure, and then a note
    says why. No line at all means that the table's cell is blank. A line for a year outside the plan's own years is a
    comparison figure, kept as printed.
    """

    focus_area = models.ForeignKey(FocusArea, models.PROTECT, related_name="budget_lines", verbose_name="insatsområde")
    year = models.PositiveSmallIntegerField("budgetår", validators=PLAUSIBLE_YEAR)
    funding_form = models.ForeignKey(
        FundingForm, models.PROTECT, related_name="budget_lines", verbose_name="finansieringsform"
    )
    label = models.CharField("del av området", max_length=200, blank=True)
    amount = models.DecimalField(
        "belopp, kr", max_digits=14, decimal_places=2, null=True, blank=True, help_text="Tomt: ingen uppgift, se noten."
    )
    note = models.ForeignKey(
        TableNote, models.PROTECT, null=True, blank=True, related_name="budget_lines", verbose_name="not"
    )
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager.from_queryset(BudgetLineQuerySet)()

    class Meta:
        verbose_name = "budgetpost"
        verbose_name_plural = "budgetposter"
        ordering = ["focus_area__position", "year", "funding_form__position", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["focus_area", "year", "funding_form", "label"], name="budget_line_once_per_part"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=Decimal(0)),
                name="budget_amount_not_negative",
                violation_error_message="Ett belopp kan inte vara negativt.",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=False) | Q(note__isnull=False),
                name="budget_line_without_figure_has_note",
                violation_error_message="En post utan belopp behöver en not som säger varför.",
            ),
        ]

    def clean(self) -> None:
        if not self.focus_area_id:
            return
        plan = self.focus_area.plan
        if self.note_id and self.note.plan_id != plan.pk:
            raise ValidationError({"note": "Noten hör till en annan plan."})
        if self.funding_form_id and self.funding_form.collaboration_id != plan.collaboration_id:
            raise ValidationError({"funding_form": "Finansieringsformen hör till en annan samverkan än planen."})

    def __str__(self) -> str:
        part = f", {self.label}" if self.label else ""
        return f"{self.focus_area}{part} {self.year} {self.funding_form}"


class BudgetStatement(NaturallyKeyed):
    """What a plan says in words about one focus area's money in one year.

    ``printed_heading`` is kept where the decided document prints another heading than the year calls for.
    """

    NATURAL_KEY = ("focus_area__plan__slug", "focus_area__slug", "year")

    focus_area = models.ForeignKey(
        FocusArea, models.PROTECT, related_name="budget_statements", verbose_name="insatsområde"
    )
    year = models.PositiveSmallIntegerField("budgetår", validators=PLAUSIBLE_YEAR)
    text = RichTextField("text", blank=False)
    printed_heading = models.CharField("tryckt rubrik", max_length=120, blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "ekonomitext"
        verbose_name_plural = "ekonomitexter"
        ordering = ["focus_area__position", "year"]
        constraints = [
            models.UniqueConstraint(fields=["focus_area", "year"], name="budget_statement_once_per_area_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.focus_area} {self.year}"


class PrintedFigure(Keyed):
    """A figure as a decided or sent document prints it, kept beside the one that follows from its budget lines.

    ``value`` is kronor for totals, öre per inhabitant for the rate and inhabitants for the population.
    """

    class Kind(models.TextChoices):
        YEAR_TOTAL = "year_total", "summa per verksamhetsår, kr"
        FORM_SUBTOTAL = "form_subtotal", "delsumma per finansieringsform, kr"
        RATE = "rate", "kostnad per invånare och organisation, öre"
        POPULATION = "population", "invånartal"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="printed_figures", verbose_name="handlingsplan")
    kind = models.CharField("slag", max_length=20, choices=Kind.choices)
    year = models.PositiveSmallIntegerField("budgetår", validators=PLAUSIBLE_YEAR, null=True, blank=True)
    funding_form = models.ForeignKey(
        FundingForm, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="finansieringsform"
    )
    # SQLite keeps no more than 15 digits and cannot read back a value that has 16.
    value = models.DecimalField("tryckt värde", max_digits=14, decimal_places=2)
    printed_heading = models.CharField("tryckt rubrik", max_length=200, blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "tryckt uppgift"
        verbose_name_plural = "tryckta uppgifter"
        ordering = ["plan", "kind", "year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "kind", "year", "funding_form"], name="printed_subtotal_once"),
            models.UniqueConstraint(
                fields=["plan", "kind", "year"],
                condition=Q(funding_form__isnull=True),
                name="printed_figure_once",
                violation_error_message="Planen har redan en tryckt uppgift av det slaget för året.",
            ),
            models.CheckConstraint(
                condition=Q(kind="form_subtotal", funding_form__isnull=False)
                | (~Q(kind="form_subtotal") & Q(funding_form__isnull=True)),
                name="printed_subtotal_has_funding_form",
                violation_error_message="En delsumma hör till en finansieringsform, övriga uppgifter gör det inte.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.slug} {self.get_kind_display()} {self.year or ''}: {self.value}"
