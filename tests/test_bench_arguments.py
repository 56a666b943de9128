"""The benchmark refuses what it cannot measure or write before it starts measuring."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize(
    ("argument", "reason"),
    [("--runs=0", "0"), ("--plans=-1", "-1"), ("--areas=x", "x"), ("--output=/finns-inte/b.md", "finns inte")],
)
def test_what_cannot_be_measured_or_written_is_refused_at_once(argument, reason, real_plans):
    with pytest.raises(CommandError, match=reason):
        call_command("bench", argument)
