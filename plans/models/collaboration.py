from django.db import models

from plans.natural_keys import NaturalKeyManager, NaturallyKeyed


class Collaboration(NaturallyKeyed):
    """An agreement between public bodies to plan and pay together. Skånegemensam digitalisering is one."""

    NATURAL_KEY = ("slug",)

    slug = models.SlugField("kortnamn i adresser", max_length=60, unique=True)
    name = models.CharField("namn", max_length=200)
    strategy = models.CharField("strategi som planerna genomför", max_length=300, blank=True)
    agreement = models.CharField("avtal", max_length=300, blank=True)
    description = models.TextField("beskrivning", blank=True)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "samverkan"
        verbose_name_plural = "samverkan"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Party(NaturallyKeyed):
    """A side of the cost split, such as Region Skåne on one side and the 33 municipalities on the other."""

    NATURAL_KEY = ("collaboration__slug", "slug")

    collaboration = models.ForeignKey(Collaboration, models.PROTECT, related_name="parties", verbose_name="samverkan")
    slug = models.SlugField("kortnamn", max_length=60)
    name = models.CharField("namn", max_length=200)
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "part"
        verbose_name_plural = "parter"
        ordering = ["collaboration", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["collaboration", "slug"], name="party_slug_in_collaboration")]

    def __str__(self) -> str:
        return self.name


class Body(NaturallyKeyed):
    """A group or committee that answers for, prepares or recommends plans. It is no organisation and pays nothing."""

    NATURAL_KEY = ("collaboration__slug", "slug")

    collaboration = models.ForeignKey(Collaboration, models.PROTECT, related_name="bodies", verbose_name="samverkan")
    slug = models.SlugField("kortnamn", max_length=60)
    name = models.CharField("namn", max_length=200)
    abbreviation = models.CharField("förkortning", max_length=20, blank=True)
    task = models.CharField("uppgift", max_length=300, blank=True)
    position = models.PositiveSmallIntegerField("ordning", default=0)

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "organ"
        verbose_name_plural = "organ"
        ordering = ["collaboration", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["collaboration", "slug"], name="body_slug_in_collaboration")]

    def __str__(self) -> str:
        return self.name
