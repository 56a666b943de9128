"""On a narrow screen the figure that the reader came for is seen without scrolling sideways."""

import pytest

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    "address",
    ["/planer/2024/kostnader/2024/", "/planer/2022-2023/kostnader/2023/", "/organisationer/", "/organisationer/eslov/"],
)
def test_tables_of_what_each_pays_fit_the_narrowest_screen(open_page, address):
    page = open_page(width=360)
    page.goto(address)
    widths = page.eval_on_selector_all(".table-scroll", "all => all.map(box => [box.scrollWidth, box.clientWidth])")
    assert widths
    assert all(needed <= shown for needed, shown in widths)


@pytest.mark.parametrize("slug", ["2024", "2022-2023"])
def test_the_plans_own_amounts_stand_within_the_screen_on_the_budget_page(open_page, slug):
    page = open_page(width=360)
    page.goto(f"/planer/{slug}/budget/")
    ends = page.eval_on_selector_all(
        ".chart td strong", "all => all.map(amount => amount.getBoundingClientRect().right)"
    )
    assert ends
    assert max(ends) <= 360
