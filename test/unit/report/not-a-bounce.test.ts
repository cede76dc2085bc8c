/**
 * Mails that are no report of a failed delivery say why; a report of a delay or a success is no failure.
 */
import { describe, expect, test } from '@jest/globals';
import { kindOf } from './build.ts';
import type { Given } from './build.ts';

const PERSON = { from: 'Ann <ann@customer.example>', 'return-path': '<ann@customer.example>' };

describe('is no report', () => {
  test.each<[string, string, Given]>([
    ['complaint', 'a feedback report', { machine: { 'message/feedback-report': 'Feedback-Type: abuse' } }],
    ['complaint', 'a failure report of DMARC', { reportType: 'feedback-report' }],
    ['readReceipt', 'a disposition notification', { reportType: 'disposition-notification' }],
    ['ordinary', 'a TLS report', { reportType: 'tlsrpt', contentType: 'multipart/report' }],
    ['autoReply', 'a vacation', { headers: { ...PERSON, 'auto-submitted': 'auto-replied' }, text: 'I am away.' }],
    ['autoReply', 'a vacation by its subject', { headers: { ...PERSON, subject: 'Out of office: hi' }, text: 'Away.' }],
    ['autoReply', 'an old vacation program', { headers: { ...PERSON, precedence: 'auto_reply' }, text: 'Away.' }],
    [
      'ordinary',
      'a person who forwards a report with its parts',
      {
        headers: { ...PERSON, subject: 'Fwd: Undeliverable' },
        contentType: 'multipart/mixed',
        status: 'Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1\n',
      },
    ],
    [
      'ordinary',
      'a person who writes of one',
      { headers: { ...PERSON, subject: 'undeliverable?' }, text: 'It came back.' },
    ],
    ['unreadable', 'a mail that cannot be read', { problem: 'no header' }],
  ])('%s: %s', (kind, _name, given) => {
    expect(kindOf(given)).toBe(kind);
  });
});

describe('is a report of no failure', () => {
  const text = 'Your message has not yet been delivered to\n\nann@customer.example\n\nIt will be retried.';

  test.each<[string, Given]>([
    ['delay', { text }],
    [
      'delay',
      {
        headers: { subject: 'Zugestellt? verzögert' },
        text: 'Versand verzögert, wird weiterhin versucht:\n\nann@customer.example',
      },
    ],
    [
      'success',
      { status: 'Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; x@y.example\nAction: relayed\nStatus: 2.0.0\n' },
    ],
  ])('%s', (kind, given) => {
    const headers = { 'return-path': '<>', subject: 'Delivery problem', ...given.headers };
    expect(kindOf({ ...given, headers })).toContain(kind);
  });
});
