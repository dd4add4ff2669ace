// openapi-backend on express: requests validated against the contract, two handlers with their state in memory.
// Usage: node express.cjs CONTRACT ANSWERS PORT (NODE_PATH names the installed packages)
const fs = require('node:fs')
const express = require('express')
const { OpenAPIBackend } = require('openapi-backend')

const [contract, answersFile, port] = process.argv.slice(2)
const answers = JSON.parse(fs.readFileSync(answersFile, 'utf8'))
const byFingerprint = new Map(answers.devices.map((device) => [device.deviceFingerprint, device]))
const TRUST_PERIOD = 30 * 24 * 3600 * 1000

const refuse = (status, error) => (context, req, res) => res.status(status).json({ success: false, error })
const shown = ({ userId, userAgent, deviceFingerprint, ...device }) => device

const api = new OpenAPIBackend({
  definition: contract,
  handlers: {
    listDevices: (context, req, res) =>
      res.json({ success: true, devices: [...byFingerprint.values()].map(shown) }),
    trustDevice: (context, req, res) => {
      const device = byFingerprint.get(context.request.requestBody.fingerprint)
      if (!device) return res.status(404).json({ success: false, error: 'Device not found' })
      device.isTrusted = true
      device.trustLevel = 'HIGH'
      device.trustExpiresAt = new Date(Date.now() + TRUST_PERIOD).toISOString()
      return res.json({ ...answers.POST, trustExpiresAt: device.trustExpiresAt })
    },
    validationFail: refuse(400, 'Invalid request'),
    unauthorizedHandler: refuse(401, 'Unauthorized'),
    notFound: refuse(404, 'Not found'),
    notImplemented: refuse(501, 'Not implemented'),
  },
  securityHandlers: {
    BearerAuth: (context) => context.request.headers.authorization === `Bearer ${answers.token}`,
  },
})

const app = express()
app.use(express.json())
app.use((req, res) => api.handleRequest(req, req, res))
api.init().then(() => app.listen(Number(port), '127.0.0.1'))
