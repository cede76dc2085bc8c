/**
 * Who may know whom: the river's direction, doors, the owner of each library. Takes source files, gives findings.
 */
import { importsOf } from './source.ts';
import type { Finding, Import, SourceFile } from './source.ts';

/** In the order the mail travels. */
export const STATIONS = ['mailbox', 'message', 'report', 'verdict', 'provenance', 'outbox', 'callback'] as const;
/** Those that touch nothing. */
export const PURE_STATIONS: readonly string[] = ['message', 'report', 'verdict', 'provenance'];
/** Rooms beside the river: pure as well, and they may use what the doors of pure stations offer. */
const BESIDE: readonly string[] = ['capture'];
export const PURE: readonly string[] = [...PURE_STATIONS, ...BESIDE];

/** The one place that names an engine behind the Store contract. */
const PAST_THE_DOOR: Readonly<Record<string, string>> = { 'src/open-outbox.ts': 'src/outbox/sqlite.ts' };

/** What others ask of a station without having it do its work, and without loading all that it takes for that. */
const WORDS: readonly string[] = ['src/report/words.ts', 'src/verdict/words.ts'];

const OWNERS: Readonly<Record<string, RegExp>> = {
  imapflow: /^src\/mailbox\/connection\.ts$/,
  mailparser: /^src\/message\//,
  chardet: /^src\/message\//,
  libmime: /^src\/message\//,
  'iconv-lite': /^src\/message\//,
  'html-to-text': /^src\/message\//,
  undici: /^src\/shared\/http-client\.ts$/,
  jose: /^src\/runtime\/oauth\.ts$/,
  'p-queue': /^src\/callback\//,
  '@photostructure/sqlite': /^src\/outbox\//,
  winston: /^src\/runtime\/log\.ts$/,
  zod: /^src\/runtime\/config[\w-]*\.ts$/,
  'smol-toml': /^src\/runtime\/config[\w-]*\.ts$/,
  'prom-client': /^src\/runtime\/metrics\.ts$/,
  nodemailer: /^src\/runtime\/smtp\.ts$/,
};

/** Of Node itself, a pure station may use what computes and nothing that reaches out. */
const PURE_BUILTINS = ['node:buffer', 'node:crypto', 'node:stream', 'node:string_decoder', 'node:url', 'node:util'];
const IMPURE_SHARED = ['src/shared/http-client.ts', 'src/shared/log.ts', 'src/shared/clock.ts', 'src/shared/secret.ts'];
const RANDOM = ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID', 'webcrypto'];

/**
 * A station imports shared/ and its own folder, and the doors of earlier stations as `import type`. The machine around
 * the river may know what a door offers; nobody but the top and the commands knows the machine.
 */
export function riverDirection(files: readonly SourceFile[]): Finding[] {
  return eachImport(files, 'river-direction', (file, wanted) => {
    const own = areaOf(file.path);
    const target = wanted.target === undefined ? undefined : areaOf(wanted.target);
    if (own === undefined || target === undefined || target === own || target === 'shared') return undefined;
    if (own === 'top' || own === 'cli') return undefined;
    if (BESIDE.includes(own)) return PURE_STATIONS.includes(target) ? undefined : `${own} knows ${wanted.from}`;
    if (!isStation(target)) return `${own} knows ${wanted.from}`;
    if (own === 'runtime') return undefined;
    if (own === 'shared') return `shared knows the station ${target}`;
    if (!wanted.typeOnly) return `${wanted.from} is imported as a value: only its types may be known here`;
    return isStation(own) && STATIONS.indexOf(target) > STATIONS.indexOf(own) ? `${target} is downstream` : undefined;
  });
}

/** Of a station, nothing is known outside but the file named like its folder, and `words.ts` of those that have one. */
export function doorsOnly(files: readonly SourceFile[]): Finding[] {
  return eachImport(files, 'doors-only', (file, { target, from }) => {
    const area = target === undefined ? undefined : areaOf(target);
    if (target === undefined || area === undefined || !isStation(area) || area === areaOf(file.path)) return undefined;
    const isDoor = target === `src/${area}/${area}.ts` || WORDS.includes(target);
    return isDoor || PAST_THE_DOOR[file.path] === target ? undefined : `${from} is behind the door of ${area}`;
  });
}

/** Each library has one owner; one without is not to be used at all. */
export function libraryOwners(files: readonly SourceFile[]): Finding[] {
  return eachImport(files, 'library-owner', (file, { from }) => {
    if (from.startsWith('.') || from.startsWith('node:')) return undefined;
    const name = from.split('/', from.startsWith('@') ? 2 : 1).join('/');
    const owner = OWNERS[name];
    if (owner === undefined) return `${name} has no owner`;
    return owner.test(file.path) ? undefined : `${name} belongs to ${owner.source}`;
  });
}

/** No file, socket, timer, child, logger, clock or chance reaches a pure station. */
export function pureImports(files: readonly SourceFile[]): Finding[] {
  const pure = files.filter(({ path }) => isPure(path));
  return eachImport(pure, 'pure-imports', (_file, { from, target, names }) => {
    if (from.startsWith('node:') && !PURE_BUILTINS.includes(from)) return `${from} in a pure station`;
    if (target !== undefined && IMPURE_SHARED.includes(target)) return `${from} in a pure station`;
    const random = names.find(name => RANDOM.includes(name));
    return random === undefined ? undefined : `${random} in a pure station`;
  });
}

export function isPure(path: string): boolean {
  return PURE.includes(areaOf(path) ?? '');
}

type Station = (typeof STATIONS)[number];

function isStation(area: string): area is Station {
  return (STATIONS as readonly string[]).includes(area);
}

/** "report", "shared", "cli" ...; "top" for src/*.ts; undefined outside of src. */
function areaOf(path: string): string | undefined {
  const [root, folder, rest] = path.split('/');
  if (root !== 'src' || folder === undefined) return undefined;
  return rest === undefined ? 'top' : folder;
}

function eachImport(
  files: readonly SourceFile[],
  rule: string,
  judge: (file: SourceFile, wanted: Import) => string | undefined,
): Finding[] {
  return files.flatMap(file =>
    importsOf(file).flatMap(wanted => {
      const what = judge(file, wanted);
      return what === undefined ? [] : [{ file: file.path, line: wanted.line, rule, what }];
    }),
  );
}
