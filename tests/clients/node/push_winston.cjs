// winston with winston-loki: protobuf packed by snappy, and JSON.
//
// usage: node push_winston.cjs RELAY
const winston = require('winston')
const LokiTransport = require('winston-loki')

const [relay] = process.argv.slice(2)

async function push (json) {
  const transport = new LokiTransport({
    host: relay,
    json,
    labels: { application: 'tts', body: json ? 'json' : 'protobuf' },
    format: winston.format.json(),
    replaceTimestamp: false,
    gracefulShutdown: false,
    onConnectionError: (error) => {
      console.error(error)
      process.exit(1)
    },
  })
  if (transport.batcher.options.json !== json) {
    throw new Error(`asked for json=${json}, is snappy missing?`)
  }
  const log = winston.createLogger({ level: 'debug', transports: [transport] })
  const timestamp = '2026-11-20T10:10:00.123Z'
  log.info({ message: 'spoken: 你好', timestamp, labels: { route: '/tts' } })
  log.error({ message: 'out of memory', timestamp })
  await transport.flush()
  await transport.close()
}

push(false).then(() => push(true))
