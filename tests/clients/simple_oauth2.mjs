// simple-oauth2: a token with the secret in the Basic header or in a JSON or form body, a patient, and revocation.
import { ClientCredentials } from 'simple-oauth2'
import { input } from './input.mjs'

const client = new ClientCredentials({
  client: { id: input.client_id, secret: input.client_secret },
  auth: { tokenHost: input.origin, tokenPath: input.token_path, revokePath: input.revoke_path },
  options: { authorizationMethod: input.method, bodyFormat: input.format },
})
const granted = await client.getToken({ scope: input.scope })
const headers = { authorization: `Bearer ${granted.token.access_token}` }
const patient = await (await fetch(input.patient_url, { headers })).json()
await granted.revoke('access_token')

console.log(JSON.stringify({ expired: granted.expired(), scope: granted.token.scope, patient }))
