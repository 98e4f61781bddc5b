// The flows that openid-client has, with the checks it makes unless told otherwise.

import * as client from 'openid-client';
import { Browser, refusal, run } from './browser.mjs';

const REDIRECT_URI = 'http://127.0.0.1:49152/callback';

await run({
  /** RFC 8414 metadata; code with PKCE; refresh; revocation. */
  async code(settings) {
    const phone = await client.discovery(new URL(settings.issuer), 'softphone', undefined, client.None(), {
      algorithm: 'oauth2',
    });
    const tokens = await signIn(phone, settings, {});
    const renewed = await client.refreshTokenGrant(phone, tokens.refresh_token);
    await client.tokenRevocation(phone, renewed.refresh_token);
    return {
      token_type: tokens.token_type,
      scope: tokens.scope,
      rotated: renewed.refresh_token !== tokens.refresh_token,
      after_revocation: await refusal(client.refreshTokenGrant(phone, renewed.refresh_token)),
    };
  },

  /** OpenID Connect's metadata; an ID token, whose signature is checked, with a nonce. */
  async openid(settings) {
    const phone = await client.discovery(new URL(settings.issuer), 'softphone', undefined, client.None());
    client.enableNonRepudiationChecks(phone);
    const expectedNonce = client.randomNonce();
    const tokens = await signIn(
      phone,
      settings,
      { scope: 'openid sip.register', nonce: expectedNonce },
      { expectedNonce, idTokenExpected: true },
    );
    return tokens.claims();
  },

  /** A pushed authorization request (RFC 9126), of which the browser sees a reference alone. */
  async pushed(settings) {
    const phone = await client.discovery(new URL(settings.issuer), 'softphone', undefined, client.None(), {
      algorithm: 'oauth2',
    });
    let address;
    const tokens = await signIn(phone, settings, {}, {}, async (parameters) => {
      address = await client.buildAuthorizationUrlWithPAR(phone, parameters);
      return address;
    });
    return { parameters: [...address.searchParams.keys()].sort(), scope: tokens.scope };
  },

  /** A phone's login bound to a key (RFC 9449), from the request on: who refreshes has to prove that key. */
  async dpop(settings) {
    const phone = await client.discovery(new URL(settings.issuer), 'softphone', undefined, client.None(), {
      algorithm: 'oauth2',
    });
    const DPoP = client.getDPoPHandle(phone, await client.randomDPoPKeyPair('ES256'));
    const stranger = client.getDPoPHandle(phone, await client.randomDPoPKeyPair('ES256'));
    const tokens = await signIn(
      phone,
      settings,
      {},
      {},
      (parameters) => client.buildAuthorizationUrlWithPAR(phone, parameters, { DPoP }),
      { DPoP },
    );
    const unproven = await refusal(client.refreshTokenGrant(phone, tokens.refresh_token));
    const stolen = await refusal(client.refreshTokenGrant(phone, tokens.refresh_token, {}, { DPoP: stranger }));
    const renewed = await client.refreshTokenGrant(phone, tokens.refresh_token, {}, { DPoP });
    return { token_type: tokens.token_type, unproven, stolen, renewed: renewed.token_type };
  },

  /** An access token bound to a key: not for a phone, since SIP cannot carry the proof. */
  async bound(settings) {
    const app = await client.discovery(new URL(settings.issuer), 'softphone', undefined, client.None(), {
      algorithm: 'oauth2',
    });
    const DPoP = client.getDPoPHandle(app, await client.randomDPoPKeyPair('ES256'));
    const tokens = await signIn(app, settings, { scope: 'openid' }, {}, undefined, { DPoP });
    return { token_type: tokens.token_type };
  },

  /** RFC 8628, with polls at the pace that the server asks for. */
  async device(settings) {
    const phone = await client.discovery(new URL(settings.issuer), 'deskphone', undefined, client.None(), {
      algorithm: 'oauth2',
    });
    const asked = await client.initiateDeviceAuthorization(phone, {
      scope: 'sip.register',
      device_name: settings.desk_phone,
    });
    await new Browser(settings).allow(asked.verification_uri_complete);
    const tokens = await client.pollDeviceAuthorizationGrant(phone, asked);
    const renewed = await client.refreshTokenGrant(phone, tokens.refresh_token);
    return { token_type: tokens.token_type, rotated: renewed.refresh_token !== tokens.refresh_token };
  },

  /** Client credentials, and what the server says of the token. */
  async machine(settings) {
    const service = await machine(settings, settings.service);
    const checker = await machine(settings, settings.checker);
    const tokens = await client.clientCredentialsGrant(service, { scope: 'sip.register' });
    const told = await client.tokenIntrospection(checker, tokens.access_token);
    return { active: told.active, client_id: told.client_id, scope: told.scope };
  },
});

function machine(settings, { id, secret }) {
  return client.discovery(new URL(settings.issuer), id, secret, client.ClientSecretBasic(secret), {
    algorithm: 'oauth2',
  });
}

async function signIn(phone, settings, parameters, checks = {}, address = undefined, options = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const request = {
    redirect_uri: REDIRECT_URI,
    scope: 'sip.register',
    device_name: settings.softphone,
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  };
  const asked = address ? await address(request) : client.buildAuthorizationUrl(phone, request);
  const answer = await new Browser(settings).answerTo(asked);
  return client.authorizationCodeGrant(phone, answer, { pkceCodeVerifier, expectedState, ...checks }, {}, options);
}
