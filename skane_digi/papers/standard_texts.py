"""The passages of the papers that the chair can word anew, each with the standard text for region and municipality.

A passage whose own text is empty is left out, heading and all.
"""

from dataclasses import dataclass

from plans.models import Organisation
from skane_digi.papers.tree import Kind

REGION, MUNICIPALITY = Organisation.Kind.REGION, Organisation.Kind.MUNICIPALITY


@dataclass(frozen=True, slots=True)
class Slot:
    """A passage: the paper it stands in, its heading there and the standard texts. ``help`` says what it is for.

    ``is_line``: a few words on one line and no running text.
    """

    key: str
    paper: Kind
    heading: str
    help: str
    region: str
    municipality: str
    is_line: bool = False

    def standard(self, kind: str) -> str:
        return self.region if kind == REGION else self.municipality


def _alike(key: str, paper: Kind, heading: str, help_: str, text: str) -> Slot:
    return Slot(key, paper, heading, help_, text, text)


INSTANCE = Slot(
    "instance",
    Kind.DECISION,
    "Beslutande instans",
    "Instansen som varje punkt i förslaget börjar med, till exempel Kommunfullmäktige. Bara namnet.",
    "Regionstyrelsen",
    "Kommunfullmäktige",
    is_line=True,
)
PROPOSAL = Slot(
    "proposal",
    Kind.DECISION,
    "Förslag till beslut",
    "Meningen före förslagets numrerade punkter. Punkterna om planen och kostnaden fylls i ur versionen.",
    "<p>Hälso- och sjukvårdsnämnden föreslår att regionstyrelsen beslutar följande.</p>",
    "<p>Kommunstyrelsen föreslår att kommunfullmäktige beslutar följande.</p>",
)
CONDITION_POINT = Slot(
    "condition_point",
    Kind.DECISION,
    "Villkoret i förslaget",
    "Förslagets sista punkt. Lämna den tom om besluten inte ska vara beroende av varandra.",
    "<p>Beslutet gäller under förutsättning att kommunerna i samverkan antar planen och bär sin del av kostnaden.</p>",
    "<p>Beslutet gäller under förutsättning att regionen och de övriga kommunerna i samverkan antar planen och bär "
    "sin del av kostnaden.</p>",
)
SUMMARY = _alike(
    "summary",
    Kind.DECISION,
    "Sammanfattning",
    "Det som en förtroendevald läser först.",
    "<p>{plan} säger vad huvudmännen ska göra tillsammans under {år}, vem som ansvarar för det och vad det kostar. "
    "{organisation} föreslås anta planen. Andelen av den gemensamma kostnaden är {kostnad}.</p>"
    "<p>Förslaget gäller version {version}. Alla huvudmän beslutar om samma text och samma siffror.</p>",
)
BACKGROUND = _alike(
    "background",
    Kind.DECISION,
    "Bakgrund",
    "Därefter följer av sig självt avtalet, strategin och de organ som har behandlat planen.",
    "<p>Inom {samverkan} planerar och betalar huvudmännen sina gemensamma digitala tjänster. Styrgruppen tar fram en "
    "handlingsplan med budget, och varje huvudman beslutar om den för egen del.</p>",
)
CONDITIONS = Slot(
    "conditions",
    Kind.DECISION,
    "Villkor",
    "Vad villkoret innebär. Lämna avsnittet tomt om besluten inte ska vara beroende av varandra.",
    "<p>Regionens beslut gäller när kommunerna har antagit planen. Styrgruppen för register över huvudmännens beslut "
    "och villkor, och planen är fastställd när alla har antagit den och alla villkor är uppfyllda.</p>",
    "<p>Kommunens beslut gäller när regionen och de övriga kommunerna har antagit planen. Styrgruppen för register "
    "över huvudmännens beslut och villkor, och planen är fastställd när alla har antagit den och alla villkor är "
    "uppfyllda.</p>",
)
LEGAL = _alike(
    "legal",
    Kind.DECISION,
    "Juridisk bedömning",
    "Bedömningen, eller varför ingen har behövts.",
    "<p>Planen genomförs inom det avtal som samverkan vilar på och ändrar inte hur ansvaret är fördelat mellan "
    "huvudmännen. Någon särskild juridisk prövning har därför inte bedömts nödvändig.</p>",
)
ENVIRONMENT = _alike(
    "environment",
    Kind.DECISION,
    "Miljökonsekvenser",
    "Vad beslutet innebär för miljön.",
    "<p>Beslutet bedöms inte få några direkta konsekvenser för miljön.</p>",
)
UNION = Slot(
    "union",
    Kind.DECISION,
    "Samverkan med fackliga organisationer",
    "Hur de fackliga organisationerna får yttra sig.",
    "<p>Samverkan med de fackliga organisationerna sker på regional nivå innan beslutet fattas.</p>",
    "<p>Samverkan med de fackliga organisationerna sker i kommunen innan beslutet fattas.</p>",
)
FOLLOW_UP = _alike(
    "follow_up",
    Kind.DECISION,
    "Uppföljning",
    "Hur huvudmännen får veta vad pengarna blev till.",
    "<p>Styrgruppen följer planen löpande. Minst en gång om året redovisar Centralt Samverkansorgan för alla huvudmän "
    "vad som har gjorts och vad de gemensamma pengarna har använts till. Budgeten får inte överskridas utan att alla "
    "huvudmän har godkänt det.</p>",
)
LETTER = _alike(
    "letter",
    Kind.LETTER,
    "Inledning",
    "Brevets första stycken, utan rubrik.",
    "<p>{plan}, version {version}, sänds till {organisation} för beslut. Samma version sänds till alla huvudmän i "
    "samverkan.</p><p>Med brevet följer ett beslutsunderlag med er andel av kostnaden. Det kan användas som "
    "det är eller föras över till en egen mall.</p>",
)
REPORTING = _alike(
    "reporting",
    Kind.LETTER,
    "Så rapporterar ni beslutet",
    "Vad mottagaren gör när beslutet är fattat.",
    "<p>Registrera beslutet på planens sida, under Beslut, så snart protokollet är justerat. Ange instans, dag, "
    "paragraf och diarienummer och bifoga protokollsutdraget som PDF. Registrera också villkor, om beslutet har "
    "några. Om ni saknar konto, sänd utdraget till styrgruppen, som registrerar beslutet åt er.</p>",
)
CONTACT = _alike(
    "contact",
    Kind.LETTER,
    "Kontakt",
    "Vem som svarar på frågor: namn, telefon och e-post.",
    "<p>Frågor om planen och om hur beslutet rapporteras besvaras av styrgruppens ordförande.</p>",
)

SLOTS = (
    SUMMARY,
    INSTANCE,
    PROPOSAL,
    CONDITION_POINT,
    BACKGROUND,
    CONDITIONS,
    LEGAL,
    ENVIRONMENT,
    UNION,
    FOLLOW_UP,
    LETTER,
    REPORTING,
    CONTACT,
)
SLOT_BY_KEY = {slot.key: slot for slot in SLOTS}
