// Procedures with AutobahnJS. Prints "serving" whenever it has joined and registered them.
// usage: callee.js URL [AUTHID TICKET]
'use strict'

const autobahn = require('autobahn')

const counts = {} // calls by procedure
const [url, authid, ticket] = process.argv.slice(2)

// WAMP's JSON form of binary values.
const binary = bytes => '\0' + bytes.toString('base64')

const procedures = {
  'com.example.add2': ([left, right]) => left + right,
  'com.example.echo': (args, kwargs) => new autobahn.Result(args, kwargs),
  'com.example.nothing': () => new autobahn.Result([], {}),
  'com.example.fail': ([uri, args, kwargs]) => { throw new autobahn.Error(uri, args, kwargs) },
  'com.example.binary': ([length]) => binary(Buffer.from(Array.from(Array(length).keys()))),
  'com.example.slow': ([seconds]) => new Promise(resolve => setTimeout(resolve, 1000 * seconds, 'late')),
  'com.example.vanish': () => process.exit(0),
  'com.example.counts': () => counts
}

function counted (name) {
  return (args, kwargs) => {
    counts[name] = (counts[name] || 0) + 1
    return procedures[name](args || [], kwargs)
  }
}

const connection = new autobahn.Connection({
  url,
  realm: 'realm1',
  max_retries: -1,
  initial_retry_delay: 0.05,
  max_retry_delay: 0.1,
  ...(authid ? { authid, authmethods: ['ticket'], onchallenge: () => ticket } : {})
})
connection.onopen = async session => {
  await Promise.all(Object.keys(procedures).map(name => session.register(name, counted(name))))
  console.log('serving')
}
connection.onclose = () => false // keep trying
connection.open()
