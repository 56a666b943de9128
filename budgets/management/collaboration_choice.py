"""Which collaboration a command is about, where it may be left out."""

from django.core.management.base import CommandError, CommandParser

from plans.models import Collaboration


def add_choice(parser: CommandParser) -> None:
    """Let the command be told which collaboration it is about."""
    parser.add_argument(
        "--collaboration", metavar="KORTNAMN", help="samverkan; behövs där fler än en har faktureringsvillkor"
    )


def chosen(slug: str | None) -> Collaboration:
    """Return the collaboration with this short name, or the only one that invoices. Raises ``CommandError``."""
    invoicing = Collaboration.objects.filter(invoicing_terms__isnull=False).order_by("slug")
    if slug:
        found = Collaboration.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(f"Det finns ingen samverkan med kortnamnet ”{slug}”.")
        return found
    if len(invoicing) == 1:
        return invoicing[0]
    if not invoicing:
        raise CommandError("Ingen samverkan har faktureringsvillkor.")
    raise CommandError(f"Ange vilken samverkan med --collaboration: {', '.join(one.slug for one in invoicing)}.")
