/**
 * All changes after which a mail must be read as before.
 */
import type { Change } from './change.ts';
import * as header from './header-changes.ts';
import * as part from './part-changes.ts';
import * as text from './text-changes.ts';

export const CHANGES: readonly Change[] = [
  header.refolded,
  header.unfolded,
  header.statusRefolded,
  header.otherCase,
  header.unknownFields,
  header.extensionFields,
  header.traced,
  header.blanksBehindFields,
  part.reencoded('as it is'),
  part.reencoded('quoted-printable'),
  part.reencoded('base64'),
  part.otherBoundaries,
  part.otherOrder,
  part.extraPart,
  part.emptyPart,
  part.aroundParts,
  part.flattened,
  part.wrapped,
  part.wrappedWithFooter,
  part.wrappedWithListFooter,
  text.footer,
  text.listFooter,
  text.rewrapped,
  text.blanksBehindLines,
  text.asHtml,
  text.translated,
];
