-- What a name must not lose, what must fall together, and what must not.
BEGIN;
SELECT * FROM no_plan();
SET search_path = accountmatch, public;

-- one company, written in many ways
SELECT is(match_company(b), match_company(a), b || ' = ' || a)
FROM (VALUES
	('O''Brien', U&'O\2019Brien'), ('O''Brien', 'OBrien'), ('O''Brien', 'O Brien'), ('L''Oréal', 'L Oreal SA'), ('Macy''s Stores Inc', 'Macy s Stores'),
	('AT&T Inc.', 'AT&amp;T'), ('AT&T', 'AT & T'), ('Johnson & Johnson', 'Johnson and Johnson'), ('Koch & Söhne', 'Koch und Söhne'), ('Klett+Balmer', 'Klett & Balmer'),
	('Canal+', 'Canal Plus'), ('Coca-Cola', 'Coca Cola'), ('J.P. Morgan', 'JP Morgan'), ('U.S. Steel', 'US Steel'), ('Yahoo! Inc.', 'YAHOO'),
	('Walt Disney Company', 'The Walt Disney Company'), ('Walt Disney Company (The)', 'The Walt Disney Company'), ('Walt Disney Co., The', 'Walt Disney'),
	('JPMorgan Chase & Co', 'JPMorgan Chase and Co'), ('JPMorgan Chase & Co.', 'JPMorgan Chase'), ('Tiffany & Co.', 'Tiffany'),
	('Acme (Europe)', 'Acme'), ('Acme (HQ)', 'Acme'), ('Acme GmbH (Germany)', 'Acme GmbH'), ('Acme (UK & Ireland) Ltd', 'Acme'), ('Acme (US)', 'Acme'),
	('Acme (formerly Bolt Inc.)', 'Acme'), ('Acme, formerly Bolt', 'Acme'), ('Acme f/k/a Bolt', 'Acme'), ('Acme LLC d/b/a Bolt Shop', 'Acme'),
	('Acme dba Bolt', 'Acme'), ('Acme Ltd t/a Bolt', 'Acme'), ('Acme GmbH (ehem. Bolt AG)', 'Acme'), ('Acme c/o Agent Services', 'Acme'),
	('Acme Intl', 'Acme International'), ('Acme Mfg. Co.', 'Acme Manufacturing'), ('Acme Svcs', 'Acme Services'), ('Acme Dept', 'Acme Department'),
	('Univ of Acme', 'University of Acme'), ('Acme Assn', 'Acme Association'), ('Acme Organisation', 'Acme Organization'), ('St Mary', 'Saint Mary'),
	('News Corp (Class A)', 'News Corporation'), ('Alphabet Inc. Class C', 'Alphabet Inc.'), ('Acme Inc Common Stock', 'Acme'), ('SAP SE INH O.N.', 'SAP'),
	('AKAMAI TECHNOLOGIES DL-,01', 'Akamai Technologies, Inc.'), ('Novartis NAM. SF 0,49', 'Novartis AG'), ('EXXON MOBIL CORP /DE/', 'Exxon Mobil'),
	('DEVON ENERGY CORP/DE', 'Devon Energy'), ('Itissalat Al-Maghrib (IAM) S.A.', 'Itissalat Al-Maghrib'), ('ФОЛЬКСВАГЕН', 'фольксваген'),
	('Müller GmbH', U&'Mu\0308ller GMBH'), (U&'ＡＣＭＥ\3000Ｃｏ．，Ｌｔｄ．', 'Acme'), (U&'A\200Bcme\00A0Ltd', 'Acme'), ('Acme™ Inc.', 'Acme'),
	(U&'Stra\1E9Ee', 'Straße'), ('Ёлка', 'Елка'), ('مؤسَّسة الأمل', 'مؤسسة الامل'), ('אל-על נתיבי אויר', 'אל על נתיבי אויר')) v(a, b);

-- different companies
SELECT isnt(match_company(b), match_company(a), b || ' is not ' || a)
FROM (VALUES
	('ANIMA Holding S.p.A.', 'Anima S.A.'), ('Acme Group', 'Acme'), ('Acme Holdings', 'Acme'), ('Acme International', 'Acme'), ('AB Foods', 'Foods'),
	('SA Water', 'Water'), ('Smith & Sons', 'Smith'), ('Miami University (Ohio)', 'Miami University'), ('Northern Trust Company', 'Northern'),
	('Standard Chartered', 'Standard'), ('Fund II', 'Fund'), ('Navy Federal Credit Union', 'Navy Federal'), ('Attawaugan Fire District', 'Attawaugan Fire'),
	('Ford Foundation', 'Ford'), ('Dell EMC', 'Dell'), ('Canal+', 'Canal'), ('Йод', 'Иод'), ('Їжак', 'Іжак'), ('がか', 'かが'), ('क़लम', 'कलम'), ('ปา', 'ป'),
	('Acme Bank', 'Acme'), ('Minnesota PUC', 'Minnesota'), ('Selas Heat Technology', 'Heat Technology'), ('Smith & Son', 'Smith'), ('Café Thé', 'Café'), ('Los Angeles Times', 'Angeles Times'), ('Game On', 'Game')) v(a, b);

