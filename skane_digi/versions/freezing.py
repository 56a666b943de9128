"""A plan as it is at one moment, made into what a version keeps for ever: text, shares and PDF, with their digests."""

import datetime
import hashlib
from dataclasses import dataclass, replace

from budgets.frozen_shares import frozen_years, to_json
from plans import dataclass_json
from plans.days import day_of
from plans.log import canonical
from plans.models import Membership, Plan, PlanVersion
from plans.models.version import fingerprint_of
from skane_digi.documents.build import build_plan_document
from skane_digi.documents.pdf import render_pdf
from skane_digi.documents.render import VersionMark
from skane_digi.documents.tree import PlanDocument
from skane_digi.versions.canonical import document_from_json, document_json

FORMAT = 1
PARTS = {"format", "plan", "number", "document", "allocation", "members"}


@dataclass(frozen=True, slots=True)
class FrozenContent:
    """What a ``PlanVersion`` is to keep. ``content`` and ``allocation`` are canonical JSON, digests SHA-256.

    ``content`` names the digest of ``allocation`` and the members, so that its own digest answers for them too.
    """

    content: str
    content_digest: str
    allocation: str
    allocation_digest: str
    pdf: bytes
    pdf_digest: str
    member_codes: tuple[str, ...]
    document: PlanDocument


def freeze_content(
    plan: Plan, *, number: int, at: datetime.datetime, status: str = Plan.Status.SUBMITTED
) -> FrozenContent:
    """Return what version ``number`` of ``plan`` is to keep, as the plan is in the database now; nothing is saved.

    The document says the standing that goes with ``status``, whatever the plan's own is when this is called: FÖR BESLUT
    for what is sent on, BESLUTAD for what had been decided on paper. The same plan, number and day give the same bytes.
    """
    is_decided = status in Plan.DECIDED_STATUSES
    document = replace(build_plan_document(plan), status=str(status), is_decided=is_decided)
    allocation = canonical(to_json(frozen_years(plan)))
    allocation_digest = digest_of(allocation.encode())
    codes = member_codes(plan)
    content = canonical(
        {
            "format": FORMAT,
            "plan": plan.slug,
            "number": number,
            "document": document_json(document),
            "allocation": allocation_digest,
            "members": list(codes),
        }
    )
    content_digest = digest_of(content.encode())
    mark = VersionMark(number=number, fingerprint=fingerprint_of(content_digest), frozen_on=day_of(at))
    pdf = render_pdf(document, mark)
    return FrozenContent(
        content=content,
        content_digest=content_digest,
        allocation=allocation,
        allocation_digest=allocation_digest,
        pdf=pdf,
        pdf_digest=digest_of(pdf),
        member_codes=codes,
        document=document,
    )


def member_codes(plan: Plan) -> tuple[str, ...]:
    """Return the codes of the organisations that are members on 1 January of any of the plan's years."""
    days = [datetime.date(year, 1, 1) for year in plan.years.values_list("year", flat=True)]
    memberships = Membership.objects.filter(collaboration=plan.collaboration_id).with_organisation()
    active = {row.organisation.code for row in memberships if any(row.is_active_on(day) for day in days)}
    return tuple(sorted(active))


def document_of_version(version: PlanVersion) -> PlanDocument:
    """Return the document that was frozen, out of the version's own text.

    Raises ``plans.dataclass_json.UnreadableJson`` for text that no version of this program has written.
    """
    return document_from_json(content_of(version)["document"])


def content_of(version: PlanVersion) -> dict:
    """Return what the version's text says, part by part; see ``PARTS``. Raises ``UnreadableJson``."""
    data = dataclass_json.parse(version.content)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise dataclass_json.UnreadableJson(f"innehållet har inte format {FORMAT}.")
    if data.keys() != PARTS:
        different = ", ".join(sorted(data.keys() ^ PARTS))
        raise dataclass_json.UnreadableJson(f"innehållet saknar eller har för mycket: {different}.")
    return data


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of ``content`` in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
