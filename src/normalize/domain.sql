-- Domain normalization. What counts as a host is described in domain.h.
-- The cost is that of about a hundred operators: an index or a generated column
-- is worth having.

CREATE OR REPLACE FUNCTION accountmatch.normalize_domain(text) RETURNS text
	AS 'MODULE_PATHNAME', 'acm_normalize_domain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.normalize_domain(text) IS
	'the host in a URL, e-mail address or bare host: A-labels, lower case, no www.; NULL if there is none';

CREATE OR REPLACE FUNCTION accountmatch.registrable_domain(text) RETURNS text
	AS 'MODULE_PATHNAME', 'acm_registrable_domain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.registrable_domain(text) IS
	'the host''s public suffix and one label more; NULL for an IP address, a bare suffix, an invalid host';

CREATE OR REPLACE FUNCTION accountmatch.public_suffix(text) RETURNS text
	AS 'MODULE_PATHNAME', 'acm_public_suffix'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.public_suffix(text) IS
	'the host''s public suffix by the Public Suffix List, private section included; NULL for an IP address, a bare suffix, an invalid host';

CREATE OR REPLACE FUNCTION accountmatch.domain_class(text) RETURNS accountmatch.domain_kind
	AS 'MODULE_PATHNAME', 'acm_domain_class'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.domain_class(text) IS
	'company, freemail, shared (social networks, site builders, shorteners), ip, suffix or invalid; NULL only for NULL';

CREATE OR REPLACE FUNCTION accountmatch.match_domain(text) RETURNS text
	AS 'MODULE_PATHNAME', 'acm_match_domain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.match_domain(text) IS
	'match key: the registrable domain, if its class is company';

CREATE OR REPLACE FUNCTION accountmatch.match_host(text) RETURNS text
	AS 'MODULE_PATHNAME', 'acm_match_host'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION accountmatch.match_host(text) IS
	'match key: the host less generic leading labels (www, mail, shop, eu), never below the registrable domain, if the class is company';

CREATE OR REPLACE FUNCTION accountmatch.explain_domain(text) RETURNS SETOF accountmatch.explain_row
	AS 'MODULE_PATHNAME', 'acm_explain_domain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 8;
COMMENT ON FUNCTION accountmatch.explain_domain(text) IS
	'how a text became a host, its registrable domain, class and match host: every rule, and what it gave';
