-- What normalization_version() and stale_objects() return.

CREATE TYPE accountmatch.normalization_info AS (
	epoch integer,
	unicode_version text,
	icu_version text,
	public_suffix_list date,
	public_suffix_commit text,
	free_email_list date
);
COMMENT ON TYPE accountmatch.normalization_info IS
'what normalized values depend on: the normalization epoch, the pinned version of Unicode, the installed ICU (which may differ without changing a result), the pinned lists';

CREATE TYPE accountmatch.stale_object AS (
	object_type text,
	object text,
	depends_on text,
	statement text
);
COMMENT ON TYPE accountmatch.stale_object IS
'something stored that a normalizing function has a part in, the functions, and the statement that makes it anew';
