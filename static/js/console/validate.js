// Whether a value is what a schema says (JSON Schema 2020-12), in words that a reader can act on.
import { dereference, validate } from "../../vendor/json-schema/json-schema.js";

const MOST = 50; // problems that are told
const SLOW = /\([^()]*[+*}][^()]*\)[+*{]/; // patterns that can take for ever
const INSIDE = ["properties", "patternProperties", "additionalProperties", "items", "prefixItems", "$ref", "allOf", "if",
  "unevaluatedProperties", "unevaluatedItems", "propertyNames", "dependentSchemas"]; // the reason follows
const NAMED = ["properties", "patternProperties", "dependentSchemas", "$defs"];
const AT_MOST = { maxLength: "longest", minLength: "shortest", maxItems: "mostitems", minItems: "fewestitems", minimum: "lowest",
  maximum: "highest", exclusiveMinimum: "above", exclusiveMaximum: "below", multipleOf: "multiple", pattern: "pattern",
  minProperties: "fewestitems", maxProperties: "mostitems", uniqueItems: "unique", contains: "contains" };

/** Return `[{place, message}]`, nothing where the value fits. `place` is a JSON Pointer (RFC 6901). In what is sent, fields
 *  that are read-only may be missing; in an answer, those that are write-only. `unchecked` of the list is `unchecked`
 *  where the value could not be compared, or not with all of the schema (the server cuts large ones), `partly` where only
 *  patterns were left out, else empty. */
export function check(schema, defs, value, { words, sending = false }) {
  let found;
  try {
    const { root, lookup } = readied(schema, defs, sending ? "readOnly" : "writeOnly");
    found = { root, errors: validate(value, root, "2020-12", lookup, false).errors };
  } catch { // a schema that goes round in circles, or means nothing
    return Object.assign([], { unchecked: "unchecked" });
  }
  const all = told(found.errors, found.root, words);
  // To the validator a field that does not fit is one that nothing speaks of as well.
  const spoken = new Set(all.filter(({ message }) => message !== words.unknown).flatMap(({ place }) => above(place)));
  const problems = all.filter(({ place, message }) => message !== words.unknown || !spoken.has(place));
  const places = new Map(problems.map((one) => [one.place + one.message, one]));
  return Object.assign([...places.values()].slice(0, MOST), { unchecked: leftOut(schema, defs) });
}

/** Return a place and all places that it is in. */
const above = (place) => place.split("/").map((_name, at, names) => names.slice(0, at + 1).join("/"));

function leftOut(schema, defs, seen = new Set()) {
  if (typeof schema !== "object" || schema === null || seen.has(schema)) return "";
  seen.add(schema);
  if (schema.$comment === "cut") return "unchecked";
  const target = typeof schema.$ref === "string" ? defs[schema.$ref.slice("#/$defs/".length)] : null;
  const found = [target, ...Object.values(schema)].map((one) => leftOut(one, defs, seen));
  const patterns = [schema.pattern, ...Object.keys(schema.patternProperties ?? {})].filter((one) => typeof one === "string");
  return found.includes("unchecked") ? "unchecked" : found.includes("partly") || !patterns.every(usable) ? "partly" : "";
}

const kept = { readOnly: new WeakMap(), writeOnly: new WeakMap() };
const definitions = { readOnly: new WeakMap(), writeOnly: new WeakMap() };

function readied(schema, defs, optional) {
  const key = typeof schema === "object" ? schema : defs;
  if (kept[optional].has(key)) return kept[optional].get(key);
  if (!definitions[optional].has(defs)) definitions[optional].set(defs, each(defs, (one) => ready(one, optional, defs)));
  const own = ready(schema, optional, defs);
  const root = typeof own === "object" ? { ...own, $defs: definitions[optional].get(defs) } : own;
  const result = { root, lookup: dereference(root) };
  if (typeof schema === "object") kept[optional].set(key, result);
  return result;
}

const each = (map, change) => Object.fromEntries(Object.entries(map).map(([name, one]) => [name, change(one)]));

/** Return a copy without what the validator cannot or should not look at. */
function ready(schema, optional, defs) {
  if (Array.isArray(schema)) return schema.map((one) => ready(one, optional, defs));
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = {};
  for (const [key, found] of Object.entries(schema)) {
    if (["title", "description", "examples", "default", "discriminator", "deprecated", "$comment"].includes(key)) continue;
    if (key === "pattern" && !usable(found)) continue;
    copy[key] = ["enum", "const", "required", "type", "dependentRequired"].includes(key) ? found
      : NAMED.includes(key) ? each(found, (one) => ready(one, optional, defs)) : ready(found, optional, defs);
  }
  if (copy.patternProperties) copy.patternProperties = Object.fromEntries(Object.entries(copy.patternProperties).filter(([name]) => usable(name)));
  if (copy.required && copy.properties) copy.required = copy.required.filter((name) => !marked(schema.properties[name], optional, defs));
  if (schema.discriminator?.propertyName) Object.defineProperty(copy, "discriminator", { value: schema.discriminator });
  return copy;
}

function marked(schema, name, defs) {
  const target = schema?.$ref && defs[schema.$ref.slice("#/$defs/".length)];
  return schema?.[name] === true || target?.[name] === true;
}

function usable(pattern) {
  try {
    new RegExp(pattern, "u");
    return !SLOW.test(pattern);
  } catch {
    return false;
  }
}

/** Return the problems behind the validator's errors: the innermost, and of alternatives those of the one that was meant. */
function told(errors, root, words) {
  const problems = [];
  for (let at = 0; at < errors.length; at += 1) {
    const error = errors[at];
    if (error.keyword === "anyOf" || error.keyword === "oneOf") {
      const branches = [];
      const inside = (one) => one?.keyword === "false" || one?.keywordLocation.startsWith(`${error.keywordLocation}/`);
      while (inside(errors[at + 1])) branches.push(errors[at += 1]);
      problems.push(...alternatives(error, branches, root, words));
    } else if (!INSIDE.includes(error.keyword)) {
      problems.push({ place: placed(error), message: sentence(error, root, words) });
    }
  }
  return problems;
}

function alternatives(error, errors, root, words) {
  const place = placed(error);
  if (/\((?!0)\d+ matches/.test(error.error)) return [{ place, message: words.several }];
  const branches = new Map();
  let number;
  for (const one of errors) {
    // What nothing may stand for has no location of its own, and follows what refuses it.
    if (one.keyword !== "false") number = one.keywordLocation.slice(error.keywordLocation.length + 1).split("/")[0];
    if (!branches.has(number)) branches.set(number, []);
    branches.get(number).push(one);
  }
  const meant = [...branches.values()].filter((branch) => !branch.some((one) => rules(one, error, root)));
  if (meant.length === 1) return told(meant[0], root, words);
  const types = errors.filter((one) => one.keyword === "type" && one.instanceLocation === error.instanceLocation);
  if (types.length === branches.size) return [{ place, message: typed(types.flatMap((one) => at(root, one.keywordLocation)), words) }];
  return [{ place, message: words.alternatives }];
}

/** Say whether an error rules its alternative out: another type, or another value of the property that tells them apart. */
function rules(one, { instanceLocation, keywordLocation }, root) {
  if (!["type", "enum", "const"].includes(one.keyword)) return false;
  const { propertyName } = at(root, keywordLocation.slice(0, keywordLocation.lastIndexOf("/")))?.discriminator ?? {};
  const inside = one.instanceLocation.slice(instanceLocation.length + 1);
  return one.instanceLocation === instanceLocation || (one.keyword !== "type" && !inside.includes("/") && (!propertyName || inside === propertyName));
}

function placed({ instanceLocation, keyword, error }) {
  const name = keyword === "required" || keyword === "dependentRequired" ? /"([^"]*)"[^"]*$/.exec(error)?.[1] : undefined;
  const place = decodeURI(instanceLocation.slice(1));
  return name === undefined ? place : `${place}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Return what stands at a keyword's location, which leads through references. */
function at(root, location) {
  let found = root;
  for (const part of decodeURI(location.slice(2)).split("/")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    found = name === "$ref" && typeof found?.$ref === "string" ? root.$defs?.[found.$ref.slice("#/$defs/".length)] : found?.[name];
  }
  return found;
}

const typed = (types, words) => filled(words.type, [...new Set(types)].map((type) => words[`type${type}`] ?? type).join(words.or));
const filled = (words, value) => words.replace("{}", () => value);
const shown = (value) => (typeof value === "string" ? value : JSON.stringify(value));

function sentence({ keyword, keywordLocation }, root, words) {
  const rule = at(root, keywordLocation);
  if (keyword === "required" || keyword === "dependentRequired") return words.missing;
  if (keyword === "false") return words.unknown;
  if (keyword === "type") return typed([rule].flat(), words);
  if (keyword === "enum") return filled(words.enum, rule.slice(0, 12).map(shown).join(", ") + (rule.length > 12 ? " …" : ""));
  if (keyword === "const") return filled(words.const, shown(rule));
  if (keyword === "format") return filled(words.format, words[`format${rule.replaceAll("-", "")}`] ?? rule);
  return AT_MOST[keyword] ? filled(words[AT_MOST[keyword]], shown(rule)) : words.wrong;
}
