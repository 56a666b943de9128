"""The form that a document is checked with, and what the reader is answered."""

from dataclasses import dataclass

from django import forms
from django.urls import reverse

from plans.days import day_of
from plans.models import PlanVersion
from skane_digi.versions.verifying import (
    CLAIM,
    CONTENT,
    FILE,
    Check,
    Found,
    UnusableFingerprint,
    fingerprint_in,
    is_ours,
    verify,
)

LARGEST_FILE = 25 * 1024 * 1024
EXAMPLE = "3f2a 9c1e 77b0 41d2".replace(" ", "\N{NO-BREAK SPACE}")
TOO_LARGE = "Filen är större än 25 MB. Så stor är ingen av våra handlingar."
_WORDS = {
    FILE: (
        "Filen är den som är registrerad",
        "Den är byte för byte samma fil som registrerades när versionen frystes.",
    ),
    CONTENT: (
        "Innehållet är det som är registrerat",
        "Filen är byte för byte det innehåll som registrerades när versionen frystes.",
    ),
    CLAIM: (
        "Filen är inte den som är registrerad",
        "Den säger sig vara versionen nedan men har ändrats, om så bara på ett ställe. Lita inte på den: hämta den "
        "registrerade filen i stället.",
    ),
}
_FINGERPRINT_WORDS = (
    "Fingeravtrycket finns i registret",
    "Det hör till versionen nedan. Ett fingeravtryck går att skriva av, så pröva också filen om du har den.",
)
_STANDINGS = {
    "open": "Beslut pågår",
    "adopted": "Fastställd",
    "returned": "Återförvisad till utkast",
    "replaced": "Ersatt av en senare version",
}


class VerifyForm(forms.Form):
    """A file or a fingerprint: one of the two."""

    file = forms.FileField(
        label="Filen",
        required=False,
        allow_empty_file=True,
        help_text="En PDF eller ett innehåll (innehall.json) som är hämtat härifrån, högst 25 MB. Filen sparas inte.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.json"}),
    )
    fingerprint = forms.CharField(
        label="Fingeravtrycket",
        required=False,
        max_length=200,
        error_messages={"max_length": "Ett fingeravtryck har högst 64 tecken."},
        help_text=f"Står på omslaget och längst ned på varje sida, till exempel {EXAMPLE}.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )

    def clean_file(self) -> bytes | None:
        upload = self.cleaned_data["file"]
        if not upload:
            return None
        if upload.size > LARGEST_FILE:
            raise forms.ValidationError(TOO_LARGE)
        content = upload.read()
        if not is_ours(content):
            raise forms.ValidationError("Filen är varken en PDF eller ett innehåll (innehall.json).")
        return content

    def clean_fingerprint(self) -> str:
        text = self.cleaned_data["fingerprint"]
        if text:
            try:
                fingerprint_in(text)
            except UnusableFingerprint as error:
                raise forms.ValidationError(str(error)) from error
        return text

    def clean(self) -> dict:
        given = [name for name in ("file", "fingerprint") if self.cleaned_data.get(name)]
        if not given and not self.errors:
            raise forms.ValidationError("Välj en fil eller skriv ett fingeravtryck.")
        if len(given) > 1:
            raise forms.ValidationError("Pröva filen eller fingeravtrycket, ett i taget.")
        return self.cleaned_data

    @property
    def sought(self) -> bytes | str:
        return self.cleaned_data.get("file") or self.cleaned_data["fingerprint"]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Return each fault with the id of the field it stands at, for the list above the form."""
        return [(field.id_for_label, error) for field in self for error in field.errors]


@dataclass(frozen=True, slots=True)
class VerifyAnswer:
    """What the page says about the version that was found. ``faults`` are those of the register itself."""

    version: PlanVersion
    heading: str
    sentence: str
    is_registered: bool
    faults: tuple[Check, ...]

    @property
    def title(self) -> str:
        return str(self.version)

    @property
    def frozen_text(self) -> str:
        return f"{day_of(self.version.frozen_at).isoformat()} av {self.version.frozen_by_name}"

    @property
    def standing(self) -> str:
        return _STANDINGS[self.version.round.state]

    @property
    def url(self) -> str:
        return reverse("versions:page", args=[self.version.plan.slug, self.version.number])

    @property
    def pdf_url(self) -> str:
        return reverse("versions:pdf", args=[self.version.plan.slug, self.version.number])


def answer_of(found: Found) -> VerifyAnswer:
    """Return what to say about ``found``, the register itself proved at the same time."""
    heading, sentence = _WORDS.get(found.by, _FINGERPRINT_WORDS)
    faults = verify(found.version).faults
    return VerifyAnswer(found.version, heading, sentence, found.is_registered, faults)
