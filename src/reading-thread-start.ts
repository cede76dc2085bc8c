/**
 * How the reading thread is started, from dist/ and from the source tree. Takes nothing, gives the thread.
 */
import { Worker } from 'node:worker_threads';
import { LIMITS } from './shared/limits.ts';

/**
 * Space for new objects, in MB, of which V8 would take 48. With twice as much, less is moved that is dead soon: that
 * saves 6 % of the thread's processor time, and costs 5 MB.
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
