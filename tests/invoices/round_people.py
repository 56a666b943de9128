"""Who meets the pages of a round: one account for each role in the small world, and some who are at home elsewhere."""

from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.test import Client

from plans.models import Collaboration, Organisation
from plans.roles import Role
from tests import factories as make

EVERYONE = ("anonymous", "roleless", "superuser", "stranger", "neighbour", *Role.values)
OF_SGD = {"superuser", Role.ADMINISTRATOR, Role.EDITOR, Role.CHAIR, Role.ECONOMIST, Role.AUDITOR}
ISSUERS = {"superuser", Role.ADMINISTRATOR, Role.ECONOMIST}


def make_clients(collaboration: Collaboration) -> dict[str, Client]:
    """A signed-in client for each of ``EVERYONE``.

    The registrar is that of 9101, the neighbour that of 9102; the stranger is economist of another collaboration.
    """
    own, next_door = (Organisation.objects.get(code=code) for code in ("9101", "9102"))
    people = {role: make.make_user(f"{role}@prov.example") for role in Role.values}
    for role, user in people.items():
        place = {"organisation": own} if role == Role.REGISTRAR else {}
        make.make_role(user, role, collaboration=collaboration, **place)
    for name in ("stranger", "neighbour", "roleless"):
        people[name] = make.make_user(f"{name}@prov.example")
    make.make_role(people["stranger"], Role.ECONOMIST, collaboration=make.make_collaboration("annan-samverkan"))
    make.make_role(people["neighbour"], Role.REGISTRAR, collaboration=collaboration, organisation=next_door)
    people["superuser"] = get_user_model().objects.create_superuser("overst@prov.example", password="x")
    clients = {who: Client() for who in EVERYONE}
    for who, user in people.items():
        clients[who].force_login(user)
    return clients


def sign_in_economist(client: Client, collaboration: Collaboration):
    """Sign in one who issues the collaboration's invoices."""
    user = make.make_user("eva@prov.example", first_name="Eva", last_name="Ekonom")
    make.make_role(user, Role.ECONOMIST, collaboration=collaboration)
    client.force_login(user)
    return user


def soup_of(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html5lib")


def words(node) -> str:
    """What a reader reads in the node, with single spaces."""
    return " ".join(node.get_text(" ").split())


def faults_at(soup: BeautifulSoup, name: str) -> str:
    """What is said below the field ``name``."""
    found = soup.select_one(f"#id_{name}_error")
    return words(found) if found else ""


def seen_on(client: Client, address: str) -> str:
    """What the form at ``address`` sends along of what its writer has in front of them."""
    return soup_of(client.get(address)).select_one("input[name=seen]")["value"]
