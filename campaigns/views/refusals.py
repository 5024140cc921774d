"""What the framework refuses before a view sees it, said in words. Must not look into what was sent."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_MANY: Final = "The form has more fields or files than any page of ours. Nothing was saved."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Too large is said with its limit; everything else is malformed."""
    if isinstance(exception, RequestDataTooBig):
        words = f"What was sent is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes. Nothing was saved."
        return render(request, "400.html", {"words": words}, status=413)
    many = isinstance(exception, TooManyFieldsSent | TooManyFilesSent)
    return render(request, "400.html", {"words": _MANY} if many else {}, status=400)
