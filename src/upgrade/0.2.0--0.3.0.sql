-- Evidence, explanations, the matches of one account, and blinding; everything
-- that declares functions is replayed.
\echo Use "ALTER EXTENSION accountmatch UPDATE" to load this file. \quit

-- include src/normalize/domain.sql
-- include src/normalize/company.sql
-- include src/normalize/identifier.sql
-- include src/normalize/similarity.sql
-- include src/normalize/version.sql
-- include src/blind/blinded_types.sql
-- include src/blind/keys.sql
-- include src/blind/blind.sql
-- include src/overlap/status.sql
-- include src/overlap/overlap.sql
-- include src/overlap/evidence_types.sql
-- include src/overlap/evidence.sql
