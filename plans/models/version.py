from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from plans.models.collaboration import Body
from plans.models.frozen import Frozen, FrozenQuerySet
from plans.models.plan import Plan
from plans.natural_keys import Keyed, NaturalKeyManager

LONGEST_REASON = 5_000
LARGE = ("content", "allocation", "pdf")
FINGERPRINT_LENGTH = 16


class VersionQuerySet(FrozenQuerySet):
    def without_files(self) -> Self:
        """Leave out what is large: the text, the shares and the PDF."""
        return self.defer(*LARGE)

    def standing(self) -> Self:
        """Versions that are adopted now: at most one for each plan."""
        return self.filter(round__state=DecisionRound.State.ADOPTED)

    def deciding_codes(self) -> set[str]:
        """Return the codes of all the organisations whose decision any of the versions needs."""
        return {code for codes in self.order_by().values_list("member_codes", flat=True) for code in codes}


class PlanVersion(Keyed, Frozen):
    """What a plan said when it was sent for decision: text, shares and PDF, each with its SHA-256. It never changes.

    ``content`` is the document tree as canonical JSON, with the plan, the number and the digest of ``allocation``, so
    that ``content_digest`` answers for all of it. ``allocation`` is every organisation's share with key figures and
    rule. ``member_codes`` are the organisations whose decision is needed. ``replaces`` is the version that stood when
    this one was frozen. What happens to the version afterwards is in its ``DecisionRound``.
    """

    class Kind(models.TextChoices):
        FROZEN = "frozen", "fryst här"
        AS_PRINTED = "as_printed", "återgiven som tryckt"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions", verbose_name="handlingsplan")
    number = models.PositiveSmallIntegerField("nummer")
    kind = models.CharField("slag", max_length=20, choices=Kind.choices, default=Kind.FROZEN)
    content = models.TextField("innehåll")
    content_digest = models.CharField("innehållets kontrollsumma", max_length=64, unique=True)
    allocation = models.TextField("kostnadsfördelning")
    allocation_digest = models.CharField("fördelningens kontrollsumma", max_length=64)
    pdf = models.BinaryField("PDF")
    pdf_digest = models.CharField("PDF-filens kontrollsumma", max_length=64, db_index=True)
    member_codes = models.JSONField("organisationer som ska besluta", default=list)
    reason = models.TextField("skäl", max_length=LONGEST_REASON)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replacements", verbose_name="ersätter"
    )
    log_number = models.PositiveBigIntegerField("loggens sista nummer vid frysningen", default=0)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="fryst av"
    )
    frozen_by_name = models.CharField("vem som frös", max_length=300)
    frozen_at = models.DateTimeField("fryst", default=timezone.now)

    objects = NaturalKeyManager.from_queryset(VersionQuerySet)()

    class Meta:
        verbose_name = "version"
        verbose_name_plural = "versioner"
        ordering = ["plan", "number"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="version_number_once_per_plan"),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="version_number_from_one",
                violation_error_message="Versioner numreras från 1.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="version_has_reason",
                violation_error_message="Skriv varför planen fryses.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}, version {self.number}"

    @property
    def is_as_printed(self) -> bool:
        return self.kind == self.Kind.AS_PRINTED

    @property
    def fingerprint(self) -> str:
        """The first digits of the content's digest, in groups of four: ``3f2a 9c1e 77b0 41d2``."""
        return fingerprint_of(self.content_digest)


def fingerprint_of(digest: str) -> str:
    """Return the first 16 hexadecimal digits of ``digest`` in groups of four."""
    return " ".join(digest[start : start + 4] for start in range(0, FINGERPRINT_LENGTH, 4))


class VersionFault(Keyed, Frozen):
    """A fault in a document that was sent on paper, kept as printed and acknowledged with a reason."""

    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="faults", verbose_name="version")
    code = models.CharField("slag av fel", max_length=60)
    text = models.TextField("felet")
    where = models.CharField("var", max_length=300, blank=True)
    position = models.PositiveSmallIntegerField("ordning", default=0)
    reason = models.TextField("varför det står kvar", max_length=LONGEST_REASON)

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "godtaget fel"
        verbose_name_plural = "godtagna fel"
        ordering = ["version", "position", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="version_fault_has_reason",
                violation_error_message="Skriv varför felet får stå kvar.",
            )
        ]

    def __str__(self) -> str:
        return self.text


