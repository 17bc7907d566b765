// tldts.mjs DIRECTORY VALUES: CPU nanoseconds per value of tldts' getDomain,
// private suffixes on, the median of nine runs over a file of one value a line.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const [directory, file] = process.argv.slice(2);
const require = createRequire(`${directory}/`);
const { getDomain } = require('tldts');
const values = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
const options = { allowPrivateDomains: true };
const runs = [];
let found;

for (let run = 0; run < 9; run++) {
	const start = process.cpuUsage();
	found = 0;
	for (const value of values)
		if (getDomain(value, options) !== null)
			found++;
	const used = process.cpuUsage(start);
	runs.push(((used.user + used.system) * 1000) / values.length);
}
runs.sort((a, b) => a - b);
const { version } = JSON.parse(fs.readFileSync(`${directory}/node_modules/tldts/package.json`, 'utf8'));
console.log(version, runs[4], found);
