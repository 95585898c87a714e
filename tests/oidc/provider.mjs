// A real OpenID provider for the tests. One argument, JSON: port (0 is any), ready (a file descriptor
// that is told the issuer once it listens), audience, callback (where people go back to who sign in to
// the workbench), systems and people (id -> claims of theirs; a claim takes the place of the provider's
// own, so that a test can have it say what it should not).
// Its keys are new at every start. It ends when its standard input does, so with whoever started it.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { closeSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

// The packages are not in the tree but where this is started.
const { Provider, errors } = createRequire(`${process.cwd()}/`)('oidc-provider');

const { port, ready, audience, systems, people, callback } = JSON.parse(process.argv[2]);
const jwt = { sign: { alg: 'ES256' } };
const resources = {
  [`urn:${audience}`]: { audience, accessTokenFormat: 'jwt', jwt },
  'urn:loonstrook': { audience: 'loonstrook', accessTokenFormat: 'jwt', jwt },
  'urn:opaque': { audience, accessTokenFormat: 'opaque' },
};

const key = (alg, kind, options) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }),
  alg,
  kid: randomUUID(),
  use: 'sig',
});

const configuration = {
  jwks: {
    keys: [key('RS256', 'rsa', { modulusLength: 2048 }), key('ES256', 'ec', { namedCurve: 'P-256' })],
  },
  cookies: { keys: [randomUUID()] },
  clients: [
    {
      client_id: 'frontend',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['https://frontend.example/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    {
      client_id: 'workbench',
      client_secret: 'secret of workbench & more: 100%',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    ...Object.keys(systems).map((id) => ({
      client_id: id,
      client_secret: `secret-of-${id}`,
      redirect_uris: [],
      grant_types: ['client_credentials'],
      response_types: [],
    })),
  ],
  scopes: ['openid', 'gids'],
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id }) },
  formats: {
    customizers: {
      jwt(_, token, { payload }) {
        Object.assign(payload, token.accountId ? people[token.accountId] : systems[token.clientId]);
      },
    },
  },
  issueRefreshToken: () => true,
  // Each serves once; whoever shows one again loses all of that sign-in (RFC 9700, 4.14.2).
  rotateRefreshToken: true,
  features: {
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => `urn:${audience}`,
      useGrantedResource: () => true,
      getResourceServerInfo(_, resource) {
        if (!Object.hasOwn(resources, resource)) throw new errors.InvalidTarget();
        return { ...resources[resource], scope: 'gids', accessTokenTTL: 900 };
      },
    },
  },
};

const server = createServer();
server.listen(port, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on('request', new Provider(issuer, configuration).callback());
  writeSync(ready, issuer);
  closeSync(ready);
});
process.stdin.on('end', () => process.exit()).resume();
