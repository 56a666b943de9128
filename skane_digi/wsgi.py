"""WSGI entry point for the production server. It does not start on a database that holds demo accounts."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "skane_digi.settings")
application = get_wsgi_application()

from skane_digi.checks import refuse_demo_accounts  # noqa: E402 needs the settings above

refuse_demo_accounts()
