// The peer that does nothing but hold one idle IMAP connection: node and imapflow. Takes the port as its argument.
import { ImapFlow } from 'imapflow';
import process from 'node:process';

const [, , port] = process.argv;
const auth = { user: 'news0@shop.example', pass: 'right-password' };
const tls = { rejectUnauthorized: false };
const client = new ImapFlow({ host: 'localhost', port: Number(port), secure: true, auth, logger: false, tls });
await client.connect();
await client.mailboxOpen('INBOX', { readOnly: true });
await client.idle();
