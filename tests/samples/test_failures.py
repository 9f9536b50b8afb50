"""A sample that does not work is named with its page, its line and its language."""

from dataclasses import replace

import pytest

from portal.samples.calls import Call
from portal.samples.languages import LANGUAGES, Language
from tests.samples.echo import echo
from tests.samples.published import SEARCH, TOKEN
from tests.samples.runtimes import Fragment, SampleFailure, fragments, run
from tests.servers import Server

PAGE = "docs_content/en/start-here/getting-started.md"
each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.key)
BY_KEY = {language.key: language for language in LANGUAGES}


def broken(fragment: Fragment, old: str, new: str) -> Fragment:
    assert old in fragment.sample.text
    return replace(fragment, sample=replace(fragment.sample, text=fragment.sample.text.replace(old, new)))


def assert_fails(language: Language, page: list[Fragment], line: int, output: str = "") -> None:
    with pytest.raises(SampleFailure) as caught:
        run(language, page)
    failure = caught.value
    assert (failure.page, failure.line, failure.language) == (PAGE, line, language.label)
    assert str(failure).startswith(f"{PAGE}:{line}: the {language.label} sample fails\n")
    assert output in failure.output


@each_language
def test_a_sample_that_is_no_program_is_named(language: Language) -> None:
    with echo() as server:
        server.tokens = ["token"]
        page = fragments(PAGE, [(21, TOKEN), (40, SEARCH)], language, server.url)
        # A bracket or quote that nothing closes; where it opened, nobody can tell but by the line.
        page[1] = replace(page[1], sample=replace(page[1].sample, text=f")'\n{page[1].sample.text}"))
        assert_fails(language, page, 40)


@each_language
def test_a_sample_that_is_refused_is_named(live: Server, language: Language) -> None:
    page = fragments(PAGE, [(21, TOKEN), (40, SEARCH)], language, live.base_url)
    assert_fails(language, [page[0], broken(page[1], "OPC-2024-DEMO1", "nobody")], 40, "invalid_health_id")


@pytest.mark.parametrize("key", ["curl", "php", "javascript", "python"])
def test_a_sample_without_a_token_is_named(live: Server, key: str) -> None:
    page = fragments(PAGE, [(21, TOKEN), (40, SEARCH)], BY_KEY[key], live.base_url)
    assert_fails(BY_KEY[key], [broken(page[0], "demo_secret", "no_secret"), page[1]], 21)


def test_a_server_that_is_not_there_is_named() -> None:
    page = fragments(PAGE, [(21, TOKEN)], BY_KEY["curl"], "http://127.0.0.1:1")
    assert_fails(BY_KEY["curl"], page, 21, "Failed to connect to 127.0.0.1")


def test_a_sample_that_hangs_is_stopped_and_named() -> None:
    page = fragments(PAGE, [(21, TOKEN)], BY_KEY["curl"], "http://127.0.0.1:1")
    hanging = replace(page[0], sample=replace(page[0].sample, text="sleep 30"))
    with pytest.raises(SampleFailure, match=r"stopped after 0\.2 seconds"):
        run(BY_KEY["curl"], [hanging], timeout=0.2)


def test_a_page_may_show_an_error_on_purpose(live: Server) -> None:
    wrong = Call("searchPatient", {"health_id": "nobody"})
    page = fragments(PAGE, [(21, TOKEN), (40, wrong)], BY_KEY["python"], live.base_url)
    _, answer = run(BY_KEY["python"], [page[0], replace(page[1], may_fail=True)])
    assert answer["code"] == "invalid_health_id"
