-- Domain normalization: the interface, the classes, and why a domain is NULL.
-- Corpora of published vectors are in test/pgtap.
\pset null '<null>'
SET search_path = accountmatch, public;

-- Contract: strict, immutable, parallel safe, with a cost of their own
SELECT p.oid::regprocedure AS function, p.provolatile, p.proisstrict, p.proparallel, p.procost, p.prorows,
	   p.prorettype::regtype AS result
FROM pg_proc p
WHERE p.pronamespace = 'accountmatch'::regnamespace
  AND p.proname IN ('normalize_domain', 'registrable_domain', 'public_suffix', 'domain_class',
					'match_domain', 'match_host', 'explain_domain')
ORDER BY 1::text;

SELECT enum_range(NULL::domain_kind);

-- NULL in, NULL out; nothing else has no class
SELECT normalize_domain(NULL), registrable_domain(NULL), public_suffix(NULL), domain_class(NULL),
	   match_domain(NULL), match_host(NULL), (SELECT count(*) FROM explain_domain(NULL)) AS steps;
SELECT domain_class('') AS empty, domain_class(repeat('a.', 5000000)) AS megabytes,
	   domain_class('acme.com' || repeat(' ', 8184)) AS at_8kb, domain_class('acme.com' || repeat(' ', 8185)) AS over_8kb,
	   normalize_domain(repeat('x', 100000)) AS long_word;

-- What a field can hold
CREATE TEMP VIEW field AS SELECT * FROM unnest(ARRAY[
	'acme.com', 'https://www.acme.com', 'ftp://acme.com/pub', 'ACME.COM', '//acme.com', 'http:acme.com', 'http:\\acme.com\x',
	'http://user:pass@acme.com:8080/a@b?c#d', 'jo@acme.com', 'Jo Doe <jo@acme.com>', 'Jo Doe <jo@acme.com',
	'mailto:jo@acme.com?subject=hello', '"acme.com"', ' acme.com ', E'acme.com\n', E'\u200bac\u200bme.com\u200e', 'acme.com.',
	'acme.com; blog.acme.org', 'n/a; acme.com', 'Dr.Smith, acme.com', 'Website: acme.com', 'https//acme.com',
	'http://https://acme.com', '[acme](https://acme.com)', 'http://%61cme%2Ecom', 'jo(at)acme.com', '“acme.com”']) AS value;
SELECT value FROM field WHERE normalize_domain(value) IS DISTINCT FROM 'acme.com';

-- What is no host; versions of psql differ in the width of one character
SELECT left(replace(value, E'\U0001FAE9', '(new)'), 24) AS value, domain_class(value), normalize_domain(value) FROM unnest(ARRAY[
	'n/a', '-', 'TBD', 'unknown', 'none', 'http://', 'www', 'localhost', 'com', 'n.a.', 'S.p.A.', 'acme.local', 'jo@acme.invalid',
	'acme..com', '.acme.com', 'ac me', 'O''Reilly.com', 'acme.123', 'http://1.2.3.256', 'C:\acme.com', 'http://a b', '@', 'jo@',
	repeat('a', 64) || '.com', repeat('abcdefg.', 32) || 'com', 'xn--a.bücher.de', E'acme.\U0001FAE9x', '12345']) AS value;

-- Hosts, their parts and match keys
SELECT value, normalize_domain(value), registrable_domain(value), public_suffix(value), domain_class(value),
	   match_domain(value), match_host(value)
FROM unnest(ARRAY[
	'www.acme.co.uk', 'kgs.ku.edu', 'www2.shop.eu.acme.com', 'en-us.acme.com', 'careers.kgs.ku.edu', 'mail.www.acme.com',
	'a_b.acme.com', 'acme.unlisted', 'bücher.de', 'FAẞ.de', 'xn--a.com', 'ａｃｍｅ．ｃｏｍ',
	-- wildcard and exception rules, private section
	'a.b.c.kobe.jp', 'a.city.kobe.jp', 'a.b.ck', 'www.ck', 'acme.myshopify.com', 'myshopify.com', 'www.myshopify.com', 'www.gov.uk', 'co.uk',
	-- classes
	'jo@gmail.com', 'jo@mail.yahoo.co.jp', 'facebook.com/acme', 'sites.google.com/acme', 'google.com', 'acme.zendesk.com', 'www.zendesk.com',
	'http://192.168.0.1', 'http://0x7f.1', 'http://2130706433', '3.14', 'http://[::FFFF:1.2.3.4]:80']) AS value;

-- Two shops of one platform never share a key, a shop has its own
SELECT match_domain('https://acme.myshopify.com') = match_domain('www.acme.myshopify.com/cart') AS itself,
	   match_domain('acme.myshopify.com') = match_domain('globex.myshopify.com') AS another,
	   match_domain('acme.wixsite.com/shop') AS wix, match_domain('acme.github.io') AS github;

-- Text that is stored compressed or out of line
CREATE TEMP TABLE stored (id integer, website text);
ALTER TABLE stored ALTER website SET STORAGE EXTERNAL;
INSERT INTO stored VALUES (1, 'https://acme.com/' || repeat('x', 8000)), (2, 'https://acme.com/' || repeat('x', 9000));
ALTER TABLE stored ALTER website SET STORAGE EXTENDED;
INSERT INTO stored VALUES (3, 'https://acme.com/' || repeat('x', 8000)), (4, 'https://acme.com/' || repeat('x', 9000));
SELECT id, length(website), match_host(website) FROM stored ORDER BY id;

-- Why is this domain NULL?
SELECT * FROM explain_domain('n/a; jo@acme.local');
SELECT * FROM explain_domain('Jo Doe <jo@WWW.Bücher.co.uk>');
SELECT * FROM explain_domain('facebook.com/acme');
SELECT * FROM explain_domain('jo@gmail.com');
SELECT * FROM explain_domain('a.b.ck');
SELECT * FROM explain_domain('3.14 index.html');
SELECT * FROM explain_domain('http://[::1]');
SELECT * FROM explain_domain('co.uk');
SELECT * FROM explain_domain(repeat('acme.com ', 1000));

-- Usable where it has to be immutable
CREATE TEMP TABLE account (id integer PRIMARY KEY, website text,
	host text GENERATED ALWAYS AS (match_host(website)) STORED, kind domain_kind GENERATED ALWAYS AS (domain_class(website)) STORED);
CREATE INDEX ON account (match_domain(website));
INSERT INTO account VALUES (1, 'https://shop.acme.com'), (2, 'jo@gmail.com'), (3, NULL);
TABLE account;
RESET search_path;
