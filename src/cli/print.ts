/**
 * Lines to standard output at the pace of whoever reads them. Takes a text, gives a promise of its being taken.
 */

/** Waits when whoever reads is slower than we are. */
export async function print(text: string): Promise<void> {
  if (process.stdout.write(`${text}\n`)) return;
  await new Promise(resolve => process.stdout.once('drain', resolve));
}
