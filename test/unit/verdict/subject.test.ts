/**
 * Refusals in words that no table has, under a code that would be final: whether they speak of the recipient, or of us,
 * of our mail, of a server in trouble. Each that is taken for the recipient's fault unsubscribes somebody for ours.
 */
import { describe, expect, test } from '@jest/globals';
import { said, verdictOn } from './build.ts';

const SOFT: Readonly<Record<string, readonly string[]>> = {
  'a wording of the recipient, said of the sender': [
    '550 Sender mailbox does not exist',
    '550 envelope sender address unknown',
    '550 Callout verification failed: sender mailbox does not exist',
    '550 MAIL FROM domain does not exist',
    '550 Return path does not exist',
    '550 Reply-To address does not exist',
    '550 From header address invalid',
    '550 Message contains invalid header: From address not valid',
    '550 The domain of your address does not exist',
    '550 Your host name does not exist in DNS',
    '550 invalid DNS for your host',
    '550 rDNS invalid host',
    '550 Client host unknown',
    '550 no MX for sender domain',
    '550 unauthenticated user unknown origin',
    '550 Sender check failed: mailbox not found',
    '550 5.1.1 sender: user unknown',
    '550 Could not verify sender (user unknown)',
    '550 unknown user in sender address',
    '550 User unknown to our allow list: news@shop.example',
    '535 5.7.8 no such user or bad password',
    '550 5.7.1 account not found for authenticated relay',
    '553 5.7.1 Invalid user: SMTP AUTH account deleted',
    '554 5.7.1 No PTR record exists for 203.0.113.9 - unknown hosts are not accepted',
    '550-Your IP address 203.0.113.9 has no PTR record (unknown host). 550 Please fix rDNS.',
    '554 5.7.1 Message refused: link domain does not exist',
    '550 Avsändaradressen finns inte',
    "550 5.1.7 L'adresse de l'expéditeur n'existe pas",
    '550 دامنه فرستنده نامعتبر است',
  ],
  'a wording of the recipient, said of many': [
    '550 Too many unknown users from your IP',
    '550 You have sent to too many non-existent recipients',
    '550 excessive unknown user errors',
    '550 5.7.1 Your list is poor (27% invalid users). Blocked for 24 hours.',
  ],
  'no mail from some': [
    '550 The recipient server does not accept mail from your network',
    '550 ann@customer.example does not accept mail from external senders',
    '550 5.1.1 Address does not accept mail from unknown senders',
    '550 5.7.1 This server does not accept mail from dynamic IP addresses',
    '550 recipient does not accept mail from you (friends only)',
  ],
  'a rule': [
    '550 This address is for internal use only',
    '550 This list is for members only',
    '550 You are not subscribed to this list',
    '550 Not permitted',
    '550 You are banned',
    '550 list closed to non-subscribers',
    '550 SMTP AUTH required for local users',
    '550 Host found in zen',
    '550 Blocked for abuse',
    '550 GeoIP: country not served',
    "550 We don't relay for this user",
    '550 <ann@customer.example>: Recipient address rejected: Your client host is listed',
  ],
  'what the mail is': [
    '550 newsletter refused',
    '550 no bulk',
    '550 this looks like an advertisement',
    '550 impersonation attempt',
    '550 unknown encoding',
    '550 8bit not supported',
  ],
  'too much of something': [
    '550 Recipient limit exceeded',
    '550 Storage allocation exceeded for recipient',
    '550 Unable to deliver: account out of disk space',
    '550 no room in mailbox',
    "550 Recipient's mailbox has reached its maximum",
  ],
  'a server in trouble': [
    '550 Cannot resolve your hostname',
    '550 Cannot connect to backend mailbox',
    '550 unable to contact recipient database',
    '550 LDAP lookup failed for user',
    '550 User lookup timed out',
    '550 configuration error: mailbox path missing',
    '550 cannot write to mailbox',
    '550 user mailbox corrupted',
    '550 mailbox is being moved',
    '550 TEMPORARY PROBLEM: user base not found',
    '550 Recipient mailbox is currently unavailable',
    '550 <ann@customer.example>: Recipient address rejected: mail server unavailable',
    '550 DANE failure',
    '550 session closed',
    '550 giving up after 5 days',
    '550 could not connect to host',
    '550 unknown error',
  ],
  'a state that may pass': ['550 domain suspended', '550 account on hold', '550 Mailbox frozen', '550 unpaid account'],
  'another subject in another language': [
    '550 Das Postfach des Empfängers ist derzeit voll',
    '550 Der Absender ist nicht zugelassen',
    '550 Zu viele Verbindungen',
    "550 L'expéditeur n'est pas autorisé",
    '550 Le serveur ne répond pas',
    '550 Il mittente non è autorizzato',
    '550 Allegato non consentito',
    '550 Cuenta suspendida',
    '550 Demasiadas conexiones',
    '550 Conta suspensa',
    '550 De mailbox van de ontvanger zit vol',
    '550 Zbyt wiele połączeń',
    '550 Schránka příjemce je plná',
    '550 Аккаунт временно заблокирован',
    '550 Ваш IP в черном списке',
    '550 受信者のメールボックスが満杯です',
    '550 帐户已被暂停',
    '550 수신자의 메일함이 꽉 찼습니다',
    '550 IP adresiniz engellendi',
    '550 Mottagarens inkorg är full',
  ],
  'a mailbox that is shut for now': [
    '554 5.2.1 This mailbox is disabled at the moment, try next week',
    '550 5.2.1 account disabled until the owner frees space',
    '550 account disabled, payment overdue',
    '550 5.2.1 Das Konto ist vorübergehend gesperrt',
    '550 5.2.1 Compte momentanément désactivé',
    '550 5.2.1 Ящик временно заблокирован',
  ],
  'not about one recipient': [
    '550 nolisting/first mx: try next MX',
    '550 Backscatter refused',
    '550 Only one recipient at a time for <> senders',
    "550 list 'ann' is moderated and the moderator rejected your posting",
    '554 5.3.0 alias file ann: include file not found',
  ],
  'other words under 5.1.1': [
    '550 5.1.1 too many messages for this recipient today',
    '550 5.1.1 message rejected due to content',
    "550 5.1.1 rejected by recipient's filter",
    '550 5.1.1 blocked',
    '550 5.1.1 inbox full',
    '550 5.1.1 account suspended',
    '550 5.1.1 mail loop',
    '550 5.1.1 nested group member list broken, admin notified',
    '550 5.1.2 customer.example points its MX here but its setup is not finished yet',
    '550 5.2.1 Mail service for customer.example suspended: invoice overdue',
    '550 5.2.1 The user does not want to receive newsletters from this address',
    '550 5.1.1 server busy',
    '550 5.1.1 error on the mail server',
    '550 5.1.1 Recipient address rejected: service temporarily out of order',
  ],
};

