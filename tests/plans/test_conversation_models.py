"""What the database itself refuses of comments and referrals, and that their rows are found by their keys."""

import pytest
from django.utils import timezone

from plans.models import Comment, CommentThread, Referral, ReferralAnswer
from tests import conversation_factories as talk
from tests import factories as make
from tests.plans.test_models import refuses

pytestmark = pytest.mark.django_db


class TestConversationConstraints:
    def test_thread_resolved_by_somebody(self):
        thread = talk.make_thread(talk.make_draft())
        thread.resolved_at = timezone.now()
        refuses(thread, "thread_resolved_by_somebody", "både tid och den som")

    def test_thread_of_organisation_in_referral(self):
        thread = talk.make_thread(talk.make_draft())
        thread.organisation = make.make_organisation("9101")
        refuses(thread, "thread_of_organisation_in_referral", "hör till en remiss")

    def test_comment_has_text(self):
        comment = talk.make_thread(talk.make_draft()).comments.get()
        comment.text = ""
        refuses(comment, "comment_has_text")

    def test_referral_open_once_per_plan(self):
        first = talk.make_referral(talk.make_draft())
        second = Referral(plan=first.plan, opened_by=first.opened_by, due_on=first.due_on, log_number=0)
        refuses(second, "referral_open_once_per_plan", "redan ute på remiss")

    def test_referral_closed_by_somebody(self):
        referral = talk.make_referral(talk.make_draft())
        referral.closed_at = timezone.now()
        refuses(referral, "referral_closed_by_somebody", "både tid och den som")

    def test_referral_answer_once_per_organisation(self):
        first = talk.make_answer(talk.make_referral(talk.make_draft()), "9101")
        fields = {name: getattr(first, name) for name in ("referral", "organisation", "kind", "recorded_by")}
        refuses(ReferralAnswer(answered_on=first.answered_on, **fields), "referral_answer_once_per_organisation")

    def test_referral_answer_with_comments_has_text(self):
        answer = talk.make_answer(talk.make_referral(talk.make_draft()), "9101")
        answer.kind = ReferralAnswer.Kind.REJECT
        refuses(answer, "referral_answer_with_comments_has_text", "Skriv synpunkterna")


def test_every_row_is_found_by_its_natural_key():
    plan = talk.make_draft()
    talk.make_thread(plan)
    talk.make_answer(talk.make_referral(plan), "9101")
    for model in (CommentThread, Comment, Referral, ReferralAnswer):
        row = model.objects.get()
        assert model.objects.get_by_natural_key(*row.natural_key()) == row
