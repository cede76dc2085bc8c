/**
 * What stands for what: the same word, id, address, host or IP address is always replaced by the same other one, of the
 * same kind. Takes what is to be hidden, gives names below .example (RFC 2606) and addresses of documentation
 * (RFC 5737, RFC 3849). Knows nothing of mail; pure.
 */
import { domainToASCII, domainToUnicode } from 'node:url';
import { madeUp } from './made-up.ts';
import type { MadeUp } from './made-up.ts';
import { isPublicLabel, isPublicLocal, publicSuffix, registryLabels, WORD } from './public.ts';

export interface StandIns extends MadeUp {
  ip4(address: string): string;
  ip6(address: string): string;
  /** A name below .example; hosts of large receivers keep their domain. */
  host(name: string): string;
  /** local, "@" or what stands for it, domain */
  address(local: string, at: string, domain: string): string;
  counts(): Counts;
}

/** How many of a kind were replaced. */
export interface Counts {
  readonly addresses: number;
  readonly hosts: number;
  readonly ips: number;
  readonly words: number;
}

/** The account's own address: the fixtures call it news@shop.example. */
export interface OwnAddress {
  /** Lower case. */
  readonly address: string;
  /** Lower case; absent where it is a large provider's, which others have as well. */
  readonly domain?: string;
  readonly standsFor: string;
}

/** 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24. */
const NETS = ['192.0.2', '198.51.100', '203.0.113'];
const HOSTS_OF_NET = 254;

/**
 * @param salt chance that nobody keeps
 * @param taken words, lower case, that nothing is replaced by
 */
export function standIns(salt: string, taken: ReadonlySet<string>, own?: OwnAddress): StandIns {
  const made = madeUp(salt, taken);
  const host = hostNames(made, own);
  const addresses = new Set<string>();
  const hosts = new Set<string>();
  const [ips4, ips6] = [new Map<string, number>(), new Map<string, number>()];
  const number = (seen: Map<string, number>, ip: string): number => {
    const known = seen.get(ip) ?? seen.size;
    seen.set(ip, known);
    return known;
  };
  const counted = (name: string): string => {
    if (publicSuffix(name) !== name.toLowerCase()) hosts.add(name.toLowerCase());
    return host(name);
  };
  return {
    ...made,
    host: counted,
    address: (local, at, domain) => {
      const whole = `${local}@${domain}`.toLowerCase();
      addresses.add(whole);
      if (whole === own?.address) return own.standsFor.replace('@', at);
      if (isPublicLocal(local)) return `${local}${at}${counted(domain)}`;
      return `${hiddenLocal(local, text => pieces(text, made))}${at}${domainOfPeople(domain, counted)}`;
    },
    ip4: ip => {
      const place = number(ips4, ip);
      return `${NETS[Math.floor(place / HOSTS_OF_NET) % NETS.length] ?? ''}.${(place % HOSTS_OF_NET) + 1}`;
    },
    ip6: ip => `2001:db8::${(number(ips6, ip.toLowerCase()) + 1).toString(16)}`,
    counts: () => ({
      addresses: addresses.size,
      hosts: hosts.size,
      ips: ips4.size + ips6.size,
      words: made.words.size,
    }),
  };
}

function hostNames(made: MadeUp, own: OwnAddress | undefined): (name: string) => string {
  /** The domain that has a name first; two domains of one name below two registries stay two. */
  const first = new Map<string, string>();
  const label = (text: string): string => (isPublicLabel(text) ? text : idna(text, made));
  const domainName = (base: string, domain: string): string => {
    const holder = first.get(base) ?? domain;
    first.set(base, holder);
    const suffix = holder === domain ? '' : `-${pieces(domain.slice(domain.lastIndexOf('.') + 1), made)}`;
    return `${idna(base, made)}${suffix}.example`;
  };
  return name => {
    const labels = name.split('.');
    const suffix = publicSuffix(name);
    if (suffix !== undefined) {
      const kept = suffix.split('.').length;
      return [...labels.slice(0, -kept).map(label), ...labels.slice(-kept)].join('.');
    }
    if (labels.length === 1) return label(name);
    const registered = labels.slice(-registryLabels(labels) - 1);
    const below = labels.slice(0, -registered.length).map(label);
    const domain = registered.join('.').toLowerCase();
    const ownStand = own !== undefined && domain === own.domain ? own.standsFor.replace(/.*@/, '') : undefined;
    return [...below, ownStand ?? domainName(registered[0] ?? '', domain)].join('.');
  };
}

/** Also of a large provider it is none that exists: somebody may have the address that was made up. */
function domainOfPeople(domain: string, host: (name: string) => string): string {
  return domain.toLowerCase() === publicSuffix(domain) ? `${domain.split('.')[0] ?? ''}.example` : host(domain);
}

function pieces(text: string, made: MadeUp): string {
  return text.replace(WORD, part => (/[\p{N}_]/u.test(part) ? made.id(part) : made.word(part)));
}

/** A label in its ASCII form (RFC 5890) is replaced as the one that people see. */
function idna(label: string, made: MadeUp): string {
  if (!/^xn--/i.test(label)) return pieces(label, made);
  const shown = domainToUnicode(label);
  return domainToASCII(pieces(shown === '' ? label.slice(4) : shown, made));
}

/** What xtext (RFC 3461 4) writes as "+2B", and "\x{e4}" (RFC 6533 3), stay in their form. */
function hiddenLocal(local: string, hide: (text: string) => string): string {
  const xtext = local.split(/(\+(?:2B|3D))/);
  if (xtext.length > 1) return xtext.map((part, index) => (index % 2 === 1 ? part : hide(part))).join('');
  if (!local.includes('\\x{')) return hide(local);
  const plain = local.replace(/\\x\{([0-9a-f]{2,6})\}/gi, (_all, hex: string) => charOf(Number.parseInt(hex, 16)));
  return Array.from(hide(plain), char => {
    const code = char.codePointAt(0) ?? 0;
    return code < 0x80 ? char : `\\x{${code.toString(16).toUpperCase()}}`;
  }).join('');
}

function charOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
