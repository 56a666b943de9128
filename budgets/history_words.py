"""What the history calls the rows of the budget, and which of their fields are money."""

from budgets.money import format_kr
from plans.history_words import Noun, Words

WORDS = Words(
    nouns={
        "budgets.budgetline": Noun("budgetposten för"),
        "budgets.budgetstatement": Noun("ekonomitexten för", own="text"),
        "budgets.tablenote": Noun("noten", own="text", quoted=True),
        "budgets.noteplacement": Noun("notmärket"),
        "budgets.printedfigure": Noun("den tryckta uppgiften"),
        "budgets.costbasis": Noun("fördelningsunderlaget för"),
    },
    fields={
        "budgets.budgetline.amount": "beloppet",
        "budgets.budgetline.note": "noten",
        "budgets.budgetline.label": "delens namn",
        "budgets.budgetline.funding_form": "finansieringsformen",
        "budgets.budgetline.year": "budgetåret",
        "budgets.budgetstatement.text": "texten",
        "budgets.tablenote.text": "texten",
        "budgets.tablenote.mark": "märket",
        "budgets.printedfigure.value": "värdet",
        "budgets.costbasis.figure_set": "nyckeltalen",
        "budgets.costbasis.rule": "regeln",
    },
    money=frozenset({"budgets.budgetline.amount"}),
    in_kronor=format_kr,
)
