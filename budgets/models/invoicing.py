import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from budgets.giro import fault_in_bankgiro, fault_in_plusgiro
from plans.models import Collaboration, Organisation, PlanVersion
from plans.natural_keys import Keyed, NaturalKeyManager, NaturallyKeyed
from plans.organisation_numbers import has_right_check_digit

LONGEST_TEXT = 2_000
_NUMBER = re.compile(r"[0-9]{6}-[0-9]{4}")
_postal_code = RegexValidator(r"^[0-9]{3} ?[0-9]{2}\Z", "Skriv postnumret med fem siffror, till exempel 241 80.")
_account = RegexValidator(r"^[0-9]{4,10}\Z", "Ett konto skrivs med fyra till tio siffror.")
_vat_number = RegexValidator(
    r"^SE[0-9]{12}\Z", "Ett svenskt momsregistreringsnummer är SE och tolv siffror, till exempel SE212000117301."
)
_endpoint = RegexValidator(r"^[0-9A-Za-z.:-]+\Z", "E-adressen skrivs med siffror, bokstäver, punkt, kolon och streck.")


def validate_ten_digits(number: str) -> None:
    """Refuse an organisation number of the wrong shape or with a wrong check digit; any kind of body may invoice."""
    if not _NUMBER.fullmatch(number):
        raise ValidationError("Skriv organisationsnumret som tio siffror med bindestreck, till exempel 232100-0255.")
    if not has_right_check_digit(number):
        raise ValidationError("Kontrollsiffran, den sista, stämmer inte med de andra siffrorna.")


def validate_bankgiro(number: str) -> None:
    """Refuse a bankgiro number of the wrong length or whose last digit does not check the others."""
    if fault := fault_in_bankgiro(number):
        raise ValidationError(fault)


def validate_plusgiro(number: str) -> None:
    """Refuse a plusgiro number of the wrong length or whose last digit does not check the others."""
    if fault := fault_in_plusgiro(number):
        raise ValidationError(fault)


class Endpoint(models.TextChoices):
    """Schemes of electronic addresses that Swedish public bodies use in Peppol (ISO 6523)."""

    ORGANISATION_NUMBER = "0007", "organisationsnummer (0007)"
    GLN = "0088", "GLN (0088)"


