"""Who may open each address of the papers. Read by ``test_access``."""

from django.urls import reverse

from skane_digi.models import PaperBatch

ORDERS = {"superuser", "administrator", "editor", "chair", "economist", "auditor"}
# The registrar has an organisation, the reader of this test has none.
HAS_PAPERS = ORDERS | {"registrar"}
WORDS = {"superuser", "administrator", "chair"}

PAGES = {
    "papers": HAS_PAPERS,
    "paper": HAS_PAPERS,
    "batch": ORDERS,
    "progress": ORDERS,
    "zip": ORDERS,
    "texts": WORDS,
    "text": WORDS,
}
POSTED = {"order": ORDERS, "text": WORDS}


def address_of(name: str, version, people) -> str:
    slug = version.plan.slug
    place = version.plan.collaboration.slug
    batch = PaperBatch.objects.filter(version=version).first() or PaperBatch.objects.create(
        version=version, kinds=["register"], formats=["pdf"], total=0, ordered_by=people["chair"]
    )
    if batch.finished_at is None:
        batch.finished_at = batch.ordered_at
        batch.save()
    arguments = {
        "papers": [slug],
        "paper": [slug, "1285", "decision", "docx"],
        "order": [slug],
        "batch": [slug, batch.key],
        "progress": [slug, batch.key],
        "zip": [slug, batch.key],
        "texts": [place],
        "text": [place, "legal", "region"],
    }
    return reverse(f"papers:{name}", args=arguments[name])
