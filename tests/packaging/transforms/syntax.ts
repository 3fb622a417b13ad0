/**
 * Syntax that engines run as it is meant and compilers do not: what must not be in the sources.
 *
 * @module
 */

import ts from "npm:typescript@5.9.3";

/** Why each does not survive. */
const REASONS = {
  "field over an inherited member":
    "loose class fields are assignments, which a getter of the base class loses or refuses",
  "super in a private member":
    "TypeScript and SWC make it a plain function, and leave super in it or take Object's",
  "static block": "React Native's preset refuses the class",
  "auto-accessor": "no preset compiles it without a plugin of its own",
} as const;

type Kind = keyof typeof REASONS;

function kindOf(node: ts.Node, isInPrivate: boolean): Kind | null {
  if (ts.isClassStaticBlockDeclaration(node)) return "static block";
  if (node.kind === ts.SyntaxKind.SuperKeyword && isInPrivate) return "super in a private member";
  if (!ts.isPropertyDeclaration(node)) return null;
  const modifiers = new Set(node.modifiers?.map(({ kind }) => kind));
  if (modifiers.has(ts.SyntaxKind.AccessorKeyword)) return "auto-accessor";
  // With `noImplicitOverride` the compiler demands the word.
  return modifiers.has(ts.SyntaxKind.OverrideKeyword) ? "field over an inherited member" : null;
}

/** Finds what compilers break, with its line and the reason. */
export function findFragile(path: string, source: string): readonly string[] {
  const found: string[] = [];
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.ESNext, true);
  const visit = (node: ts.Node, isInPrivate: boolean): void => {
    const kind = kindOf(node, isInPrivate);
    if (kind !== null) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${path}:${line + 1}: ${kind}: ${REASONS[kind]}`);
    }
    const isPrivate = ts.isClassElement(node) && node.name !== undefined &&
      ts.isPrivateIdentifier(node.name);
    // A class within a class has members, and a super, of its own.
    const inside = isPrivate || isInPrivate && !ts.isClassLike(node);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, false);
  return found;
}