class InvoicingTerms(NaturallyKeyed):
    """Who invoices a collaboration's members, and on what terms. Every invoice gets a copy of what it says.

    Amounts of an invoice are the shares without VAT; with category ``STANDARD`` 25 % is added to them. ``first_number``
    is the number of the first invoice; the next one follows on the last that has been issued.
    """

    NATURAL_KEY = ("collaboration__slug",)

    class VatCategory(models.TextChoices):
        OUTSIDE = "O", "utanför momsens tillämpningsområde"
        EXEMPT = "E", "undantagen från moms"
        STANDARD = "S", "25 procent moms"

    collaboration = models.OneToOneField(
        Collaboration, models.PROTECT, related_name="invoicing_terms", verbose_name="samverkan"
    )
    seller_name = models.CharField("den som fakturerar", max_length=200)
    seller_organisation_number = models.CharField(
        "organisationsnummer", max_length=11, validators=[validate_ten_digits], help_text="Till exempel 232100-0255."
    )
    seller_address = models.CharField("adress", max_length=200, blank=True)
    seller_postal_code = models.CharField("postnummer", max_length=6, blank=True, validators=[_postal_code])
    seller_city = models.CharField("postort", max_length=100, blank=True)
    seller_seat = models.CharField("säte", max_length=100, blank=True)
    contact_name = models.CharField("kontaktperson eller enhet", max_length=120, blank=True)
    contact_phone = models.CharField("telefon", max_length=40, blank=True)
    contact_email = models.EmailField("e-post för frågor", blank=True)
    endpoint_scheme = models.CharField(
        "slag av e-adress", max_length=4, choices=Endpoint.choices, default=Endpoint.ORGANISATION_NUMBER
    )
    endpoint = models.CharField(
        "e-adress i Peppol",
        max_length=50,
        blank=True,
        validators=[_endpoint],
        help_text="Lämnas tom när e-adressen är organisationsnumret.",
    )
    has_f_tax = models.BooleanField("godkänd för F-skatt", default=False)
    vat_category = models.CharField("moms", max_length=1, choices=VatCategory.choices, default=VatCategory.OUTSIDE)
    vat_number = models.CharField(
        "momsregistreringsnummer", max_length=14, blank=True, validators=[_vat_number], help_text="SE och tolv siffror."
    )
    vat_text = models.CharField(
        "momstext",
        max_length=300,
        blank=True,
        help_text="Varför ingen moms tas ut, till exempel Kostnadsdelning utanför momslagens tillämpningsområde.",
    )
    bankgiro = models.CharField("bankgiro", max_length=9, blank=True, validators=[validate_bankgiro])
    plusgiro = models.CharField("plusgiro", max_length=12, blank=True, validators=[validate_plusgiro])
    due_days = models.PositiveSmallIntegerField(
        "betalningstid i dagar", default=30, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    late_interest_text = models.CharField(
        "text om dröjsmålsränta",
        max_length=300,
        default="Vid betalning efter förfallodagen tas dröjsmålsränta ut enligt räntelagen: "
        "referensräntan plus 8 procentenheter.",
    )
    rounds_to_krona = models.BooleanField("avrunda till hela kronor (öresutjämning)", default=False)
    number_prefix = models.CharField(
        "bokstäver före fakturanumret",
        max_length=4,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]*\Z", "Använd bokstäverna A–Z.")],
    )
    first_number = models.PositiveIntegerField(
        "första fakturanumret", default=1001, validators=[MinValueValidator(1), MaxValueValidator(99_999_999)]
    )
    ocr_has_length = models.BooleanField("längdsiffra i OCR-numret", default=False)
    receivable_account = models.CharField("konto för kundfordran", max_length=10, default="1510", validators=[_account])
    revenue_account = models.CharField("konto för intäkt", max_length=10, default="3990", validators=[_account])
    vat_account = models.CharField("konto för utgående moms", max_length=10, default="2610", validators=[_account])
    rounding_account = models.CharField("konto för öresutjämning", max_length=10, default="3740", validators=[_account])
    bank_account = models.CharField("konto för inbetalningar", max_length=10, default="1930", validators=[_account])

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "faktureringsvillkor"
        verbose_name_plural = "faktureringsvillkor"
        ordering = ["collaboration"]
        constraints = [
            models.CheckConstraint(
                condition=Q(vat_category="O") | ~Q(vat_number=""),
                name="invoicing_terms_vat_needs_number",
                violation_error_message="Ange momsregistreringsnumret: utan det kan momsen varken vara undantagen "
                "eller 25 procent.",
            ),
            models.CheckConstraint(
                condition=~Q(bankgiro="") | ~Q(plusgiro=""),
                name="invoicing_terms_have_giro",
                violation_error_message="Ange bankgiro eller plusgiro att betala till.",
            ),
        ]

    def __str__(self) -> str:
        return f"Faktureringsvillkor för {self.collaboration}"

    def clean(self) -> None:
        if not self._state.adding:
            before = type(self).objects.get(pk=self.pk)
            changed = [
                name for name in ("number_prefix", "first_number") if getattr(self, name) != getattr(before, name)
            ]
            if changed and self.collaboration.invoices.exists():
                raise ValidationError({changed[0]: "Fakturor har redan ställts ut, så nummerserien ligger fast."})


