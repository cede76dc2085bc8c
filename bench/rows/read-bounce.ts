/**
 * How fast whole mails are read and decided on one core, beside mailparser alone on the same mails, and which share of
 * it is taking the mail apart. Takes the fixtures or a folder of mails; never touches the network.
 */
import { simpleParser } from 'mailparser';
import { readBounce } from '../../src/index.ts';
import { rawFromSource, readMessage } from '../../src/message/message.ts';
import type { Message } from '../../src/message/message.ts';
import { isReport, readReport } from '../../src/report/report.ts';
import { decide, DEFAULT_POLICY } from '../../src/verdict/verdict.ts';
import { loadMails } from '../mails.ts';
import { timeInTurn } from '../row.ts';
import type { BenchOptions, Measured, Row } from '../row.ts';

const LEAN = {
  keepDeliveryStatus: true,
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipImageLinks: true,
  skipTextLinks: true,
};
const NOW_SECONDS = 4_000_000_000;

export const READ_BOUNCE: Row = {
  name: 'read-bounce',
  what: 'readBounce on whole mails, one core',
  against: 'mailparser alone, mails a second',
  target: { ratio: 0.7, bound: 'at least' },
  demanded: { ratio: 0.5, bound: 'at least' },
  run: measure,
};

async function measure({ corpus, rounds }: BenchOptions): Promise<Measured> {
  const mails = (await loadMails(corpus)).map(({ source }) => source);
  /** As the work before left them: the stations behind take up there. */
  let messages: Message[] = [];
  const whole = async (): Promise<void> => {
    for (const mail of mails) await readBounce(mail);
  };
  const peer = async (): Promise<void> => {
    for (const mail of mails) await simpleParser(mail, LEAN);
  };
  const apart = async (): Promise<void> => {
    messages = [];
    for (const mail of mails) messages.push(await readMessage(rawFromSource(mail)));
  };
  const decided = (): Promise<void> => {
    for (const message of messages) {
      const reading = readReport(message);
      if (isReport(reading)) decide(reading, DEFAULT_POLICY, NOW_SECONDS);
    }
    return Promise.resolve();
  };
  const times = await timeInTurn([whole, peer, apart, decided], rounds);
  const [wholeMs, peerMs, apartMs, decidedMs] = times as [number, number, number, number];
  const rate = (ms: number): number => Math.round((mails.length * 1000) / ms);
  return {
    unit: 'mails/s',
    ours: rate(wholeMs),
    peer: rate(peerMs),
    ratio: peerMs / wholeMs,
    besides: { mails: mails.length, apartPerSecond: rate(apartMs), decidedPerSecond: rate(decidedMs) },
  };
}
