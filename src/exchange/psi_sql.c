/*
 * psi_sql.c
 *		Private set intersection in SQL: sessions opened, answered, gone on
 *		with. What counts is in files (psi_files.h), so that no rollback and no
 *		exception block takes anything back.
 */
#include "compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "exchange/psi_files.h"
#include "exchange/psi_read.h"
#include "exchange/psi_session.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

int			acm_psi_max_keys = 1000000;
int			acm_psi_min_keys = 10;
int			acm_psi_max_ratio = 10;
int			acm_psi_sessions_per_year = 100;
int			acm_psi_keys_per_year = 2000000;

/* Where the terms stand among the arguments of psi_offer and psi_answer */
typedef enum term_argument
{
	ARG_KINDS = 2,
	ARG_MODE,
	ARG_REVEAL,
	ARG_DOMAIN_CAP,
	ARG_NAME_CAP,
	ARG_PAYLOAD,
	ARG_COLUMNS
} term_argument;

/* Limits as they are set */
static acm_psi_limits
limits(void)
{
	return (acm_psi_limits) {
		.max_keys = acm_psi_max_keys, .min_keys = acm_psi_min_keys, .max_ratio = acm_psi_max_ratio
	};
}

/* A bytea argument as bytes */
static acm_bytes
arg_file(FunctionCallInfo fcinfo, int n)
{
	bytea	   *file = PG_GETARG_BYTEA_PP(n);

	return (acm_bytes) {VARDATA_ANY(file), VARSIZE_ANY_EXHDR(file)};
}

/* Bits of the words of an array */
static unsigned
arg_bits(ArrayType *array, const char *argument, int (*find) (const char *))
{
	Datum	   *words;
	bool	   *nulls;
	int			n;
	unsigned	bits = 0;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &words, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		const char *word = nulls[i] ? "null" : TextDatumGetCString(words[i]);
		int			bit = find(word);

		if (bit < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s does not know \"%s\"", argument, word),
					 find == acm_psi_find_attr ?
					 errhint("What can be revealed are account_id, name, website, country, status, owner, amount, currency, industry and region.") :
					 errhint("Kinds are id, domain and name.")));
		bits |= 1u << bit;
	}
	return bits;
}

/* A kind by its name */
static int
find_kind(const char *name)
{
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		if (strcmp(acm_psi_kind_name(kind), name) == 0)
			return kind;
	return -1;
}

/* The terms among the arguments */
static acm_psi_terms
arg_terms(FunctionCallInfo fcinfo)
{
	acm_psi_terms terms = {0};
	char	   *mode = text_to_cstring(PG_GETARG_TEXT_PP(ARG_MODE));
	const char *problem;

	terms.kinds = arg_bits(PG_GETARG_ARRAYTYPE_P(ARG_KINDS), "kinds", find_kind);
	terms.reveal = arg_bits(PG_GETARG_ARRAYTYPE_P(ARG_REVEAL), "reveal", acm_psi_find_attr);
	for (int i = ACM_PSI_BOTH; i <= ACM_PSI_COUNT; i++)
		if (strcmp(mode, acm_psi_mode_name(i)) == 0)
			terms.mode = i;
	if (terms.mode == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown mode \"%s\"", mode),
				 errhint("Modes are both, opener, answerer and count.")));
	terms.domain_cap = Max(PG_GETARG_INT32(ARG_DOMAIN_CAP), 0);
	terms.name_cap = Max(PG_GETARG_INT32(ARG_NAME_CAP), 0);
	terms.payload = terms.reveal ? Max(PG_GETARG_INT32(ARG_PAYLOAD), 0) : 0;
	problem = acm_psi_terms_problem(&terms);
	if (problem)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("terms that cannot be kept"),
				 errdetail("%s.", problem)));
	return terms;
}

/* All arguments but the last must be there */
static void
require_arguments(FunctionCallInfo fcinfo, int n, const char *const names[])
{
	for (int i = 0; i < n; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s must not be null", names[i])));
}

/* Read our list into the core */
static void
read_list(FunctionCallInfo fcinfo, acm_psi *psi)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	acm_psi_read(acm_psi_own_list(psi), PG_GETARG_OID(1),
				 PG_ARGISNULL(ARG_COLUMNS) ? NULL : PG_GETARG_JSONB_P(ARG_COLUMNS));
	SPI_finish();
}

