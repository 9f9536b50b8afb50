// What the test wrote on standard input: secrets and keys stay out of arguments and environment.
import { json } from 'node:stream/consumers'

export const input = await json(process.stdin)
