"""The site's settings, with work done at once by the process that asks for it unless there is a queue."""

from skane_digi.settings import *  # noqa: F403
from skane_digi.settings import TASK_QUEUE

if TASK_QUEUE == "thread":
    TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
