// oauth4webapi: a token, a patient, and the token checked as a resource server would by RFC 9068.
import * as oauth from 'oauth4webapi'
import { input } from './input.mjs'

const http = { [oauth.allowInsecureRequests]: true }
const issuer = new URL(input.issuer)
const discovered = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...http })
const as = await oauth.processDiscoveryResponse(issuer, discovered)

const client = { client_id: input.client_id }
const secret = oauth.ClientSecretBasic(input.client_secret)
const answer = await oauth.clientCredentialsGrantRequest(as, client, secret, { scope: input.scope }, http)
const token = await oauth.processClientCredentialsResponse(as, client, answer)

const url = new URL(input.patient_url)
const resource = await oauth.protectedResourceRequest(token.access_token, 'GET', url, undefined, undefined, http)
const patient = await resource.json()

const request = new Request(url, { headers: { authorization: `Bearer ${token.access_token}` } })
const claims = await oauth.validateJwtAccessToken(as, request, input.audience, http)
const elsewhere = await oauth
  .validateJwtAccessToken(as, request, 'https://elsewhere.example', http)
  .then(() => 'accepted', (error) => error.code)

console.log(JSON.stringify({ patient, claims, elsewhere }))
