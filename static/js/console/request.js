// A request composed from an operation's description and the values of its form: OpenAPI's styles (3.1, section 4.8.12),
// RFC 6570 and RFC 7578. Pure, and without credentials. portal/samples composes by the same rules; tests compare them.
import { isObject, isRaw, isSecret } from "./schema.js";

const IGNORED = ["accept", "authorization", "connection", "content-length", "content-type", "date", "expect", "host", "keep-alive", "te",
  "trailer", "transfer-encoding", "upgrade", "via"];

/** What cannot be sent, and the place in the values where it stands: `path.id`, `body`. */
export class UnfitError extends Error {
  constructor(place) {
    super(place);
    this.place = place;
  }
}

const present = (value) => value !== null && value !== undefined;
const percent = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
const inQuery = (text) => percent(text).replaceAll("%3A", ":");
const reserved = (text) => text.split(/(%[0-9a-f]{2})/i)
  .map((part, at) => (at % 2 ? part : percent(part).replace(/%(2F|3F|3A|40|21|24|28|29|2A|2C|3B|3D)/g, decodeURIComponent))).join("");
const legible = (text) => encodeURI(text).replaceAll("%25", "%");
const plain = (text) => text;
const written = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
const isJson = (type) => /^[^;]*[/+]json\s*(;|$)/i.test(type);

/** Return the value's parts as [name, text], and the text that joins them. */
function parts(value, { name }, encode, named = encode) {
  if (Array.isArray(value)) return value.filter(present).map((one) => [name, encode(written(one))]);
  if (isObject(value)) {
    return Object.entries(value).filter(([, one]) => present(one)).map(([key, one]) => [named(key), encode(written(one))]);
  }
  return [[name, encode(written(value))]];
}

/** Whether nothing of a value is sent: it is a list or an object without anything in it. */
const nothing = (value, parameter) => !parameter.content_type && typeof value === "object" && !parts(value, parameter, plain).length;

/** Return a value in one piece, as it stands in a path, a header, or after the equals sign of a query. */
function joined(value, parameter, encode, separator = ",") {
  const found = parts(value, parameter, encode);
  if (!isObject(value)) return found.map(([, text]) => text).join(separator);
  return found.map((pair) => pair.join(parameter.explode ? "=" : separator)).join(separator);
}

function inPath(value, parameter) {
  const { style, explode, name } = parameter;
  if (parameter.content_type) return percent(isJson(parameter.content_type) ? JSON.stringify(value) : written(value));
  if (style === "label") return `.${joined(value, parameter, percent, explode ? "." : ",")}`;
  if (style !== "matrix") return joined(value, parameter, percent);
  const equals = (key, text) => (text === "" ? `;${key}` : `;${key}=${text}`);
  if (!explode || typeof value !== "object") return equals(percent(name), joined(value, parameter, percent));
  return parts(value, { ...parameter, name: percent(name) }, percent).map(([key, text]) => equals(key, text)).join("");
}

/** Return the pairs that a value is in a query, in a form, or in cookies. */
function pairs(value, parameter, encode = inQuery, name = encode(parameter.name)) {
  const { style, explode } = parameter;
  if (parameter.content_type) return [[name, encode(isJson(parameter.content_type) ? JSON.stringify(value) : written(value))]];
  if (style === "deepObject") return deep(value, name, encode);
  if (nothing(value, parameter)) return [];
  if (typeof value !== "object" || explode) return parts(value, { name }, encode, inQuery);
  const separator = { spaceDelimited: "%20", pipeDelimited: "%7C" }[style] ?? ",";
  return [[name, joined(value, { ...parameter, explode: false }, encode, separator)]];
}

function deep(value, name, encode) {
  if (!present(value)) return [];
  if (typeof value !== "object" || isRaw(value)) return [[name, encode(written(value))]];
  return Object.entries(value).flatMap(([key, one]) => deep(one, `${name}%5B${inQuery(key)}%5D`, encode));
}

const lines = (found) => found.map((pair) => pair.join("="));

