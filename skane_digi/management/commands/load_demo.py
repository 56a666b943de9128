from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from plans.models import Plan
from skane_digi import demo
from skane_digi.demo_history import record_history
from skane_digi.demo_invoices import make_invoices


class Command(BaseCommand):
    help = (
        "Läser in organisationer, folkmängd, handlingsplaner och budget i en tom databas och skapar demokontona. "
        "Kräver DEMO=1 i miljön. Finns redan innehåll eller konton rörs de inte."
    )

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError(
                "Demokonton skapas bara i en demonstration. Sätt DEMO=1 i miljön om det här är en sådan; "
                "i drift läses planerna in med: manage.py loaddata fixtures/*.json"
            )
        is_new = self.load_content()
        demo.create_accounts()
        if is_new:
            users = get_user_model().objects
            record_history(users.get(username=demo.ACCOUNTS[0].email))
            make_invoices(users.get(username=demo.ECONOMIST))
        self.print_accounts()

    def load_content(self) -> bool:
        """Load the plans into an empty database, and return whether it was empty."""
        if demo.has_content():
            plans = ", ".join(str(plan) for plan in Plan.objects.order_by("slug")) or "inga planer"
            self.stdout.write(f"Databasen har redan innehåll ({plans}). Det lämnas som det är.")
            return False
        demo.load_fixtures()
        self.stdout.write(f"Inlästa handlingsplaner: {Plan.objects.count()}.")
        return True

    def print_accounts(self) -> None:
        """Print the demo accounts; a password that someone has changed is not shown as if it still worked."""
        users = get_user_model().objects.in_bulk([account.email for account in demo.ACCOUNTS], field_name="username")
        rows = [("Konto", "Lösenord", "Vad kontot får göra")]
        for account in demo.ACCOUNTS:
            is_unchanged = users[account.email].check_password(demo.PASSWORD)
            rows.append((account.email, demo.PASSWORD if is_unchanged else "(ändrat)", account.task))
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        for email, password, role in rows:
            self.stdout.write(f"  {email:<{widths[0]}}  {password:<{widths[1]}}  {role}")