/* Where a session of a key is */
static acm_psi_place
place_of(const acm_key *key, const char *dir, const uint8 offer[ACM_HASH_LEN])
{
	acm_psi_place place = {.dir = pstrdup(dir), .key = key->entry};

	acm_psi_session_name(offer, place.session);
	return place;
}

/* Keep a session and what leaves for it, in this order: what leaves could be given once more, a session not */
static void
keep(acm_psi *psi, const acm_psi_place *place, acm_bytes out)
{
	acm_bytes	state;

	if (!acm_psi_save(psi, &state))
		acm_psi_core_error(psi, place->key.name, NULL);
	acm_psi_write_session(place, true, out);
	acm_psi_write_session(place, false, state);
}

/* How many keys are common; false where we do not know */
static bool
count_common(const acm_psi_facts *facts, int64 *n)
{
	*n = 0;
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		*n += facts->common[kind];
	return facts->finished && facts->knows_common;
}

/* The result of a step: a row of accountmatch.psi_step */
static Datum
step_result(FunctionCallInfo fcinfo, acm_psi *psi, const acm_psi_place *place, acm_bytes out)
{
	acm_psi_facts facts;
	TupleDesc	desc;
	Datum		values[5];
	bool		nulls[5] = {false};
	int64		common;

	acm_psi_tell(psi, &facts);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = CStringGetTextDatum(place->session);
	values[1] = Int32GetDatum((int32) facts.step);
	nulls[2] = out.len == 0;
	values[2] = (Datum) 0;
	if (out.len > 0)
	{
		bytea	   *file;

		if (out.len > MaxAllocSize - VARHDRSZ)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("the file to send would have %zu bytes", out.len),
					 errhint("Take fewer keys at a time.")));
		file = palloc(VARHDRSZ + out.len);
		SET_VARSIZE(file, VARHDRSZ + out.len);
		memcpy(VARDATA(file), out.data, out.len);
		values[2] = PointerGetDatum(file);
	}
	values[3] = BoolGetDatum(facts.finished);
	nulls[4] = !count_common(&facts, &common);
	values[4] = Int64GetDatum(common);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/*
 * psi_offer(partner, list, terms, columns): open a session. Nothing of the
 * list leaves yet but the numbers of its keys.
 */
PG_FUNCTION_INFO_V1(acm_psi_offer);
Datum
acm_psi_offer(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"partner", "list", "kinds", "mode", "reveal", "domain_cap", "name_cap", "payload"};
	acm_psi_terms terms;
	acm_psi_limits allowed = limits();
	acm_key    *key;
	char	   *spec;
	acm_psi    *psi;
	acm_psi_facts facts;
	acm_psi_place place;
	acm_bytes	out;

	require_arguments(fcinfo, lengthof(names), names);
	PreventCommandIfReadOnly("psi_offer()");
	terms = arg_terms(fcinfo);
	spec = text_to_cstring(PG_GETARG_TEXT_PP(0));
	key = acm_key_find(spec, ACM_KEY_TO_BLIND);
	if (acm_key_kind_of(&key->record) != ACM_KEY_AGREED)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("key \"%s\" was created here, not agreed with another side", spec),
				 errhint("See \"Agree on a key with a partner\" in the README.")));
	psi = acm_psi_new_core(key);
	read_list(fcinfo, psi);
	if (!acm_psi_open(psi, &terms, &allowed, &out))
		acm_psi_core_error(psi, spec, NULL);
	acm_psi_tell(psi, &facts);
	place = place_of(key, acm_keydir_open(), facts.offer);
	keep(psi, &place, out);
	acm_key_release(key);
	PG_RETURN_DATUM(step_result(fcinfo, psi, &place, out));
}

/* Read the head of a file; an error if it has none */
static acm_psi_head
head_of(acm_bytes file)
{
	acm_psi_head head;
	const char *problem = acm_psi_read_head(file, &head);

	if (problem)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("the file cannot be read: %s", problem)));
	return head;
}

/*
 * psi_answer(offer, list, terms, columns): answer an offer that has just these
 * terms. Our points leave with it.
 */
