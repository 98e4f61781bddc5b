// What a person does with a browser, as far as HTTP goes: cookies, redirects and the sign-in page.

import { readFileSync } from 'node:fs';

const MOST_STEPS = 12;

export class Browser {
  #cookies = new Map();

  constructor(settings) {
    this.origin = new URL(settings.issuer).origin;
    this.user = settings.user;
    this.password = readFileSync(settings.password_file, 'utf8').trim();
  }

  /** Opens an address, signs in on the way, and returns the address that led back to the application. */
  async answerTo(address) {
    let answer = await this.#get(address);
    for (let step = 0; step < MOST_STEPS; step++) {
      if (answer.status === 200) {
        answer = await this.#submit(await answer.text(), '/login', { username: this.user, password: this.password });
        continue;
      }
      if (!answer.headers.has('location')) {
        throw Object.assign(new Error(`status ${answer.status}`), { code: answer.status });
      }
      const next = new URL(answer.headers.get('location'), this.origin);
      if (next.origin !== this.origin) {
        return next;
      }
      answer = await this.#get(next);
    }
    throw new Error('redirects without end');
  }

  /** Enters the code that a phone shows, and allows it. */
  async allow(address) {
    const asked = await this.#signedIn(address);
    const code = new URL(address).searchParams.get('user_code');
    const done = await this.#submit(asked, '/device/decision', { user_code: code, decision: 'approve' });
    if (!(await done.text()).includes('Allowed')) {
      throw new Error(`not allowed: ${done.status}`);
    }
  }

  async #signedIn(address) {
    await this.#get(address); // is led to the sign-in page
    const login = await this.#get(new URL('/login', this.origin));
    const done = await this.#submit(await login.text(), '/login', { username: this.user, password: this.password });
    return (await this.#get(new URL(done.headers.get('location'), this.origin))).text();
  }

  async #submit(page, action, fields) {
    const csrf = /name="_csrf"[^>]*value="([^"]+)"/.exec(page);
    if (csrf === null) {
      throw new Error(`no form: ${page}`);
    }
    return this.#send(new URL(action, this.origin), {
      method: 'POST',
      body: new URLSearchParams({ ...fields, _csrf: csrf[1] }),
    });
  }

  #get(address) {
    return this.#send(address, {});
  }

  async #send(address, request) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(address, { ...request, redirect: 'manual', headers: { accept: 'text/html', cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [name, value] = set.split(';')[0].split('=', 2);
      this.#cookies.set(name, value);
    }
    return answer;
  }
}

/** Runs the flow that the command line names, and prints what it got: node SCRIPT SETTINGS_FILE FLOW. */
export async function run(flows) {
  const [settings, flow] = process.argv.slice(2);
  const result = await flows[flow](JSON.parse(readFileSync(settings, 'utf8')));
  console.log(`result ${JSON.stringify(result)}`);
}

/** The error code with which a library refuses, or the server did. */
export async function refusal(attempt) {
  try {
    await attempt;
  } catch (refused) {
    return refused.error ?? refused.code;
  }
  throw new Error('was not refused');
}
