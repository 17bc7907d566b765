-- Two lists of accounts as they come out of a CRM, and the truth: which of ours
-- is which of theirs.
CREATE EXTENSION accountmatch;
ALTER DATABASE demo SET search_path = "$user", public, accountmatch;
\connect -

CREATE TABLE ours (account_id text PRIMARY KEY, name text, website text, country text,
	status text, owner text, industry text, amount numeric);
CREATE TABLE theirs (LIKE ours INCLUDING ALL);
CREATE TABLE truth (our_id text, their_id text, PRIMARY KEY (our_id, their_id));
\copy ours from 'ours.csv' with (format csv, header)
\copy theirs from 'theirs.csv' with (format csv, header)
\copy truth from 'truth.csv' with (format csv, header)
ANALYZE;
