// openid-client: discovery, a token with the secret in the body or in the Basic header, a patient, introspection, revocation.
import * as client from 'openid-client'
import { input } from './input.mjs'

const methods = { post: client.ClientSecretPost, basic: client.ClientSecretBasic }
const config = await client.discovery(
  new URL(input.issuer),
  input.client_id,
  undefined,
  methods[input.method](input.client_secret),
  { algorithm: 'oauth2', execute: [client.allowInsecureRequests] },
)
const tokens = await client.clientCredentialsGrant(config, { scope: input.scope })
const read = () => client.fetchProtectedResource(config, tokens.access_token, new URL(input.patient_url), 'GET')
const patient = await (await read()).json()
const before = await client.tokenIntrospection(config, tokens.access_token)
await client.tokenRevocation(config, tokens.access_token)
const after = await client.tokenIntrospection(config, tokens.access_token)
const refused = await read().catch((error) => ({ status: error.status, challenges: error.cause }))

console.log(JSON.stringify({ expires_in: tokens.expiresIn(), scope: tokens.scope, patient, before, after, refused }))
