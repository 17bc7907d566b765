// duckdb.mjs DIRECTORY OURS.csv THEIRS.csv: the peer of the overlap benches.
// DuckDB from npm in DIRECTORY/node_modules, in memory, one thread, with both
// lists loaded as tables. Reads the path of a SQL file per line, runs it, and
// answers with CPU seconds, rows of the table "matches", and the kB that its
// memory grew by.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import readline from 'node:readline';

const [directory, ours, theirs] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(`${directory}/`)('@duckdb/node-api');
const database = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await database.connect();
const here = new URL('.', import.meta.url).pathname;

const memory = (field) =>
	Number(fs.readFileSync('/proc/self/status', 'utf8').match(new RegExp(`${field}:\\s*(\\d+)`))[1]);

await connection.run(`CREATE TABLE ours AS SELECT * FROM read_csv('${ours}', all_varchar = true)`);
await connection.run(`CREATE TABLE theirs AS SELECT * FROM read_csv('${theirs}', all_varchar = true)`);
await connection.run(fs.readFileSync(`${here}/setup.sql`, 'utf8'));
const version = await connection.runAndReadAll('SELECT version()');
console.log(`ready ${version.getRows()[0][0]}`);

for await (const file of readline.createInterface({ input: process.stdin })) {
	const sql = fs.readFileSync(file, 'utf8');
	await connection.run('DROP TABLE IF EXISTS matches');
	fs.writeFileSync('/proc/self/clear_refs', '5');
	const before = memory('VmRSS');
	const start = process.cpuUsage();
	await connection.run(sql);
	const used = process.cpuUsage(start);
	const peak = memory('VmHWM');
	const rows = await connection.runAndReadAll('SELECT count(*) FROM matches');
	console.log((used.user + used.system) / 1e6, Number(rows.getRows()[0][0]), peak - before);
}
