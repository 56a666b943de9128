"""Names and sentences in templates break where a reader would break them, and nowhere else."""

from skane_digi.templatetags.plan_text import breakable, unbroken


def test_a_long_name_may_break_after_its_slash_and_is_escaped():
    assert breakable("Avvikelsehantering/händelseanalys") == "Avvikelsehantering/<wbr>händelseanalys"
    assert breakable("Mina planer") == "Mina planer"
    assert breakable("<b>/&") == "&lt;b&gt;/<wbr>&amp;"


def test_dates_and_numbers_stay_on_one_line_and_the_rest_is_escaped():
    assert unbroken("<i> 1 414 324 invånare") == '&lt;i&gt; <span class="unbroken">1 414 324</span> invånare'
    assert unbroken("den 2021-11-30.") == 'den <span class="unbroken">2021-11-30</span>.'
    assert unbroken("Budget 2024 har 33 rader") == "Budget 2024 har 33 rader"
