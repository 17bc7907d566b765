-- Overlap of lists that are blinded: how much is found, how much of it is right,
-- and what it costs. partner_a.csv, partner_b.csv and truth.csv in the directory
-- of the psql variable lists; in the database that blinded.sh has made.
CREATE TABLE a (account_id text PRIMARY KEY, name text, website text, country text, status text, owner text, industry text, amount numeric);
CREATE TABLE b (LIKE a INCLUDING ALL);
CREATE TABLE truth (a text, b text, PRIMARY KEY (a, b));
\set file '\'' :lists '/partner_a.csv\''
\set command '\\copy a FROM ' :file ' WITH (FORMAT csv, HEADER)'
:command
\set file '\'' :lists '/partner_b.csv\''
\set command '\\copy b FROM ' :file ' WITH (FORMAT csv, HEADER)'
:command
\set file '\'' :lists '/truth.csv\''
\set command '\\copy truth FROM ' :file ' WITH (FORMAT csv, HEADER)'
:command
CREATE TABLE a_blinded AS SELECT account_id, blind_company(name, 'bench') AS name, blind_domain(website, 'bench') AS website, country, status FROM a;
CREATE TABLE b_blinded AS SELECT account_id, blind_company(name, 'bench') AS name, blind_domain(website, 'bench') AS website, country, status FROM b;
VACUUM ANALYZE;
CREATE TABLE found (variant text, n int, a text, b text);
CREATE PROCEDURE find(n int, variant text, a regclass, b regclass) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. 5 LOOP
		CALL measure('overlap', variant, format('SELECT count(*) FROM overlap(%L, %L, rules => ''{id,domain,email,name}'')', a, b));
	END LOOP;
	INSERT INTO found SELECT variant, n, our_id, their_id FROM overlap(a, b, rules => '{id,domain,email,name}');
END $$;
CALL find(1, 'both plain', 'a', 'b');
CALL find(2, 'ours plain, theirs blinded', 'a', 'b_blinded');
CALL find(3, 'both blinded', 'a_blinded', 'b_blinded');
SELECT format('  %-27s %s matches, precision %s, recall %s, %s not on plain lists, %s ms', variant, count(*), round(count(t.a)::numeric / count(*), 3),
	round(count(t.a)::numeric / (SELECT count(*) FROM truth), 3), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM found p WHERE p.n = 1 AND p.a = f.a AND p.b = f.b)),
	(SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)) FROM figures WHERE what = 'overlap' AND figures.variant = f.variant))
FROM found f LEFT JOIN truth t USING (a, b) GROUP BY variant, n ORDER BY n;
