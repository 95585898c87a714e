"""What an e-mail address looks like; whether somebody reads it there, only a message can tell."""

import re

LONGEST = 254
"""Characters (RFC 5321, 4.5.3.1.3, without the angle brackets)."""

_LABEL = r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
EMAIL = rf"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(\.{_LABEL})+$"
"""As browsers read <input type=email> (HTML Living Standard, 4.10.5.1.5), and with a dot."""


def is_email(text: str) -> bool:
    """Tell whether this has the form of an e-mail address."""
    return len(text) <= LONGEST and re.fullmatch(EMAIL, text, re.ASCII) is not None
