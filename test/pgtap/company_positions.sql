-- Legal forms before a name, and what stands behind a legal form: where the
-- position says that it is no part of the name, and where it does not.
BEGIN;
SELECT * FROM no_plan();
SET search_path = accountmatch, public;

-- Forms before a name, as registers and acts have them: Code de commerce L223-1
-- and L227-1 (the name "précédée ou suivie immédiatement" by the form), Code des
-- sociétés et des associations; Lithuanian and Latvian registers write UAB
-- "Maxima LT", SIA "Printful Latvia"; Legea 31/1990 and its usage S.C. ...
-- S.R.L.; a Finnish company that registers its name in both languages, Oy ... Ab;
-- Burgerlijk Wetboek 2:286 (the name has the word stichting); Гражданский кодекс of
-- Kazakhstan and Russia.
SELECT is(match_company(name), key, name)
FROM (VALUES
	('UAB "Maxima LT"', 'maxima'), ('UAB „Girteka“', 'girteka'), ('UAB “Vinted”', 'vinted'), ('UAB «Vinted»', 'vinted'), ('UAB Vinted', 'vinted'),
	('AB "Lietuvos geležinkeliai"', 'lietuvos gelezinkeliai'), ('AS „Latvijas Balzams“', 'latvijas balzams'), ('OÜ “Kosk”', 'kosk'),
	('SIA Printful', 'printful'), ('SIA „Printful“', 'printful'), ('SARL Boulangerie Martin', 'boulangerie martin'), ('EURL Durand', 'durand'),
	('SASU Dupont Conseil', 'dupont conseil'), ('SELARL Pharmacie Centrale', 'pharmacie centrale'), ('SPRL Janssens', 'janssens'),
	('BVBA Bakkerij Peeters', 'bakkerij peeters'), ('ASBL Les Amis', 'les amis'), ('VZW Natuurpunt', 'natuurpunt'),
	('S.C. Dedeman S.R.L.', 'dedeman'), ('SC Dedeman SRL', 'dedeman'), ('S.C. Rompetrol S.A.', 'rompetrol'), ('Oy Karl Fazer Ab', 'karl fazer'),
	('Stichting Greenpeace', 'greenpeace'), ('ТОО Казфосфат', 'казфосфат'), ('ТОО «Казфосфат»', 'казфосфат'), ('TOO "Kazphosphate"', 'kazphosphate'),
	('АО Казахтелеком', 'казахтелеком'), ('AO "Kazakhtelecom"', 'kazakhtelecom')) v(name, key);

-- names of well-known companies that begin with the same letters
SELECT is(match_company(name), lower(name), name || ' keeps its first word')
FROM unnest(ARRAY['AS Roma', 'AS Watson', 'AB InBev', 'AB Foods', 'AB Dynamics', 'SAS Institute', 'AO Smith', 'AO World', 'SC Johnson', 'SCI Pharmtech',
	'UAB Hospital', 'UAB Medicine', 'SIA Engineering', 'Sia Partners', 'Too Faced', 'Too Good To Go', 'OU Press', 'Oy Vey Bakery', 'SL Green', 'SNC Lavalin']) name;
SELECT is(match_company(name), key, name)
FROM (VALUES ('SAS Institute Inc.', 'sas institute'), ('A. O. Smith Corporation', 'a o smith'), ('A.O. Smith Corp', 'ao smith'), ('AO World plc', 'ao world'),
	('SC Johnson & Son, Inc.', 'sc johnson and son'), ('S.C. Johnson Italy S.r.l.', 'sc johnson italy'), ('AS Creation Tapeten AG', 'as creation tapeten'),
	('SIA Engineering Company Limited', 'sia engineering'), ('Stichting Administratiekantoor Fugro', 'administratiekantoor fugro')) v(name, key);

-- What stands behind the form that ends a name: the seat, as German, Austrian,
-- Slovenian and Dutch companies are cited; the ticker, the brand, the name once more
SELECT is(match_company(name), key, name)
FROM (VALUES
	('Merck Healthcare KGaA, Darmstadt', 'merck healthcare'), ('Krka d.d., Novo mesto', 'krka'), ('Merck & Co., Inc., Rahway, NJ, USA', 'merck'),
	('Fuji Photo Film B.V., Tilburg', 'fuji photo film'), ('Korea Electric Power Corporation (KEPCO)', 'korea electric power'),
	('Hamburger Verkehrsverbund GmbH (HVV)', 'hamburger verkehrsverbund'), ('Apple Inc. (NASDAQ: AAPL)', 'apple'),
	('European Bank for Financial Services GmbH (ebase)', 'european bank for financial services'),
	('Petróleo Brasileiro S.A. - Petrobras', 'petroleo brasileiro'), ('Elastron S.A. – Steel Service Centers', 'elastron'), ('Acme Ltd | London', 'acme')) v(name, key);

