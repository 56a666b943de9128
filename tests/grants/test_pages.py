"""What the pages of grants say, to whom, and with how many queries."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from budgets.models import GrantCondition, GrantFunding, GrantShare
from budgets.money import plain
from plans.models import Plan
from plans.roles import Role
from tests import factories as make
from tests.grants import rows

pytestmark = pytest.mark.django_db
GRANT, RECEIVER = "god-och-nara-vard-2023", "region-jamtland-harjedalen"


def read(client, name: str, *arguments) -> BeautifulSoup:
    answer = client.get(reverse(f"grants:{name}", args=arguments))
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def text_of(node) -> str:
    return plain(" ".join(node.get_text(" ").split()))


def row_of(page: BeautifulSoup, heading: str) -> list[str]:
    """Return the cells of the table row that is named ``heading``."""
    for row in page.select("tr"):
        if row.th and text_of(row.th).startswith(heading):
            return [text_of(cell) for cell in row.select("td")]
    raise AssertionError(f"no row {heading}")


@pytest.fixture
def real_reader(client, plan_2024):
    user = make.make_user("lasare@bidrag.example")
    make.make_role(user, Role.READER, collaboration=plan_2024.collaboration)
    client.force_login(user)
    return user


class TestTheList:
    def test_each_grant_with_giver_amount_areas_and_the_next_report(self, client, real_reader):
        page = read(client, "list")
        name = page.select_one("tbody th a")
        assert name["href"] == f"/statsbidrag/{GRANT}/"
        text = text_of(page.select_one("tbody"))
        for words in ("God och nära vård 2023", "Staten", "6 394 500 000 kr", "En förstärkt ambulanssjukvård"):
            assert words in text
        assert "2024-03-31 till Socialstyrelsen" in text
        assert "ingen redovisning är noterad" in text

    def test_an_empty_list_says_what_will_be_here_and_who_puts_it_there(self, client, reader):
        text = text_of(read(client, "list").main)
        assert "Här visas de statsbidrag" in text
        assert "ekonomen" in text

    def test_a_report_that_is_done_gives_way_to_the_next(self, client, reader):
        agreement = rows.make_agreement()
        rows.make_duty(agreement, "2020-03-31", done_on="2020-03-30")
        rows.make_duty(agreement, "2999-03-31")
        text = text_of(read(client, "list").main)
        assert "2999-03-31" in text
        assert "2020-03-31" not in text
        assert "har passerat" not in text

    def test_queries_do_not_grow_with_grants(self, client, reader, django_assert_max_num_queries):
        for number in range(6):
            agreement = rows.make_agreement(f"bidrag-{number}")
            rows.make_grant_area(agreement)
            rows.make_duty(agreement)
        with django_assert_max_num_queries(10):
            read(client, "list")


class TestTheAgreement:
    def test_the_real_one_sums_up_per_area_and_group(self, client, real_reader):
        page = read(client, "agreement", GRANT)
        assert row_of(page, "Utveckling av den nära vården") == ["2 389,0", "750,0", "–", "–", "3 139,0"]
        assert row_of(page, "Goda förutsättningar") == ["2 499,0", "300,0", "250,0", "–", "3 049,0"]
        assert row_of(page, "Summa") == ["5 043,0", "1 050,0", "250,0", "51,5", "6 394,5"]
        assert "det som överenskommelsen anger: 6 394 500 000 kr" in text_of(page.main)
        assert not page.select(".alarm")

    def test_rules_codes_reservations_and_missing_input_are_said(self, client, real_reader):
        text = text_of(read(client, "agreement", GRANT).main)
        for words in (
            "Objektkod 9916",
            "Objektkod 9943",
            "21 regioner",
            "Får bara användas till detta",
            "Varje region får 500 000 kr i grundbelopp",
            "Kan inte räknas. Antalet invånare i de tre klasserna av landsbygd är inte tryckt.",
            "Handläggare på HOSPA",
            "2023-03-31",
            "§ 40",
        ):
            assert words in text, words

    def test_the_receiver_is_linked_and_what_differs_is_loud(self, client, real_reader):
        page = read(client, "agreement", GRANT)
        link = page.select_one(".receivers a")
        assert link["href"] == f"/statsbidrag/{GRANT}/mottagare/{RECEIVER}/"
        assert text_of(page.select_one(".receivers .disagrees")) == "En del skiljer sig från vad regeln ger."
        assert "Fyra delar stämmer med vad regeln ger" in text_of(page.select_one(".receivers"))

    def test_amounts_that_are_not_what_the_agreement_states_are_an_alarm(self, client, reader):
        agreement = rows.make_agreement(total_amount=1000)
        rows.make_amount(rows.make_grant_area(agreement), 900)
        alarm = text_of(read(client, "agreement", agreement.slug).select_one(".alarm"))
        assert "900 kr" in alarm
        assert "Beloppen är tillsammans 100 kr mindre än överenskommelsens." in alarm

    def test_more_given_than_there_is_is_a_fault(self, client, reader):
        amount = rows.make_amount(rows.make_grant_area(rows.make_agreement()), 900, label="Delen")
        rows.make_share(amount, 901)
        page = read(client, "agreement", "provbidrag")
        finding = page.select_one(".findings li")
        assert "mer än beloppet" in text_of(finding)
        assert page.select(finding.a["href"])

    def test_odd_kronor_are_not_written_in_millions(self, client, reader):
        rows.make_amount(rows.make_grant_area(rows.make_agreement()), "1234567.50")
        page = read(client, "agreement", "provbidrag")
        assert row_of(page, "Summa") == ["1 234 567,50", "1 234 567,50"]
        assert ", kronor" in text_of(page.select_one("caption"))

    def test_a_rule_without_words_of_its_own_is_put_in_words(self, client, reader):
        key = rows.make_measured_key("andel")
        area = rows.make_grant_area(rows.make_agreement())
        rows.make_amount(area, allocation_key=key, base_amount=500)
        rows.make_amount(area, allocation_key=key)
        rows.make_amount(area)
        text = text_of(read(client, "agreement", "provbidrag").main)
        assert "Varje mottagare får 500 kr i grundbelopp. Resten fördelas efter andel." in text
        assert "Beloppet fördelas efter andel." in text
        assert "Hur det fördelas är inte angivet." in text

    def test_a_bare_agreement_says_what_will_be_here(self, client, reader):
        text = text_of(read(client, "agreement", rows.make_agreement().slug).main)
        assert "Här visas beloppen" in text
        assert "Inget är inlagt som ska redovisas." in text

    def test_queries_do_not_grow_with_areas_amounts_and_receivers(self, client, reader, django_assert_max_num_queries):
        agreement = rows.make_agreement()
        key = rows.make_measured_key("andel")
        figures = rows.make_figures(key, {"91": 1, "92": 1}, stated_total=10)
        for _ in range(5):
            area = rows.make_grant_area(agreement)
            GrantCondition.objects.create(agreement=agreement, area=area, text="Ett villkor.")
            rows.make_duty(agreement, area=area)
            for code in ("91", "92"):
                amount = rows.make_amount(area, receiver_count=21, allocation_key=key, figure_set=figures)
                rows.make_share(amount, code=code)
                rows.make_measure(area, code=code)
        with django_assert_max_num_queries(24):
            read(client, "agreement", agreement.slug)


class TestTheOutcome:
    def test_printed_stands_beside_computed(self, client, real_reader):
        page = read(client, "outcome", GRANT, RECEIVER)
        assert row_of(page, "Omställning till nära vård") == ["26 349 913", "26 321 112", "+28 801 kr"]
        assert row_of(page, "Primärvård i landsbygd") == ["14 897 341", "–", "kan inte räknas"]
        assert row_of(page, "Vidareutbildning") == ["5 039 944", "–", "kan inte räknas"]
        assert row_of(page, "Karriärtjänster") == ["1 259 986", "1 259 986", "lika"]
        assert row_of(page, "Verksamhetsförlagd utbildning") == ["–", "–", "ingen tilldelning"]
        assert row_of(page, "Insatser inom Vision e-hälsa 2025") == ["1 249 692", "1 249 692", "lika"]
        assert row_of(page, "En förstärkt ambulanssjukvård") == ["1 438 690", "1 438 690", "lika"]
        assert row_of(page, "Goda förutsättningar")[0] == "31 487 054"
        assert row_of(page, "Summa")[0] == "75 422 690"

    def test_the_difference_is_the_loud_thing(self, client, real_reader):
        page = read(client, "outcome", GRANT, RECEIVER)
        alarm = text_of(page.select_one(".alarm"))
        assert "26 349 913 kr ≠ Räknat 26 321 112 kr" in alarm
        assert "framgår inte av beslutet" in alarm
        assert [text_of(mark) for mark in page.select("table .disagrees")] == ["26 321 112"]

    def test_every_computed_figure_has_its_sentence(self, client, real_reader):
        page = read(client, "outcome", GRANT, RECEIVER)
        sentences = [text_of(node) for node in page.select("p.calculation")]
        assert len(sentences) == 5
        assert "59 500 000,00 × 25 187 124 / 1 999 000 000 = 1 249 69" in sentences[3]
        assert "21 mottagare får först 500 000,00 kr" in sentences[3]

    def test_goals_measures_and_what_the_money_is_for(self, client, real_reader):
        page = read(client, "outcome", GRANT, RECEIVER)
        tables = page.select(".grant-measures")
        assert len(tables) == 4
        assert "objektkod 9916" in text_of(tables[0].caption)
        assert len(tables[0].select("tbody:first-of-type tr")) == 9
        first = row_of(page, "24 miljoner kronor fördelas")
        assert first[0] == "Primärvården utvecklas i hela länet"
        assert first[-1] == "24 000 000"

    def test_what_is_committed_used_and_left(self, client, reader):
        share = rows.make_share(rows.make_amount(rows.make_grant_area(rows.make_agreement(), name="Området")), 100)
        rows.make_measure(share.grant_amount.area, amount=20, is_new=False)
        public = make.make_plan(status=Plan.Status.SUBMITTED, title="Planen")
        line = make.make_line(make.make_area(public, "Sensorer"), 60, form="annan")
        rows.make_funding(share, 50, line=line, used=15)
        page = read(client, "outcome", "provbidrag", share.organisation.slug)
        table = page.select_one(".grant-balances")
        assert row_of(table, "Området") == ["100", "70", "15", "30"]
        assert row_of(page.select_one(".grant-fundings"), "Sensorer") == [share.grant_amount.label, "50", "15"]

    def test_a_line_of_a_draft_is_not_named_to_those_who_may_not_read_it(self, client, reader):
        share = rows.make_share(rows.make_amount(rows.make_grant_area(rows.make_agreement())), 100)
        line = make.make_line(make.make_area(make.make_plan(), "Hemligt"), 40, form="annan")
        rows.make_funding(share, 50, line=line)
        page = read(client, "outcome", "provbidrag", share.organisation.slug)
        text = text_of(page.main)
        assert "Hemligt" not in text
        assert "En budgetpost i en plan som inte är öppen för dig" in text

    def test_a_line_of_a_draft_is_named_to_those_who_may_read_it(self, client, economist):
        share = rows.make_share(rows.make_amount(rows.make_grant_area(rows.make_agreement())), 100)
        line = make.make_line(make.make_area(make.make_plan(), "Hemligt"), 40, form="annan")
        rows.make_funding(share, 50, line=line)
        page = read(client, "outcome", "provbidrag", share.organisation.slug)
        assert "Hemligt" in text_of(page.select_one(".grant-fundings"))
        assert "Hemligt" in text_of(page.select_one(".findings"))  # it is paid more than it is

    def test_what_is_committed_beyond_what_is_received_is_told(self, client, reader):
        share = rows.make_share(rows.make_amount(rows.make_grant_area(rows.make_agreement())), 100)
        rows.make_measure(share.grant_amount.area, amount=120)
        page = read(client, "outcome", "provbidrag", share.organisation.slug)
        assert page.select(".findings ol li")
        assert [text_of(mark) for mark in page.select(".grant-balances .disagrees")] == ["−20"]

    def test_a_member_without_anything_is_told_what_will_be_here(self, client, reader):
        agreement = rows.make_agreement()
        membership = make.make_members(agreement.collaboration)[0]
        text = text_of(read(client, "outcome", agreement.slug, membership.organisation.slug).main)
        assert "Här visas vad" in text

    def test_queries_do_not_grow_with_parts_and_measures(self, client, reader, django_assert_max_num_queries):
        agreement = rows.make_agreement()
        public = make.make_plan(status=Plan.Status.SUBMITTED)
        for _ in range(5):
            area = rows.make_grant_area(agreement)
            for _ in range(3):
                share = rows.make_share(rows.make_amount(area))
                rows.make_measure(area, amount=10)
                rows.make_funding(share, 10, line=make.make_line(make.make_area(public), 50, form="annan"))
        assert GrantShare.objects.count() == GrantFunding.objects.count() + 7  # those of the real region
        with django_assert_max_num_queries(22):
            read(client, "outcome", agreement.slug, share.organisation.slug)


class TestTheWayToWriting:
    ADDRESSES = (
        ("list", (), "/statsbidrag/nytt/"),
        ("agreement", (GRANT,), f"/statsbidrag/{GRANT}/redigera/"),
        ("outcome", (GRANT, RECEIVER), f"/statsbidrag/{GRANT}/redigera/mottagare/{RECEIVER}/"),
    )

    @pytest.mark.parametrize(("name", "arguments", "address"), ADDRESSES)
    def test_one_who_writes_is_led_there(self, client, plan_2024, name, arguments, address):
        user = make.make_user("ekonom@bidrag.example")
        make.make_role(user, Role.ECONOMIST, collaboration=plan_2024.collaboration)
        client.force_login(user)
        assert read(client, name, *arguments).select(f'a[href="{address}"]')

    @pytest.mark.parametrize(("name", "arguments", "address"), ADDRESSES)
    def test_one_who_reads_is_not(self, client, real_reader, name, arguments, address):
        assert not read(client, name, *arguments).select('a[href*="redigera"], a[href$="/nytt/"]')
