/**
 * The package's copyright file: our licence, then each library inside with its own words.
 * Takes the folder that holds node_modules, our LICENSE, and the list of the libraries inside dist/ that bundle.mjs
 * made of node_modules here; prints Debian's machine-readable format (DEP-5).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [lib, ours, bundled] = process.argv.slice(2);
// Debian has it on every machine and wants it named, not repeated.
const APACHE = 'On Debian systems, the whole text is in /usr/share/common-licenses/Apache-2.0.';
/** Texts by the name they have in the file; the same words are printed once. */
const texts = new Map();

const parts = readdirSync(join(lib, 'node_modules'), { recursive: true, withFileTypes: true })
  .filter(entry => entry.name === 'package.json' && /node_modules\/(?:@[^/]+\/)?[^/]+$/.test(entry.parentPath))
  .map(entry => entry.parentPath)
  .sort()
  .map(folder => paragraphOf(partOf(folder)));
const inside = [...readFileSync(bundled, 'utf8').matchAll(/^## (.+)$/gm)].map(([, folder]) => partOf(folder));
const own = readFileSync(ours, 'utf8');
const names = [...new Set(['Expat', ...inside.map(({ licence }) => licence)])];
const licences = [['Expat', own.slice(own.indexOf('Permission'))], ...texts];
process.stdout.write(`Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: bounced

Files: *
Copyright: ${holdersOf(own)}
License: Expat

Files: usr/lib/bounced/dist/*
Copyright: ${[...new Set([holdersOf(own), ...inside.map(({ holders }) => holders)])].join('\n ')}
License: ${names.join(' and ')}
Comment: the program, and inside it ${inside.map(({ words }) => words).join('; ')}

${parts.join('\n\n')}

${licences.map(([name, text]) => `License: ${name}\n${indented(text)}`).join('\n\n')}
`);

function partOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find(one => /^(?:licen[cs]e|copying)/i.test(one));
  const text =
    file === undefined
      ? `${name} brings no text of its own; it is under ${license}.`
      : readFileSync(join(folder, file), 'utf8');
  const writer = typeof author === 'string' ? author : author?.name;
  const holders = holdersOf(text) || writer || `the authors of ${name}`;
  return { folder, holders, licence: nameOf(text, name), words: `${name} ${version}, ${license}` };
}

function paragraphOf({ folder, holders, licence, words }) {
  return `Files: ${folder.slice(folder.indexOf('usr/lib/'))}/*
Copyright: ${holders}
License: ${licence}
Comment: ${words}`;
}

function nameOf(text, library) {
  const isApache = /^\s*apache license\s+version 2\.0, january 2004/i.test(text);
  const words = isApache ? APACHE : text;
  const seen = [...texts].find(([, other]) => other === words)?.[0];
  const name = seen ?? (isApache ? 'Apache-2.0' : `of-${library.replaceAll(/[@/]/g, '-').replace(/^-/, '')}`);
  texts.set(name, words);
  return name;
}

function holdersOf(text) {
  const lines = text.match(/^.*copyright.*\d{4}.*$/gim) ?? [];
  return lines
    .map(line => line.trim().replace(/^copyright\s*(?:\(c\)|©)?\s*/i, ''))
    .filter(line => !line.includes('['))
    .join('\n ');
}

function indented(text) {
  const lines = text.trim().split(/\r?\n/);
  return lines.map(line => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`)).join('\n');
}