/** Return `{method, url, headers, body}`: what is sent, but for the token. `parts` are those of a multipart body.
 *  Throws an UnfitError where a value cannot be sent. */
export function compose(description, values, { base }) {
  const given = (place) => description.parameters
    .filter((one) => one.in === place && present(values[place]?.[one.name]))
    .map((one) => [one, values[place][one.name]]);
  const query = given("query").flatMap(([one, value]) => lines(pairs(value, one, one.allowReserved ? reserved : inQuery, inQuery(one.name))));
  const headers = given("header").filter(([one, value]) => !IGNORED.includes(one.name.toLowerCase()) && !nothing(value, one))
    .map(([one, value]) => [one.name, inHeader(value, one)]);
  const cookies = given("cookie").flatMap(([one, value]) => lines(pairs(value, one)));
  if (cookies.length) headers.push(["Cookie", cookies.join("; ")]);
  return { method: description.method, url: address(base, description, values, query), ...content(description, values, headers) };
}

function address(base, description, values, query) {
  const [path, own = ""] = description.path.split("#")[0].split(/\?(.*)/s);
  const filled = path.split(/(\{[^{}]*\})/).map((part, at) => {
    const parameter = at % 2 && description.parameters.find((one) => one.in === "path" && `{${one.name}}` === part);
    return parameter ? segment(values.path?.[parameter.name], parameter) : legible(part);
  }).join("");
  const all = [legible(own), ...query].filter(Boolean).join("&");
  return base + filled + (all && `?${all}`);
}

function segment(value, parameter) {
  const place = `path.${parameter.name}`;
  if (!present(value) || nothing(value, parameter)) throw new UnfitError(place);
  const text = inPath(value, parameter);
  if (["", ".", ".."].includes(text)) throw new UnfitError(place); // clients resolve dots before they send
  return text;
}

function inHeader(value, parameter) {
  const asJson = parameter.content_type && isJson(parameter.content_type);
  const text = (asJson ? JSON.stringify(value) : joined(value, parameter, plain)).trim();
  if (/[^\t\x20-\x7e]/.test(text)) throw new UnfitError(`header.${parameter.name}`);
  return text;
}

function content(description, values, headers) {
  const type = values.media_type || "";
  const essence = type.split(";")[0].trim().toLowerCase();
  const file = values.files?.[""];
  const typed = (name, body) => ({ headers: [...headers, ["Content-Type", name]], body });
  const media = description.bodies.find((one) => one.media_type === type);
  if (type && file && !essence.startsWith("multipart/")) return typed(type.includes("*") ? file.type || "application/octet-stream" : type, file);
  if (essence.startsWith("multipart/")) {
    if (!isObject(values.body ?? {})) throw new UnfitError("body");
    return multipart(values, media?.encoding ?? {}, headers);
  }
  if (!type || values.body === undefined) return { headers, body: null };
  if (essence === "application/x-www-form-urlencoded") return typed(type, urlencoded(values.body, media?.encoding ?? {}));
  const range = type.includes("*");
  if (isJson(type) || (range && typeof values.body === "object")) return typed(range ? "application/json" : type, JSON.stringify(values.body));
  return typed(range ? "text/plain" : type, written(values.body));
}

function urlencoded(body, encoding) {
  if (!isObject(body)) throw new UnfitError("body");
  return Object.entries(body).filter(([, value]) => present(value)).flatMap(([name, value]) => {
    const { contentType, style, explode, allowReserved } = encoding[name] ?? {};
    const encode = allowReserved ? reserved : inQuery;
    const told = style !== undefined || explode !== undefined || allowReserved !== undefined;
    const exploded = explode ?? (style ?? "form") === "form";
    if (told) return lines(pairs(value, { name, style: style ?? "form", explode: exploded }, encode, inQuery(name)));
    if (contentType && isJson(contentType)) return [`${inQuery(name)}=${inQuery(JSON.stringify(value))}`];
    return [value].flat().filter(present).map((one) => `${inQuery(name)}=${inQuery(written(one))}`);
  }).join("&");
}

