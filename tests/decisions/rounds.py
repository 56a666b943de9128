"""A version out for decision in the small world of ``tests.factories``, and people who record and lead.

It was frozen in March 2024, so that the pages, which ask for the day, take decisions of any later one.
"""

import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from budgets.frozen_shares import frozen_years, to_json
from plans.log import canonical
from plans.models import Decision, Plan, PlanVersion
from plans.roles import Role
from skane_digi.documents.build import build_plan_document
from skane_digi.versions.canonical import document_json
from tests import decision_factories as decide
from tests import factories as make
from tests.conversation_factories import make_person

FROZEN_AT = datetime.datetime(2024, 3, 1, 12, tzinfo=datetime.UTC)
A_DAY = "2024-04-02"
ALL = ("91", "9101", "9102", "9103")


def make_readable_version(plan: Plan | None = None, **fields) -> PlanVersion:
    """A version whose text and shares can be read, as the workflow writes them, without a set PDF."""
    plan = plan or make.make_shared_plan(1000)
    number = plan.versions.count() + 1
    whole = Plan.objects.with_content().get(pk=plan.pk)
    content = {
        "format": 1,
        "plan": plan.slug,
        "number": number,
        "document": document_json(build_plan_document(whole)),
        "allocation": "",
        "members": [],
    }
    values = {
        "content": canonical(content),
        "content_digest": f"{plan.pk:032x}{number:032x}",
        "allocation": canonical(to_json(frozen_years(whole))),
        "frozen_at": FROZEN_AT,
    }
    return decide.make_version(plan, **{**values, **fields})


def sign_in(client, role: str, version: PlanVersion, code: str = ""):
    """Sign in as somebody of ``role`` in the plan's collaboration, for one organisation where ``code`` is given."""
    person = make_person(role, version.plan, code=code, first_name="Rakel", last_name="Registrator")
    client.force_login(person)
    return person


def sign_in_registrar(client, version: PlanVersion, code: str = "9101"):
    return sign_in(client, Role.REGISTRAR, version, code)


def record_address(version: PlanVersion, code: str = "9101", corrects: Decision | None = None) -> str:
    address = reverse("decisions:record", args=[version.plan.slug, code])
    return f"{address}?rattar={corrects.key}" if corrects else address


def said(**fields) -> dict:
    """What a registrar fills in to adopt; ``fields`` take the place of that, and ``None`` leaves out."""
    values = {
        "outcome": "adopted",
        "stage": "decides",
        "instance": "Kommunfullmäktige",
        "decided_on": A_DAY,
        "paragraph": "§ 45",
        "case_number": "KS 2024-12",
        "comment": "",
        "seen": "",
        **fields,
    }
    return {name: value for name, value in values.items() if value is not None}


def pdf(content: bytes = decide.A_PDF, name: str = "protokoll.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def told(answer) -> list[str]:
    """Return the messages of an answer whose redirect was followed."""
    return [str(message) for message in answer.context["messages"]]


def page_of(answer) -> str:
    return " ".join(answer.content.decode().split())
