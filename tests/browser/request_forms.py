"""The console's form in a page, for many operations one after the other."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.template.loader import render_to_string
from jsonschema import Draft202012Validator
from playwright.sync_api import Page

from portal.console.descriptions import description
from portal.openapi.documents import Operation
from portal.samples.composing import UnfitValueError, compose
from tests.samples.test_composing import as_in_table

SCRIPT = """async (shell) => {
  const { RequestForm } = await import('/static/js/console/form.js');
  const { UnfitError, compose, withoutSecrets } = await import('/static/js/console/request.js');
  const { check } = await import('/static/js/console/validate.js');
  const place = document.createElement('template');
  place.innerHTML = shell;
  const words = { ...place.content.querySelector('[data-words]').dataset };

  const text = (content) => (typeof content === 'string' ? content : content.text());
  async function body(request) {
    if (request.parts) {
      const parts = request.parts.map(async ({ content, ...part }) => ({ ...part, text: await text(content) }));
      return { parts: await Promise.all(parts) };
    }
    if (request.body instanceof Blob) return { file: await request.body.text() };
    if (request.body === null) return null;
    const isJson = /[/+]json *(;|$)/.test(request.headers.at(-1)[1]);
    return isJson ? { json: JSON.parse(request.body) } : { text: request.body };
  }
  async function composed(description, values, server) {
    try {
      const request = compose(description, values, { base: server });
      return { method: request.method, url: request.url, headers: request.headers, body: await body(request) };
    } catch (error) {
      if (error instanceof UnfitError) return { error: error.place };
      throw error;
    }
  }
  const form = new RequestForm();
  document.querySelector('main').replaceChildren(form);
  form.load({ parameters: [], bodies: [], examples: [], defs: {} }, words);
  window.console_form = { form, words, check, composed, withoutSecrets };
}"""

FILLED = """async (descriptions) => {
  const { form, words, composed } = window.console_form;
  const found = [];
  for (const description of descriptions) {
    form.load(description, words);
    for (const { name, values } of description.examples) {
      form.values = values;
      const read = form.values;
      const request = await composed(description, read, '');
      found.push({ name, values: read, problems: await form.problems(), request });
    }
  }
  return found;
}"""

CHECKED = """([schema, defs, values, words = window.console_form.form.words]) => values.map(
  (value) => window.console_form.check(schema, defs, value, { sending: true, words }),
)"""


def prepare(page: Page) -> Page:
    """Put an empty form into the page, and what tests ask of it."""
    page.goto("/console/")
    page.evaluate(SCRIPT, render_to_string("console/shell.html"))
    return page


def filled(page: Page, operations: Iterable[Operation]) -> Iterator[tuple[dict[str, Any], Operation, dict[str, Any]]]:
    """Fill every form with every example; yield what came of it, the operation, and the example's values."""
    for operation in operations:
        described = description(operation)
        found = page.evaluate(FILLED, [described])
        for one, example in zip(found, described["examples"], strict=True):
            yield one, operation, example["values"]


def expected(operation: Operation, values: dict[str, Any]) -> dict[str, Any]:
    """Return the request that Python composes of these values."""
    try:
        return as_in_table(compose(operation, values, ""), values)
    except UnfitValueError as error:
        return {"error": error.place}


def fits(schema: Any, definitions: dict[str, Any], value: Any) -> bool:
    """Ask another validator."""
    whole = {**schema, "$defs": definitions} if isinstance(schema, dict) else schema
    checker = Draft202012Validator.FORMAT_CHECKER
    return bool(Draft202012Validator(whole, format_checker=checker).is_valid(value))