-- where it may tell two organisations apart only the form goes
SELECT is(match_company(name), key, name)
FROM (VALUES
	('National Railroad Passenger Corporation, Office of Inspector General', 'national railroad passenger office of inspector general'),
	('Givot Olam Oil Exploration Limited Partnership (1993)', 'givot olam oil exploration 1993'), ('Acme Ltd (No. 2)', 'acme no 2')) v(name, key);
-- and where no form, or one that is a word or a state, stands before it, nothing
SELECT is(match_company(name), normalize_company(name), name)
FROM unnest(ARRAY['Miami University (Ohio)', 'Ecologie, Société, Evolution', 'Serenity Spa - Leeds', 'City of Camden, SC - Finance', 'Lee & Co., Solicitors',
	'Air France - KLM', 'Borough of Lititz, PA - Police']) name;

-- What a list's keepers write behind a name
SELECT is(match_company(name), 'acme', name)
FROM unnest(ARRAY['Acme Ltd - DUPLICATE', 'Acme - DUPLICATE', 'Acme – Do not use', 'Acme Inc. - inactive', 'Acme, closed', 'Acme (duplicate)', 'Acme | Out of business']) name;
SELECT is(match_company(name), lower(name), name || ' is a name')
FROM unnest(ARRAY['Duplicate', 'Closed Loop', 'Acme Duplicate']) name;

-- What the acts on companies add to a name that is wound up: GmbHG 68, AktG 269,
-- Codice civile 2487-bis, Code de commerce L237-2, LSC 371, CSC 146, Lei
-- 11.101/2005 69, KSH 274, Občanský zákoník 187, Obchodný zákonník 70, BW 2:19, OR
-- 739, selskabsloven, aksjeloven, 2006. évi V. törvény, Legea 85/2014
SELECT is(match_company(name), 'acme', name)
FROM unnest(ARRAY['Acme GmbH i.L.', 'Acme GmbH i. L.', 'Acme AG in Liquidation', 'Acme S.r.l. in liquidazione', 'Acme SARL en liquidation', 'Acme, S.L. en liquidación',
	'Acme, Lda em liquidação', 'Acme S.A. - em Recuperação Judicial', 'Acme Sp. z o.o. w likwidacji', 'Acme s.r.o. v likvidaci', 'Acme, s.r.o. v likvidácii',
	'Acme B.V. in liquidatie', 'Acme A/S i likvidation', 'Acme AS under avvikling', 'Acme AB i likvidation', 'Acme Kft. v.a.', 'Acme Kft. f.a.', 'Acme d.o.o. u stečaju',
	'Acme S.R.L. în insolvență', 'Acme Oy konkurssissa', 'Acme Ltd (in liquidation)', 'ООО Acme в ликвидации']) name;

-- Names of one company with the top-level domain and without are not drawn together: Monday.com and
-- a company called Monday are two, and nothing in the names tells them from Amazon.com and Amazon
SELECT isnt(match_company(name || '.com Inc'), match_company(name), name || '.com') FROM unnest(ARRAY['Monday', 'Cars', 'JD', 'Alarm']) name;
SELECT is(match_company('Amazon.com, Inc.'), match_company('AMAZON COM INC'), 'as the SEC writes it');

-- The form of a name before which, or in which, another could be read
SELECT is(legal_form(name), form, name)
FROM (VALUES ('UAB "Maxima LT"', 'UAB'), ('Công ty TNHH ABC', 'Công ty TNHH'), ('ING Bank A.Ş.', 'A.Ş.'), ('ING Bank AŞ', 'A.Ş.'), ('Škoda Auto a.s.', 'a.s.'),
	('Tine AS', 'AS'), ('Ørsted A/S', 'AS'), ('AO "Kazakhtelecom"', 'АО'), ('Türk Hava Yolları A.O.', 'A.Ş.'), ('S.C. Dedeman S.R.L.', 'SRL'), ('SIA Printful', 'SIA'),
	('Krka d.d., Novo mesto', 'd.d.'), ('Acme GmbH i.L.', 'GmbH'), ('Apple Operations Europe u.c.', 'uc')) v(name, form);

SELECT * FROM finish();
ROLLBACK;
