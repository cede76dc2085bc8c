/**
 * Takes a package.json and the list of the libraries inside dist/; takes these out of its dependencies, in place.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const [path, bundled] = process.argv.slice(2);
const whole = JSON.parse(readFileSync(path, 'utf8'));
for (const [, name] of readFileSync(bundled, 'utf8').matchAll(/^## node_modules\/(.+)$/gm))
  delete whole.dependencies[name];
delete whole.devDependencies;
writeFileSync(path, JSON.stringify(whole));