class LedgerDimension(NaturallyKeyed):
    """A dimension that the ledger wants on every row: its number, and where its value comes from."""

    NATURAL_KEY = ("terms__collaboration__slug", "number")

    class Source(models.TextChoices):
        FIXED = "fixed", "fast värde"
        ORGANISATION = "organisation", "organisationens kod"
        AREA = "area", "insatsområdets kortnamn"
        YEAR = "year", "verksamhetsåret"

    terms = models.ForeignKey(InvoicingTerms, models.PROTECT, related_name="dimensions", verbose_name="villkor")
    number = models.PositiveSmallIntegerField(
        "nummer", validators=[MinValueValidator(1)], help_text="I SIE: 1 kostnadsställe, 6 projekt, 20 och uppåt egna."
    )
    name = models.CharField("namn", max_length=60)
    source = models.CharField("värde", max_length=20, choices=Source.choices, default=Source.FIXED)
    fixed_value = models.CharField(
        "det fasta värdet",
        max_length=30,
        blank=True,
        validators=[RegexValidator(r'^[^"{}\\\x00-\x1f]*\Z', "Värdet kan inte ha citattecken eller klamrar.")],
    )

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "dimension i bokföringen"
        verbose_name_plural = "dimensioner i bokföringen"
        ordering = ["terms", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["terms", "number"],
                name="ledger_dimension_once",
                violation_error_message="Dimensionen med det numret finns redan.",
            ),
            models.CheckConstraint(
                condition=~Q(source="fixed") | ~Q(fixed_value=""),
                name="ledger_dimension_has_value",
                violation_error_message="Skriv det fasta värdet.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class InvoiceRecipient(NaturallyKeyed):
    """Where an organisation takes its invoices, and what it wants to see on them.

    ``endpoint`` is its address in Peppol; an empty one stands for the organisation number.
    """

    NATURAL_KEY = ("organisation__code",)

    organisation = models.OneToOneField(
        Organisation, models.PROTECT, related_name="invoice_recipient", verbose_name="organisation"
    )
    address = models.CharField("fakturaadress", max_length=200, blank=True)
    postal_code = models.CharField("postnummer", max_length=6, blank=True, validators=[_postal_code])
    city = models.CharField("postort", max_length=100, blank=True)
    reference = models.CharField(
        "köparens referens", max_length=60, blank=True, help_text="Det som er ekonomiavdelning vill se på fakturan."
    )
    order_reference = models.CharField("inköpsorder", max_length=60, blank=True)
    email = models.EmailField("e-post för fakturor", blank=True)
    endpoint_scheme = models.CharField(
        "slag av e-adress", max_length=4, choices=Endpoint.choices, default=Endpoint.ORGANISATION_NUMBER
    )
    endpoint = models.CharField(
        "e-adress i Peppol",
        max_length=50,
        blank=True,
        validators=[_endpoint],
        help_text="Lämnas tom när e-adressen är organisationsnumret.",
    )
    remark = models.CharField("anmärkning", max_length=300, blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "fakturamottagare"
        verbose_name_plural = "fakturamottagare"
        ordering = ["organisation__code"]

    def __str__(self) -> str:
        return f"Fakturamottagare för {self.organisation}"


class Invoicing(Keyed):
    """A round of invoices (faktureringsomgång): what all members pay of a year, or of one instalment of it.

    ``basis`` is as in ``budgets.frozen_shares``: the budget lines, or the printed total where it differs from them.
    """

    class Basis(models.TextChoices):
        LINES = "lines", "budgetposterna"
        PRINTED = "printed", "den tryckta summan"

    class Instalments(models.IntegerChoices):
        WHOLE = 1, "hela året"
        HALF_YEARS = 2, "halvår"
        QUARTERS = 4, "kvartal"

    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="invoicings", verbose_name="version")
    year = models.PositiveSmallIntegerField("verksamhetsår")
    basis = models.CharField("underlag", max_length=10, choices=Basis.choices, default=Basis.LINES)
    instalments = models.PositiveSmallIntegerField(
        "delas upp i", choices=Instalments.choices, default=Instalments.WHOLE
    )
    instalment = models.PositiveSmallIntegerField("del", default=1, validators=[MinValueValidator(1)])
    issued_on = models.DateField("fakturadatum")
    due_on = models.DateField("förfallodag")
    text = models.TextField("text på fakturorna", max_length=LONGEST_TEXT, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="skapad av"
    )
    made_at = models.DateTimeField("skapad", default=timezone.now)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "faktureringsomgång"
        verbose_name_plural = "faktureringsomgångar"
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "year", "instalments", "instalment"],
                name="invoicing_once_per_instalment",
                violation_error_message="Den delen av året har redan en faktureringsomgång.",
            ),
            models.CheckConstraint(
                condition=Q(instalments__in=[1, 2, 4]),
                name="invoicing_instalments_known",
                violation_error_message="Året faktureras helt, per halvår eller per kvartal.",
            ),
            models.CheckConstraint(
                condition=Q(instalment__gte=1, instalment__lte=F("instalments")),
                name="invoicing_instalment_in_year",
                violation_error_message="Delen finns inte i året.",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("issued_on")),
                name="invoicing_due_after_issued",
                violation_error_message="Förfallodagen kan inte ligga före fakturadatum.",
            ),
        ]

    def __str__(self) -> str:
        return f"Fakturering {self.version.plan.title} {self.period_text}"

    @property
    def period_text(self) -> str:
        """The part of the year: ``2024``, ``första halvåret 2024``, ``kvartal 3 2024``."""
        if self.instalments == self.Instalments.WHOLE:
            return str(self.year)
        if self.instalments == self.Instalments.HALF_YEARS:
            return f"{('första', 'andra')[self.instalment - 1]} halvåret {self.year}"
        return f"kvartal {self.instalment} {self.year}"

    @property
    def months(self) -> tuple[int, int]:
        """The first and the last month of the part of the year that is invoiced."""
        length = 12 // self.instalments
        return (self.instalment - 1) * length + 1, self.instalment * length
