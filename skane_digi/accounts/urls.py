"""One's own account and the invitations. Signing in is allauth's; see ``signing_in``."""

from django.urls import path

from skane_digi.accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.account, name="account"),
    path("inbjudningar/", views.invitation_list, name="invitations"),
    path("inbjudningar/<int:pk>/skicka/", views.resend, name="resend"),
    path("inbjudningar/<int:pk>/aterkalla/", views.withdraw, name="withdraw"),
    path("inbjudan/<str:token>/", views.accept, name="accept"),
]