describe.each(Object.entries(SOFT))('%s is soft', (_about, replies) => {
  test.each(replies)('%s', reply => {
    expect(verdictOn(said(reply, 'mx.customer.example')).verdict).toBe('soft');
  });
});

describe('said of the recipient it stays hard', () => {
  test.each([
    '550 Sorry, there is no account with this email address',
    '550 Email address could not be found, or was misspelled',
    "550 The address you sent your message to wasn't found at the destination domain",
    '550 Requested mailbox does not exist',
    '550 Your message was not delivered, the mailbox does not exist',
    '550 Verified by callout: no such user',
    '550 The user you are trying to contact has been deleted',
    '550 account ann not found on this server',
    '550 ann is not a known user on this system',
    '550 ann is not a valid mail recipient here',
    '550 5.1.6 recipient no longer on server',
    '550 sender@customer.example unknown user',
    '550 Sender accepted, recipient refused: user unknown',
    '550 recipient domain not found',
    '550 customer.example does not accept mail',
    '550 not listed in Domino Directory',
    '550 5.1.1 User Ann (ann@customer.example) not listed in Dom ino Directory',
    '550 5.1.1 mailbox unavailable, see http://postmaster.customer.example/errors?ip=192.0.2.1&c=hi',
    '550 5.1.1 mx.tempora.example: nope',
    '550 5.1.1 This mailbox is not in use, our antispam-gw.customer.example says',
    '550 5.1.1 mx3.customer.example ESMTP server: cannot find your recipient',
    '550 5.1.1 Ann unknown. IT Service Desk ext. 4357',
    '550 5.2.1 This customer has left our broadband service, the address has been closed',
    '554 5.7.1 Mailbox terminated due to violation of our terms',
    '550 sorry, recipient is not in validrcptto list (#5.7.1 chkuser)',
    '550 5.7.1 Former employee. Mailbox removed.',
    '554 5.7.1 <ann@customer.example>: Recipient address rejected: user does not exist',
    '550 5.7.1 Empfängeradresse existiert nicht. Bitte prüfen Sie die Schreibweise.',
    '550 5.7.1 Ann no longer works at Customer Ltd.',
    '550 Deze medewerker is uit dienst. Uw bericht wordt niet doorgestuurd.',
    '550 5.7.1 La dipendente non lavora più presso di noi',
    '554 5.7.1 Pani Ann już u nas nie pracuje',
    '550 5.7.1 该员工已离职',
    '550 Dear sender, the address you wrote to is no longer in use',
    '550 The address you are sending to does not exist',
    '550 5.1.1 ann@customer.example is not a subscriber of this service',
    '550 user gone',
    '550 no such mail account',
    '550 former employee',
    '550 5.1.1 Recipient refused',
    '550 nobody here by that name',
    '550 Nie ma takiego adresata',
    '550 Der angegebene Empfänger existiert leider nicht',
    '550 Diese E-Mail-Adresse ist uns nicht bekannt',
    "550 L'adresse du destinataire est introuvable",
    '550 Questo utente non esiste',
    '550 La cuenta de correo indicada no existe',
    '550 Dit e-mailadres bestaat niet',
    '550 Tento uživatel zde neexistuje',
    '550 該当するアドレスはありません',
    '550 该收件人不存在',
    '550 해당 사용자가 존재하지 않습니다',
    '550 Användaren finns inte här',
    '550 5.1.1 ei ole',
  ])('%s', reply => {
    expect(verdictOn(said(reply, 'mx.customer.example')).verdict).toBe('hard');
  });
});

