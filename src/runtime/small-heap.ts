/**
 * Keeps the memory that V8 takes small, in a program that runs for months and mostly waits. Takes and gives nothing.
 * Only how often V8 collects and compiles depends on it, never what the program does.
 */
import { setFlagsFromString } from 'node:v8';

/**
 * Optimizing a function takes V8's compiler a while and memory, in threads of its own, and after a start all of them
 * come at once. Where there is nothing between the interpreter's code and that, it waits for twice the usual use: a
 * backlog takes a tenth less processor time. From V8 12 on, a quick compiler stands in between, and the flag is gone.
 * Less is put into one piece, too, of which the compiler's memory grows.
 */
const OPTIMIZES_LATE = '--interrupt-budget=300000';
const [v8Major = 0] = process.versions.v8.split('.').map(Number);

/**
 * The space for new objects stays as it was at the start, 1 MB a half, where V8 doubles it up to 16 MB a half while
 * much is made, and gives it back late: an idle daemon has 71 MB resident memory with this, 80 MB without. V8 asks for
 * the flag whenever it would grow, and sets it back when a thread starts: to be said again then.
 *
 * So small a space is collected in half a millisecond: waking other threads for their share of that costs more than it
 * saves. A backlog takes a twentieth less time by one thread alone; and as much again where the memory of buffers is
 * given back at once, for which another thread would be woken, and waited for, each time.
 *
 * What is promoted out of so small a space is often dead soon, and V8 lets as much of it gather as lived before it
 * looks. Now it looks after two fifths of that. After a half, a backlog took a twentieth less time than after a
 * quarter, and 2 MB more at its peak.
 *
 * undici reads answers by a program in WebAssembly, for one function of which V8's compiler takes 35 MB once it has run
 * for a while. For answers of a few bytes it stays as it is, for the first two billion bytes of it that are run.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-parallel-scavenge');
  setFlagsFromString('--no-concurrent-array-buffer-sweeping');
  setFlagsFromString('--heap-growing-percent=40');
  setFlagsFromString('--wasm-tiering-budget=2000000000');
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=200');
  if (v8Major < 12) setFlagsFromString(OPTIMIZES_LATE);
}
