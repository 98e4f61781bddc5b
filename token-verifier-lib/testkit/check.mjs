// Reads the vectors as README.md describes them, in a language of its own: stops at whatever it does not know, checks
// every signature by Web Crypto, and that every reason is shown. Prints what it read; the first error ends it.
import { readFileSync, readdirSync } from 'node:fs'
import { webcrypto } from 'node:crypto'

const folder = new URL('.', import.meta.url)
const reasons = [
  'MALFORMED', 'WRONG_TYPE', 'UNKNOWN_KEY', 'BAD_SIGNATURE', 'MISSING_CLAIM', 'WRONG_ISSUER', 'WRONG_AUDIENCE',
  'EXPIRED', 'NOT_YET_VALID', 'REVOKED', 'STATUS_TOO_OLD',
]
const required = ['expect', 'now', 'keys', 'why']
const status = ['status-list', 'status-list-read']
const algorithms = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  Ed25519: { name: 'Ed25519' },
}

function parse(text) {
  const blank = text.indexOf('\n\n')
  const headers = new Map()
  for (const line of text.slice(0, blank).split('\n')) {
    const [, name, value] = /^([a-z-]+): (.+)$/.exec(line) ?? stop(`header line ${line}`)
    if (![...required, ...status].includes(name) || headers.has(name)) stop(`header ${name}`)
    headers.set(name, value)
  }
  if (blank < 0 || !text.endsWith('\n') || !required.every((name) => headers.has(name))) stop('a part is missing')
  if (status.some((name) => headers.has(name)) && !status.every((name) => headers.has(name))) stop('half a status list')
  for (const name of ['now', 'status-list-read']) {
    if (headers.has(name) && Number.isNaN(Date.parse(headers.get(name)))) stop(`${name} is no instant`)
  }
  if (!['accepted', ...reasons].includes(headers.get('expect'))) stop(`outcome ${headers.get('expect')}`)
  return { ...Object.fromEntries(headers), token: text.slice(blank + 2, -1) }
}

async function isSigned({ token, keys }) {
  const [header, claims, signature] = token.split('.')
  const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const jwk = JSON.parse(read(keys)).keys.find((key) => key.kid === kid)
  const fits = jwk && { EC: ['ES256'], RSA: ['RS256'], OKP: ['EdDSA', 'Ed25519'] }[jwk.kty].includes(alg)
  if (!fits) return false
  const key = await webcrypto.subtle.importKey('jwk', { ...jwk, alg: undefined }, algorithms[alg], false, ['verify'])
  const bytes = Buffer.from(signature, 'base64url')
  return webcrypto.subtle.verify(algorithms[alg], key, bytes, Buffer.from(`${header}.${claims}`))
}

const read = (name) => readFileSync(new URL(name, folder), 'utf8')
const stop = (what) => { throw new Error(what) }

const shown = new Set()
const names = readdirSync(folder).filter((name) => name.endsWith('.token'))
for (const name of names) {
  try {
    const vector = parse(read(name))
    const { expect } = vector
    shown.add(expect)
    if (vector['status-list']) read(vector['status-list'])
    if (['MALFORMED', 'WRONG_TYPE', 'UNKNOWN_KEY'].includes(expect)) continue // the signature was not looked at, or was good
    if ((await isSigned(vector)) !== (expect !== 'BAD_SIGNATURE')) stop('the signature is not what is expected of it')
  } catch (error) {
    throw new Error(`${name}: ${error.message}`, { cause: error })
  }
}
const missing = ['accepted', ...reasons].filter((outcome) => !shown.has(outcome))
if (missing.length > 0) stop(`no vector shows ${missing}`)
console.log(`${names.length} vectors, every reason among them`)
