// openid-client: private_key_jwt (RFC 7523). The key's type and curve decide between RS384 and ES384.
import * as client from 'openid-client'
import { input } from './input.mjs'

const algorithms = {
  RS384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
}
const key = await crypto.subtle.importKey('jwk', input.key, algorithms[input.alg], false, ['sign'])
const config = await client.discovery(
  new URL(input.issuer),
  input.client_id,
  undefined,
  client.PrivateKeyJwt({ key, kid: input.key.kid }),
  { algorithm: 'oauth2', execute: [client.allowInsecureRequests] },
)
const tokens = await client.clientCredentialsGrant(config, { scope: input.scope })
const url = new URL(input.patient_url)
const patient = await (await client.fetchProtectedResource(config, tokens.access_token, url, 'GET')).json()
const introspection = await client.tokenIntrospection(config, tokens.access_token)

console.log(JSON.stringify({ scope: tokens.scope, patient, introspection }))
