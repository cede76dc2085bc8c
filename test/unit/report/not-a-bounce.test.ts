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
    [
      'autoReply',
      'a vacation that quotes our subject, from a null path',
      {
        headers: { ...PERSON, 'return-path': '<>', subject: 'Automatyczna odpowiedź: Niedostarczona przesyłka' },
        text: 'Wiadomość nie została przekazana dalej, proszę pisać na adres\nbob@customer.example.',
      },
    ],
    [
      'ordinary',
      'a newsletter about bounces',
      {
        headers: { from: 'Inbox Tips <hello@tips.example>', 'list-unsubscribe': '<https://tips.example/u>' },
        text: 'You got this back:\n\nThis message was created automatically by mail delivery software.\nA message that you sent could not be delivered. The following address failed:\n\n  ann@customer.example\n    550 5.1.1 User unknown',
      },
    ],
    [
      'ordinary',
      "Exchange's word to the owner of a full mailbox",
      {
        headers: { 'return-path': '<>', subject: 'Ihr Postfach ist voll.' },
        text: 'Ihr Postfach ist voll. Nachrichten werden als unzustellbar an den Absender zurückgeschickt.',
      },
    ],
    [
      'ordinary',
      "a postmaster's word about maintenance",
      {
        headers: {
          from: 'Postmaster <postmaster@mx.provider.example>',
          'return-path': '<postmaster@mx.provider.example>',
          subject: 'Onderhoud mailservers',
        },
        text: 'E-mail wordt in die periode niet bezorgd maar blijft in de wachtrij staan (450 4.3.2).',
      },
    ],
    [
      'ordinary',
      'a virus warning to whom the virus was for',
      {
        headers: { from: 'Content-filter <postmaster@mx.shop.example>', 'return-path': '<>' },
        text: 'VIRUS ALERT in an email to you from probably faked sender:\n  ?@[203.0.113.44]\nThe message has NOT been delivered to you and has been quarantined.',
      },
    ],
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
      'delay',
      {
        headers: { subject: 'delay notice' },
        text: "Hi. This is the qmail-send program at mx.shop.example.\nYour message could not yet be\ndelivered to the following addresses. I'll keep trying for 7 days before I give up.\n\n<ann@customer.example>:\nCNAME lookup failed temporarily. (#4.4.3)\n",
      },
    ],
    [
      'delay',
      {
        headers: { subject: 'Avertissement : votre message est en attente' },
        text: "Votre message n'a pas encore pu être remis au\ndestinataire suivant :\n\n    ann@customer.example\n\nNos serveurs feront de nouvelles\ntentatives pendant 3 jours.",
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
