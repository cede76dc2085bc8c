/**
 * Rows of wordings for languages: short to write, since one word order says the same thing in a dozen ways. Takes
 * tables by language, gives rows as phrases.ts has them. Decides nothing.
 */
import type { Confidence, PhraseRow } from '../phrases.ts';
import type { Reason } from '../verdict.ts';

/** Fragments of one reason, parted by "; ". */
type LanguageRow = readonly [reason: Reason, confidence: Confidence, fragments: string];

/** One row for each fragment, heard from any receiver. */
export function inLanguages(tables: Readonly<Record<string, readonly LanguageRow[]>>): PhraseRow[] {
  return Object.entries(tables).flatMap(([language, rows]) =>
    rows.flatMap(([reason, confidence, fragments]) =>
      fragments.split('; ').map((fragment): PhraseRow => {
        return ['any', fragment, reason, confidence, `general wording, ${language}`];
      }),
    ),
  );
}
