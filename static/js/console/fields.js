// Which field a schema becomes.
import { Attachment, Choice, Json, Text } from "./field.js";
import { Alternatives, Fields, Items, Only } from "./groups.js";
import { alternativesOf, isFile, nameOf, resolved, typeOf, valuesOf } from "./schema.js";

/** Return the field for a schema. `form` is `{defs, words, changed, files}`; `about` is `{name, required, above}`. */
export function field(schema, form, about) {
  const found = { ...resolved(schema, form.defs), ...(about.description && { description: about.description }) };
  const kind = kindOf(found, form);
  return new kind(found, form, { ...about, above: nameOf(schema) ? [...about.above ?? [], nameOf(schema)] : about.above ?? [] });
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
