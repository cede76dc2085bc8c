/**
 * How the reading thread is started, from dist/ and from the source tree. Takes nothing, gives the thread.
 */
import { Worker } from 'node:worker_threads';
import { LIMITS } from './shared/limits.ts';

/**
 * The most that the space for new objects may become, in MB, of which V8 would take 48. While mails are read it stays
 * at 1 MB a half (runtime/small-heap.ts): 2 MB would save 2 % of a backlog's time and cost 2 MB of memory.
 */
const YOUNG_MB = 6;

/** The thread gets no environment, hence no secret, and memory of its own. */
export function startReading(): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: LIMITS.readingHeapMb, maxYoungGenerationSizeMb: YOUNG_MB };
  const options = { name: 'reading', env: {}, resourceLimits, stdout: true, stderr: true };
  const here = import.meta.url;
  if (!here.endsWith('.ts'))
    return new Worker(new URL('./reading-thread-entry.js', here), { ...options, execArgv: [] });
  // In the source tree: a thread has to be taught TypeScript first.
  const entry = new URL('./reading-thread-entry.ts', here).href;
  const code = `import('tsx/esm/api').then(tsx => { tsx.register(); return import(${JSON.stringify(entry)}); })`;
  return new Worker(code, { ...options, eval: true });
}
