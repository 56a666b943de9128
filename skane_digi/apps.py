from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class SkaneDigiConfig(AppConfig):
    name = "skane_digi"
    verbose_name = "Konton och inbjudningar"

    def ready(self) -> None:
        from skane_digi import checks  # noqa: F401 registers itself


class AdministrationConfig(admin_apps.AdminConfig):
    default = False
    default_site = "skane_digi.administration.Administration"
