// fox-wamp on loopback. The first port admits everybody, the second requires a login. Prints "listening
// ws://127.0.0.1:PORT/wamp" for each. SECRETS are the logins.
// usage: router.js PORT PORT (0: any free one)
'use strict'

const autobahn = require('autobahn')
const FoxRouter = require('fox-wamp')

const SECRETS = { joe: 's3cret-ticket', ann: 's3cret-cra', sam: 's3cret-salted' }
const SALTING = { salt: 'salt-of-sam', iterations: 1000, keylen: 32 }

class Logins {
  constructor () {
    this.challenges = new Map() // by HELLO's details, the same object in each step of a login
  }

  getAuthMethods () {
    return ['ticket', 'wampcra']
  }

  ticket_auth (realm, details, secret, extra, done) {
    this.admit(details, secret === SECRETS[details.authid], done)
  }

  wampcra_extra (realm, details, done) {
    const challenge = JSON.stringify({ authid: details.authid, nonce: Math.random(), timestamp: new Date().toISOString() })
    this.challenges.set(details, challenge)
    done(undefined, { challenge, ...(details.authid === 'sam' ? SALTING : {}) })
  }

  wampcra_auth (realm, details, signature, extra, done) {
    let key = SECRETS[details.authid] || ''
    if (details.authid === 'sam') {
      key = autobahn.auth_cra.derive_key(key, SALTING.salt, SALTING.iterations, SALTING.keylen)
    }
    const expected = autobahn.auth_cra.sign(key, this.challenges.get(details))
    this.challenges.delete(details)
    this.admit(details, key !== '' && signature === expected, done)
  }

  admit (details, isRight, done) {
    done(isRight ? undefined : new Error('authentication_failed'), { authid: details.authid })
  }
}

function listen (port, logins) {
  const server = new FoxRouter().listenWAMP({ host: '127.0.0.1', port, path: '/wamp' }, logins)
  server.on('listening', () => console.log(`listening ws://127.0.0.1:${server.address().port}/wamp`))
}

listen(Number(process.argv[2]), undefined)
listen(Number(process.argv[3]), new Logins())
