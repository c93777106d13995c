"""Why a bucket did not do what it was asked, in a few words with the remedy.

The library has one error for nearly everything, and only its text tells what happened: a page with addresses in it.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_CREDENTIALS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
# what the text has → what is wrong with the settings: another try gives the same
_REFUSALS = (
    (("/latest/api/token", "/latest/meta-data/", "//169.254.170."), f"there are no credentials: set {_CREDENTIALS}"),
    (("BadScheme",), "its endpoint is without TLS: set AWS_ALLOW_HTTP=true, or an AWS_ENDPOINT_URL with https://"),
    (("<Code>NoSuchBucket</Code>",), "there is no such bucket: make it, or correct its name or AWS_ENDPOINT_URL"),
    (
        ("BareRedirect", "<Code>PermanentRedirect</Code>", "<Code>AuthorizationHeaderMalformed</Code>"),
        "it is in another region: set AWS_REGION",
    ),
    (
        (" 401 Unauthorized", " 403 Forbidden"),
        f"the credentials are refused, or lack a right: see {_CREDENTIALS}, and let them list, read, write and delete",
    ),
    (("invalid peer certificate",), "its certificate is not trusted: SSL_CERT_FILE names the authorities"),
)


def refusal(error: BaseException) -> str:
    """What is wrong with the settings of the bucket; "" = another try may help."""
    text = str(error)
    return next((why for marks, why in _REFUSALS if any(mark in text for mark in marks)), "")


def failure(error: BaseException) -> str:
    """What happened, where another try may help."""
    text = str(error)
    if code := _CODE.search(text):
        return code[1]
    if "kind: Timeout" in text or "kind: Connect" in text:
        return "it does not answer"
    return type(error).__name__
