"""Signing keys made once per test run: a new one costs 60 ms and reading one 33 ms, hundreds of times over."""

from collections.abc import Iterator

from joserfc.jwk import RSAKey

_keys: list[RSAKey] = []


class KeyPool:
    """Stands where `portal.oauth.keys` says `RSAKey`: real keys, handed out in the same order in every test."""

    def __init__(self) -> None:
        self._next: Iterator[RSAKey] = self._from_the_first()

    @staticmethod
    def _from_the_first() -> Iterator[RSAKey]:
        yield from _keys
        while True:
            _keys.append(RSAKey.generate_key(2048, auto_kid=True))
            yield _keys[-1]

    def generate_key(self, _bits: int, *, auto_kid: bool) -> RSAKey:
        """Return a key that this test has not had yet."""
        assert auto_kid
        return next(self._next)

    def import_key(self, pem: bytes, parameters: dict[str, str]) -> RSAKey:
        """Return the key of this id, if the PEM is really its own."""
        key = next(key for key in _keys if key.kid == parameters["kid"])
        assert pem == key.as_pem(private=True)
        return key
