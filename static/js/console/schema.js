// What a form has to know of a schema: references followed, `allOf` laid together, and the alternatives that it leaves.
const NULL = "null";
const SECRET = /(^|[-_.\s])(secret|password|passwd|passphrase|token|(api|secret|private|access)[-_]?key|authorization|assertion|jwt)$/i;
const LARGE = 1_000_000; // characters of JSON
export const isRaw = (value) => Boolean(JSON.isRawJSON?.(value));
export const isObject = (found) => typeof found === "object" && found !== null && !Array.isArray(found) && !isRaw(found);

/** Parse JSON and keep numbers as they were written: `12345678901234567890` and `1.0` too, where the browser can. */
export function exact(text) {
  if (text.length > LARGE && !/\d{16}/.test(text)) return JSON.parse(text); // looking at each value takes seconds there
  try {
    return JSON.parse(text, (_key, value, context) => (
      typeof value === "number" && context?.source && String(value) !== context.source && JSON.rawJSON
        ? JSON.rawJSON(context.source) : value
    ));
  } catch (error) {
    if (error instanceof RangeError) return JSON.parse(text); // nested too deeply to look at each value
    throw error;
  }
}

export const nameOf = (schema) => (isObject(schema) && schema.$ref ? schema.$ref.slice("#/$defs/".length) : "");

/** Return the schema in one piece. What refers to itself and to nothing else is empty. */
export function resolved(schema, defs, above = []) {
  if (!isObject(schema)) return {};
  const { $ref, allOf = [], ...own } = schema;
  if ($ref && above.includes($ref)) return {};
  const inside = $ref ? [...above, $ref] : above;
  const target = $ref ? [resolved(defs[nameOf(schema)], defs, inside)] : [];
  return [...target, ...allOf.map((one) => resolved(one, defs, inside)), own].reduce(joined, {});
}

function joined(one, other) {
  const found = { ...one, ...other };
  if (one.properties && other.properties) {
    found.properties = { ...one.properties };
    for (const [name, rules] of Object.entries(other.properties)) {
      found.properties[name] = Object.hasOwn(one.properties, name) ? { allOf: [one.properties[name], rules] } : rules;
    }
  }
  if (one.required && other.required) found.required = [...one.required, ...other.required];
  return found;
}

/** Return its one type, the empty text where there are none or several. */
export function typeOf(schema) {
  const types = [schema.type ?? []].flat().filter((type) => type !== NULL);
  if (types.length === 1) return types[0];
  if (types.length) return "";
  if (schema.properties || isObject(schema.additionalProperties)) return "object";
  if (schema.items || schema.prefixItems) return "array";
  return schema.format || schema.pattern || schema.maxLength || schema.minLength ? "string" : [schema.type].flat().includes(NULL) ? NULL : "";
}

/** Return the values among which to choose, null where any is possible. */
export function valuesOf(schema, defs) {
  if ("const" in schema) return [{ value: schema.const }];
  if (schema.enum) return schema.enum.map((value) => ({ value }));
  const options = schema.oneOf ?? schema.anyOf;
  const constants = options?.map((one) => resolved(one, defs));
  if (constants?.length && constants.every((one) => "const" in one || one.type === NULL)) {
    return constants.map((one) => ({ value: one.const ?? null, title: one.title }));
  }
  return schema.type === "boolean" || [schema.type].flat().every((type) => type === "boolean" || type === NULL) && schema.type
    ? [true, false, ...[schema.type].flat().filter((type) => type === NULL)].map((value) => ({ value: value === NULL ? null : value })) : null;
}

/** Return what a value may be instead of one thing, each as a schema with the rules that stand beside. */
export function alternativesOf(schema, defs) {
  const options = schema.oneOf ?? schema.anyOf;
  if (options) {
    const { oneOf, anyOf, ...beside } = schema;
    const real = options.filter((one) => resolved(one, defs).type !== NULL);
    const shaped = real.some((one) => { const found = resolved(one, defs); return typeOf(found) || found.oneOf || found.anyOf || found.enum || "const" in found; });
    if (shaped) return real.map((one) => (hasShape(beside) ? { allOf: [beside, one], $name: nameOf(one) } : one));
    return [];
  }
  const types = [schema.type ?? []].flat().filter((type) => type !== NULL);
  return types.length > 1 ? types.map((type) => ({ ...schema, type })) : [];
}

const hasShape = (schema) => ["type", "properties", "required", "items"].some((key) => key in schema);

/** Say whether null is a value of it. */
export function takesNull(schema, defs) {
  if ([schema.type].flat().includes(NULL)) return true;
  return (schema.oneOf ?? schema.anyOf ?? []).some((one) => resolved(one, defs).type === NULL);
}

/** Say whether a field holds what nobody else may see. */
export function isSecret(name, schema) {
  return schema?.format === "password" || SECRET.test(String(name).replace(/([a-z])([A-Z])/g, "$1_$2"));
}

/** Say whether it is sent as a file. */
export function isFile(schema) {
  return typeOf(schema) === "string" && (schema.format === "binary" || (schema.contentMediaType && !schema.contentEncoding));
}

/** Return how much a value looks like one of the schema, for choosing among alternatives. */
export function likeness(schema, value, defs, depth = 0) {
  if (isRaw(value)) value = Number(value.rawJSON);
  const found = resolved(schema, defs);
  const values = valuesOf(found, defs);
  if (values) return values.some((one) => JSON.stringify(one.value) === JSON.stringify(value)) ? 10 : -10;
  const options = depth < 4 ? alternativesOf(found, defs) : [];
  if (options.length) return Math.max(...options.map((one) => likeness(one, value, defs, depth + 1)));
  const type = typeOf(found);
  const own = value === null ? NULL : Array.isArray(value) ? "array" : typeof value;
  if (type && type !== own && !(type === "integer" && Number.isInteger(value))) return -10;
  if (own === "array") return value.length && depth < 4 ? 1 + likeness(found.items ?? {}, value[0], defs, depth + 1) / 4 : 1;
  if (own !== "object") return type ? 2 : 0;
  const names = Object.keys(value);
  const known = names.filter((name) => Object.hasOwn(found.properties ?? {}, name));
  const missing = (found.required ?? []).filter((name) => !names.includes(name));
  const inside = depth < 4 ? known.map((name) => likeness(found.properties[name], value[name], defs, depth + 1)) : [];
  return 1 + known.length - (names.length - known.length) - 3 * missing.length + inside.reduce((sum, one) => sum + Math.min(one, 1), 0);
}
