"""Telephone numbers: kept in E.164, never shown whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import phonenumbers

WRITTEN = re.compile(r"[+\d][\d\s().\-‐‑–—]*")
AS_DECIMAL = re.compile(r"(\d{7,})\.0")  # a number that went through a spreadsheet or pandas


def e164(written: str, country: str) -> str | None:
    """The number in E.164; None if nobody could be rung under it. `country` (ISO 3166) is where it was written."""
    text = unicodedata.normalize("NFKC", written).strip()
    text = AS_DECIMAL.sub(r"\1", text).lstrip("(")
    if not WRITTEN.fullmatch(text):
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    # "Possible" would do for CN with a digit too few or too many, which is the commonest slip.
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(number: str) -> str:
    """A number as it may be shown, printed or logged: 138****8001. A withheld one stays empty."""
    if not number:
        return ""
    try:
        digits = str(phonenumbers.parse(number).national_number)
    except phonenumbers.NumberParseException:
        return "****"
    return f"{digits[:-8]}****{digits[-4:]}" if len(digits) >= 8 else "****"


def masked_apart(number: str, others: Iterable[str]) -> str:
    """As masked, but for the digits by which it differs from those of the others that would look the same."""
    mask = masked(number)
    alike = [other[-8:-4] for other in others if masked(other) == mask]
    if len(mask) < 8 or not alike:
        return mask
    told = "".join(
        digit if any(other[place] != digit for other in alike) else "*" for place, digit in enumerate(number[-8:-4])
    )
    return f"{mask[:-8]}{told}{mask[-4:]}"


def national(number: str, country: str) -> str:
    """A number in E.164 as people of a country dial it, in groups that can be read: 138 0013 8001. Only for pages and
    cards that are there to be dialled from."""
    parsed = phonenumbers.parse(number)
    home = parsed.country_code == phonenumbers.country_code_for_region(country)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)
