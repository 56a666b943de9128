"""How an organisation's parts of a grant stand, in a sentence."""

from collections.abc import Sequence

from budgets.grants import Outcome, Standing

NUMBERS = ("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")
WORDS = {
    Standing.EQUAL: ("stämmer", "stämmer"),
    Standing.DIFFERS: ("skiljer sig", "skiljer sig"),
    Standing.NOT_COMPUTABLE: ("kan inte räknas", "kan inte räknas"),
    Standing.NOT_GIVEN: ("är inte tilldelad", "är inte tilldelade"),
}
# Said once, with the first of them.
WITH_WHAT = {Standing.EQUAL: " med vad regeln ger", Standing.DIFFERS: " från vad regeln ger"}


def standing_words(outcome: Outcome, standings: Sequence[Standing] = tuple(Standing)) -> str:
    """Return ``Fyra delar stämmer med vad regeln ger och en är inte tilldelad.``; empty where no part stands so."""
    clauses: list[str] = []
    for standing in standings:
        count = sum(part.standing == standing for part in outcome.parts)
        if count:
            noun, what = ("", "") if clauses else ((" del", " delar")[count > 1], WITH_WHAT.get(standing, ""))
            clauses.append(f"{number_word(count)}{noun} {WORDS[standing][count > 1]}{what}")
    if not clauses:
        return ""
    text = f"{', '.join(clauses[:-1])} och {clauses[-1]}" if len(clauses) > 1 else clauses[0]
    return f"{text[0].upper()}{text[1:]}."


def number_word(number: int) -> str:
    """Return a small number spelt out, and one above twelve in figures."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)
