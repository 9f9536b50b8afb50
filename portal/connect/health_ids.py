"""Health IDs: `OPC-YYYY-` + seven Crockford Base32 characters + one check character.

The check character is a parity over GF(32): the twelve symbols (four of the year, seven, the check), each multiplied
by its own power of a generator, add up to zero. Every single substitution changes the sum, and so does every swap of
two different symbols, because all weights differ. Luhn-32 and ISO 7064 MOD 37,36 miss some swaps of characters that
stand one apart.
"""

import re
from functools import reduce
from operator import xor

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans("OIL", "011")
FORM = re.compile(r"OPC-(\d{4})-([0-9A-HJKMNP-TV-Z]{8})")
RESERVED = re.compile(r"OPC-2024-DEMO[1-9][0-9]?")
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)


class InvalidHealthIDError(ValueError):
    """The text is not a Health ID; the message says why in a sentence."""


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 0b100000 else value


def _times_power(value: int, power: int) -> int:
    return reduce(lambda product, _: _times_x(product), range(power), value)


def check_character(year: str, body: str) -> str:
    """Return the check character for four digits of a year and seven Base32 characters."""
    symbols = [ALPHABET.index(symbol) for symbol in year + body]
    count = len(symbols)
    # The check symbol has weight 1, so it is simply what is missing to zero.
    return ALPHABET[reduce(xor, (_times_power(symbol, count - i) for i, symbol in enumerate(symbols)))]


def make(year: int, number: int) -> str:
    """Return the Health ID of this year and number (0 to 32**7 - 1)."""
    body = ""
    for _ in range(7):
        number, digit = divmod(number, 32)
        body = ALPHABET[digit] + body
    return f"OPC-{year:04d}-{body}{check_character(f'{year:04d}', body)}"


def parse(text: str) -> str:
    """Return the Health ID in its one spelling: upper case, and O, I, L read as the digits they look like.

    :raises InvalidHealthIDError: where the form or the check character is wrong.
    """
    upper = text.strip().upper()
    if RESERVED.fullmatch(upper):
        return upper
    head, _, rest = upper.partition("-")
    match = FORM.fullmatch(f"{head}-{rest.translate(LOOKALIKES)}")
    if match is None:
        raise InvalidHealthIDError("The Health ID is not of the form OPC-YYYY-XXXXXXXX.")
    year, symbols = match.groups()
    if not year.isascii() or check_character(year, symbols[:7]) != symbols[7]:
        raise InvalidHealthIDError(
            "The check character of the Health ID does not fit: something was mistyped or swapped."
        )
    return f"OPC-{year}-{symbols}"
