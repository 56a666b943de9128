"""What is chosen when a plan is started from the one before, and whether it can be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.text import slugify

from plans.models import AreaLineage, FocusArea, Plan

FIRST_YEAR, LAST_YEAR, MOST_YEARS = 1990, 2200, 10
CONTINUED, RENAMED, ENDED = AreaLineage.Kind.CONTINUED, AreaLineage.Kind.RENAMED, AreaLineage.Kind.ENDED
CHOICES = (CONTINUED, RENAMED, ENDED)


class RolloverError(Exception):
    """A new plan could not be started. ``reasons`` is Swedish sentences by what they concern.

    The keys are ``years``, ``slug``, ``title`` and ``area:SLUG:name``, ``area:SLUG:reason`` or ``area:SLUG:kind``.
    """

    def __init__(self, reasons: Mapping[str, str]):
        self.reasons = dict(reasons)
        super().__init__(" ".join(self.reasons.values()))


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """What becomes of an area: it continues, gets the new ``name``, or ends for a ``reason``."""

    kind: str = CONTINUED
    name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NextPlan:
    """Choices that can be carried out: every area of the plan before has one."""

    years: tuple[int, ...]
    slug: str
    title: str
    choices: dict[str, AreaChoice]


def years_words(years: Sequence[int]) -> str:
    """Return the years as a text writes them: ``2025`` or ``2025–2026``."""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def years_slug(years: Sequence[int]) -> str:
    """Return the years as an address writes them: ``2025`` or ``2025-2026``."""
    return years_words(years).replace("–", "-")


def checked(
    source: Plan, *, years: Iterable[int], slug: str, title: str, choices: Mapping[str, AreaChoice]
) -> NextPlan:
    """Return what is to be done, an empty slug and title filled in from the years. Raises ``RolloverError``.

    ``source`` is fetched by ``Plan.objects.with_content()``.
    """
    years = tuple(sorted(set(years)))
    reasons = {}
    if problem := _problem_with_years(source, years):
        reasons["years"] = problem
    slug = slug.strip() or (years_slug(years) if years else "")
    title = " ".join(title.split()) or (next_title(source, years) if years else "")
    if slug and not problem and (problem := _problem_with_slug(slug)):
        reasons["slug"] = problem
    if len(title) > Plan._meta.get_field("title").max_length:
        reasons["title"] = "Titeln är längre än 200 tecken. Korta den."
    areas = list(source.focus_areas.all())
    settled = {area.slug: _stripped(choices.get(area.slug, AreaChoice())) for area in areas}
    for unknown in choices.keys() - settled.keys():
        names = ", ".join(settled) or "inga"
        reasons[f"area:{unknown}:kind"] = f"{source} har inget område ”{unknown}”. De som finns: {names}."
    for area in areas:
        reasons |= _problem_with_choice(area, settled[area.slug])
    if not reasons:
        reasons = _clashes(areas, settled)
    if reasons:
        raise RolloverError(reasons)
    return NextPlan(years, slug, title, settled)


def next_title(source: Plan, years: Sequence[int]) -> str:
    """Return the title with its years changed: ``Handlingsplan 2024`` for 2025 is ``Handlingsplan 2025``."""
    old = source.years_text
    if old and old in source.title:
        return source.title.replace(old, years_words(years))
    return f"Handlingsplan {years_words(years)}"


def _problem_with_years(source: Plan, years: Sequence[int]) -> str:
    last = max((row.year for row in source.years.all()), default=None)
    if last is None:
        return f"{source} saknar verksamhetsår. Ange dem först."
    if not years:
        return "Ange minst ett verksamhetsår."
    if years[0] < FIRST_YEAR or years[-1] > LAST_YEAR:
        return f"Verksamhetsåret ska ligga mellan {FIRST_YEAR} och {LAST_YEAR}."
    if len(years) > MOST_YEARS:
        return f"En plan kan gälla högst {MOST_YEARS} år."
    if years[-1] - years[0] != len(years) - 1:
        return "Verksamhetsåren ska följa på varandra utan lucka."
    if years[0] <= last:
        return f"{source} gäller till och med {last}. Den nya planen börjar tidigast {last + 1}."
    return ""


def _problem_with_slug(slug: str) -> str:
    try:
        validate_slug(slug)
    except ValidationError:
        return "Kortnamnet får bara ha bokstäverna a–z, siffror, bindestreck och understreck."
    if len(slug) > Plan._meta.get_field("slug").max_length:
        return "Kortnamnet är längre än 60 tecken. Korta det."
    if Plan.objects.filter(slug=slug).exists():
        return f"Det finns redan en handlingsplan med kortnamnet ”{slug}”. Välj ett annat kortnamn."
    return ""


def _stripped(choice: AreaChoice) -> AreaChoice:
    """Return the choice without what does not belong to it: only a renamed area has a name, only an ended a reason."""
    return AreaChoice(
        choice.kind,
        name=" ".join(choice.name.split()) if choice.kind == RENAMED else "",
        reason=choice.reason.strip() if choice.kind == ENDED else "",
    )


def _problem_with_choice(area: FocusArea, choice: AreaChoice) -> dict[str, str]:
    name, reason = f"area:{area.slug}:name", f"area:{area.slug}:reason"
    if choice.kind not in CHOICES:
        return {f"area:{area.slug}:kind": f"Välj om {area.title} fortsätter, byter namn eller avslutas."}
    if choice.kind == ENDED and not choice.reason:
        return {reason: f"Skriv varför {area.title} avslutas."}
    if choice.kind != RENAMED:
        return {}
    if not choice.name:
        return {name: f"Skriv det nya namnet på {area.title}."}
    if choice.name == area.name:
        return {name: f"{area.title} heter redan så. Välj Fortsätter, eller skriv ett annat namn."}
    if len(choice.name) > FocusArea._meta.get_field("name").max_length:
        return {name: "Namnet är längre än 200 tecken. Korta det."}
    if not slugify(choice.name):
        return {name: "Namnet behöver minst en bokstav eller siffra."}
    return {}


def _clashes(areas: Iterable[FocusArea], choices: Mapping[str, AreaChoice]) -> dict[str, str]:
    """Return a reason for every new name that would get the same address as another area of the new plan."""
    taken = {area.slug: area for area in areas if choices[area.slug].kind == CONTINUED}
    reasons = {}
    for area in areas:
        choice = choices[area.slug]
        if choice.kind != RENAMED:
            continue
        slug = slugify(choice.name)[:80]
        if slug in taken:
            reasons[f"area:{area.slug}:name"] = f"Namnet är för likt {taken[slug].title}. Välj ett annat."
        taken[slug] = area
    return reasons