function multipart({ body, files }, encoding, headers) {
  const fields = Object.entries(body ?? {}).filter(([, value]) => present(value)).flatMap(([name, value]) => {
    const type = encoding[name]?.contentType?.split(",")[0].trim();
    if (type && isJson(type)) return [{ name, filename: null, type, content: JSON.stringify(value) }];
    return [value].flat().filter(present).map((one) => (
      { name, filename: null, type: type ?? (typeof one === "object" && !isRaw(one) ? "application/json" : null), content: written(one) }
    ));
  });
  const attached = Object.entries(files ?? {}).flatMap(([name, found]) => [found].flat().map((file) => (
    { name, filename: file.name, type: fitting(file.type, encoding[name]?.contentType), content: file }
  )));
  const all = [...fields, ...attached];
  if (!all.length) return { headers, body: null };
  return { headers, body: packed(all), parts: all };
}

/** Return the file's own type where the document takes it, otherwise the first that it does take. */
function fitting(own, taken) {
  const types = (taken ?? "").split(",").map((one) => one.trim()).filter(Boolean);
  const fits = (type) => type === "*/*" || type === own || (type.endsWith("/*") && own.startsWith(type.slice(0, -1)));
  const first = types.find((type) => !type.includes("*"));
  return (!types.length || types.some(fits) ? own : first) || "application/octet-stream";
}

/** Return the parts as a body (RFC 7578). FormData cannot: it gives every part with a type a file's name. */
function packed(all) {
  const boundary = `----${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
  const quoted = (text) => `"${text.replace(/\r\n|\r|\n/g, "%0D%0A").replaceAll('"', "%22")}"`;
  const body = all.flatMap(({ name, filename, type, content: inside }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(name)}`,
    filename === null ? "" : `; filename=${quoted(filename)}`, type ? `\r\nContent-Type: ${type}` : "", "\r\n\r\n", inside, "\r\n",
  ]);
  return new Blob([...body, `--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` });
}

/** Return the values without files and without what a field for secrets holds, in parameters and anywhere in the body;
 *  with what `instead` makes of it, where that is not undefined. */
export function withoutSecrets(description, values, instead = () => undefined) {
  const kept = (place) => Object.fromEntries(Object.entries(values[place] ?? {}).map(([name, value]) => {
    const schema = description.parameters.find((one) => one.in === place && one.name === name)?.schema;
    return [name, isSecret(name, schema) ? instead(value) : value];
  }).filter(([, value]) => value !== undefined));
  const schema = description.bodies.find((one) => one.media_type === values.media_type)?.schema;
  const { body, ...rest } = values;
  const clean = { ...rest, path: kept("path"), query: kept("query"), header: kept("header"), cookie: kept("cookie"), files: {} };
  return body === undefined ? clean : { ...clean, body: stripped(body, schema, description.defs, instead) };
}

function stripped(value, schema, defs, instead) {
  const known = alternatives(schema, defs);
  if (Array.isArray(value)) {
    const items = known.map((one) => one.items).filter(isObject);
    return value.map((one) => stripped(one, { anyOf: items }, defs, instead));
  }
  if (!isObject(value)) return known.some((one) => one.format === "password") ? instead(value) ?? "" : value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, one]) => {
    const inside = known.map((each) => each.properties?.[name] ?? each.additionalProperties).filter(isObject);
    const secret = [{}, ...inside.flatMap((each) => alternatives(each, defs))].some((each) => isSecret(name, each));
    return [[name, secret ? instead(one) : stripped(one, { anyOf: inside }, defs, instead)]];
  }).filter(([, one]) => one !== undefined));
}

/** Return every schema that may say something about a value at this place. */
function alternatives(schema, defs, seen = new Set()) {
  if (!isObject(schema) || seen.has(schema)) return [];
  seen.add(schema);
  const target = schema.$ref && defs[schema.$ref.slice("#/$defs/".length)];
  const more = [target, ...schema.allOf ?? [], ...schema.anyOf ?? [], ...schema.oneOf ?? []];
  return [schema, ...more.flatMap((one) => alternatives(one, defs, seen))];
}
