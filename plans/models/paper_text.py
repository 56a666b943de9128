from django.db import models

from plans.models.collaboration import Collaboration
from plans.models.organisation import Organisation
from plans.natural_keys import NaturalKeyManager, NaturallyKeyed
from plans.richtext import RichTextField


class PaperText(NaturallyKeyed):
    """The collaboration's own wording of a passage in the papers, in place of the standard one.

    ``slot`` names the passage and ``kind`` whose papers it stands in: the region's or the municipalities'.
    """

    NATURAL_KEY = ("collaboration__slug", "slot", "kind")

    collaboration = models.ForeignKey(
        Collaboration, models.PROTECT, related_name="paper_texts", verbose_name="samverkan"
    )
    slot = models.SlugField("avsnitt", max_length=40)
    kind = models.CharField("för", max_length=20, choices=Organisation.Kind.choices)
    text = RichTextField("text")

    objects = NaturalKeyManager()

    class Meta:
        verbose_name = "text i beslutsunderlag"
        verbose_name_plural = "texter i beslutsunderlag"
        ordering = ["collaboration", "slot", "kind"]
        constraints = [models.UniqueConstraint(fields=["collaboration", "slot", "kind"], name="paper_text_once")]

    def __str__(self) -> str:
        return f"{self.slot}, {self.get_kind_display()}"
