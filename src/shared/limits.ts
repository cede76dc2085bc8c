/**
 * Every limit with its reason. A mail comes from anyone: nothing it says may make us use more than this.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

export const LIMITS = {
  /** Bytes of a whole .eml that are read. Gmail refuses mails over 35 MB; a report sits at the front of a mail. */
  sourceBytes: 4 * MIB,
  /** Bytes of one header block. Real ones reach 30 KiB (ARC, DKIM, long Received chains). */
  headerBytes: 256 * KIB,
  /** Fields in one header block; a mail of nothing but fields must not cost a map of millions. */
  headerFields: 1000,
  /** Bytes of the text part that are looked at first: every known bounce text says its piece within them. */
  textFirstBytes: 16 * KIB,
  /** Characters of text looked at in all. */
  textChars: 256 * KIB,
  /** Bytes of a delivery-status part: at 200 bytes a recipient, far more than `recipients` allows. */
  deliveryStatusBytes: 256 * KIB,
  /** Bytes of the returned message's header. */
  returnedHeaderBytes: 64 * KIB,
  /** Parts of one mail that are looked at. Real reports have up to 8. */
  parts: 100,
  /** Machine-readable parts of one mail. Real reports have one; a digest of reports some. */
  machineParts: 8,
  /** Returned mails of one report whose header is looked at. Real reports have one. */
  returnedParts: 4,
  /** Depth of nested multiparts. Real reports have up to 4. */
  depth: 10,
  /** Recipients of one report; RFC 5321 4.5.3.1.8 lets a message have 100, Gmail's SMTP 100. */
  recipients: 200,
  /** Characters of one address: RFC 5321 4.5.3.1 allows 64 + 1 + 255. */
  addressChars: 320,
  /** Characters of one diagnostic that are kept and matched. */
  diagnosticChars: 2000,
  /** Characters of one quote in an evidence. */
  quoteChars: 300,
  /** Characters of the words or pattern of an operator's own rule. */
  ruleChars: 500,
  /** An operator's own rules: each is asked of each refusal. */
  rules: 1000,
  /** Bytes of a file with an operator's rules. */
  rulesFileBytes: MIB,
  /** Message-IDs looked up for one report. */
  originalMessageIds: 4,
  /** Characters of one Message-ID: RFC 5322 2.1.1 limits a line to 998. */
  messageIdChars: 998,
  /** How long one mail may be read. Every known mail takes milliseconds, one of the full size well under a second. */
  readingSeconds: 10,
  /** Megabytes of heap for reading one mail: several times what a mail of the full size needs. */
  readingHeapMb: 192,
  /** Mails in one chunk: looked at, recorded and passed by the cursor together; until then their verdicts are held. */
  chunkMails: 2000,
  /** Bytes of the mails in one chunk, as far as they are fetched: more than one mail has. Four are held at a time. */
  chunkBytes: 8 * MIB,
  /** Addresses in one callback request: CleverTap refuses more than 1000 events. */
  batchEvents: 1000,
  /** Bytes of a callback's answer that are read. */
  answerBytes: 64 * KIB,
} as const;
