-- Identifiers that their holders or registries publish, in the spellings that
-- lists hold, and what is wrong with others.
BEGIN;
SELECT * FROM no_plan();
SET search_path = accountmatch, public;

CREATE TEMP TABLE known (scheme text, value text, canonical text, source text);

-- ISO 17442, GLEIF: LEIs of public companies, and the worked examples of the standard's Wikipedia article
INSERT INTO known VALUES
('lei', '506700GE1G29325QX363', '506700GE1G29325QX363', 'GLEIF itself'),
('lei', 'hwupkr0mpou8fgxbt394', 'HWUPKR0MPOU8FGXBT394', 'Apple, lower case'),
('lei', 'INR2EJN1ERAN0W5ZP974', 'INR2EJN1ERAN0W5ZP974', 'Microsoft'),
('lei', '7LTWFZYICNSX8D621K86', '7LTWFZYICNSX8D621K86', 'Deutsche Bank'),
('lei', 'LEI: 784F5XWPLTWKTBV3E584', '784F5XWPLTWKTBV3E584', 'Goldman Sachs, with a label'),
('lei', '8I5D-ZWKZ-VSZI-1NUH-U748', '8I5DZWZKVSZI1NUHU748', 'transposed letters are caught'),
('lei', '8I5D ZWZK VSZI 1NUH U748', '8I5DZWZKVSZI1NUHU748', 'JPMorgan Chase, in groups'),
('lei', '54930084UKLVMY22DS16', '54930084UKLVMY22DS16', 'G.E. Financing GmbH'),
('lei', '213800WSGIIZCXF1P572', '213800WSGIIZCXF1P572', 'Jaguar Land Rover');
UPDATE known SET canonical = NULL WHERE source LIKE 'transposed%';

-- SEC: EDGAR writes ten digits in addresses, fewer on pages; IRS: numbers on the cover of a 10-K
INSERT INTO known VALUES
('cik', '320193', '0000320193', 'Apple'),
('cik', 'CIK0000320193', '0000320193', 'Apple, name of EDGAR''s JSON file'),
('cik', '0000789019', '0000789019', 'Microsoft'),
('cik', '789019.0', '0000789019', 'Microsoft, through a floating-point column'),
('cik', '00000320193', NULL, 'eleven digits'),
('cik', '0', NULL, 'no number'),
('cik', '32O193', NULL, 'letter O'),
('ein', '94-2404110', '942404110', 'Apple'),
('ein', '911144442', '911144442', 'Microsoft'),
('ein', '07-1144442', NULL, 'the IRS has assigned no prefix 07'),
('ein', '91-114444', NULL, 'eight digits'),
('ein', '12-3456789', NULL, 'placeholder');

-- D-U-N-S: nine digits, written NN-NNN-NNNN; no check digit since 2006
INSERT INTO known VALUES
('duns', '00-136-7960', '001367960', 'General Electric'),
('duns', '001367960', '001367960', 'leading zeros stay'),
('duns', 'D-U-N-S 15 048 3782', '150483782', 'label and spaces'),
('duns', E'15–048–3782\u00a0', '150483782', 'en dashes, no-break space'),
('duns', '１５０４８３７８２', '150483782', 'full-width digits'),
('duns', '1367960', NULL, 'leading zeros lost: not guessed'),
('duns', '0150483782', NULL, 'ten digits'),
('duns', '15048378X', NULL, 'a letter'),
('duns', '000000000', NULL, 'placeholder'),
('duns', '999999999', NULL, 'placeholder'),
('duns', '123456789', NULL, 'placeholder'),
('duns', '987654321', NULL, 'placeholder');

-- INSEE: its own SIREN and SIRET, others on public pages; La Poste's rule
INSERT INTO known VALUES
('siren', '120 027 016', '120027016', 'INSEE'),
('siren', '443.061.841', '443061841', 'Google France'),
('siren', '732829320', '732829320', 'example of the French Wikipedia'),
('siren', '732829321', NULL, 'Luhn'),
('siren', '000000000', NULL, 'placeholder that Luhn accepts'),
('siren', '73282932000074', NULL, 'a SIRET'),
('siret', '120 027 016 00563', '12002701600563', 'INSEE'),
('siret', '44306184100047', '44306184100047', 'Google France'),
('siret', '732 829 320 00074', '73282932000074', 'example of the French Wikipedia'),
('siret', '73282932000079', NULL, 'Luhn'),
('siret', '35600000000048', '35600000000048', 'La Poste, head office, by Luhn'),
('siret', '35600000009075', '35600000009075', 'La Poste: digits sum up to 35'),
('siret', '35600000009076', NULL, 'La Poste: digits sum up to 36'),
('siret', '73282932100074', NULL, 'the SIREN in it is wrong');

