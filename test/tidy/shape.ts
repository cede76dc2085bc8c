/**
 * The shape of a file: its opening comment, its size, what it exports and how things are named. Takes source files,
 * gives findings.
 */
import ts from 'typescript';
import { lineOf, nodesOf } from './source.ts';
import type { Finding, SourceFile } from './source.ts';

const MAX_LINES = 300;
const MAX_COLUMNS = 120;
/** Beside a literal that is longer than a line: indentation, a name, a comma. */
const MAX_BESIDE_LITERAL = 40;
/** Tables of rows, not code: may be wider. */
const WIDE_TABLES = /^src\/verdict\/phrases\//;

/** Words that say nothing about what a thing is. */
const EMPTY_WORDS = ['process', 'handle', 'manager', 'util', 'helper', 'data', 'info', 'item'];

/** Each source file opens by saying what it takes, what it gives, what it never does: in at most five lines. */
export function openingComment(files: readonly SourceFile[]): Finding[] {
  return files.flatMap(file => {
    const comment = /^(?:#![^\n]*\n)?\/\*\*\n((?: \*[^\n]*\n)+?) \*\/\n/.exec(file.text)?.[1];
    const lines = comment?.trimEnd().split('\n').length ?? 0;
    if (lines >= 1 && lines <= 5) return [];
    return [{ file: file.path, line: 1, rule: 'opening-comment', what: `${lines} lines of opening comment, want 1-5` }];
  });
}

/** A file fits in the head, a line on the screen (a lone literal, which no formatter can break, excepted). */
export function fileSize(files: readonly SourceFile[]): Finding[] {
  return files.flatMap(file => {
    const count = file.text.trimEnd().split('\n').length;
    const long = { file: file.path, line: count, rule: 'file-lines', what: `${count} lines, at most ${MAX_LINES}` };
    const wide = WIDE_TABLES.test(file.path) ? [] : wideLines(file);
    return count <= MAX_LINES ? wide : [long, ...wide];
  });
}

/** No default export, no enum, no file that only passes on what others export. */
export function plainExports(files: readonly SourceFile[]): Finding[] {
  const rule = 'plain-exports';
  return files.flatMap(file => {
    const found = nodesOf(file).flatMap(node => {
      const what = unwantedExport(node);
      return what === undefined ? [] : [{ file: file.path, line: lineOf(file, node), rule, what }];
    });
    const { statements } = file.tree;
    const barrel = statements.length > 0 && statements.every(one => ts.isExportDeclaration(one) && one.moduleSpecifier);
    return barrel ? [...found, { file: file.path, line: 1, rule, what: 'a barrel file' }] : found;
  });
}

/** File names and exported names use words of the field. */
export function tellingNames(files: readonly SourceFile[]): Finding[] {
  return files.flatMap(file => {
    const fileName = (file.path.split('/').at(-1) ?? '').replace(/\.(?:test\.)?[cm]?[jt]s$/, '');
    const names = [{ name: fileName, line: 1 }, ...exportedNames(file)];
    return names.flatMap(({ name, line }) => {
      const word = wordsOf(name).find(one => EMPTY_WORDS.includes(one.replace(/s$/, '')) || EMPTY_WORDS.includes(one));
      return word === undefined ? [] : [{ file: file.path, line, rule: 'telling-names', what: `"${word}" in ${name}` }];
    });
  });
}

function wideLines(file: SourceFile): Finding[] {
  if (file.lines.every(line => line.length <= MAX_COLUMNS)) return [];
  const spared = new Map<number, number>();
  for (const node of nodesOf(file)) {
    const unbreakable = ts.isLiteralExpression(node) || ts.isTemplateExpression(node);
    if (unbreakable)
      spared.set(lineOf(file, node), Math.max(spared.get(lineOf(file, node)) ?? 0, node.getText().length));
  }
  return file.lines.flatMap((text, index) => {
    const columns = text.length - (spared.get(index + 1) ?? 0);
    const what = `${text.length} columns, at most ${MAX_COLUMNS}`;
    // What stands around the literal is short: the line is the literal.
    const fits = text.length <= MAX_COLUMNS || (spared.has(index + 1) && columns <= MAX_BESIDE_LITERAL);
    return fits ? [] : [{ file: file.path, line: index + 1, rule: 'columns', what }];
  });
}

function unwantedExport(node: ts.Node): string | undefined {
  if (ts.isEnumDeclaration(node)) return 'an enum';
  // In `declare module` it says what another's module is.
  if (ts.isExportAssignment(node)) return ts.isModuleBlock(node.parent) ? undefined : 'a default export';
  if (ts.isExportSpecifier(node) && node.name.text === 'default') return 'a default export';
  return node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent)
    ? 'a default export'
    : undefined;
}

function exportedNames(file: SourceFile): { name: string; line: number }[] {
  return file.tree.statements.flatMap(statement => {
    if (ts.isExportDeclaration(statement)) return specifierNames(file, statement);
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!exported) return [];
    const declared = ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : [statement];
    return declared.flatMap(one => {
      const name = (one as { name?: ts.Node }).name;
      return name && ts.isIdentifier(name) ? [{ name: name.text, line: lineOf(file, one) }] : [];
    });
  });
}

function specifierNames(file: SourceFile, { exportClause }: ts.ExportDeclaration): { name: string; line: number }[] {
  if (!exportClause || !ts.isNamedExports(exportClause)) return [];
  return exportClause.elements.map(one => ({ name: one.name.text, line: lineOf(file, one) }));
}

/** "openHTTPHelper-two" is open, http, helper, two. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z\d]+/)
    .map(word => word.toLowerCase());
}
