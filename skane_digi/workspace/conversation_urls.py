"""The addresses of comments and referrals."""

from django.urls import path

from skane_digi.workspace.views import comments, referral

COMMENTS = "planer/<slug:slug>/arbetsyta/kommentarer/"
REFERRAL = "planer/<slug:slug>/remiss/"

urlpatterns = [
    path(COMMENTS, comments.comments, name="comments"),
    path(f"{COMMENTS}ny/", comments.open_thread, name="comment-open"),
    path(f"{COMMENTS}<slug:key>/svar/", comments.answer_thread, name="comment-answer"),
    path(f"{COMMENTS}<slug:key>/klar/", comments.resolve_thread, name="comment-resolve"),
    path(f"{COMMENTS}<slug:key>/igen/", comments.reopen_thread, name="comment-reopen"),
    path(REFERRAL, referral.referral, name="referral"),
    path(f"{REFERRAL}omgang/oppna/", referral.open_round, name="referral-open"),
    path(f"{REFERRAL}omgang/forlang/", referral.extend_round, name="referral-extend"),
    path(f"{REFERRAL}omgang/paminn/", referral.remind, name="referral-remind"),
    path(f"{REFERRAL}omgang/avsluta/", referral.close_round, name="referral-close"),
    path(f"{REFERRAL}svar/<slug:code>/", referral.answer, name="referral-answer"),
    path(f"{REFERRAL}<slug:area_slug>/", referral.reading, name="referral-reading"),
]