-- Companies House
INSERT INTO known VALUES
('uk_company', '00445790', '00445790', 'Tesco'),
('uk_company', '445790', '00445790', 'Tesco, leading zeros left out'),
('uk_company', 'sc 95000', 'SC095000', 'Scotland'),
('uk_company', 'OC301540', 'OC301540', 'limited liability partnership'),
('uk_company', 'NI038703', 'NI038703', 'Northern Ireland'),
('uk_company', 'R0000042', 'R0000042', 'Northern Ireland before 1922'),
('uk_company', 'RC000107', 'RC000107', 'royal charter'),
('uk_company', 'IP00525R', 'IP00525R', 'registered society, ends in a letter'),
('uk_company', 'RS007CUS', 'RS007CUS', 'registered society, ends in letters'),
('uk_company', 'XX123456', NULL, 'no such register'),
('uk_company', '123456789', NULL, 'nine digits'),
('uk_company', 'SC1234567', NULL, 'nine characters'),
('uk_company', 'SC', NULL, 'no number'),
('uk_company', 'SC000000', NULL, 'number zero'),
('uk_company', '00000000', NULL, 'placeholder'),
('uk_company', '11111111', NULL, 'placeholder'),
('uk_company', '12345678', NULL, 'placeholder');

-- Australian Business Register: the Tax Office's own number, on its page about the format
INSERT INTO known VALUES
('abn', '51 824 753 556', '51824753556', 'Australian Taxation Office'),
('abn', 'ABN 53 004 085 616', '53004085616', 'example of the ATO'),
('abn', '51 824 753 557', NULL, 'modulo 89');

-- VAT numbers that companies print on their pages, and the examples of
-- python-stdnum's documentation (numbers only): every member state of the EU,
-- Northern Ireland, Great Britain, Switzerland, Norway
INSERT INTO known VALUES
('vat', 'ATU33864707', 'ATU33864707', 'Red Bull'),
('vat', 'AT U13585627', 'ATU13585627', 'python-stdnum'),
('vat', 'BE 0202.239.951', 'BE0202239951', 'Proximus'),
('vat', 'BE 428759497', 'BE0428759497', 'python-stdnum, nine digits until 2005'),
('vat', 'BG831642181', 'BG831642181', 'legal person'),
('vat', 'BG 175 074 752', 'BG175074752', 'python-stdnum'),
('vat', 'BG7523169263', 'BG7523169263', 'python-stdnum, natural person'),
('vat', 'CHE-105.909.036 MWST', 'CHE105909036', 'Nestlé, German suffix'),
('vat', 'CHE-105.909.036 TVA', 'CHE105909036', 'Nestlé, French suffix'),
('vat', 'CHE105909036', 'CHE105909036', 'Nestlé, no suffix'),
('vat', 'CY-10259033P', 'CY10259033P', 'python-stdnum'),
('vat', 'CZ00177041', 'CZ00177041', 'Škoda Auto'),
('vat', 'CZ7103192745', 'CZ7103192745', 'python-stdnum, birth number'),
('vat', 'CZ991231123', 'CZ991231123', 'python-stdnum, birth number of nine digits'),
('vat', 'CZ640903926', 'CZ640903926', 'python-stdnum, special case'),
('vat', 'DE143454214', 'DE143454214', 'SAP'),
('vat', 'USt-IdNr. DE129273398', NULL, 'other labels than VAT are not guessed'),
('vat', 'VAT: DE 129 273 398', 'DE129273398', 'Siemens'),
('vat', 'DK 24 25 67 90', 'DK24256790', 'Novo Nordisk'),
('vat', 'EE100366327', 'EE100366327', 'Eesti Energia'),
('vat', 'EL094019245', 'EL094019245', 'OTE'),
('vat', 'GR094019245', 'EL094019245', 'OTE, with the ISO code'),
('vat', 'GR 94259216', 'EL094259216', 'python-stdnum, eight digits until 1999'),
('vat', 'ES A-28015865', 'ESA28015865', 'Telefónica'),
('vat', 'ES54362315K', 'ES54362315K', 'python-stdnum, resident'),
('vat', 'ESX2482300W', 'ESX2482300W', 'python-stdnum, foreigner'),
('vat', 'FI 0112038-9', 'FI01120389', 'Nokia'),
('vat', 'FR 64 443 061 841', 'FR64443061841', 'Google France'),
('vat', 'FRK7399859412', 'FRK7399859412', 'python-stdnum, new form'),
('vat', 'FR4Z123456782', 'FR4Z123456782', 'python-stdnum, new form'),
('vat', 'GB 220 4302 31', 'GB220430231', 'Tesco'),
('vat', 'GB 220 4302 31 001', 'GB220430231', 'Tesco, a branch'),
('vat', 'XI 980 7806 84', 'GB980780684', 'python-stdnum; Northern Ireland''s numbers are British'),
('vat', 'GBGD001', 'GBGD001', 'government department'),
('vat', 'GBHA500', 'GBHA500', 'health authority'),
('vat', 'GBHA499', NULL, 'health authorities begin at 500'),
('vat', 'HR 33392005961', 'HR33392005961', 'python-stdnum'),
('vat', 'HU10625790', 'HU10625790', 'MOL'),
('vat', 'IE6388047V', 'IE6388047V', 'Google Ireland'),
('vat', 'IE 6433435OA', 'IE6433435OA', 'python-stdnum, form of 2013'),
('vat', 'IE8D79739I', 'IE8D79739I', 'python-stdnum, old form'),
('vat', 'IT00905811006', 'IT00905811006', 'Eni'),
('vat', 'LT119511515', 'LT119511515', 'python-stdnum'),
('vat', 'LT100001919017', 'LT100001919017', 'python-stdnum, temporary'),
('vat', 'LU20260743', 'LU20260743', 'Amazon EU'),
('vat', 'LV 4000 3521 600', 'LV40003521600', 'python-stdnum'),
('vat', 'LV161175-19997', 'LV16117519997', 'python-stdnum, natural person'),
('vat', 'MT 1167-9112', 'MT11679112', 'python-stdnum'),
('vat', 'NL004495445B01', 'NL004495445B01', 'python-stdnum'),
('vat', 'NL4495445B01', 'NL004495445B01', 'python-stdnum, leading zeros left out'),
('vat', 'NL002455799B11', 'NL002455799B11', 'python-stdnum, sole trader since 2020'),
('vat', 'NO 923 609 016 MVA', 'NO923609016', 'Equinor'),
('vat', 'NO923609016', 'NO923609016', 'Equinor, no suffix'),
('vat', 'PL 774-000-14-54', 'PL7740001454', 'Orlen'),
('vat', 'PT500697256', 'PT500697256', 'EDP'),
('vat', 'RO1590082', 'RO1590082', 'OMV Petrom'),
('vat', 'SE556703748501', 'SE556703748501', 'Spotify'),
('vat', 'SI82646716', 'SI82646716', 'Krka'),
('vat', 'SK2020270780', 'SK2020270780', 'legal person'),
('vat', '143454214', NULL, 'no prefix: could be of several countries'),
('vat', 'US942404110', NULL, 'no VAT there'),
('vat', 'DE14345421', NULL, 'too short'),
('vat', 'DE1434542140', NULL, 'too long'),
('vat', 'DE000000000', NULL, 'placeholder'),
('vat', 'PT123456789', NULL, 'placeholder whose check digit happens to be right'),
('vat', 'DE', NULL, 'a prefix'),
('vat', 'DE143454214; FR64443061841', NULL, 'two numbers'),
('vat', 'n/a', NULL, 'no number'),
('vat', '-', NULL, 'no number');

