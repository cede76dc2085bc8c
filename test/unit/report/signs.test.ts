/**
 * What is worth a second look by its header alone, and which parts of it: generous with reports, frugal with the rest.
 */
import { describe, expect, test } from '@jest/globals';
import type { PartStructure } from '../../../src/mailbox/mailbox.ts';
import { isCandidate, wantedParts } from '../../../src/report/report.ts';
import { fields } from './build.ts';

describe('a candidate', () => {
  test.each([
    ['a multipart/report', { 'content-type': 'multipart/report; report-type=delivery-status' }],
    ['X-Failed-Recipients', { 'x-failed-recipients': 'ann@customer.example' }],
    ['a mailer', { from: '"Mail Delivery System" <MAILER-DAEMON@mx.example>' }],
    ['no sender at all', { from: '<>' }],
    ['a null reverse-path', { from: 'a@b.example', 'return-path': '<>' }],
    ['Microsoft 365', { from: 'Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example>' }],
    ['a subject in German', { from: 'x@y.example', subject: 'Unzustellbar: Angebote' }],
    ['a subject in Polish', { from: 'x@y.example', subject: 'Nie można dostarczyć wiadomości' }],
    ['a subject in Chinese', { from: 'x@y.example', subject: '邮件投递失败' }],
    [
      'an encoded subject of a machine',
      { from: 'x@y.example', subject: '=?gb2312?B?zcvQxQ==?=', 'auto-submitted': 'auto-replied' },
    ],
  ])('%s', (_name, headers: Record<string, string>) => {
    expect(isCandidate(fields(headers))).toBe(true);
  });

  test.each([
    [
      'a person',
      { from: 'Ann <ann@customer.example>', 'return-path': '<ann@customer.example>', subject: 'Re: offers' },
    ],
    ['a newsletter', { from: 'Shop <news@x.example>', subject: 'Your weekly offers', 'content-type': 'text/html' }],
    ['nothing at all', {}],
  ])('not %s', (_name, headers: Record<string, string>) => {
    expect(isCandidate(fields(headers))).toBe(false);
  });
});

describe('the parts that are fetched', () => {
  const part = (path: string, contentType: string, children: PartStructure[] = []): PartStructure => ({
    path,
    contentType,
    parameters: {},
    sizeBytes: 1000,
    children,
  });
  const wanted = (structure: PartStructure): unknown => {
    const parts = wantedParts(structure);
    return parts === 'source' ? parts : parts.map(({ path, section }) => `${path} ${section}`);
  };

  test('of a report: text, machine part, header of the returned mail; no icon, no HTML beside the text', () => {
    const alternative = part('1.1', 'multipart/alternative', [part('1.1.1', 'text/plain'), part('1.1.2', 'text/html')]);
    const related = part('1', 'multipart/related', [alternative, part('1.2', 'image/png')]);
    const report = [related, part('2', 'message/delivery-status'), part('3', 'message/rfc822')];
    expect(wanted(part('', 'multipart/report', report))).toEqual(['1.1.1 body', '2 body', '3 header']);
  });

  test('HTML where there is no plain text, headers where they stand in a part of their own', () => {
    const report = [
      part('1', 'text/html'),
      part('2', 'message/global-delivery-status'),
      part('3', 'text/rfc822-headers'),
    ];
    expect(wanted(part('', 'multipart/report', report))).toEqual(['1 body', '2 body', '3 body']);
  });

  test('everything where the shape says nothing', () => {
    expect(wanted(part('1', 'application/octet-stream'))).toBe('source');
    expect(wanted(part('', 'multipart/report'))).toBe('source');
  });
});
