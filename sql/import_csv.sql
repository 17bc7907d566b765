-- Files as people send them become lists; what is no list is refused, and says
-- what is wrong. Nothing of a refused file is kept.
SET client_min_messages = warning;
SET search_path = public, accountmatch;
CREATE FUNCTION import_error(content text, columns jsonb DEFAULT NULL) RETURNS TABLE (code text, message text, detail text, hint text)
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM accountmatch.import_csv('globex', content, columns);
	RETURN QUERY SELECT 'none', NULL, NULL, NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT;
END $$;
BEGIN;
SELECT set_our_list(NULL);
SELECT add_partner('globex');

-- a byte order mark, semicolons, CRLF, quotes, a blank line, amounts; ids are made
SELECT list, accounts, changes, columns, ignored FROM import_csv('globex', U&'\FEFF' ||
	E'Account Name;Website;Type;Phone;Amount\r\n"Acme; ""Inc""";acme.com;Customer;1;1.234,50\r\n\r\n"Be\nta";beta.de;Prospect;2;n/a\r\n');
SELECT name, website, status, amount, account_id ~ '^made-[0-9a-f]{16}$' AS made FROM _accountmatch.account ORDER BY name;
-- the same accounts in the next file have the same ids, whatever else changed; twins get two
SELECT changes FROM import_csv('globex', E'Website,Account Name,Type\nacme.com,"Acme; ""Inc""",Prospect\nbeta.de,"Be\nta",Prospect\nbeta.de,"Be\nta",Customer');
SELECT name, status, account_id ~ '-2$' AS twin FROM _accountmatch.account ORDER BY name, account_id;
-- tabs, and Excel's own line that names the delimiter; lines may end with empty fields
SELECT accounts, columns FROM import_csv('globex', E'Record ID\tName\n1\tAcme\n2\tBeta\n3\tGamma\n', force => true);
SELECT accounts, columns FROM import_csv('globex', E'sep=|\nId|Company Domain Name\n1|acme.com\n2|beta.de|\n3|gamma.io||', force => true);
-- headings that nobody understands, and columns that are not wanted
SELECT accounts, columns, ignored FROM import_csv('globex', E'Nr,Firma,Name\n1,Acme,x\n2,Beta,y\n3,Gamma,z', '{"account_id": "Nr", "name": "Firma"}');
SELECT accounts, columns, ignored FROM import_csv('globex', E'Id,Firma,Name\n1,Acme,x\n2,Beta,y\n3,Gamma,z', '{"account_id": null}', force => true);
-- other encodings, by bytes
SELECT columns FROM import_csv_file('globex', convert_to(E'Id,Name\n1,Börse\n2,Müller\n3,Ärzte', 'WIN1252'), 'WIN1252');
SELECT name FROM _accountmatch.account ORDER BY account_id;

-- errors
\pset format unaligned
\pset tuples_only on
\pset null (null)
SELECT * FROM import_error('');
SELECT * FROM import_error(E'Id,Name\n');
SELECT * FROM import_error('a,b,c');
SELECT * FROM import_error(E'Id,Name\n1');
SELECT * FROM import_error(E'Id,Name\n1,Acme\n2,Beta,Gamma');
SELECT * FROM import_error(E'Id,Name\n1,Acme\n\n1,Beta');
SELECT * FROM import_error(E'Id,Name\n1,Acme\n,Beta');
SELECT * FROM import_error(E'Id,Name\n1,"Acme');
SELECT * FROM import_error(E'Id,Name\n1,"Acme" Inc');
SELECT * FROM import_error(E'Id,Name,Name\n1,Acme,Acme');
SELECT * FROM import_error(E'Id,Name\n1,\001');
SELECT * FROM import_error(E'PK\003\004');
SELECT * FROM import_error('<html><body>Sign in</body></html>');
SELECT * FROM import_error(E'Id,Name\n1,Acme', '{"nmae": "Name"}');
SELECT * FROM import_error(E'Id,Name\n1,Acme', '{"website": "URL"}');
SELECT * FROM import_error(E'Id,Name\n1,Acme', '[]');
SELECT * FROM import_error((SELECT string_agg('column' || n, ',') FROM generate_series(1, 10000) n));
SELECT * FROM import_error('Id,Name' || repeat('x', 2000000));
SELECT * FROM import_error(E'Id,Name\n1,"' || repeat(E'x\n', 2000000));
SELECT * FROM import_error(E'Id,Name\n1,Acme');
SAVEPOINT s;
\set VERBOSITY terse
SELECT import_csv_file('globex', '\xfffe41004200'); ROLLBACK TO s;
SELECT import_csv_file('globex', '\x49642c4e616d650a312cfc'); ROLLBACK TO s;
SELECT import_csv_file('globex', '\x49640042'); ROLLBACK TO s;
SELECT import_csv('nobody', 'Id,Name'); ROLLBACK TO s;
\set VERBOSITY default
SELECT count(*), min(name[1]) FROM _accountmatch.account;
-- a list that is read from a relation is not read from files
CREATE TABLE own (account_id int, name text);
SELECT set_source('globex', 'own');
SELECT * FROM import_error(E'Id,Name\n1,Acme\n2,Beta\n3,Gamma');
ROLLBACK;
-- amounts in any writing
SELECT a, _accountmatch.read_amount(a) FROM unnest('{1,-5,"1,234","1.234","1.234,5","1,234.5","1,234,567","1.234.567","€ 12 000","1,5",n/a,-,"",$1.2.3,12k5}'::text[]) a;
DROP FUNCTION import_error;
