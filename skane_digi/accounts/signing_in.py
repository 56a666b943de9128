"""The pages of allauth that the site has, under Swedish addresses and the names that allauth knows them by.

Left out: changing one's e-mail address (it is the account's name; an administrator changes it), and connecting or
disconnecting providers (there is at most one, and it connects by the address).
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as socialaccount
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.usersessions import views as usersessions
from django.urls import path, re_path

urlpatterns = [
    path("logga-in/", account.login, name="account_login"),
    path("logga-ut/", account.logout, name="account_logout"),
    path("avstangt/", account.account_inactive, name="account_inactive"),
    path("registrera/", account.signup, name="account_signup"),
    path("bekrafta/", account.reauthenticate, name="account_reauthenticate"),
    path("bekrafta-adress/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^bekrafta-adress/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("losenord/", account.password_change, name="account_change_password"),
    path("losenord/valj/", account.password_set, name="account_set_password"),
    path("losenord/glomt/", account.password_reset, name="account_reset_password"),
    path("losenord/glomt/skickat/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^losenord/nytt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("losenord/bytt/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("sessioner/", usersessions.list_usersessions, name="usersessions_list"),
    path("tvafaktor/", mfa.index, name="mfa_index"),
    path("tvafaktor/kod/", mfa.authenticate, name="mfa_authenticate"),
    path("tvafaktor/bekrafta/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("tvafaktor/app/pa/", totp.activate_totp, name="mfa_activate_totp"),
    path("tvafaktor/app/av/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("tvafaktor/reservkoder/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("tvafaktor/reservkoder/nya/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("tvafaktor/reservkoder/fil/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("nycklar/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("nycklar/ny/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("nycklar/logga-in/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("nycklar/bekrafta/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("nycklar/<int:pk>/ta-bort/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("nycklar/<int:pk>/namn/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("extern/avbruten/", socialaccount.login_cancelled, name="socialaccount_login_cancelled"),
    path("extern/fel/", socialaccount.login_error, name="socialaccount_login_error"),
    path("extern/<str:provider_id>/", oidc.login, name="openid_connect_login"),
    path("extern/<str:provider_id>/svar/", oidc.callback, name="openid_connect_callback"),
]