-- ambiguous short forms: at the end only
SELECT is(match_company('Acme ' || form), 'acme', form || ' at the end') FROM unnest(ARRAY['SA', 'AS', 'AB', 'CO', 'SE', 'HF', 'NV', 'AG', 'SIA', 'UAB', 'OY']) form;
SELECT is(match_company(form || ' Acme'), lower(form) || ' acme', form || ' at the start') FROM unnest(ARRAY['SA', 'AS', 'AB', 'CO', 'SE', 'HF', 'NV', 'AG', 'OY', 'SCI', 'SAS', 'TOO', 'AO']) form;
SELECT is(match_company(form || ' "Acme"'), 'acme', form || ' before a name in quotes') FROM unnest(ARRAY['SIA', 'UAB', 'AS', 'ООО', 'NV']) form;
SELECT is(match_company(form || ' Acme'), 'acme', form || ' leads') FROM unnest(ARRAY['PT', 'ООО', 'ЗАО', 'LLC', 'JSC', 'The', 'M/s', 'A/S', 'บริษัท ', '株式会社', '(株)', '주식회사', 'Công ty TNHH']) form;
SELECT is(match_company(name), key, name || ' keeps the form that is all its name')
FROM (VALUES ('SAS Inc.', 'sas'), ('PT PP (Persero) Tbk', 'pp'), ('AB SE', 'ab'), ('LG Corp', 'lg'), ('The Who', 'who'), ('GmbH', 'gmbh')) v(name, key);

-- folding
SELECT is(normalize_company(name), folded, name)
FROM (VALUES
	('I B M', 'i b m'), ('S.A.', 'sa'), ('S. A.', 's a'), ('A/S', 'as'), ('24/7 Ltd', '24 7 ltd'), ('3.0 Labs', '3 0 labs'),
	('ßøđłæœıþð', 'ssodlaeoeithd'), ('ÅÄÖÉÇŇŠŽŐŰ', 'aaoecnszou'), ('Ő́', 'o'), ('№ 1', 'no 1'), ('m²', 'm2'), ('ﬁn', 'fin'), ('Ⅻ', 'xii'),
	('Αθήνα ΆΈΉΊΌΎΏΐ', 'αθηνα αεηιουωι'), ('ЙЎЇЃЌ', 'йўїѓќ'), ('Ё', 'е'), ('كتــاب', 'كتاب'), ('آأإٱ', 'اااا'), ('شَرِكَة', 'شركه'), ('ガス', 'ガス'), ('ｶﾞｽ', 'ガス'),
	('한국', '한국'), ('กำไร', 'กํา' || 'ไร'), ('கோ', 'கோ'), ('ABC', 'abc'), ('a(b', 'a b'), ('"x"', 'x'), ('a--b', 'a b'), ('C++', 'c plus plus'), ('R&D', 'r and d'), ('&', NULL), ('', NULL), ('...', NULL)) v(name, folded);
SELECT is(normalize_company('שָׁלוֹם'), 'שלום', 'Hebrew points');

-- every white space of Unicode 15.0 (White_Space, PropList.txt) separates; what is invisible does not
SELECT is(normalize_company('a' || chr(cp) || 'b'), 'a b', 'U+' || to_hex(cp)) FROM unnest(ARRAY[9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288]) cp;
SELECT is(normalize_company('a' || chr(cp) || 'b'), 'ab', 'U+' || to_hex(cp)) FROM unnest(ARRAY[173, 8203, 8204, 8205, 8206, 8207, 8288, 65279, 65039]) cp;

-- code points that Unicode 15.0 does not know stay as they are
SELECT is(normalize_company('a' || chr(cp)), 'a' || chr(cp), 'U+' || to_hex(cp) || ', later than 15.0') FROM unnest(ARRAY[x'1C89'::int, x'A7CB'::int, x'10D50'::int, x'1FAE9'::int, x'2EBF0'::int]) cp;

-- limits: 8 kB in, 512 bytes out, cut at a character
SELECT is(match_company(repeat('x', 8193)), NULL, 'longer than 8 kB');
SELECT is(octet_length(match_company(repeat('x', 8192))), 512, 'cut');
SELECT is(normalize_company(repeat('日', 200)), repeat('日', 170), 'cut at a character');
SELECT is(match_company(repeat('word ', 200) || 'Ltd'), left(repeat('word ', 200), 512), 'cut, not only the last word');
SELECT is(match_company(repeat('mfg ', 120)), rtrim(repeat('manufacturing ', 36)), 'abbreviations written out: cut at a word');

SELECT * FROM finish();
ROLLBACK;
