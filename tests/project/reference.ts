/**
 * What the public types say, for documents that repeat it: read with `deno doc`, so that it does not
 * matter in which file a type is declared.
 *
 * @module
 */

interface Type {
  readonly kind: string;
  readonly value?: unknown;
}

interface Property {
  readonly name: string;
  readonly jsDoc?: {
    readonly tags?: readonly { readonly kind: string; readonly value?: string }[];
  };
  readonly tsType?: Type;
}

interface Declaration {
  readonly kind: string;
  readonly def: {
    readonly properties?: readonly Property[];
    readonly extends?: readonly Type[];
    readonly tsType?: Type;
  };
}

/** The declarations of a module by name. */
export type Reference = ReadonlyMap<string, readonly Declaration[]>;

/** An option: its name, with that of the bag that it is in, and its documented default. */
export interface Option {
  readonly name: string;
  readonly default: string | null;
}

/** What the main entry exports. */
export async function readReference(): Promise<Reference> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "mod.ts"],
    cwd: new URL("../../", import.meta.url),
    stderr: "null",
  }).output();
  if (!success) throw new Error("Cannot read the reference as 'deno doc' failed");
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const [module] = Object.values(nodes) as [
    { symbols: { name: string; declarations: Declaration[] }[] },
  ];
  return new Map(module.symbols.map(({ name, declarations }) => [name, declarations]));
}

/** The names of the types that a type consists of, if it is one, a union or an intersection. */
function namesIn({ kind, value }: Type): string[] {
  if (kind === "typeRef") {
    const { typeName, typeParams } = value as { typeName: string; typeParams?: readonly Type[] };
    return typeParams?.length ? [] : [typeName];
  }
  return kind === "union" || kind === "intersection" ? (value as Type[]).flatMap(namesIn) : [];
}

/** The properties of an exported type, with those that it inherits. */
function propertiesOf(reference: Reference, name: string): readonly Property[] {
  return (reference.get(name) ?? []).flatMap(({ def }) => {
    const bases = [...def.extends ?? [], ...(def.tsType ? [def.tsType] : [])].flatMap(namesIn);
    return [...def.properties ?? [], ...bases.flatMap((base) => propertiesOf(reference, base))];
  });
}

/** All options; those in a bag of options of their own are named after it. */
export function optionsOf(
  reference: Reference,
  type = "ReconnectingWebSocketOptions",
  prefix = "",
): Option[] {
  return propertiesOf(reference, type).flatMap(({ name, jsDoc, tsType }) => {
    const bag = tsType && namesIn(tsType).find((type) => type.endsWith("Options"));
    if (bag) return optionsOf(reference, bag, `${name}.`);
    const tag = jsDoc?.tags?.find(({ kind }) => kind === "default")?.value ?? null;
    return [{ name: prefix + name, default: tag }];
  });
}

/** The names of the properties of an exported type. */
export function namesOf(reference: Reference, type: string): string[] {
  return propertiesOf(reference, type).map(({ name }) => name);
}

/** The texts of an exported union of texts. */
export function textsOf(reference: Reference, type: string): string[] {
  const [declaration] = reference.get(type) ?? [];
  const members = declaration?.def.tsType?.value as { value: { string?: string } }[] | undefined;
  return members?.map(({ value }) => value.string ?? "") ?? [];
}

/** The rows of the first table of a section, or of a document, without its head. */
export function tableOf(document: string, after = ""): string[][] {
  const [table = ""] = /(^\|.*\n)+/m.exec(document.slice(document.indexOf(after))) ?? [];
  return table.trim().split("\n").slice(2)
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}
