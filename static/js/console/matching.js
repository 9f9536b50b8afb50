// Which schema of the description an answer has to match.

/**
 * Return the schema for a status and a content type: the status itself, then `2XX`, then `default`; the media type itself,
 * then `application/*`, then `*` of everything. `{ unknown: "undocumented" }` where the document has no such answer,
 * null where it says nothing of the body.
 */
export function responseSchema(responses, status, contentType) {
  const kinds = responses[status] ?? responses[`${String(status)[0]}XX`] ?? responses[`${String(status)[0]}xx`] ?? responses.default;
  if (!kinds) return { unknown: "undocumented" };
  const names = Object.fromEntries(Object.entries(kinds).map(([name, schema]) => [plain(name), schema]));
  if (!Object.keys(names).length || !contentType) return null;
  const type = plain(contentType);
  const found = names[type] ?? names[`${type.split("/")[0]}/*`] ?? names["*/*"];
  return found === undefined ? { unknown: "undocumented" } : found;
}

const plain = (type) => type.split(";")[0].trim().toLowerCase();
