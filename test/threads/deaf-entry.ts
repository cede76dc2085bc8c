/**
 * A reading thread that says it is ready and never answers.
 */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => undefined);
parentPort?.postMessage({ kind: 'ready' });
