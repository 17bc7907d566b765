-- What CRM fields hold: each form of dirt, the host in it and its class. The
-- expectations follow from the contract in src/normalize/domain.h; where that
-- is not plain, a comment says how.
\ir lib/punycode.sql
BEGIN;
SET search_path = accountmatch, public;
SELECT plan(31);

CREATE TEMP TABLE crm (form text, input text, host text, class domain_kind DEFAULT 'company');

-- A host, however it stands there
INSERT INTO crm SELECT 'bare host', input, 'acme.com' FROM unnest(ARRAY[
	'acme.com', 'ACME.COM', 'Acme.Com', ' acme.com ', 'acme.com.', 'acme.com..', 'www.acme.com', 'WWW.Acme.Com',
	'www.www.acme.com', E'\tacme.com', E'acme.com\r\n', E'\nacme.com']) input;
INSERT INTO crm VALUES
	('bare host', 'shop.acme.co.uk', 'shop.acme.co.uk', DEFAULT),
	('bare host', 'www.shop.acme.co.uk', 'shop.acme.co.uk', DEFAULT),
	('bare host', 'a-b-c.com', 'a-b-c.com', DEFAULT),
	('bare host', '4711.de', '4711.de', DEFAULT),
	('bare host', '1.2.3.4711.de', '1.2.3.4711.de', DEFAULT),
	('bare host', 'x1.com', 'x1.com', DEFAULT),
	('bare host', 'www.com', 'www.com', NULL),				-- a registrable domain, not a www of one; its class is data
	('bare host', 'www2.acme.com', 'www2.acme.com', DEFAULT),	-- only www. is never told
	('bare host', 'wwwacme.com', 'wwwacme.com', DEFAULT);

-- URLs
INSERT INTO crm SELECT 'URL', input, 'acme.com' FROM unnest(ARRAY[
	'http://acme.com', 'https://acme.com', 'HTTPS://ACME.COM', 'hTTp://aCME.com/PATH', 'ftp://acme.com',
	'git+ssh://acme.com/repo.git', 'acme-app://acme.com', 'x://acme.com',
	'//acme.com', '//www.acme.com/x',
	'http:/acme.com', 'http:acme.com', 'http:///acme.com', 'https:////acme.com//',
	'http://acme.com/', 'http://acme.com/about/us.html', 'acme.com/about', 'acme.com/',
	'acme.com?utm_source=crm', 'acme.com/?a=b&c=d', 'acme.com#top', 'http://acme.com/#/', 'http://acme.com?#',
	'http://acme.com:80', 'http://acme.com:8443/x', 'acme.com:443', 'acme.com:8080/x', 'http://acme.com:',
	'http://acme.com:99999/',							-- what follows the host is not looked at
	'http://user@acme.com', 'http://user:secret@acme.com:8080/x', 'user:secret@acme.com', 'http://@acme.com',
	'http://other.com@acme.com/',						-- user info looks like a host
	'http://acme.com/jo@other.com', 'http://acme.com?mail=jo@other.com', 'http://acme.com#jo@other.com',
	'http://acme.com/?next=https://other.com/', 'acme.com/other.com',
	'http:\\acme.com', 'http:\\acme.com\x', 'https:\/\/acme.com\/x', 'acme.com\x',
	'http://acme.com\@other.com/']) input;				-- \ ends the host, as / does

-- Percent-encoding
INSERT INTO crm VALUES
	('percent', 'http://%61cme.com', 'acme.com', DEFAULT),
	('percent', 'http://%41%43%4D%45.com/', 'acme.com', DEFAULT),
	('percent', 'http://acme%2Ecom', 'acme.com', DEFAULT),
	('percent', 'http://b%C3%BCcher.de/', 'xn--bcher-kva.de', DEFAULT),
	('percent', 'http://b%c3%bccher.de/', 'xn--bcher-kva.de', DEFAULT),
	('percent', 'http://acme.com/%2F%40', 'acme.com', DEFAULT),
	('percent', 'http://acme.com%2Fother.com', NULL, 'invalid'),	-- no / after decoding
	('percent', 'http://jo%40acme.com', NULL, 'invalid'),
	('percent', 'http://ac%me.com', NULL, 'invalid'),
	('percent', 'http://ac%E2me.com', NULL, 'invalid');				-- not UTF-8

