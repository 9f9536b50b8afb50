// Where in a JSON text its values stand, for telling the line of a problem (RFC 8259).
const TOKEN = /[ \t\n\r]*(?:("(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-f]{4})*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null)|([[\]{}:,]))/iy;
const escaped = (name) => String(name).replaceAll("~", "~0").replaceAll("/", "~1");

/** Return `{lines, fault}`: the line of every value by its JSON Pointer, and that of what is no JSON, 0 where all is. */
export function locate(text) {
  const lines = new Map();
  let at = 0;
  const line = () => text.slice(0, at).split("\n").length;
  const next = () => {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) {
      at += /^\s*/.exec(text.slice(at))[0].length;
      throw new SyntaxError();
    }
    at = TOKEN.lastIndex;
    return found[1] ?? found[2] ?? found[3];
  };
  const expect = (...tokens) => {
    const found = next();
    if (tokens.includes(found)) return found;
    at -= found.length;
    throw new SyntaxError();
  };
  const value = (place) => {
    const token = next();
    lines.set(place, line());
    if (token === "[") return list(place);
    if (token === "{") return object(place);
    if ("]},:".includes(token)) { at -= token.length; throw new SyntaxError(); }
    return undefined;
  };
  const empty = (close) => {
    const before = at;
    if (/^\s*$/.test(text.slice(at)) || next() !== close) { at = before; return false; }
    return true;
  };
  const list = (place) => {
    if (empty("]")) return;
    for (let number = 0; ; number += 1) {
      value(`${place}/${number}`);
      if (expect(",", "]") === "]") return;
    }
  };
  const object = (place) => {
    if (empty("}")) return;
    for (;;) {
      const name = next();
      if (name[0] !== '"') { at -= name.length; throw new SyntaxError(); }
      expect(":");
      value(`${place}/${escaped(JSON.parse(name))}`);
      if (expect(",", "}") === "}") return;
    }
  };
  try {
    value("");
    if (text.slice(at).trim()) throw new SyntaxError();
    return { lines, fault: 0 };
  } catch (error) {
    if (error instanceof SyntaxError) return { lines, fault: line() };
    throw error;
  }
}
