// The flows that oauth4webapi has, request by request, and the check that a resource server makes of a token (RFC 9068).

import * as oauth from 'oauth4webapi';
import { Browser, refusal, run } from './browser.mjs';

const REDIRECT_URI = 'http://127.0.0.1:49153/callback';
const SOFTPHONE = { client_id: 'softphone' };
const DESK_PHONE = { client_id: 'deskphone' };

await run({
  /** Code with PKCE, refresh, revocation. */
  async code(settings) {
    const server = await discover(settings);
    const tokens = await signIn(server, settings);
    const renewed = await oauth.processRefreshTokenResponse(
      server,
      SOFTPHONE,
      await oauth.refreshTokenGrantRequest(server, SOFTPHONE, oauth.None(), tokens.refresh_token),
    );
    const claims = await claimsOf(server, settings, `Bearer ${renewed.access_token}`);
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, SOFTPHONE, oauth.None(), renewed.refresh_token),
    );
    const revoked = await oauth.refreshTokenGrantRequest(server, SOFTPHONE, oauth.None(), renewed.refresh_token);
    return {
      token_type: tokens.token_type, // in lower case: oauth4webapi
      sub: claims.sub,
      client_id: claims.client_id,
      device_name: claims.device_name,
      after_revocation: await refusal(oauth.processRefreshTokenResponse(server, SOFTPHONE, revoked)),
    };
  },

  /** A pushed authorization request, good once. */
  async pushed(settings) {
    const server = await discover(settings);
    const browser = new Browser(settings);
    let asked;
    const tokens = await signIn(server, settings, { pushed: true, browser, tell: (address) => (asked = address) });
    const again = await refusal(browser.answerTo(asked));
    return { token_type: tokens.token_type, again };
  },

  /** Tokens bound to a key: the token endpoint, then a resource server that wants the proof. */
  async dpop(settings) {
    const server = await discover(settings);
    const keys = await oauth.generateKeyPair('ES256');
    const DPoP = oauth.DPoP(SOFTPHONE, keys);
    const tokens = await signIn(server, settings, { pushed: true, DPoP, scope: 'openid' });
    const renewed = await oauth.processRefreshTokenResponse(
      server,
      SOFTPHONE,
      await oauth.refreshTokenGrantRequest(server, SOFTPHONE, oauth.None(), tokens.refresh_token, { DPoP }),
    );
    const resource = new URL('https://resource.example.com/');
    let request;
    await oauth.protectedResourceRequest(renewed.access_token, 'GET', resource, undefined, undefined, {
      DPoP,
      [oauth.customFetch]: async (url, options) => {
        request = new Request(url, { method: options.method, headers: options.headers });
        return new Response();
      },
    });
    const claims = await oauth.validateJwtAccessToken(server, request, settings.audience, { requireDPoP: true });
    return {
      token_type: renewed.token_type,
      bound: Object.keys(claims.cnf),
      as_bearer: await refusal(claimsOf(server, settings, `Bearer ${renewed.access_token}`)),
    };
  },

  async device(settings) {
    const server = await discover(settings);
    const asked = await oauth.processDeviceAuthorizationResponse(
      server,
      DESK_PHONE,
      await oauth.deviceAuthorizationRequest(server, DESK_PHONE, oauth.None(), {
        scope: 'sip.register',
        device_name: settings.desk_phone,
      }),
    );
    const early = await oauth.deviceCodeGrantRequest(server, DESK_PHONE, oauth.None(), asked.device_code);
    const pending = await refusal(oauth.processDeviceCodeResponse(server, DESK_PHONE, early));
    await new Browser(settings).allow(asked.verification_uri_complete);
    const tokens = await oauth.processDeviceCodeResponse(
      server,
      DESK_PHONE,
      await oauth.deviceCodeGrantRequest(server, DESK_PHONE, oauth.None(), asked.device_code),
    );
    const claims = await claimsOf(server, settings, `Bearer ${tokens.access_token}`);
    return { pending, device_name: claims.device_name };
  },

  async machine(settings) {
    const server = await discover(settings);
    const service = { client_id: settings.service.id };
    const checker = { client_id: settings.checker.id };
    const tokens = await oauth.processClientCredentialsResponse(
      server,
      service,
      await oauth.clientCredentialsGrantRequest(server, service, oauth.ClientSecretPost(settings.service.secret), {
        scope: 'sip.register',
      }),
    );
    const claims = await claimsOf(server, settings, `Bearer ${tokens.access_token}`);
    const told = await oauth.processIntrospectionResponse(
      server,
      checker,
      await oauth.introspectionRequest(
        server,
        checker,
        oauth.ClientSecretBasic(settings.checker.secret),
        tokens.access_token,
      ),
    );
    return { sub: claims.sub, active: told.active };
  },
});

async function discover(settings) {
  const issuer = new URL(settings.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' }));
}

/** As a resource server does it: RFC 9068 §4, by the keys that the metadata names. */
function claimsOf(server, settings, authorization) {
  const request = new Request('https://resource.example.com/', { headers: { authorization } });
  return oauth.validateJwtAccessToken(server, request, settings.audience);
}

async function signIn(server, settings, options = {}) {
  const { pushed, DPoP, scope = 'sip.register', browser = new Browser(settings), tell = () => {} } = options;
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const parameters = new URLSearchParams({
    client_id: SOFTPHONE.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope,
    device_name: settings.softphone,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const address = new URL(server.authorization_endpoint);
  address.search = pushed ? await push(server, parameters, DPoP) : parameters;
  tell(address);
  const answer = oauth.validateAuthResponse(server, SOFTPHONE, await browser.answerTo(address), state);
  return oauth.processAuthorizationCodeResponse(
    server,
    SOFTPHONE,
    await oauth.authorizationCodeGrantRequest(server, SOFTPHONE, oauth.None(), answer, REDIRECT_URI, verifier, {
      DPoP,
    }),
  );
}

async function push(server, parameters, DPoP) {
  const answer = await oauth.processPushedAuthorizationResponse(
    server,
    SOFTPHONE,
    await oauth.pushedAuthorizationRequest(server, SOFTPHONE, oauth.None(), parameters, { DPoP }),
  );
  return new URLSearchParams({ client_id: SOFTPHONE.client_id, request_uri: answer.request_uri });
}
