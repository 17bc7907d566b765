-- company_similarity: what it promises for any two names, and which of two
-- pairs is the more alike.
BEGIN;
SELECT * FROM no_plan();
SET search_path = accountmatch, public;

CREATE TEMP TABLE names AS
SELECT name FROM unnest(ARRAY[
	'International Business Machines Corporation', 'IBM', 'I.B.M.', 'I B M', 'IBM Deutschland GmbH',
	'Microsoft Corporation', 'Microsft', 'MICROSOFT IRELAND OPERATIONS LTD', 'Microsemi',
	'Hewlett-Packard', 'HewlettPackard', 'Packard Hewlett', 'Hewlett Packard Enterprise Company',
	'JPMorgan Chase & Co.', 'J.P. Morgan', 'JP MORGAN CHASE BANK NA',
	'Regions Financial Corp', 'REGIONS FINL CORP', 'First Regional Bank', 'FIRST REGL BK',
	'City of Warner', 'Town of Warner', 'City of Fargo', 'University of Kansas', 'Kansas State University',
	'Société Générale', 'SOC GENERALE', 'Soci' || chr(233) || 't' || chr(233), 'Ørsted A/S', 'Orsted',
	'EMERSON EL.  DL -,50', 'Emerson Electric Co.', 'SODEXO SA SODEXO ORD SHS', 'Sodexo',
	'トヨタ自動車株式会社', 'トヨタ', 'Toyota Motor Corporation', 'ООО Газпром', 'Газпром', 'Газпрм',
	'ไทยพาณิชย์', 'بنك مصر', 'בנק לאומי', 'Εθνική Τράπεζα', '삼성전자',
	'School 12', 'School 14', 'X', 'A', '3M', '4 4 4 4', 'New York New York', 'GmbH', 'The Limited',
	repeat('abc ', 120), repeat('abd ', 120), repeat('x', 400), repeat('x', 401), repeat('企業', 80)
	]) AS name;

SELECT is(count(*) FILTER (WHERE company_similarity(a.name, b.name) IS NULL), 0::bigint, 'every two names can be compared')
FROM names a, names b;
SELECT is(count(*) FILTER (WHERE NOT company_similarity(a.name, b.name) BETWEEN 0 AND 1), 0::bigint, 'from 0 to 1')
FROM names a, names b;
SELECT is(count(*) FILTER (WHERE float4send(company_similarity(a.name, b.name)) <> float4send(company_similarity(b.name, a.name))),
		  0::bigint, 'symmetric, to the bit')
FROM names a, names b;
SELECT is(count(*) FILTER (WHERE (company_similarity(a.name, b.name) = 1) <> (match_company(a.name) = match_company(b.name))),
		  0::bigint, '1 if and only if the match names are equal')
FROM names a, names b;

SELECT is(company_similarity('', 'IBM'), NULL, 'no name, no similarity');
SELECT is(company_similarity('IBM', ' - '), NULL, 'no letter, no similarity');
SELECT is(company_similarity(NULL, 'IBM'), NULL, 'strict');
SELECT is(company_similarity('IBM', NULL), NULL, 'strict');

-- the first two names are more alike than the last two
SELECT cmp_ok(company_similarity(a, b), '>', company_similarity(c, d), format('%s / %s before %s / %s: %s', a, b, c, d, reason))
FROM (VALUES
	('Microsoft', 'Microsft', 'Microsoft', 'Microsemi', 'a typing error is not another word'),
	('Zorblax Systems', 'Zorblxa Systems', 'Zorblax Systems', 'Zorblek Systems', 'neighbours swapped are one error'),
	('Zorblaxian', 'Zorblaxain', 'Zorb', 'Zorl', 'an error in a long word is the likelier'),
	('Zorblax Systems', 'Zorblax Services', 'Zorblax Systems', 'Quivern Systems', 'a rare word shared'),
	('Zorblax', 'Zorblax Holdings', 'Zorblax', 'Zorblax Quivern', 'a generic word more'),
	('Zorblax', 'Zorblax Quivern', 'Zorblax Fintel', 'Zorblax Quivern', 'something else instead is worse than something more'),
	('City of Zorblax', 'Zorblax', 'City of Zorblax', 'City of Quivern', 'generic words alone say little'),
	('International Business Machines', 'IBM', 'International Business Machines', 'ICM', 'an acronym'),
	('International Business Machines', 'IBM', 'International Business Machines', 'International Paper', 'an acronym'),
	('Bayerische Motoren Werke', 'BMW', 'Bayerische Motoren Werke', 'BWM', 'initials in their order'),
	('Bank of Zorblax', 'Zorblax Bank', 'Bank of Zorblax', 'Bank of Quivern', 'order counts little'),
	('Hewlett Packard', 'Packard Hewlett', 'Hewlett Packard', 'Hewlett', 'order counts less than a word'),
	('Hewlett Packard', 'HewlettPackard', 'Hewlett Packard', 'Packard Hewlett', 'joined words'),
	('First Regional Bank', 'First Regl Bk', 'First Regional Bank', 'First Savings Bank', 'brokers'' abbreviations'),
	('Zorblax Technologies', 'Zorblax Tech', 'Zorblax Technologies', 'Zorblax Foods', 'a beginning'),
	('Zorblax Systems', 'Zorblax System', 'Milan University', 'Mila University', 'a plural is no other word; a city''s beginning may be'),
	('University of Milan', 'Univ. of Milan', 'University of Milan', 'Mila University', 'an abbreviation is not a letter that lacks'),
	('Zorblax School 12', 'Zorblax School', 'Zorblax School 12', 'Zorblax School 14', 'two numbers'),
	('Emerson Electric', 'EMERSON EL.  DL -,50', 'Emerson Electric', 'Emerson Radio', 'what exchanges add'),
	('Sodexo', 'SODEXO SA SODEXO ORD SHS', 'Sodexo', 'Sodexo Quivern', 'what exchanges add'),
	('Газпром', 'Газпрм', 'Газпром', 'Роснефть', 'errors in Cyrillic'),
	('トヨタ自動車', 'トヨタ', 'トヨタ自動車', '本田技研工業', 'a beginning without spaces')
	) AS v (a, b, c, d, reason);

-- and these as absolute measures, with room: what a person would call nearly
-- certain, and certainly not
SELECT cmp_ok(company_similarity(a, b), '>=', 0.75::real, format('%s / %s', a, b))
FROM (VALUES
	('International Business Machines', 'IBM'), ('I B M Corp.', 'IBM'), ('Hewlett-Packard Company', 'HewlettPackard'),
	('REGIONS FINL CORP', 'Regions Financial Corporation'), ('FIRST REGL BK', 'First Regional Bank'),
	('Microsoft', 'Mircosoft'), ('Zorblax', 'Zorblax Group'), ('Carl Zeiss', 'Zeiss Carl')) AS v (a, b);
SELECT cmp_ok(company_similarity(a, b), '<', 0.5::real, format('%s / %s', a, b))
FROM (VALUES
	('City of Warner', 'City of Fargo'), ('General Electric', 'General Motors'), ('Bank of Zorblax', 'Bank of Quivern'),
	('School 12', 'School 14'), ('Volkswagen', 'Toyota'), ('United Zorblax', 'United Quivern')) AS v (a, b);

SELECT * FROM finish();
ROLLBACK;