SELECT is(normalize_identifier(scheme, value), canonical, format('%s %s: %s', scheme, value, source)) FROM known;

-- every country is there
SELECT is(count(DISTINCT left(canonical, 2)), 30::bigint, 'VAT: 27 member states, CH, GB, NO')
FROM known WHERE scheme = 'vat';

SELECT is(normalize_identifier(scheme, canonical), canonical, 'canonical stays canonical: ' || canonical)
FROM known WHERE canonical IS NOT NULL;

-- explain_identifier agrees, and says why
SELECT is((SELECT value FROM explain_identifier(k.scheme, k.value) ORDER BY step DESC LIMIT 1), canonical,
		  'explained: ' || value)
FROM known k;
SELECT ok((SELECT rule LIKE 'invalid: _%' FROM explain_identifier(k.scheme, k.value) ORDER BY step DESC LIMIT 1),
		  'a reason: ' || value)
FROM known k WHERE canonical IS NULL;

-- Luhn's formula, MOD 97-10 and modulo 89 catch every single wrong digit
SELECT is(count(normalize_identifier(scheme, overlay(canonical PLACING digit::text FROM place FOR 1))), 0::bigint,
		  'no single digit may change: ' || canonical)
FROM known, generate_series(1, length(canonical)) place, generate_series(0, 9) digit
WHERE scheme IN ('lei', 'siren', 'siret', 'abn') AND canonical NOT LIKE '356000000%'
	AND substr(canonical, place, 1) ~ '[0-9]' AND substr(canonical, place, 1) <> digit::text
GROUP BY canonical;

-- the last digit of a VAT number checks it, but where a branch's number comes last
-- or several check digits are in use
SELECT is(count(normalize_identifier(scheme, overlay(canonical PLACING digit::text FROM length(canonical) FOR 1))), 0::bigint,
		  'the last digit may not change: ' || canonical)
FROM known, generate_series(0, 9) digit
WHERE scheme = 'vat' AND canonical ~ '[0-9]$' AND canonical !~ '^(NL|SE|GBGD|GBHA)' AND canonical NOT IN ('CZ991231123', 'BG7523169263')
	AND right(canonical, 1) <> digit::text
GROUP BY canonical;

-- separators and case do not matter
SELECT is(normalize_identifier(upper(scheme), regexp_replace(lower(canonical), '(.)', '\1 -.', 'g')), canonical,
		  'spaced out: ' || canonical)
FROM known WHERE canonical IS NOT NULL;

SELECT throws_ok($$SELECT normalize_identifier('hrb', '1')$$, '22023', 'unknown identifier scheme "hrb"');
SELECT is(normalize_identifier('duns', repeat(' ', 8183) || '150483782'), '150483782', '8192 bytes are read');
SELECT is(normalize_identifier('duns', repeat(' ', 8184) || '150483782'), NULL, '8193 bytes are too long');

SELECT * FROM finish();
ROLLBACK;
