// Which field a schema becomes.
import { Attachment, Choice, Json, Text } from "./field.js";
import { Alternatives, Fields, Items, Only } from "./groups.js";
import { alternativesOf, isFile, nameOf, resolved, takesNull, typeOf, valuesOf } from "./schema.js";

/** Return the field for a schema. `form` is `{defs, words, changed, files}`; `about` is `{name, required, above}`. */
export function field(schema, form, about) {
  const found = text(resolved(schema, form.defs), form.defs);
  const kind = kindOf(found, form);
  return new kind(found, form, { ...about, above: nameOf(schema) ? [...about.above ?? [], nameOf(schema)] : about.above ?? [] });
}

/** Return the schema of a text in place of several that are all texts, with the values that some of them name. */
function text(schema, defs) {
  const options = alternativesOf(schema, defs).map((one) => resolved(one, defs));
  if (valuesOf(schema, defs) || options.length < 2 || !options.every((one) => typeOf(one) === "string" && !isFile(one))) return schema;
  const { oneOf, anyOf, ...beside } = schema;
  const offered = options.flatMap((one) => valuesOf(one, defs) ?? []).map(({ value }) => value).filter(Boolean);
  return { ...beside, type: takesNull(schema, defs) ? ["string", "null"] : "string", offered };
}

function kindOf(schema, form) {
  if (valuesOf(schema, form.defs)) return Choice;
  const alternatives = alternativesOf(schema, form.defs);
  if (alternatives.length > 1) return Alternatives;
  if (alternatives.length) return Only;
  if (form.files && isFile(schema)) return Attachment;
  if (form.files && typeOf(schema) === "array" && isFile(resolved(schema.items, form.defs))) return Attachment;
  return { object: Fields, array: Items, string: Text, number: Text, integer: Text }[typeOf(schema)] ?? Json;
}
