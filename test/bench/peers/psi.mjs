// psi.mjs DIRECTORY N: CPU seconds of @openmined/psi.js for the intersection of two sets of N strings, half of them common;
// both sides, with which elements are common told to the client: setup, request, response, intersection.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const [directory, count] = process.argv.slice(2);
const n = Number(count);
const require = createRequire(`${directory}/`);
const psi = await require('@openmined/psi.js')();
const ours = Array.from({ length: n }, (_, i) => `company-${i}.com`);
const theirs = Array.from({ length: n }, (_, i) => `company-${i + n / 2}.com`);
const start = process.cpuUsage();
const server = psi.server.createWithNewKey(true);
const client = psi.client.createWithNewKey(true);
const setup = server.createSetupMessage(0, n, theirs, psi.dataStructure.Raw);
const response = server.processRequest(client.createRequest(ours));
const found = client.getIntersection(setup, response).length;
const used = process.cpuUsage(start);
const { version } = JSON.parse(fs.readFileSync(`${directory}/node_modules/@openmined/psi.js/package.json`, 'utf8'));
console.log(version, ((used.user + used.system) / 1e6).toFixed(3), found);
