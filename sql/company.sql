-- Folding: case, accents, punctuation, width, spaces, initials
\pset null '(null)'
-- not aligned: versions of psql differ in how wide some characters are
\pset format unaligned
SELECT name, accountmatch.normalize_company(name)
FROM unnest(ARRAY[
	'S.A.', 'I B M', 'J.P. Morgan', 'O''Brien & Sons', U&'O\2019Brien', 'AT&amp;T', 'Klett + Balmer', 'Disney+',
	'Straße ŁÓDŹ Ærø Œuvre ıþð Đà', U&'Ｆｕｌｌ\3000ｗｉｄｔｈ', U&'zero\200B\00ADwidth', U&'no\00A0break\2009space',
	'Йод ёлка', 'Γερμανός', 'क्षेत्रीय', 'بَنْك أحمد', 'בע"מ', 'ガス', U&'Acme\2122 Inc', U&'\1E9E', U&'\20C1 Acme\+01FAE9', '!!!', ''
]) name;
\pset format aligned

-- The match key and the legal form
SELECT name, accountmatch.match_company(name), accountmatch.legal_form(name)
FROM unnest(ARRAY[
	'Acme Co., Ltd.', 'Acme GmbH & Co. KG', 'Acme S.A. de C.V.', 'Acme Pty Limited', 'Acme Sp. z o.o.', 'Acme G M B H', 'Acme AB (publ)',
	'北京天健有限公司', 'ООО «Ромашка»', 'PT Telkom Indonesia (Persero) Tbk', '株式会社日立製作所', '(株)日立製作所', '㈱日立製作所',
	'JPMorgan Chase & Co', 'ANIMA Holding S.p.A.', 'Anima S.A.', 'The Walt Disney Company', 'Walt Disney Company (The)', 'Walt Disney Company, The',
	'Acme (Europe)', 'Acme (HQ)', 'Acme (UK & Ireland)', 'Acme (formerly Bolt)', 'Acme d/b/a Bolt', 'Acme t/a Bolt', 'Acme f/k/a Bolt', 'Acme, formerly Bolt',
	'Acme Intl Mfg Svcs', 'Company Limited', 'GmbH', 'SA Water', 'AB Foods', 'Acme SA', 'Acme AS', 'CO Design'
]) name;

SELECT * FROM accountmatch.explain_company('The Acme Mfg. (Europe) GmbH & Co. KG');

-- NULL where there is no name; size limits
SELECT accountmatch.match_company(NULL), accountmatch.match_company('&'), accountmatch.match_company(repeat('x', 8193)),
	octet_length(accountmatch.match_company(repeat('x', 8192))), octet_length(accountmatch.normalize_company(repeat('é日', 800)));
