'use strict';

// Registers by JsSIP over raw TLS, where JsSIP itself brings WebSockets only; stays until SIGTERM, then unregisters.
//
//   node register.js HOST PORT CA_FILE AOR TOKEN_FILE Authorization|Proxy-Authorization

const fs = require('node:fs');
const tls = require('node:tls');
const JsSIP = require('jssip');

/** What JsSIP calls a Socket, over TLS. */
class TlsSocket {
  constructor(host, port, ca) {
    this.options = { host, port, ca, servername: host };
    this.url = `tls://${host}:${port}`;
    this.via_transport = 'TLS';
    this.sip_uri = `sip:${host}:${port};transport=tls`;
  }

  connect() {
    this.received = Buffer.alloc(0);
    this.connection = tls.connect(this.options, () => this.onconnect());
    this.connection.on('data', (data) => this.take(data));
    this.connection.on('error', (error) => console.error(`connection: ${error.message}`));
    this.connection.on('close', (failed) => this.ondisconnect(failed));
  }

  disconnect() {
    this.connection.end();
  }

  send(message) {
    this.connection.write(message);
    return true;
  }

  /** Hands on one message at a time: on a stream, Content-Length ends it (RFC 3261 section 18.3). */
  take(data) {
    this.received = Buffer.concat([this.received, data]);
    for (;;) {
      while (this.received.indexOf('\r\n') === 0) {
        this.received = this.received.subarray(2); // keep-alives between messages
      }
      const headEnd = this.received.indexOf('\r\n\r\n');
      if (headEnd < 0) {
        return;
      }
      const length = /^Content-Length *: *(\d+)/im.exec(this.received.toString('utf8', 0, headEnd));
      const end = headEnd + 4 + (length ? Number(length[1]) : 0);
      if (this.received.length < end) {
        return;
      }
      const message = this.received.toString('utf8', 0, end);
      this.received = this.received.subarray(end);
      this.ondata(message);
    }
  }
}

const [host, port, caFile, addressOfRecord, tokenFile, header] = process.argv.slice(2);
const token = fs.readFileSync(tokenFile, 'utf8').trim();
const standard = header === 'Authorization'; // RFC 8898, which JsSIP knows as authorization_jwt

const phone = new JsSIP.UA({
  sockets: [new TlsSocket(host, Number(port), fs.readFileSync(caFile))],
  uri: addressOfRecord,
  authorization_jwt: standard ? `Bearer ${token}` : null,
  register: true,
});
if (!standard) {
  phone.registrator().setExtraHeaders([`${header}: Bearer token="${token}"`]);
}
phone.on('registered', () => console.log(`registered ${phone.contact.uri}`));
phone.on('registrationFailed', ({ response, cause }) => {
  console.error(`not registered: ${response ? response.status_code : 'no answer'}, ${cause}`);
  process.exitCode = 1;
  phone.stop();
});
phone.on('unregistered', () => {
  console.log('unregistered');
  phone.stop();
});
process.on('SIGTERM', () => phone.unregister());
phone.start();
