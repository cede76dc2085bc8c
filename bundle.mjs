/**
 * Makes dist/: the sources and the libraries they use in a few files, loaded when they are first needed, and the words
 * of the libraries' licences. Takes another folder than dist/ as an argument. Never changes what a source says.
 */
import { build } from 'esbuild';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/**
 * Not bundled: the SQLite driver is a binary beside its code, and of iconv-lite's 490 kB of tables most mails need
 * none; outside, each is read when it is asked for.
 */
const EXTERNAL = ['@photostructure/sqlite', 'iconv-lite'];

const out = process.argv[2] ?? 'dist';
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync(out, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/main.ts', 'src/index.ts', 'src/reading-thread-entry.ts'],
  outdir: out,
  bundle: true,
  // A file for each import() and one for what several of them share.
  splitting: true,
  chunkNames: '[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: EXTERNAL,
  // V8 keeps each source as long as the program runs, so blanks cost memory. Names stay: a stack tells where it was.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 120,
  legalComments: 'none',
  // What is CommonJS inside asks for Node's own modules by require.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  plugins: [{ name: 'version', setup: bringVersion }],
  metafile: true,
});
writeFileSync(join(out, 'LICENSES.md'), licences(foldersOf(Object.keys(metafile.inputs))));

/** The version is known when this runs: nothing has to be read at each start. */
function bringVersion({ onLoad }) {
  onLoad({ filter: /\/runtime\/version\.ts$/ }, () => ({
    contents: `export const readVersion = () => ${JSON.stringify(version)};`,
  }));
}

/** The packages that these files lie in. */
function foldersOf(files) {
  const found = files.map(file => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(found.filter(folder => folder !== undefined))].sort();
}

/** Also read by systemd/deb: a heading is the folder of a package whose code is in dist/. */
function licences(folders) {
  const parts = folders.map(folder => {
    const { name, version: its, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find(one => /^(?:licen[cs]e|copying)/i.test(one));
    const words =
      file === undefined ? '(it brings no text of its own)' : readFileSync(join(folder, file), 'utf8').trim();
    return `## ${folder}\n\n${name} ${its}, ${license}\n\n\`\`\`\n${words}\n\`\`\`\n`;
  });
  return `# Libraries inside these files, and their licences\n\n${parts.join('\n')}`;
}
