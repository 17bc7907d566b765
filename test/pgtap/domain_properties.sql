-- What must hold for any text, over every line of every corpus.
BEGIN;
\ir lib/corpus.sql

-- and names on and below the suffixes of the list, one in eight
CREATE TEMP TABLE list (line text);
\copy list FROM 'src/normalize/data/public_suffix_list.dat' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
INSERT INTO corpus SELECT p || ltrim(line, '!*.') FROM list, unnest(ARRAY['', 'www.', 'acme.', 'shop.acme.']) p
WHERE line !~ '^(//|\s*$)' AND hashtext(line) % 8 = 0;

SET search_path = accountmatch, public;
SELECT plan(34);

CREATE TEMP TABLE t AS SELECT DISTINCT x, normalize_domain(x) AS d, registrable_domain(x) AS r, public_suffix(x) AS s,
	domain_class(x) AS c, match_domain(x) AS md, match_host(x) AS mh FROM corpus;
SELECT cmp_ok(count(*), '>', 10000::bigint, 'the corpus has its lines') FROM t;
SELECT cmp_ok(count(*), '>', 50::bigint, 'class ' || v) FROM unnest(enum_range(NULL::domain_kind)) v JOIN t ON c = v GROUP BY v ORDER BY v;

-- Idempotence
SELECT is_empty('SELECT x, d, normalize_domain(d) FROM t WHERE normalize_domain(d) IS DISTINCT FROM d', 'normalize_domain of itself');
SELECT is_empty('SELECT x, r, registrable_domain(r) FROM t WHERE registrable_domain(r) IS DISTINCT FROM r', 'registrable_domain of itself');
SELECT is_empty('SELECT x, md FROM t WHERE match_domain(md) IS DISTINCT FROM md', 'match_domain of itself');
SELECT is_empty('SELECT x, mh FROM t WHERE match_host(mh) IS DISTINCT FROM mh', 'match_host of itself');
-- and of each other: all that counts is the host
SELECT is_empty('SELECT x, d FROM t WHERE d IS NOT NULL AND (registrable_domain(d), public_suffix(d), domain_class(d), match_domain(d), match_host(d))
	IS DISTINCT FROM (r, s, c, md, mh)', 'each function of normalize_domain');
SELECT is_empty('SELECT x, r FROM t WHERE r IS NOT NULL AND (normalize_domain(r), public_suffix(r)) IS DISTINCT FROM (r, s)', 'each function of registrable_domain');
SELECT is_empty('SELECT x, mh FROM t WHERE mh IS NOT NULL AND (match_domain(mh), normalize_domain(mh)) IS DISTINCT FROM (md, mh)', 'each function of match_host');

-- Each is an end of the one before, at a label
SELECT is_empty('SELECT x, d, r FROM t WHERE r <> d AND right(d, length(r) + 1) <> ''.'' || r', 'registrable_domain ends normalize_domain');
SELECT is_empty('SELECT x, r, s FROM t WHERE r IS NOT NULL AND (s IS NULL OR split_part(r, ''.'', 1) || ''.'' || s <> r)',
	'registrable_domain is public_suffix and one label');
SELECT is_empty('SELECT x, d, mh FROM t WHERE mh <> d AND right(d, length(mh) + 1) <> ''.'' || mh', 'match_host ends normalize_domain');
SELECT is_empty('SELECT x, mh, md FROM t WHERE md <> mh AND right(mh, length(md) + 1) <> ''.'' || md', 'match_domain ends match_host');

-- Classes
SELECT is_empty('SELECT x, c FROM t WHERE c IS NULL', 'each text has a class');
SELECT is_empty('SELECT x, d, c FROM t WHERE (d IS NULL) <> (c = ''invalid'')', 'invalid: no host');
SELECT is_empty('SELECT x, d, c FROM t WHERE (d ~ ''^(\[.*\]|[0-9]+(\.[0-9]+){3})$'') <> (c = ''ip'')', 'ip: an address');
SELECT is_empty('SELECT x, r, c FROM t WHERE (r IS NULL) <> (c IN (''invalid'', ''ip'', ''suffix''))', 'a registrable domain, unless invalid, ip or suffix');
SELECT is_empty('SELECT x, md, mh, c FROM t WHERE (md IS NOT NULL) <> (c = ''company'') OR (mh IS NOT NULL) <> (c = ''company'')',
	'match keys if the class is company, and only then');
SELECT is_empty('SELECT x, md, r FROM t WHERE c = ''company'' AND md <> r', 'the match domain is the registrable domain');

-- Form
SELECT is_empty($$SELECT x, d FROM t WHERE c NOT IN ('invalid', 'ip')
	AND (d !~ '^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+$' OR length(d) > 253)$$, 'labels of lower-case ASCII, at most 63 and 253 bytes');
SELECT is_empty($$SELECT x, d FROM t WHERE starts_with(d, 'www.') AND d <> r AND registrable_domain(substr(d, 5)) = r$$, 'no www.');

-- The host in a form that takes the way through UTS-46 is the same host. An
-- A-label that is no Punycode passes in ASCII only.
CREATE TEMP TABLE hosts AS SELECT DISTINCT d FROM t WHERE c NOT IN ('invalid', 'ip') AND d !~ '(^|\.)xn--';
CREATE FUNCTION pg_temp.wide(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT translate($1,
	'abcdefghijklmnopqrstuvwxyz0123456789.', 'ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９。')$$;
SELECT is_empty('SELECT d, normalize_domain(pg_temp.wide(d)) FROM hosts WHERE normalize_domain(pg_temp.wide(d)) IS DISTINCT FROM d', 'in full width');
SELECT is_empty('SELECT d, normalize_domain(pg_temp.wide(upper(d))) FROM hosts WHERE normalize_domain(overlay(d PLACING pg_temp.wide(substr(d, 1, 1)) FROM 1 FOR 1))
	IS DISTINCT FROM d', 'one letter in full width');
SELECT is_empty($$SELECT d FROM hosts WHERE normalize_domain(d || U&'\00AD') IS DISTINCT FROM d$$, 'with a soft hyphen');
SELECT is_empty($$SELECT d FROM hosts WHERE normalize_domain(overlay(d PLACING U&'\FE0F' FROM 2 FOR 0)) IS DISTINCT FROM d$$, 'with a variation selector');
SELECT is_empty('SELECT d FROM hosts WHERE normalize_domain(upper(d)) IS DISTINCT FROM d', 'in capitals');

-- Nothing but the host counts
SELECT is_empty($$SELECT x, d FROM t WHERE d IS NOT NULL AND normalize_domain('https://jo:x@' || d || ':8443/y@z.org/?q#f') IS DISTINCT FROM d$$, 'in a URL');
SELECT is_empty($$SELECT x, d FROM t WHERE r = registrable_domain('www.' || d) AND normalize_domain('www.' || d) IS DISTINCT FROM d$$, 'with www.');
SELECT is_empty($$SELECT x, d FROM t WHERE normalize_domain(x || repeat(' ', 8193 - octet_length(x))) IS NOT NULL$$, 'over 8 kB: NULL');

SELECT * FROM finish();
ROLLBACK;
