-- Every text of the corpora, in dirt as well: temporary table corpus (x)
CREATE TEMP TABLE vector (a text, b text, c text);
CREATE TEMP TABLE corpus (x text);
\copy vector FROM 'test/pgtap/data/idna.tsv'
\copy vector FROM 'test/pgtap/data/url.tsv'
\copy vector FROM 'test/pgtap/data/toascii.tsv'
\copy vector FROM 'test/pgtap/data/tldts.tsv'
\copy vector FROM 'test/pgtap/data/tldextract.tsv'
INSERT INTO corpus SELECT b FROM vector UNION SELECT c FROM vector WHERE c IS NOT NULL;
TRUNCATE vector;
\copy vector (a) FROM 'test/pgtap/data/test_psl.txt' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
INSERT INTO corpus SELECT m[1] FROM vector, regexp_match(a, '\(''(.*?)''') m WHERE m IS NOT NULL;
DROP TABLE vector;

INSERT INTO corpus SELECT format(form, host) FROM
	unnest(ARRAY['%s', 'www.%s', 'HTTP://WWW.%s/', ' "%s" ', 'jo@%s', 'Jo Doe <jo@%s>', 'https://u:p@%s:8443/a@b?c#d', '%s; other.com',
		'n/a, %s', '%s.', 'mailto:%s', '//%s\x', '<%s>', 'http:\\%s', U&'\FEFF%s\200B', '%1$s %1$s', 'x.%s', 'shop.%s', 'mail.eu.%s', '%s.com', 'http://%s',
		'%s%%', 'http://%%41%s', '.%s', '-%s', '_%s', '%s_', '%s:80', '[%s]', '(%s)', 'www. %s']) form,
	unnest(ARRAY['acme.com', 'Acme.CO.UK', 'acme', 'com', 'co.uk', 'bücher.de', 'BÜCHER.DE', 'xn--bcher-kva.de', 'xn--a.com', 'acme.local', '192.168.0.1',
		'0x7f.1', '3232235521', '1.2.3.4.5', '[2001:db8::1]', '2001:db8::1', 'gmail.com', 'acme.gmail.com', 'linkedin.com/company/acme', 'acme.myshopify.com',
		'myshopify.com', 'www.ck', 'www.com', 'www', 'a..b', 'İstanbul.com', 'ıstanbul.com', 'ISTANBUL.COM', 'straße.de', 'ａｃｍｅ．ｃｏｍ', 'acme。com', '♥.net',
		'kgs.ku.edu', 'shop.com', 'n/a', '', 'acme.unlisted', 'S.p.A.', 'index.html', '3.14', 'a b.c', '_x.acme.com', U&'a\200Cb.com', U&'\0646\0627\0645\0647\200C\0627\06CC.com',
		repeat('a', 63) || '.com', repeat('a', 64) || '.com', repeat('a.', 124) || 'a.com', repeat('ü', 50) || '.de']) host;
ANALYZE corpus;
