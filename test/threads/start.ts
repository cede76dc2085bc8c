/**
 * A thread that runs a TypeScript file. Takes the file's URL and what the thread is given, gives the Worker; Node's own
 * loader does not know TypeScript in a thread, tsx is registered there first.
 */
import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from 'node:worker_threads';

/** Bare names are resolved from the project's root, where tests and the fuzzer are started. */
export function startThread(url: URL, options: WorkerOptions): Worker {
  const code = `import('tsx/esm/api').then(tsx => { tsx.register(); return import(${JSON.stringify(url.href)}); })`;
  return new Worker(code, { ...options, eval: true });
}