-- E-mail addresses
INSERT INTO crm SELECT 'e-mail', input, 'acme.com' FROM unnest(ARRAY[
	'jo@acme.com', 'JO@ACME.COM', 'jo.doe+crm@acme.com', 'o''neil@acme.com', 'jo@www.acme.com', 'jo@acme.com.',
	'Jo Doe <jo@acme.com>', 'Jo Doe<jo@acme.com>', '"Doe, Jo" <jo@acme.com>', '''Jo Doe'' <jo@acme.com>',
	'J.Doe <jo@acme.com>',								-- J.Doe might be a host under an unknown top-level domain
	'<jo@acme.com>', 'jo@acme.com (home)', 'jo@acme.com; ann@other.com', 'jo@acme.com,ann@other.com',
	'mailto:jo@acme.com', 'MAILTO:jo@acme.com', 'mailto:jo@acme.com?subject=Hi', 'mailto://jo@acme.com',
	'E-Mail: jo@acme.com', '@acme.com', 'jörg@acme.com', 'jo@ acme.com']) input;
INSERT INTO crm VALUES
	('e-mail', 'jo@mail.acme.com', 'mail.acme.com', DEFAULT),
	('e-mail', 'jo@bücher.de', 'xn--bcher-kva.de', DEFAULT),
	('e-mail', 'jo@gmail.com', 'gmail.com', 'freemail'),
	('e-mail', 'Jo Doe <JO@GoogleMail.com>', 'googlemail.com', 'freemail'),
	('e-mail', 'jo@hotmail.com', 'hotmail.com', 'freemail'),
	('e-mail', 'jo@yahoo.co.uk', 'yahoo.co.uk', 'freemail'),
	('e-mail', 'jo@web.de', 'web.de', 'freemail'),
	('e-mail', 'jo@qq.com', 'qq.com', 'freemail'),
	('e-mail', 'jo@', NULL, 'invalid'),
	('e-mail', 'jo@acme', NULL, 'invalid'),
	('e-mail', 'jo@localhost', NULL, 'invalid');

-- Quotes, brackets, punctuation around it
INSERT INTO crm SELECT 'quotes', input, 'acme.com' FROM unnest(ARRAY[
	'"acme.com"', '''acme.com''', '''''acme.com''''', '“acme.com”', '„acme.com“', '‘acme.com’', '«acme.com»', '`acme.com`',
	'<acme.com>', '<http://acme.com>', '(acme.com)', '[acme.com]', '{acme.com}', '"http://acme.com/"', '"acme.com',
	'acme.com,', 'acme.com;', ';acme.com', ',acme.com', '|acme.com|', '(see http://acme.com)', 'Website: acme.com',
	'Website: http://acme.com', '- acme.com']) input;

-- Control characters, zero width, all sorts of white space
INSERT INTO crm SELECT 'invisible', input, 'acme.com' FROM unnest(ARRAY[
	U&'\FEFFacme.com', U&'acme.com\FEFF', U&'\200Bacme.com', U&'acme\200B.com', U&'acme.com\200B', U&'ac\00ADme.com',
	U&'acme\2060.com', U&'\200Eacme.com\200E', U&'\200Facme.com', U&'\00A0acme.com\00A0', U&'\3000acme.com', U&'\2003acme.com',
	U&'acme.com\2028', E'\x01acme.com', E'acme.com\x1f', E'\x7facme.com', U&'\0085acme.com', U&'http://\200Bacme.com/']) input;

-- a joiner where it joins nothing is dropped, where it joins it stays
INSERT INTO crm VALUES
	('invisible', U&'b\00FC\200Ccher.de', 'xn--bcher-kva.de', DEFAULT),
	('invisible', U&'b\00FCcher\200D.de', 'xn--bcher-kva.de', DEFAULT),
	('invisible', U&'ac\200Cme.com', 'acme.com', DEFAULT),
	('invisible', U&'\0646\0627\0645\0647\200C\0627\06CC.com', 'xn--mgba3gch31f060k.com', DEFAULT);

-- Several values: the first valid host
INSERT INTO crm SELECT 'several', input, 'acme.com' FROM unnest(ARRAY[
	'acme.com; blog.acme.com', 'acme.com;other.com', 'acme.com, other.com', 'acme.com,other.com', 'acme.com other.com',
	'acme.com | other.com', 'acme.com|other.com', 'acme.com / other.com', E'acme.com\nother.com', E'acme.com\tother.com',
	'http://acme.com; http://other.com', 'http://acme.com,http://other.com', 'www.acme.com www.other.com',
	'n/a; acme.com', '-, acme.com', 'TBD acme.com', 'http://; acme.com', 'http:// acme.com', 'localhost, acme.com', 'www; acme.com',
	'Acme Inc, acme.com', 'our site is acme.com', 'jo@ , acme.com', 'ac_%%_me.com; acme.com',
	'acme.com (formerly other.com)', 'Mr.Smith acme.com', '256.256.256.256; acme.com']) input;

-- Nothing
INSERT INTO crm SELECT 'nothing', input, NULL, 'invalid' FROM unnest(ARRAY[
	'', ' ', E'\n', 'n/a', 'N/A', 'na', 'n.a.', 'N.A.', '-', '--', '---', '_', '.', '..', '...', '…', '?', '???', '*', '@', '#', '/', '//', ':',
	'TBD', 'tbd', 'TBC', 'none', 'None', 'NULL', 'null', 'nil', 'unknown', 'no website', 'not available', 'pending', 'x', 'xx', 'test', '0',
	'http://', 'https://', 'http:', 'http:/', 'https:///', '://', 'www', 'www.', 'www..', 'http://www', 'http://www.', 'https://www./', 'http://n/a',
	'localhost', 'http://localhost:8080/', 'acme', 'com', 'http://com/', 'jo', 'a b c', '"', '""', '<>', '()', ',', ';', '; ;', '&nbsp;',
	'acme..com', '.acme.com', 'http://.com', U&'\200B', U&'\00AD', U&'\FFFD.com', U&'\FFFF.com']) input;
INSERT INTO crm SELECT 'local name', input, NULL, 'invalid' FROM unnest(ARRAY[
	'acme.local', 'intranet.acme.internal', 'jo@acme.invalid', 'printer.localhost', 'S.p.A.', 's.r.o.']) input;

-- Addresses
INSERT INTO crm VALUES
	('IPv4', '192.168.0.1', '192.168.0.1', 'ip'),
	('IPv4', 'http://192.168.0.1:8080/x', '192.168.0.1', 'ip'),
	('IPv4', 'http://192.168.0.1.', '192.168.0.1', 'ip'),
	('IPv4', 'jo@192.168.0.1', '192.168.0.1', 'ip'),
	('IPv4', 'http://0xc0.0xa8.0.1', '192.168.0.1', 'ip'),
	('IPv4', 'http://0XC0.0250.0.01', '192.168.0.1', 'ip'),
	('IPv4', 'http://3232235521', '192.168.0.1', 'ip'),
	('IPv4', 'http://0xC0A80001', '192.168.0.1', 'ip'),
	('IPv4', 'http://030052000001', '192.168.0.1', 'ip'),
	('IPv4', 'http://192.11010049', '192.168.0.1', 'ip'),
	('IPv4', 'http://192.168.1', '192.168.0.1', 'ip'),
	('IPv4', 'http://127.1/', '127.0.0.1', 'ip'),
	('IPv4', 'http://%31%39%32.168.0.1', '192.168.0.1', 'ip'),
	('IPv4', 'http://１９２.168.0.1', '192.168.0.1', 'ip'),
	('IPv4', 'http://256.1.1.1', NULL, 'invalid'),
	('IPv4', '1.2.3.4.5', NULL, 'invalid'),
	('IPv4', 'http://1.2.3.09', NULL, 'invalid'),
	('IPv4', 'http://4294967296', NULL, 'invalid'),
	('IPv4', 'http://acme.com.1', NULL, 'invalid'),
	('IPv4', 'http://acme.0x1', NULL, 'invalid'),
	('IPv6', '[2001:db8::1]', '[2001:db8::1]', 'ip'),
	('IPv6', 'http://[2001:DB8:0:0:0:0:0:1]:443/', '[2001:db8::1]', 'ip'),
	('IPv6', 'http://[0:0:0:0:0:0:0:1]', '[::1]', 'ip'),
	('IPv6', 'http://[::]', '[::]', 'ip'),
	('IPv6', 'http://[1:0:0:2:0:0:0:3]/', '[1:0:0:2::3]', 'ip'),	-- the longest run of zeros
	('IPv6', 'http://[1:0:0:2:3:0:0:4]/', '[1::2:3:0:0:4]', 'ip'),	-- the first of two as long
	('IPv6', 'http://[1:0:2:3:4:5:6:7]/', '[1:0:2:3:4:5:6:7]', 'ip'),	-- a single zero stays
	('IPv6', 'http://[2001:db8::1', NULL, 'invalid'),
	('IPv6', 'http://[1:2:3:4:5:6:7]', NULL, 'invalid'),
	('IPv6', 'http://[::12345]', NULL, 'invalid');

-- Unicode
INSERT INTO crm VALUES
	('Unicode', 'bücher.de', 'xn--bcher-kva.de', DEFAULT),
	('Unicode', 'BÜCHER.DE', 'xn--bcher-kva.de', DEFAULT),
	('Unicode', U&'bu\0308cher.de', 'xn--bcher-kva.de', DEFAULT),
	('Unicode', 'http://www.bücher.de/café', 'xn--bcher-kva.de', DEFAULT),
	('Unicode', 'xn--bcher-kva.de', 'xn--bcher-kva.de', DEFAULT),
	('Unicode', 'XN--BCHER-KVA.DE', 'xn--bcher-kva.de', DEFAULT),
	('Unicode', 'straße.de', pg_temp.a_labels('straße.de'), DEFAULT),			-- not transitional
	('Unicode', 'strasse.de', 'strasse.de', DEFAULT),
	('Unicode', U&'STRA\1E9EE.de', pg_temp.a_labels('straße.de'), DEFAULT),		-- U+1E9E as in Unicode 15.1 and later
	('Unicode', 'ΒΌΛΟΣ.com', pg_temp.a_labels('βόλοσ.com'), DEFAULT),			-- UTS-46 maps each sigma alone
	('Unicode', 'βόλος.com', pg_temp.a_labels('βόλος.com'), DEFAULT),
	('Unicode', 'пример.рф', pg_temp.a_labels('пример.рф'), DEFAULT),
	('Unicode', 'ПРИМЕР.РФ', pg_temp.a_labels('пример.рф'), DEFAULT),
	('Unicode', '例え.jp', pg_temp.a_labels('例え.jp'), DEFAULT),
	('Unicode', 'مثال.إختبار', pg_temp.a_labels('مثال.إختبار'), DEFAULT),
	('Unicode', 'ａｃｍｅ．ｃｏｍ', 'acme.com', DEFAULT),
	('Unicode', 'ＷＷＷ．ＡＣＭＥ．ＣＯＭ', 'acme.com', DEFAULT),
	('Unicode', 'acme。com', 'acme.com', DEFAULT),
	('Unicode', 'acme｡com', 'acme.com', DEFAULT),
	('Unicode', 'ﬁrm.com', 'firm.com', DEFAULT),
	('Unicode', 'Ⅷ.com', 'viii.com', DEFAULT),
	('Unicode', '℡.com', 'tel.com', DEFAULT),
	('Unicode', 'İstanbul.com', pg_temp.a_labels(U&'i\0307stanbul.com'), DEFAULT),
	('Unicode', 'ıstanbul.com', pg_temp.a_labels('ıstanbul.com'), DEFAULT),
	('Unicode', 'ISTANBUL.COM', 'istanbul.com', DEFAULT),						-- in Turkish, too
	('Unicode', U&'\212Aelvin.com', 'kelvin.com', DEFAULT),
	('Unicode', '♥.net', 'xn--g6h.net', DEFAULT),
	('Unicode', U&'\+01F600.com', pg_temp.a_labels(U&'\+01F600.com'), DEFAULT),
	('Unicode', U&'\+02EBF0.com', NULL, 'invalid'),						-- assigned in 15.1
	('Unicode', U&'\1C89.com', NULL, 'invalid'),						-- assigned in 16.0
	('Unicode', U&'\0378.com', NULL, 'invalid'),						-- unassigned
	('Unicode', U&'\E000.com', NULL, 'invalid'),						-- private use
	('Unicode', U&'\0308a.com', NULL, 'invalid'),						-- starts with a mark
	('Unicode', 'xn--a.com', 'xn--a.com', DEFAULT),								-- no Punycode: passes
	('Unicode', 'xn--a.bücher.de', NULL, 'invalid'),					-- but not where UTS-46 has to look
	('Unicode', 'xn--.com', 'xn--.com', DEFAULT);

-- Labels and lengths
INSERT INTO crm VALUES
	('label', '_dmarc.acme.com', '_dmarc.acme.com', DEFAULT),
	('label', 'acme_corp.com', 'acme_corp.com', DEFAULT),
	('label', 'http://my_shop.acme.com/', 'my_shop.acme.com', DEFAULT),
	('label', '_acme.com', '_acme.com', DEFAULT),
	('length', repeat('a', 63) || '.com', repeat('a', 63) || '.com', DEFAULT),
	('length', repeat('a', 64) || '.com', NULL, 'invalid'),
	('length', 'http://acme.' || repeat('a', 64) || '/', NULL, 'invalid'),
	('length', repeat('a.', 124) || 'a.com', repeat('a.', 124) || 'a.com', DEFAULT),					-- 253
	('length', repeat('a.', 124) || 'a.com.', repeat('a.', 124) || 'a.com', DEFAULT),
	('length', repeat('a.', 125) || 'com', repeat('a.', 125) || 'com', DEFAULT),						-- 253
	('length', repeat('a.', 125) || 'come', NULL, 'invalid'),									-- 254
	('length', repeat('ü', 60) || '.com', NULL, 'invalid'),									-- over 63 as an A-label
	('length', 'acme.com' || repeat(' ', 8192 - 8), 'acme.com', DEFAULT),
	('length', repeat(' ', 8192 - 8) || 'acme.com', 'acme.com', DEFAULT),
	('length', 'acme.com' || repeat(' ', 8193 - 8), NULL, 'invalid'),
	('length', 'http://acme.com/' || repeat('x', 8192 - 16), 'acme.com', DEFAULT),
	('length', 'http://acme.com/' || repeat('x', 1000000), NULL, 'invalid'),
	('length', repeat('a.', 4096), NULL, 'invalid'),
	('length', repeat('@', 8192), NULL, 'invalid'),
	('length', repeat('http://', 1170), NULL, 'invalid'),
	('length', repeat('ü.', 2700), NULL, 'invalid');

-- Top-level domains and suffixes
INSERT INTO crm VALUES
	('suffix', 'acme.unlisted', 'acme.unlisted', DEFAULT),		-- the list's default rule is *
	('suffix', 'shop.acme.unlisted', 'shop.acme.unlisted', DEFAULT),
	('suffix', 'co.uk', 'co.uk', 'suffix'),
	('suffix', 'http://github.io/', 'github.io', 'suffix'),
	('suffix', 'myshopify.com', 'myshopify.com', 'suffix'),
	('suffix', 'acme.myshopify.com', 'acme.myshopify.com', DEFAULT),
	('suffix', 'acme.github.io', 'acme.github.io', DEFAULT),
	('suffix', 'example.ck', 'example.ck', 'suffix'),
	('suffix', 'www.ck', 'www.ck', NULL),
	('shared', 'https://www.linkedin.com/company/acme', 'linkedin.com', 'shared'),
	('shared', 'https://de.linkedin.com/in/jo', 'de.linkedin.com', 'shared'),
	('shared', 'facebook.com/acme', 'facebook.com', 'shared'),
	('shared', 'https://m.facebook.com/acme', 'm.facebook.com', 'shared'),
	('shared', '@acme instagram.com/acme', 'instagram.com', 'shared'),
	('shared', 'https://twitter.com/acme', 'twitter.com', 'shared'),
	('shared', 'https://youtube.com/@acme', 'youtube.com', 'shared'),
	('shared', 'https://bit.ly/3xYz', 'bit.ly', 'shared'),
	('shared', 'https://sites.google.com/view/acme', 'sites.google.com', 'shared'),
	('shared', 'https://docs.google.com/document/d/1', 'docs.google.com', 'shared'),
	('shared', 'https://www.etsy.com/shop/acme', 'etsy.com', 'shared');

SELECT cmp_ok(count(*), '>', 350::bigint, 'fields of every form') FROM crm;
SELECT is_empty(format($$SELECT input, host, normalize_domain(input) FROM crm
	WHERE form = %L AND normalize_domain(input) IS DISTINCT FROM host$$, form), form)
FROM (SELECT form FROM crm GROUP BY form ORDER BY form) f;
SELECT is_empty($$SELECT left(input, 60), class, domain_class(input) FROM crm WHERE domain_class(input) <> class$$, 'class');

-- Match keys
CREATE TEMP TABLE keys (input text, domain text, host text);
INSERT INTO keys VALUES
	('https://www.acme.com/', 'acme.com', 'acme.com'),
	('jo@mail.acme.com', 'acme.com', 'acme.com'),
	('shop.acme.com', 'acme.com', 'acme.com'),
	('eu.acme.com', 'acme.com', 'acme.com'),
	('www.shop.eu.acme.com', 'acme.com', 'acme.com'),
	('shop.acme.co.uk', 'acme.co.uk', 'acme.co.uk'),
	('kgs.ku.edu', 'ku.edu', 'kgs.ku.edu'),
	('www.kgs.ku.edu', 'ku.edu', 'kgs.ku.edu'),
	('ku.edu', 'ku.edu', 'ku.edu'),
	('shop.com', 'shop.com', 'shop.com'),			-- never below the registrable domain
	('mail.de', NULL, NULL),						-- a mail provider
	('acme.myshopify.com', 'acme.myshopify.com', 'acme.myshopify.com'),
	('bücher.de', 'xn--bcher-kva.de', 'xn--bcher-kva.de'),
	('jo@gmail.com', NULL, NULL),
	('https://www.linkedin.com/company/acme', NULL, NULL),
	('192.168.0.1', NULL, NULL),
	('http://[2001:db8::1]/', NULL, NULL),
	('co.uk', NULL, NULL),
	('n/a', NULL, NULL),
	('', NULL, NULL);
SELECT is_empty('SELECT *, match_domain(input) FROM keys WHERE match_domain(input) IS DISTINCT FROM domain', 'match_domain');
SELECT is_empty('SELECT *, match_host(input) FROM keys WHERE match_host(input) IS DISTINCT FROM host', 'match_host');

-- NULL in, NULL out
SELECT is(normalize_domain(NULL), NULL, 'normalize_domain(NULL)');
SELECT is(registrable_domain(NULL), NULL, 'registrable_domain(NULL)');
SELECT is(public_suffix(NULL), NULL, 'public_suffix(NULL)');
SELECT is(domain_class(NULL), NULL, 'domain_class(NULL)');
SELECT is(match_domain(NULL), NULL, 'match_domain(NULL)');
SELECT is(match_host(NULL), NULL, 'match_host(NULL)');
SELECT is_empty('SELECT * FROM explain_domain(NULL)', 'explain_domain(NULL)');

-- Oddities of the contract, one by one
SELECT is(registrable_domain('http://192.168.0.1'), NULL, 'an address has no registrable domain');
SELECT is(public_suffix('http://[::1]'), NULL, 'an address has no suffix');
SELECT is(public_suffix('n/a'), NULL, 'no host, no suffix');
SELECT is(registrable_domain('co.uk'), NULL, 'a suffix has no registrable domain');

SELECT * FROM finish();
ROLLBACK;
