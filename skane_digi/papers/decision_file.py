"""The decision file of one organisation: what its politicians are asked to decide, and what it costs them."""

from budgets.money import format_amount, format_kr
from plans.models import Organisation, PlanStep
from skane_digi.documents.tree import Area, Paragraph, RichText, Run
from skane_digi.papers import standard_texts as slots
from skane_digi.papers.case import Case
from skane_digi.papers.costs import YearCost
from skane_digi.papers.prose import (
    bulleted,
    first_sentence,
    numbered,
    paragraph,
    passage,
    sections,
    text_section,
)
from skane_digi.papers.standard_texts import REGION, Slot
from skane_digi.papers.tree import Column, Fact, Kind, Notice, Paper, Part, Section, SignOff, Table

LONGEST_AREA = 240


def decision_file(case: Case, organisation: Organisation) -> Paper:
    return _DecisionFile(case, organisation).paper()


class _DecisionFile:
    def __init__(self, case: Case, organisation: Organisation):
        self.case, self.organisation = case, organisation
        self.document, self.version = case.document, case.version
        self.values = case.values(organisation)
        self.costs = case.costs(organisation)
        self.instance = case.texts.line(slots.INSTANCE, organisation.kind, self.values)
        self.owner = "regionens" if organisation.kind == REGION else "kommunens"
        self.to_fill_in = f"(fylls i av {self.owner.removesuffix('s')})"

    def paper(self) -> Paper:
        document = self.document
        return Paper(
            kind=Kind.DECISION,
            sender=document.collaboration,
            concerns=self.organisation.name,
            title=f"Antagande av {document.title}",
            facts=(
                Fact("Organisation", self.organisation.name),
                Fact("Beslutande instans", self.instance),
                Fact("Diarienummer", self.to_fill_in),
                Fact("Datum", self.to_fill_in),
                Fact("Version", self.case.version_text),
                Fact("Fingeravtryck", self.case.fingerprint),
            ),
            sections=sections(
                self.proposal(),
                self.text(slots.SUMMARY),
                self.attachments(),
                self.background(),
                self.contents(),
                self.economy(),
                self.faults(),
                self.text(slots.CONDITIONS),
                self.text(slots.LEGAL),
                self.text(slots.ENVIRONMENT),
                self.text(slots.UNION),
                self.text(slots.FOLLOW_UP),
            ),
            sign_off=SignOff(("Namn och befattning", "Namn och befattning")),
            mark=self.case.mark,
            dated_on=self.case.frozen_on,
        )

    def rich(self, slot: Slot) -> RichText:
        return self.case.texts.rich(slot, self.organisation.kind, self.values)

    def text(self, slot: Slot) -> Section | None:
        return text_section(slot.heading, self.rich(slot))

    def proposal(self) -> Section:
        """The points to decide: the plan, the money of each year, and the condition where there is to be one."""
        version = self.version
        points = [
            f"{self.instance} antar {self.case.full_title}, version {version.number} med fingeravtrycket "
            f"{self.case.fingerprint}."
        ]
        points += [self._money_point(cost) for cost in self.costs if cost.amount]
        runs = [(Run(point),) for point in points]
        runs += [block.runs for block in self.rich(slots.CONDITION_POINT).blocks if isinstance(block, Paragraph)]
        opening = self.rich(slots.PROPOSAL)
        return Section(slots.PROPOSAL.heading, (passage(*opening.blocks, numbered(runs)),))

    def _money_point(self, cost: YearCost) -> str:
        """A council sets its budget itself; the regional board takes the sum along in the work on the region's."""
        share = f"{self.owner} andel av planens gemensamma kostnad."
        if self.organisation.kind == REGION:
            return f"{self.instance} tar med {cost.amount_text} i budgetarbetet för {cost.year} som {share}"
        return f"{self.instance} avsätter {cost.amount_text} i {cost.year} års budget för {share}"

    def attachments(self) -> Section:
        document = self.document
        listed = [
            "Det här beslutsunderlaget",
            f"{self.case.full_title}, version {self.version.number} (PDF)",
        ]
        if document.strategy:
            listed.append(document.strategy)
        return Section("Handlingar i ärendet", (passage(numbered((Run(name),) for name in listed)),))

    def background(self) -> Section | None:
        return text_section(slots.BACKGROUND.heading, self.rich(slots.BACKGROUND), *self.known_background())

    def known_background(self) -> list[Paragraph]:
        document, agreement = self.document, self.case.collaboration.agreement
        known = []
        if agreement:
            known.append(f"Samverkan vilar på {agreement}.")
        if document.strategy:
            known.append(f"Planen genomför {document.strategy}.")
        known += treated_by(self.case)
        return [paragraph(" ".join(known))] if known else []

    def contents(self) -> Section:
        """Each area with what it is to reach, in one line."""
        areas = self.document.areas
        opening = f"Planen har {len(areas)} insatsområden. Här står det första målet för vart och ett."
        ended = [origin.predecessor for origin in self.document.ended_areas]
        parts = [paragraph(opening), bulleted(self.area_line(area) for area in areas)]
        if ended:
            parts.append(paragraph(f"Avslutat sedan planen före: {', '.join(ended)}."))
        return Section("Vad planen innehåller", (passage(*parts),))

    def area_line(self, area: Area) -> tuple[Run, ...]:
        aim = first_sentence(area.goals[0], LONGEST_AREA) if area.goals else ""
        is_new = any(origin.kind == "new" for origin in area.origins) and not self.is_first_plan
        title = f"{area.title} (nytt)" if is_new else area.title
        return (Run(f"{title}.", is_strong=True), Run(f" {aim}")) if aim else (Run(f"{title}.", is_strong=True),)

    @property
    def is_first_plan(self) -> bool:
        """Whether everything in the plan is new, so that nothing needs to be said to be."""
        return all(origin.kind == "new" for area in self.document.areas for origin in area.origins)

    def economy(self) -> Section:
        parts: list[Part] = [table] if (table := self.years_table()) else []
        for cost in self.costs:
            parts += self.year_parts(cost)
        return Section(f"{self.owner.capitalize()} kostnad", tuple(parts))

    def years_table(self) -> Table | None:
        if len(self.costs) < 2:
            return None
        columns = (Column("År", 34), Column("Gemensam kostnad", 33, True), Column("Andel", 33, True))
        rows = [(str(cost.year), format_amount(cost.total), _ore(cost.amount)) for cost in self.costs]
        return Table.of(f"{self.owner.capitalize()} andel per år, kronor", columns, rows)

    def year_parts(self, cost: YearCost) -> list[Part]:
        parts: list[Part] = []
        if cost.amount:
            said = f"{self.owner.capitalize()} andel av kostnaden {cost.year} är {cost.amount_text}."
            parts.append(passage(Paragraph((Run(said, is_strong=True),))))
        if cost.is_ambiguous:
            parts.append(self.two_sums(cost))
        said = list(cost.sentences)
        if not cost.amount and (other := self.case.other_amount(cost.year)):
            said.append(f"Annan finansiering, som inte fördelas på organisationerna, är {format_kr(other)}.")
        parts.append(passage(paragraph(" ".join(said)), *map(paragraph, cost.calculations)))
        if cost.by_lines:
            parts.append(self.areas_table(cost))
        return parts

    def two_sums(self, cost: YearCost) -> Notice:
        return Notice(
            f"Planen har två summor för {cost.year}",
            (
                f"Den tryckta summan är {format_kr(cost.total)}, men budgetposterna är tillsammans "
                f"{format_kr(cost.lines_total)}.",
                f"Med den tryckta summan blir {self.owner} andel {cost.amount_text}: {cost.printed_calculation}.",
                f"Med budgetposterna blir den {format_kr(cost.by_lines)}.",
                "Förslaget till beslut följer den tryckta summan, den som huvudmännen har fått att ta ställning till.",
            ),
        )

    def areas_table(self, cost: YearCost) -> Table:
        columns = (Column("Insatsområde", 52), Column("Budget", 22, True), Column("Andel", 26, True))
        rows = [(area.name, area.budget_text, area.share_text) for area in cost.areas]
        rows.append(
            (
                "Summa enligt budgetposterna" if cost.is_ambiguous else "Summa",
                format_amount(cost.lines_total),
                _ore(cost.by_lines),
            )
        )
        if cost.is_ambiguous:
            rows.append(("Enligt den tryckta summan", format_amount(cost.total), _ore(cost.amount)))
        caption = f"{self.owner.capitalize()} andel av varje insatsområde {cost.year}, kronor"
        return Table.of(caption, columns, rows, totals=2 if cost.is_ambiguous else 1)

    def faults(self) -> Section | None:
        """What does not agree in a plan given as printed, and what holds about it."""
        faults = self.case.faults
        if not faults:
            return None
        opening = paragraph(
            "Planen togs fram på papper och återges som den är tryckt, med de fel som den har. De siffror som gäller "
            f"för beslutet står under rubriken {self.owner.capitalize()} kostnad."
        )
        reasons = dict.fromkeys(fault.reason for fault in faults)
        if len(reasons) == 1:
            points = [(Run(fault.text),) for fault in faults]
            closing = [paragraph(f"Varför de står kvar: {faults[0].reason}")]
        else:
            points = [(Run(f"{fault.text} Varför det står kvar: {fault.reason}"),) for fault in faults]
            closing = []
        return Section("Fel i den tryckta planen", (passage(opening, bulleted(points), *closing),))


def treated_by(case: Case) -> list[str]:
    """Return a sentence for each body that has prepared or recommended the version."""
    verbs = {
        PlanStep.Kind.PREPARE: "har behandlat planen",
        PlanStep.Kind.RECOMMEND: "har rekommenderat huvudmännen att anta den",
    }
    return [
        f"{step.body.name} {verbs[step.kind]} ({_where(step)})."
        for step in case.steps
        if step.kind in verbs and step.body
    ]


def _where(step: PlanStep) -> str:
    said = [step.taken_on.isoformat() if step.taken_on else "", step.paragraph, step.case_number]
    return ", ".join(part for part in said if part)


def _ore(amount) -> str:
    return format_amount(amount, decimals=2)
