// Generates src/generated/ of the client from the committed openapi.json and asyncapi.json. With
// --check it only reports whether the files are stale.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const root = new URL("../../../", import.meta.url);
const generated = new URL("../../packages/client/src/generated/", import.meta.url);
const options = {
  alphabetize: true,
  defaultNonNullable: false,
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
};

const read = async (name) => JSON.parse(await readFile(new URL(name, root), "utf8"));
const types = async (document) => astToString(await openapiTS(document, options));

async function rest() {
  return header("openapi.json") + (await types(await read("openapi.json")));
}

/** The generator reads OpenAPI, which has the same schemas as AsyncAPI. Messages are added here. */
async function socket() {
  const { info, components } = await read("asyncapi.json");
  const shell = { openapi: "3.1.0", info, paths: {}, components: { schemas: components.schemas } };
  return header("asyncapi.json") + (await types(shell)) + messages(components.messages);
}

function messages(documented) {
  const names = Object.keys(documented).sort();
  const payload = (name) => {
    const schema = documented[name].payload.properties.payload?.$ref?.split("/").at(-1);
    return schema ? `components["schemas"][${JSON.stringify(schema)}]` : "unknown";
  };
  const routes = names
    .filter((name) => name.endsWith(".update"))
    .map((name) => name.slice(0, -".update".length));
  const isAnswered = (name) => `${name}.response` in documented;
  const commands = names.filter((name) => isAnswered(name) && !NO_COMMAND.test(name));
  const resumable = routes.filter((route) => `${route}.resume` in documented);
  return [
    "/** Every message, by its type. */",
    "export interface Messages {",
    ...names.map((name) => `    ${JSON.stringify(name)}: ${payload(name)};`),
    "}",
    "export const ROUTES = [",
    ...routes.map((route) => `    ${JSON.stringify(route)},`),
    "] as const;",
    "/** The routes that have a `resume`. */",
    `export const RESUMABLE: readonly string[] = ${JSON.stringify(resumable)};`,
    "/** The commands, each of which has a reply. */",
    "export const COMMANDS = [",
    ...commands.map((command) => `    ${JSON.stringify(command)},`),
    "] as const;",
    "",
  ].join("\n");
}

/** The fields of the data in MessagePack, where an object is an array in a documented order. */
async function msgpack() {
  const { components } = await read("asyncapi.json");
  const { messages: documented, schemas } = components;
  const updates = Object.entries(documented).filter(([, each]) => each["x-msgpack-fields"]);
  const plans = updates.map(([name, each]) => {
    const orders = each["x-msgpack-fields"];
    const [root] = Object.keys(orders);
    return [name.slice(0, -".update".length), fieldsOf(root, orders, schemas)];
  });
  const types = [
    "/** A field: its name, or with its name the fields of its object, of its items, or of `v`. */",
    "export type Field =",
    "    | string",
    "    | { name: string; fields: readonly Field[] }",
    "    | { name: string; items: readonly Field[] }",
    "    | { name: string; ok: readonly Field[]; error: readonly Field[] };",
  ];
  const text = JSON.stringify(Object.fromEntries(plans.sort()), null, 4);
  const value = `export const FIELDS: { [route: string]: readonly Field[] } = ${text};`;
  return header("asyncapi.json") + [...types, value, ""].join("\n");
}

function fieldsOf(model, orders, schemas) {
  return orders[model].map((name) => {
    const property = schemas[model].properties[name];
    const referenced = (schema) => schema?.$ref?.split("/").at(-1);
    const models = [property, ...(property.anyOf ?? [])]
      .map(referenced)
      .filter((each) => each in orders);
    const item = referenced(property.items);
    const of = (each) => fieldsOf(each, orders, schemas);
    if (item in orders) return { name, items: of(item) };
    if (models.length === 0) return name;
    if (models.length === 1) return { name, fields: of(models[0]) };
    const [ok, error] = models;
    return { name, ok: of(ok), error: of(error) };
  });
}

const NO_COMMAND = /^auth$|\.(subscribe|unsubscribe|resume)$/;

const header = (source) =>
  `// Generated from ${source} by \`npm run generate\`. Edit nothing here.\n`;

async function writeOrCheck(name, text) {
  const path = new URL(name, generated);
  const written = await readFile(path, "utf8").catch(() => "");
  if (written === text) return;
  if (process.argv.includes("--check")) {
    process.exitCode = 1;
    process.stderr.write(`${name} is stale. Run \`make generate-frontend-types\` and commit it.\n`);
    return;
  }
  await mkdir(generated, { recursive: true });
  await writeFile(path, text);
  process.stdout.write(`wrote ${name}\n`);
}

await writeOrCheck("rest.ts", await rest());
await writeOrCheck("socket.ts", await socket());
await writeOrCheck("msgpack-fields.ts", await msgpack());
