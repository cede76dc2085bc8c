/**
 * What the tidy rules look at: source files with their syntax trees. Takes paths and texts, gives SourceFiles and
 * the few questions that several rules ask. Judges nothing.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export interface SourceFile {
  /** From the project's root, with slashes: "src/report/report.ts". */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly tree: ts.SourceFile;
}

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  /** What is wrong there, in a few words. */
  readonly what: string;
}

/** Pure: the same files give the same findings. */
export type Rule = (files: readonly SourceFile[]) => Finding[];

export interface Import {
  /** As written: "node:fs", "zod", "../shared/fault.ts". */
  readonly from: string;
  /** From the project's root where `from` is relative. */
  readonly target?: string;
  /** True for `import type` and `export type ... from`: nothing of it is left when the program runs. */
  readonly typeOnly: boolean;
  readonly names: readonly string[];
  readonly line: number;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A file from its text, as tests of the rules need it. */
export function sourceOf(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS);
  return { path, text, lines: text.split('\n'), tree };
}

/** All files below these folders (or the files named) with one of the endings. */
export async function readSources(places: readonly string[], endings: readonly string[]): Promise<SourceFile[]> {
  const paths = (await Promise.all(places.map(filesBelow))).flat();
  const wanted = paths.filter(path => endings.some(ending => path.endsWith(ending))).sort();
  return Promise.all(wanted.map(async path => sourceOf(path, await readFile(join(ROOT, path), 'utf8'))));
}

/** Every import of a file: static, dynamic, of types, and `export ... from`. */
export function importsOf(file: SourceFile): Import[] {
  return nodesOf(file).flatMap(node => {
    const from = specifier(node);
    if (from === undefined) return [];
    const target = from.startsWith('.') ? join(file.path, '..', from).replaceAll('\\', '/') : undefined;
    const names = importedNames(node);
    return [{ from, typeOnly: isTypeOnly(node), names, line: lineOf(file, node), ...(target && { target }) }];
  });
}

/** Every node of the tree, outer ones first. */
export function nodesOf(file: SourceFile): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file.tree);
  return nodes;
}

export function lineOf(file: SourceFile, node: ts.Node): number {
  return file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1;
}

async function filesBelow(place: string): Promise<string[]> {
  if (/\.\w+$/.test(place)) return [place];
  const names = await readdir(join(ROOT, place), { recursive: true });
  return names.map(name => `${place}/${name.replaceAll('\\', '/')}`).filter(path => !path.includes('node_modules/'));
}

function specifier(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal);
  const dynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return dynamic ? literal(node.arguments[0]) : undefined;
}

function literal(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  return ts.isImportTypeNode(node);
}

function importedNames(node: ts.Node): string[] {
  const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : undefined;
  if (!bindings || !ts.isNamedImports(bindings)) return [];
  return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}
