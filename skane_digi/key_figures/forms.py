"""The forms that bring in key figures: from SCB, from a file, and a new key."""

import datetime

from django import forms

from budgets.key_editing import Part, create_key
from budgets.measure_files import measure_in_file
from budgets.models import AllocationKey, KeyFigureSet
from budgets.regions import Region, known_regions
from budgets.scb import population
from budgets.scb.client import ScbClient
from budgets.scb.files import KINDS
from plans.editing import EditRefused
from plans.sheets import MAX_BYTES
from skane_digi.cost_rules.fields import RowField, RuleForm, WholeField, day, text

SKANE = "12"
# A page does not keep its reader waiting as long as a command may.
PATIENCE = 20
PART_ROWS = 6
Kind, Quality = AllocationKey.Kind, KeyFigureSet.Quality


class FigureForm(RuleForm):
    """A form that asks for a day and an area, and shows every fault of what it reads."""

    on = day("Vilken dag?", required=True)
    region = RowField(label="Vilket område?", error_messages={"required": "Välj ett område."})

    def __init__(self, data=None, files=None, *, initial=None):
        super().__init__(data, files, initial=initial)
        self.fields["region"].offer({code: (region.label, region) for code, region in _by_use(known_regions()).items()})
        self.fields["region"].widget.attrs["autocomplete"] = "off"

    def refuse(self, refusal: EditRefused) -> None:
        for fault in getattr(refusal, "faults", ()) or (refusal.reason,):
            self.add_error(None, fault)


class FetchForm(FigureForm):
    """The population of a day, from SCB."""

    def __init__(self, data=None, *, today: datetime.date):
        last = datetime.date(today.year - 1, 12, 31)
        super().__init__(data, initial={"on": last, "region": SKANE})

    def read(self):
        """Return the key and the figures. Raises ``FiguresRefused``."""
        key = AllocationKey.objects.get(slug=population.KEY)
        client = ScbClient(patience=PATIENCE)
        return key, population.fetch_population(self.cleaned_data["on"], self.cleaned_data["region"], client=client)


class FileForm(FigureForm):
    """The values of any measure, from a file."""

    key = RowField(label="Vilken nyckel?", error_messages={"required": "Välj en nyckel."})
    file = forms.FileField(
        label="Fil",
        widget=forms.FileInput(attrs={"accept": KINDS}),
        help_text="JSON-stat2, CSV eller Excel. En rad per organisation: kod eller namn, och värde.",
        error_messages={"required": "Välj en fil.", "empty": "Filen är tom."},
    )
    source = text("Källa", rows=2, required=False, max_length=1000)
    quality = forms.ChoiceField(label="Kvalitet", choices=Quality.choices, initial=Quality.OFFICIAL)
    stated_total = WholeField(label="Källans egen summa", required=False)

    field_order = ["key", "on", "region", "file", "source", "quality", "stated_total"]

    def __init__(self, data=None, files=None, *, key: str = ""):
        super().__init__(data, files, initial={"key": key, "region": SKANE})
        keys = AllocationKey.objects.filter(kind=Kind.MEASURE)
        self.fields["key"].offer({row.slug: (row.name, row) for row in keys})
        self.fields[
            "source"
        ].help_text = "Varifrån värdena kommer. Tomt: filens namn. För folkmängd anges SCB:s tabell."
        self.fields["stated_total"].help_text = "Där källan själv anger en summa. Den kan skilja sig från delarnas."

    def clean_file(self):
        """Refuse a file that is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"Filen är för stor: högst {MAX_BYTES // 1024 // 1024} MB går att läsa in.")
        return file

    def read(self):
        """Return the key and the figures. Raises ``FiguresRefused``."""
        said = self.cleaned_data
        key, file, region = said["key"], said["file"], said["region"]
        data = file.read()
        if key.slug == population.KEY:
            return key, population.population_in_file(data, file_name=file.name, day=said["on"], region=region)
        return key, measure_in_file(
            data,
            file_name=file.name,
            day=said["on"],
            region=region,
            source=said["source"],
            quality=said["quality"],
            stated_total=said["stated_total"],
        )


class KeyForm(RuleForm):
    """A new key: a measure, a weighted sum of others, or an increase."""

    name = forms.CharField(label="Namn", max_length=120, error_messages={"required": "Skriv vad nyckeln heter."})
    unit = forms.CharField(
        label="Enhet",
        max_length=40,
        help_text="Vad som räknas: invånare, sjuksköterskor, veckor.",
        error_messages={"required": "Skriv vad som räknas."},
    )
    description = text("Beskrivning", rows=3, required=False, max_length=2000)
    kind = forms.ChoiceField(
        label="Slag av nyckel",
        choices=[(kind.value, kind.label[:1].upper() + kind.label[1:]) for kind in Kind if kind != Kind.EQUAL],
        widget=forms.RadioSelect,
        initial=Kind.MEASURE,
        error_messages={"required": "Välj slag av nyckel."},
    )
    measured_by = RowField(label="Ökningen mäts i", required=False)

    def __init__(self, data=None):
        super().__init__(data)
        keys = list(AllocationKey.objects.exclude(kind=Kind.WEIGHTED))
        self.fields["measured_by"].offer({key.slug: (key.name, key) for key in keys if key.kind == Kind.MEASURE})
        parts = {key.slug: (key.name, key) for key in keys}
        for number in range(1, PART_ROWS + 1):
            part = RowField(label=f"Nyckel {number}", required=False, empty_label="Ingen")
            part.offer(parts)
            self.fields[f"part_{number}"] = part
            self.fields[f"weight_{number}"] = forms.DecimalField(
                label=f"Vikt för nyckel {number}",
                required=False,
                localize=True,
                max_digits=9,
                decimal_places=2,
                error_messages={"invalid": "Skriv vikten som 4 eller 1,5."},
            )

    @property
    def part_rows(self) -> list:
        return [(self[f"part_{number}"], self[f"weight_{number}"]) for number in range(1, PART_ROWS + 1)]

    def clean(self) -> dict:
        said = super().clean()
        for number in range(1, PART_ROWS + 1):
            part, weight = said.get(f"part_{number}"), said.get(f"weight_{number}")
            if weight is not None and part is None and f"part_{number}" not in self.errors:
                self.add_error(f"part_{number}", "Välj vilken nyckel som vikten är för.")
            if weight is not None and weight <= 0:
                self.add_error(f"weight_{number}", "En nyckels vikt i summan är större än noll.")
        return said

    def refuse(self, refusal: EditRefused) -> None:
        field = getattr(refusal, "field", "")
        self.add_error("part_1" if field == "parts" else field or None, refusal.reason)

    def save(self, by) -> AllocationKey:
        """Add the key. Raises ``KeyRefused``."""
        said = self.cleaned_data
        pairs = [(said[f"part_{number}"], said[f"weight_{number}"]) for number in range(1, PART_ROWS + 1)]
        return create_key(
            name=said["name"],
            unit=said["unit"],
            kind=said["kind"],
            description=said["description"],
            measured_by=said["measured_by"],
            parts=[Part(part, 1 if weight is None else weight) for part, weight in pairs if part],
            by=by,
        )


def _by_use(regions: dict[str, Region]) -> dict[str, Region]:
    """Return Skåne first, then the whole country, then the other counties."""
    first = [code for code in (SKANE, "00") if code in regions]
    return {code: regions[code] for code in [*first, *sorted(regions.keys() - set(first))]}
