-- The classes of a host; in the order of acm_domain_kind.

CREATE TYPE accountmatch.domain_kind AS ENUM
	('company', 'freemail', 'shared', 'ip', 'suffix', 'invalid');
COMMENT ON TYPE accountmatch.domain_kind IS
	'what a host tells of a company: company may identify one, the others do not';