class RoundQuerySet(models.QuerySet):
    def with_version(self) -> Self:
        """Bring the version, and the one that it replaces with its round, without what is large."""
        paths = ("version", "version__replaces")
        large = (f"{path}__{name}" for path in paths for name in LARGE)
        return self.select_related("version__replaces__round").defer(*large)

    def adopted_once(self) -> Self:
        """Rounds of versions that are or have been adopted."""
        return self.filter(state__in=[DecisionRound.State.ADOPTED, DecisionRound.State.REPLACED])


class DecisionRound(Keyed):
    """How it goes for a version: open for decisions, adopted, sent back or replaced by a later one.

    ``needs_all`` is whether the 34 decide on it; a smaller revision may rest on their decisions on ``consents_from``.
    """

    class State(models.TextChoices):
        OPEN = "open", "pågår"
        ADOPTED = "adopted", "fastställd"
        RETURNED = "returned", "återförvisad"
        REPLACED = "replaced", "ersatt"

    version = models.OneToOneField(PlanVersion, models.PROTECT, related_name="round", verbose_name="version")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="decision_rounds", verbose_name="handlingsplan")
    state = models.CharField("läge", max_length=20, choices=State.choices, default=State.OPEN)
    wanted_on = models.DateField("beslut önskas senast", null=True, blank=True)
    needs_all = models.BooleanField("alla huvudmän beslutar", default=True)
    consents_from = models.ForeignKey(
        PlanVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_rounds",
        verbose_name="vilar på besluten om",
    )

    objects = NaturalKeyManager.from_queryset(RoundQuerySet)()

    class Meta:
        verbose_name = "beslutsomgång"
        verbose_name_plural = "beslutsomgångar"
        ordering = ["version"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(state="open"),
                name="decision_round_open_once_per_plan",
                violation_error_message="Planen har redan en version som väntar på beslut.",
            ),
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(state="adopted"),
                name="decision_round_adopted_once_per_plan",
                violation_error_message="Planen har redan en version som är fastställd.",
            ),
            models.CheckConstraint(
                condition=Q(needs_all=True) | Q(consents_from__isnull=False),
                name="decision_round_rests_on_decisions",
                violation_error_message="En version som inte går till alla vilar på besluten om en tidigare.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class PlanStep(Keyed, Frozen):
    """A step in a plan's way to a decision: what was done, which body decided it, when, and who recorded it."""

    class Kind(models.TextChoices):
        SUBMIT = "submit", "Sänd för beslut"
        RECORD = "record", "Återgiven som tryckt"
        PREPARE = "prepare", "Behandlad"
        RECOMMEND = "recommend", "Rekommenderad"
        SEND = "send", "Sänd till huvudmännen"
        ADOPT = "adopt", "Fastställd"
        UNSETTLE = "unsettle", "Inte längre fastställd"
        RETURN = "return", "Återförvisad"
        REOPEN = "reopen", "Öppnad för revidering"
        CLOSE = "close", "Avslutad"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="steps", verbose_name="handlingsplan")
    version = models.ForeignKey(
        PlanVersion, models.PROTECT, null=True, blank=True, related_name="steps", verbose_name="version"
    )
    kind = models.CharField("steg", max_length=20, choices=Kind.choices)
    status_before = models.CharField("läge före", max_length=20, choices=Plan.Status.choices)
    status_after = models.CharField("läge efter", max_length=20, choices=Plan.Status.choices)
    body = models.ForeignKey(Body, models.PROTECT, null=True, blank=True, related_name="steps", verbose_name="organ")
    taken_on = models.DateField("dag", null=True, blank=True)
    paragraph = models.CharField("paragraf", max_length=40, blank=True)
    case_number = models.CharField("diarienummer", max_length=60, blank=True)
    comment = models.TextField("kommentar", blank=True, max_length=LONGEST_REASON)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="registrerat av"
    )
    taken_by_name = models.CharField("vem", max_length=300)
    taken_at = models.DateTimeField("registrerat", default=timezone.now)

    objects = NaturalKeyManager.from_queryset(FrozenQuerySet)()

    class Meta:
        verbose_name = "steg mot beslut"
        verbose_name_plural = "steg mot beslut"
        ordering = ["plan", "taken_at", "pk"]
        default_permissions = ["view"]

    def __str__(self) -> str:
        return f"{self.plan}: {self.get_kind_display()}"