test('why it is not hard is told', () => {
  const told = verdictOn(said('550 Sender mailbox does not exist', 'mx.customer.example'));
  expect(told).toMatchObject({ reason: 'userUnknown', because: expect.stringMatching(/said of the sender/) });
});

describe('a reply that names us', () => {
  const ours = ['news@shop.example', 'shop.example'];
  const verdict = (reply: string): string => verdictOn({ ...said(reply, 'mx.customer.example'), ours }).verdict;

  test.each([
    '550 news@shop.example: user unknown',
    '550 5.1.1 <news@shop.example> mailbox does not exist',
    '550 user unknown: <news@shop.example>',
    '550 Host unknown: shop.example',
    '550 domain shop.example does not exist',
    '550 shop.example: go away',
    '550 5.1.1 <news@shop.example>... nope',
  ])('is not about the recipient: %s', reply => {
    expect(verdict(reply)).toBe('soft');
  });

  test.each([
    '550 message from <news@shop.example> to <ann@customer.example>: user unknown',
    '550 5.1.1 <ann@customer.example>: User unknown; from=<news@shop.example> to=<ann@customer.example>',
    '550 mail.shop.example: ann@customer.example user unknown',
    '550 user unknown, see https://shop.example/help',
    '550 5.1.1 <ann@customer.example>... nope, news@shop.example',
  ])('is about the recipient all the same: %s', reply => {
    expect(verdict(reply)).toBe('hard');
  });
});
