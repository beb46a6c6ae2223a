// pino with pino-loki as its transport, in a worker thread as pino runs it.
//
// usage: node push_pino.cjs RELAY
const pino = require('pino')

const [relay] = process.argv.slice(2)
const transport = pino.transport({
  target: 'pino-loki',
  options: {
    host: relay,
    labels: { application: 'tts' },
    propsToLabels: ['route'],
    structuredMetaKey: 'meta',
  },
})
const log = pino({ base: { hostname: 'gpu-1' }, timestamp: () => ',"time":1795169400123' }, transport)

log.info({ route: '/tts', meta: { trace: '7' } }, 'spoken: 你好')
log.warn('slow')
log.fatal('out of memory')

transport.on('error', (error) => {
  console.error(error)
  process.exitCode = 1
})
transport.end()
