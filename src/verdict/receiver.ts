/**
 * Who refused the mail: by the refusing server's host name or by a signature in its words. Never by the recipient's
 * domain alone: custom domains are hosted anywhere. Pure.
 */

/** Names of hosts, and what is below them; none stands below another. */
const BY_HOST: ReadonlyMap<string, string> = new Map([
  ['google.com', 'gmail'],
  ['googlemail.com', 'gmail'],
  ['outlook.com', 'microsoft'],
  ['hotmail.com', 'microsoft'],
  ['office365.com', 'microsoft'],
  ['yahoodns.net', 'yahoo'],
  ['yahoo.com', 'yahoo'],
  ['aol.com', 'aol'],
  ['icloud.com', 'icloud'],
  ['mail.me.com', 'icloud'],
  ['mail.ru', 'mail.ru'],
  ['yandex.ru', 'yandex'],
  ['yandex.net', 'yandex'],
  ['qq.com', 'qq'],
  ['163.com', '163'],
  ['126.com', '163'],
  ['netease.com', '163'],
  ['orange.fr', 'orange-fr'],
  ['wanadoo.fr', 'orange-fr'],
  ['laposte.net', 'laposte'],
  ['free.fr', 'free-fr'],
  ['sfr.fr', 'sfr-fr'],
  ['gmx.net', 'web.de/gmx'],
  ['web.de', 'web.de/gmx'],
  ['kundenserver.de', 'web.de/gmx'],
  ['t-online.de', 't-online'],
  ['comcast.net', 'comcast'],
  ['cox.net', 'cox'],
  ['pphosted.com', 'proofpoint'],
  ['mimecast.com', 'mimecast'],
  ['barracudanetworks.com', 'barracuda'],
  ['messagelabs.com', 'messagelabs'],
  ['secureserver.net', 'godaddy'],
  ['zoho.com', 'zoho'],
  ['amazonses.com', 'amazon-ses'],
  ['awsapps.com', 'amazon-workmail'],
  ['docomo.ne.jp', 'docomo'],
  ['ezweb.ne.jp', 'kddi'],
  ['au.com', 'kddi'],
  ['facebook.com', 'facebook'],
]);
/** More characters than any of them has. */
const SUFFIX_CHARS = 32;

const BY_WORDS: readonly (readonly [words: string, receiver: string])[] = [
  ['dns error: ', 'gmail'],
  [' gsmtp', 'gmail'],
  ['support.google.com/mail', 'gmail'],
  ['.prod.outlook.com', 'microsoft'],
  ['.protection.outlook.com', 'microsoft'],
  ['mimecast.com/', 'mimecast'],
  ['proofpoint.com/', 'proofpoint'],
  ['.yahoo.com', 'yahoo'],
  ['yahoo.com account', 'yahoo'],
  ['ofr_', 'orange-fr'],
  ['ofr0', 'orange-fr'],
  ['lpn0', 'laposte'],
  ['lpn1', 'laposte'],
  ['aup#', 'cox'],
  ['://postmaster.gmx.', 'web.de/gmx'],
  ['://postmaster.web.de', 'web.de/gmx'],
  ['://postmaster.1und1.de', 'web.de/gmx'],
];

/**
 * @param host the remote MTA's name, with or without address and comment
 * @param text the normalised diagnostic
 * @returns a receiver of the phrase table, or undefined
 */
export function knowReceiver(host: string | undefined, text: string): string | undefined {
  return receiverAt(hostNamed(host, text)) ?? BY_WORDS.find(([words]) => text.includes(words))?.[1];
}

/** Whose host it is: by its own name or by one that it stands below. */
function receiverAt(name: string): string | undefined {
  let end = name.slice(-SUFFIX_CHARS);
  while (end !== '') {
    const receiver = BY_HOST.get(end);
    if (receiver !== undefined) return receiver;
    const dot = end.indexOf('.');
    end = dot < 0 ? '' : end.slice(dot + 1);
  }
  return undefined;
}

/** The name of the host that spoke, lower case: as the report gives it, else as the words do; "" where neither does. */
export function hostNamed(host: string | undefined, text: string): string {
  // Text reports name the server in the words: "host mx.example.com[192.0.2.1] said: ..." (Postfix, Exim).
  const named = host ?? /\bhost ([\w.-]+)/.exec(text)?.[1] ?? '';
  return /^[\w.-]+/.exec(named.trim().toLowerCase())?.[0].replace(/\.$/, '') ?? '';
}

/** True for the host itself and all names below it. */
export function isBelow(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`);
}

/** Every receiver that is known by its hosts or words, as the phrase table names it. */
export const RECEIVERS: readonly string[] = [...new Set([...BY_HOST, ...BY_WORDS].map(([, receiver]) => receiver))];

/** Host names, and names above them, by which receivers are known. */
export const RECEIVER_HOSTS: readonly string[] = [...BY_HOST.keys()];