PG_FUNCTION_INFO_V1(acm_psi_answer);
Datum
acm_psi_answer(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"offer", "list", "kinds", "mode", "reveal", "domain_cap", "name_cap", "payload"};
	acm_psi_terms terms;
	acm_psi_terms offered;
	acm_psi_limits allowed = limits();
	acm_bytes	offer;
	acm_bytes	label;
	acm_psi_head head;
	const uint8_t *nonce;
	uint32_t	counts[ACM_PSI_NKINDS];
	const char *problem;
	char	   *dir;
	acm_key    *key;
	char	   *spec;
	acm_psi    *psi;
	acm_psi_facts facts;
	acm_psi_place place;
	acm_bytes	out;

	require_arguments(fcinfo, lengthof(names), names);
	PreventCommandIfReadOnly("psi_answer()");
	terms = arg_terms(fcinfo);
	offer = arg_file(fcinfo, 0);
	head = head_of(offer);
	if (head.step != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this is file %u of a session, not an offer", head.step),
				 errhint("Give it to psi_finish().")));
	/* one that has no label is refused below, by who knows why */
	problem = acm_psi_read_offer(offer, &offered, &nonce, counts, &label);
	dir = acm_keydir_open();
	key = acm_psi_key_of(dir, head.to, head.from, problem ? NULL : &label, NULL);
	spec = acm_key_spec(&key->entry);
	psi = acm_psi_new_core(key);
	read_list(fcinfo, psi);
	if (!acm_psi_reply(psi, offer, &terms, &allowed, &out))
		acm_psi_core_error(psi, spec, NULL);
	acm_psi_tell(psi, &facts);
	place = place_of(key, dir, facts.offer);
	acm_psi_debit(&place, spec, psi, true);
	keep(psi, &place, out);
	acm_key_release(key);
	PG_RETURN_DATUM(step_result(fcinfo, psi, &place, out));
}

/*
 * psi_finish(file): take in the next file of a session, and give the one after
 * it. The same file once more gives the same answer.
 */
PG_FUNCTION_INFO_V1(acm_psi_finish);
Datum
acm_psi_finish(PG_FUNCTION_ARGS)
{
	acm_bytes	file = arg_file(fcinfo, 0);
	acm_psi_limits allowed = limits();
	acm_psi_head head;
	char	   *dir;
	acm_key    *key;
	char	   *spec;
	acm_psi    *psi;
	acm_psi_facts facts;
	acm_psi_place place;
	uint8		offer[ACM_HASH_LEN];
	uint8		digest[ACM_HASH_LEN];
	char		session[ACM_PSI_SESSION_BUF];
	int			lock;
	acm_bytes	out;

	PreventCommandIfReadOnly("psi_finish()");
	head = head_of(file);
	if (head.step == 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("this is an offer"),
				 errhint("Look at it with psi_inspect(), then give it to psi_answer().")));
	if (!acm_psi_offer_of(file, &head, offer) || !acm_psi_digest(file, digest))
		acm_crypto_failed("compute SHA-256");
	acm_psi_session_name(offer, session);
	dir = acm_keydir_open();
	key = acm_psi_key_of(dir, head.to, head.from, NULL, session);
	spec = acm_key_spec(&key->entry);
	place = place_of(key, dir, offer);
	lock = acm_psi_lock_session(&place);
	if (lock < 0)
		acm_psi_refuse(spec, ERRCODE_UNDEFINED_OBJECT, psprintf("there is no open session %s", place.session),
					   "It was closed, or was ended by a file that broke the protocol or a limit.");
	psi = acm_psi_new_core(key);
	if (!acm_psi_load_state(psi, &place))
		acm_psi_core_error(psi, spec, NULL);
	acm_psi_tell(psi, &facts);
	if (memcmp(facts.taken, digest, sizeof digest) == 0)
		out = acm_psi_read_session(&place, true);
	else
	{
		if (!acm_psi_next(psi, file, &allowed, &out))
			acm_psi_core_error(psi, spec, &place);
		acm_psi_tell(psi, &facts);
		if (facts.role == ACM_PSI_OPENER && facts.step == 3)
			acm_psi_debit(&place, spec, psi, false);
		keep(psi, &place, out);
	}
	CloseTransientFile(lock);
	acm_key_release(key);
	PG_RETURN_DATUM(step_result(fcinfo, psi, &place, out));
}

/* Put a line of psi_inspect */
static void
put_line(void *arg, const char *text)
{
	ReturnSetInfo *rsinfo = arg;
	Datum		value = CStringGetTextDatum(text);
	bool		null = false;

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &null);
}

/*
 * psi_inspect(file): what a file holds, in words
 */
PG_FUNCTION_INFO_V1(acm_psi_inspect);
Datum
acm_psi_inspect(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	acm_psi_describe(arg_file(fcinfo, 0), put_line, fcinfo->resultinfo);
	return (Datum) 0;
}
