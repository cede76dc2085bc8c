/**
 * Loaded before the built command (node --import): its clock runs FAST_CLOCK="speed:origin" times as fast since the
 * origin (epoch milliseconds), and is off by what the file FAST_CLOCK_OFFSET holds (milliseconds). Waits shorten with it.
 */
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import process from 'node:process';
import { setInterval } from 'node:timers';
import timers from 'node:timers/promises';

const [speed = 1, origin = 0] = (process.env.FAST_CLOCK ?? '1:0').split(':').map(Number);
const offsetFile = process.env.FAST_CLOCK_OFFSET;
const realNow = Date.now.bind(Date);
const realSleep = timers.setTimeout;
let offsetMs = readOffset();

function readOffset() {
  try {
    return offsetFile === undefined ? 0 : Number(readFileSync(offsetFile, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

if (offsetFile !== undefined) setInterval(() => (offsetMs = readOffset()), 20).unref();
Date.now = () => origin + Math.round((realNow() - origin) * speed) + offsetMs;
// Short waits stay: they are for what the machine itself needs, such as reading a mail.
const SHORT_MS = 5_000;
timers.setTimeout = (ms, value, options) => realSleep(ms >= SHORT_MS ? ms / speed : ms, value, options);

// Limits of minutes (idle renewal, silent peers, commands) shorten too; those of seconds, which the machine may need, not.
const LONG_MS = 60_000;
const shorten = ms => (ms >= LONG_MS ? ms / speed : ms);
const realTimer = globalThis.setTimeout;
const fastTimer = (work, ms, ...more) => realTimer(work, shorten(ms), ...more);
globalThis.setTimeout = Object.assign(fastTimer, realTimer);
const { AbortSignal } = globalThis;
const realLimit = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = ms => realLimit(shorten(ms));
const realSocketTimeout = Socket.prototype.setTimeout;
Socket.prototype.setTimeout = function (ms, ...more) {
  return realSocketTimeout.call(this, shorten(ms), ...more);
};
syncBuiltinESMExports();
