// Shows the OpenAPI document: text only, nothing is ever made from strings of markup.
/* global document, fetch, location */

/** @param {string} name @param {Record<string, string>} [attributes] @param {...(Node | string)} children */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const nameOf = (reference) => reference.split("/").at(-1);

/** One line that says what a schema is. */
function kindOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map(kindOf).join(" | ");
  if (schema.type === "array") return `${kindOf(schema.items) || "any"}[]`;
  if (schema.type === "object" && schema.additionalProperties) return `{…: ${kindOf(schema.additionalProperties)}}`;
  const bounds = [
    schema.minLength !== undefined || schema.maxLength !== undefined
      ? `${schema.minLength ?? 0}–${schema.maxLength ?? "…"} characters` : "",
    schema.minimum !== undefined || schema.maximum !== undefined
      ? `${schema.minimum ?? "…"} to ${schema.maximum ?? "…"}` : "",
    schema.default !== undefined && schema.default !== null ? `default ${JSON.stringify(schema.default)}` : "",
  ].filter(Boolean);
  return [schema.type ?? "any", ...bounds].join(", ");
}

function table(head, rows) {
  return element("table", {},
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...rows.map((cells) =>
      element("tr", {}, ...cells.map((cell) => element("td", {}, cell))))));
}

const code = (text) => element("code", {}, text);

/** Text with its `code` between backticks. */
const prose = (text) => text.split("`").map((part, at) => (at % 2 ? code(part) : part));

function fields(schema, required = []) {
  const rows = Object.entries(schema.properties ?? {}).map(([name, about]) => [
    code(name), code(kindOf(about)), (schema.required ?? required).includes(name) ? "required" : "", about.description ?? "",
  ]);
  return rows.length ? table(["field", "type", "", "meaning"], rows) : code(kindOf(schema));
}

/** A path that may break after its slashes and nowhere else. */
const broken = (path) => path.split(/(?<=\/)/).flatMap((part) => [part, element("wbr")]);

function operation(spec, path, method, about) {
  const article = element("article", { id: about.operationId },
    element("h3", {}, element("span", { class: "method" }, method.toUpperCase()), ...broken(path)),
    element("p", { class: "about" }, ...prose([about.summary, about.description].filter(Boolean).join("\n"))));
  if (about.parameters.length) {
    article.append(element("h4", {}, "Parameters"), table(["name", "in", "type", "meaning"], about.parameters.map((each) => [
      code(each.name), each.in, code(kindOf(each.schema)), [each.required ? "Required." : "", each.description ?? ""].join(" "),
    ])));
  }
  const body = about.requestBody?.content["application/json"].schema;
  if (body) article.append(element("h4", {}, "Body"), link(body));
  article.append(element("h4", {}, "Answers"), table(["status", "", "body"], Object.entries(about.responses).map(([status, answer]) => {
    const told = answer.$ref ? spec.components.responses[nameOf(answer.$ref)] : answer;
    const [schema] = Object.values(told.content ?? {}).map((each) => each.schema);
    return [code(status), element("span", {}, ...prose(told.description)), schema ? link(schema) : ""];
  })));
  return article;
}

function link(schema) {
  if (!schema.$ref) return code(kindOf(schema));
  return element("a", { href: `#model-${nameOf(schema.$ref)}` }, code(nameOf(schema.$ref)));
}

function show(spec) {
  const main = document.getElementById("reference");
  const contents = document.getElementById("contents");
  main.replaceChildren(element("p", { class: "about" }, ...prose(spec.info.description)));
  for (const tag of spec.tags) {
    const list = element("ul");
    main.append(element("h2", {}, tag.name), element("p", { class: "about" }, tag.description));
    for (const [path, operations] of Object.entries(spec.paths)) {
      for (const [method, about] of Object.entries(operations)) {
        if (!about.tags.includes(tag.name)) continue;
        main.append(operation(spec, path, method, about));
        list.append(element("li", {}, element("a", { href: `#${about.operationId}` },
          element("span", { class: "method" }, method.toUpperCase()), path)));
      }
    }
    contents.append(element("strong", {}, tag.name), list);
  }
  main.append(element("h2", {}, "models"));
  for (const [name, schema] of Object.entries(spec.components.schemas)) {
    main.append(element("article", { id: `model-${name}` }, element("h3", {}, name),
      element("p", { class: "about" }, ...prose(schema.description ?? "")), fields(schema)));
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

try {
  const answer = await fetch("/api/v1/openapi.json");
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  show(await answer.json());
} catch (failure) {
  document.getElementById("status").textContent = `The document cannot be read (${failure.message}). Reload to try again.`;
}
